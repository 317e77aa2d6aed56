"""Templates of every specialty as the beginning of a clinic's terms, and what of them binds."""

from collections.abc import Iterator

import pytest

from suivi.core.coverage.checks import problems
from suivi.core.coverage.content import OTHER, Clause, ClauseKind, Content, Limit, LimitUnit
from suivi.core.coverage.models import Payer
from suivi.core.coverage.scopes import Known, known_scope
from suivi.core.coverage.templates import (
    Side,
    UnknownTemplate,
    clinic_templates,
    departures,
    is_unedited,
    origin,
)
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.coverage.wording import own_words, reviewed
from suivi.core.registry import Registry
from suivi.core.specialties.model import WarrantyTemplate

REGISTRY = Registry.load()
UNFINISHED = {"LIFETIME_OF_WHOM"}


def known(procedure: str) -> Known:
    return known_scope(REGISTRY, specialty=None, procedure=procedure, variant=None, material=None)


def of_clinics() -> Iterator[tuple[str, str]]:
    for procedure in REGISTRY.procedures().values():
        if procedure.warranties:
            yield from ((procedure.id, key) for key in clinic_templates(known(procedure.id)))


@pytest.mark.parametrize(("procedure", "key"), list(of_clinics()))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_template_makes_a_draft_that_lacks_nothing_but_whose_lifetime(
    procedure: str, key: str, language: str
) -> None:
    """R-121: in its codes, with words in the language of the draft, and within the usual range it was taken from."""
    scope = known(procedure)
    began = origin(scope, key, language=language)
    words = Vocabulary(specialty=scope.specialty, procedure=scope.procedure)

    found = {problem.code for problem in problems(began.content, words)}
    sides = {one.side for one in departures(began.content, clinic_templates(scope)[key])}

    assert found <= UNFINISHED
    assert sides <= {Side.WITHIN, Side.NOT_STATED}
    assert is_unedited(Content.model_validate(began.content.plain()), began.content)
    assert {clause.kind for clause in began.content.clauses} <= set(ClauseKind)


async def test_what_a_clinic_takes_over_from_a_template_is_no_promise_of_its_own() -> None:
    """R-004: as long as it is the code's own sentence, whoever's language it is in."""
    scope = known("lasik")
    words = Vocabulary(specialty=scope.specialty, procedure=scope.procedure)
    began = origin(scope, "clinic_laser_lifetime", language="fr").content
    promise = Clause(id="own", kind=ClauseKind.OBLIGATION, code=OTHER, text="Un résultat parfait est garanti.")
    content = began.model_copy(update={"clauses": (*began.clauses, promise)})

    found = await reviewed(REGISTRY, own_words(content, words), language="fr")

    place = f"content.clauses[{len(began.clauses)}].text"
    assert place in {one.field for one in found if one.review.findings}
    assert not {one.field for one in found} & {
        f"content.clauses[{number}].text" for number, clause in enumerate(began.clauses) if clause.code != OTHER
    }


def crowns() -> tuple[Content, WarrantyTemplate]:
    scope = known("crown")
    return origin(scope, "clinic_crown", language="en").content, clinic_templates(scope)["clinic_crown"]


def lasting(content: Content, unit: LimitUnit, count: int) -> Content:
    [component] = content.components
    limit = Limit(unit=unit, count=count, starts="definitive_cementation")
    return content.model_copy(update={"components": (component.model_copy(update={"limit": limit}),)})


@pytest.mark.parametrize(
    ("unit", "count", "side"),
    [
        (LimitUnit.YEAR, 2, Side.BELOW),
        (LimitUnit.MONTH, 35, Side.BELOW),
        (LimitUnit.MONTH, 36, Side.WITHIN),
        (LimitUnit.YEAR, 5, Side.WITHIN),
        (LimitUnit.MONTH, 61, Side.ABOVE),
        (LimitUnit.DAY, 1095, Side.NOT_COMPARABLE),
        (LimitUnit.USE, 3, Side.NOT_COMPARABLE),
    ],
)
def test_crowns_are_usually_covered_for_three_to_five_years(unit: LimitUnit, count: int, side: Side) -> None:
    content, template = crowns()

    [departure] = departures(lasting(content, unit, count), template)

    assert departure.side is side


def test_terms_that_say_nothing_of_the_object_say_so() -> None:
    _, template = crowns()

    [departure] = departures(Content(), template)

    assert (departure.component, departure.side) == (None, Side.NOT_STATED)


def test_words_names_and_order_are_no_change_of_what_binds() -> None:
    """R-121."""
    content, _ = crowns()
    [component] = content.components
    reworded = content.model_copy(
        update={
            "components": (component.model_copy(update={"id": "mine", "name": "Our crown"}),),
            "fees": tuple(reversed(content.fees)),
            "clauses": tuple(one.model_copy(update={"text": f"{one.text}!"}) for one in reversed(content.clauses)),
            "how_to_claim": "Call us.",
        }
    )
    fewer = content.model_copy(update={"clauses": content.clauses[1:]})
    paid = content.model_copy(
        update={"fees": (content.fees[0].model_copy(update={"payer": Payer.PATIENT}), *content.fees[1:])}
    )

    changed = [reworded, fewer, paid, lasting(content, LimitUnit.YEAR, 4)]

    assert [is_unedited(one, content) for one in changed] == [True, False, False, False]


def test_a_manufacturers_warranty_is_no_beginning_for_a_clinics_terms() -> None:
    """R-137: it is another's promise, and belongs to the device."""
    with pytest.raises(UnknownTemplate) as refused:
        origin(known("single_implant"), "manufacturer_implant", language="en")

    assert "clinic_implant" in refused.value.facts["known"]
    assert "manufacturer_implant" not in refused.value.facts["known"]
