"""Terms that cannot be published, and why."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.publishing import clause, component, fee, limit, publishing
from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.world import CEMENTED, World, content, publish_terms

OF_TWO = {"procedure": "other", "specialty": "dental"}
LATER = CEMENTED + timedelta(days=60)
WITHDRAWN = "... on Terms { id withdrawnAt }"
READ = """query($id: ID!) { clinic(id: $id) {
  publishedTerms(procedure: "crown") { number withdrawnAt differences { key } }
  termsInForce(procedure: "crown", asOf: "2027-05-01") { number }
} }"""


async def test_what_cannot_be_published_as_terms(world: World, subtests: pytest.Subtests) -> None:
    """R-120."""
    wrong = publishing(world)

    await each_is_refused(
        [
            wrong("of an unknown procedure", "UNKNOWN_PROCEDURE", "procedure", procedure="lasik"),
            wrong("of nothing", "SPECIALTY_OR_PROCEDURE", "procedure", procedure=None),
            wrong("of no specialty", "UNKNOWN_SPECIALTY", "specialty", procedure=None, specialty="surgery"),
            wrong("of an unknown specialty", "UNKNOWN_SPECIALTY", "specialty", specialty="surgery"),
            wrong("of another specialty", "PROCEDURE_OF_OTHER_SPECIALTY", "specialty", **OF_TWO),
            wrong("of an unknown variant", "UNKNOWN_VARIANT", "variant", variant="golden"),
            wrong("of no material", "MATERIAL_UNUSABLE", "material", material=" "),
            wrong("without words", "TEXT_EMPTY", "text", text="\n"),
            wrong("with endless words", "TEXT_TOO_LONG", "text", text="x" * 50_001),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language=""),
            wrong("with an endless window", "PERIOD_TOO_LONG", "referencePeriod", referencePeriod="P99999Y"),
            wrong("with an empty window", "UNREADABLE_PERIOD", "referencePeriod", referencePeriod=""),
            wrong("with an answer within no day", "OUT_OF_RANGE", "responseDays", responseDays=0),
        ],
        subtests,
    )


async def test_components_that_cannot_be_published(world: World, subtests: pytest.Subtests) -> None:
    """R-123: a lifetime says whose it is, and nothing that is counted is one."""
    wrong, at = publishing(world), "content.components[0]"
    twins = content()["components"] * 2

    await each_is_refused(
        [
            wrong("from an unknown anchor", "UNKNOWN_ANCHOR", f"{at}.limit.starts", **limit(starts="surgery")),
            wrong("for no time", "OUT_OF_RANGE", f"{at}.limit.count", **limit(count=0)),
            wrong("for ever and a day", "OUT_OF_RANGE", f"{at}.limit.count", **limit(count=1201)),
            wrong("for years, uncounted", "LIMIT_NOT_COUNTED", f"{at}.limit.count", **limit(count=None)),
            wrong("for a lifetime", "LIFETIME_OF_WHOM", f"{at}.limit.lifetimeOf", **limit(unit="LIFETIME", count=None)),
            wrong(
                "for two lifetimes",
                "LIFETIME_COUNTED",
                f"{at}.limit.count",
                **limit(unit="LIFETIME", lifetimeOf="PATIENT"),
            ),
            wrong("for somebody's years", "LIFETIME_COUNTED", f"{at}.limit.lifetimeOf", **limit(lifetimeOf="DEVICE")),
            wrong("of an unknown object", "UNKNOWN_OBJECT", f"{at}.object", **component(object="breast_implant")),
            wrong("of something", "NAME_MISSING", f"{at}.name", **component(object="other")),
            wrong("against an unknown event", "UNKNOWN_EVENT", f"{at}.covers", **component(covers=["rupture"])),
            wrong("with an unknown remedy", "UNKNOWN_REMEDY", f"{at}.remedy", **component(remedy=["apology"])),
            wrong("with an unusable key", "CODE_UNUSABLE", f"{at}.key", **component(key="the crown")),
            wrong("with an empty name", "TEXT_EMPTY", f"{at}.name", **component(name=" ")),
            wrong("with a long event", "TEXT_TOO_LONG", f"{at}.covers", **component(covers=["so " * 70])),
            wrong("with endless events", "OUT_OF_RANGE", f"{at}.covers", **component(covers=["fracture"] * 51)),
            wrong("twice", "COMPONENT_REPEATED", "content.components", content=content() | {"components": twins}),
            wrong("31 times", "OUT_OF_RANGE", "content.components", content={"components": [twins[0]] * 31}),
        ],
        subtests,
    )


async def test_fees_that_cannot_be_published(world: World, subtests: pytest.Subtests) -> None:
    """R-122."""
    wrong, at = publishing(world), "content.fees[0]"
    line = {"kind": "materials", "payer": "CLINIC"}
    euros = {"amount": "100.00", "currency": "EUR"}

    await each_is_refused(
        [
            wrong("of an unknown kind", "UNKNOWN_FEE_KIND", f"{at}.kind", **fee(kind="champagne")),
            wrong("paid twice", "FEE_KIND_REPEATED", "content.fees", content=content(fees=[line, line])),
            wrong("for an unknown part", "UNKNOWN_COMPONENT", f"{at}.component", **fee(component="bridge")),
            wrong("of a share, not shared", "SHARE_NOT_SHARED", f"{at}.share", **fee(share=50)),
            wrong("with all of it shared", "OUT_OF_RANGE", f"{at}.share", **fee(payer="SHARED", share=100)),
            wrong("capped for nobody", "CAP_OF_NOBODY", f"{at}.cap", **fee(payer="PATIENT", cap=euros)),
            wrong("of less than nothing", "MONEY_UNREADABLE", f"{at}.cap.amount", **fee(cap=euros | {"amount": "-1"})),
            wrong("in words", "MONEY_UNREADABLE", f"{at}.cap.amount", **fee(cap=euros | {"amount": "1e3"})),
            wrong("in other digits", "MONEY_UNREADABLE", f"{at}.cap.amount", **fee(cap=euros | {"amount": "١٠"})),
            wrong("of half a cent", "TOO_MANY_DECIMALS", f"{at}.cap.amount", **fee(cap=euros | {"amount": "1.005"})),
            wrong(
                "of half a won",
                "TOO_MANY_DECIMALS",
                f"{at}.cap.amount",
                **fee(cap={"amount": "1000.5", "currency": "KRW"}),
            ),
            wrong("up to nothing", "CAP_OF_NOTHING", f"{at}.cap", **fee(cap=euros | {"amount": "0.00"})),
            wrong(
                "of too much", "MONEY_TOO_LARGE", f"{at}.cap.amount", **fee(cap=euros | {"amount": "9" * 26 + ".99"})
            ),
            wrong("in shells", "UNKNOWN_CURRENCY", f"{at}.cap.currency", **fee(cap=euros | {"currency": "SHL"})),
            wrong("in gold", "UNKNOWN_CURRENCY", f"{at}.cap.currency", **fee(cap=euros | {"currency": "XAU"})),
            wrong("201 times", "OUT_OF_RANGE", "content.fees", content={"fees": [line] * 201}),
        ],
        subtests,
    )


async def test_clauses_that_cannot_be_published(world: World, subtests: pytest.Subtests) -> None:
    """R-124: coded, with the clinic's own words, and an id that checks can name."""
    wrong, at = publishing(world), "content.clauses[0]"
    one = clause()["content"]["clauses"][0]

    await each_is_refused(
        [
            wrong("of an unknown code", "UNKNOWN_CLAUSE", f"{at}.code", **clause(code="full_moon")),
            wrong("of the other kind's code", "UNKNOWN_CLAUSE", f"{at}.code", **clause(kind="OBLIGATION")),
            wrong("without words", "TEXT_EMPTY", f"{at}.text", **clause(text="")),
            wrong("with half a character", "TEXT_UNUSABLE", f"{at}.text", **clause(text="\ud800")),
            wrong("about an unknown part", "UNKNOWN_COMPONENT", f"{at}.components", **clause(components=["bridge"])),
            wrong("twice", "CLAUSE_REPEATED", "content.clauses", content={"clauses": [one, one]}),
            wrong("of endless words", "TEXT_TOO_LONG", "content", content=_long(60)),
            wrong("101 times", "OUT_OF_RANGE", "content.clauses", content={"clauses": [one] * 101}),
        ],
        subtests,
    )


def _long(clauses: int) -> dict[str, Any]:
    one = clause()["content"]["clauses"][0]
    return {"clauses": [one | {"key": f"x{number}", "text": "x" * 1_999} for number in range(clauses)]}


async def test_terms_are_never_back_dated(world: World) -> None:
    """R-125."""
    refused = await refusal(
        publishing(world)("yesterday", "TERMS_BACKDATED", "effectiveFrom", effectiveFrom="2026-03-02")
    )

    assert refused["availableFrom"] == "2026-03-03"


async def test_a_mistyped_century_locks_nothing(world: World) -> None:
    """R-125: terms are published two years ahead at most."""
    wrong = publishing(world)

    far = [
        await refusal(wrong("far ahead", "OUT_OF_RANGE", "effectiveFrom", effectiveFrom=day))
        for day in ("2028-03-04", "2206-04-01", "9999-12-31")
    ]
    last = await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2028-03-03")

    assert {(one["code"], one["field"]) for one in far} == {("OUT_OF_RANGE", "effectiveFrom")}
    assert "2026-03-03 to 2028-03-03" in far[0]["message"]
    assert int(last["number"]) == 2


async def test_what_has_not_taken_effect_can_be_withdrawn_and_stays_readable(world: World) -> None:
    """R-125, R-213: then another version of that scope can be published, and nothing that was in force goes."""
    mistyped = await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2027-04-01")
    wrong = publishing(world)

    overlapping = await refusal(wrong("before it", "TERMS_OVERLAP", "effectiveFrom", effectiveFrom="2026-04-01"))
    withdrawn = await world.coordinator.do("withdrawTerms", WITHDRAWN, termsId=mistyped["id"])
    again = await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-04-01")
    read = (await world.frontend.ask(READ, id=world.clinic_id))["clinic"]

    assert overlapping["code"] == "TERMS_OVERLAP"
    assert withdrawn["withdrawnAt"] is not None
    assert [(one["number"], one["withdrawnAt"] is None) for one in read["publishedTerms"]] == [
        (3, True),
        (2, False),
        (1, True),
    ]
    assert int(again["number"]) == read["termsInForce"]["number"] == 3
    assert read["publishedTerms"][0]["differences"] == []


async def test_terms_that_cannot_be_withdrawn(world: World, subtests: pytest.Subtests) -> None:
    later = await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-04-01")
    await world.coordinator.do("withdrawTerms", termsId=later["id"])
    wrong, by_patient = (
        Trying(who=who, mutation="withdrawTerms", good={"termsId": later["id"]})
        for who in (world.coordinator, world.patient)
    )
    offer = {"treatmentId": world.treatment_id, "termsId": later["id"]}
    offering = Trying(who=world.coordinator.at(LATER), mutation="offerTerms", good=offer)

    await each_is_refused(
        [
            wrong("in force", "TERMS_TAKEN_EFFECT", "termsId", termsId=world.terms_id),
            wrong("twice", "TERMS_WITHDRAWN", "termsId"),
            by_patient("by a patient", "NOT_ALLOWED"),
            offering("offered", "TERMS_WITHDRAWN", "termsId"),
        ],
        subtests,
    )
