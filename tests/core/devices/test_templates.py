"""What templates of the market make of a manufacturer's warranty (R-137)."""

from pathlib import Path
from typing import Any

import pytest

from suivi.core.coverage.checks import problems
from suivi.core.coverage.content import OTHER, LifetimeOf, LimitUnit
from suivi.core.coverage.models import Payer
from suivi.core.coverage.scopes import Known, Scope
from suivi.core.devices.makers import fits
from suivi.core.devices.rules import IMPLANTATION, Gives, Holder
from suivi.core.devices.templates import Offered, deadline_problems, manufacturer_templates, offered
from suivi.core.devices.words import DeviceVocabulary
from suivi.core.documents.words import LANGUAGES
from suivi.core.specialties.model import Specialty
from suivi.core.specialties.reader import read_specialty

PLUGINS = Path(__file__).parents[3] / "plugins"
SPECIALTIES = {name: read_specialty(PLUGINS / name) for name in ("surgery", "dental", "ophthalmology")}


def warranty(specialty: Specialty, key: str, language: str = "en") -> Offered:
    known = Known(scope=Scope(specialty=specialty.id), specialty=specialty, procedure=None)
    return offered(manufacturer_templates(specialty)[key], known, language=language)


@pytest.mark.parametrize("name", SPECIALTIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_can_be_attached_as_it_is(name: str, language: str) -> None:
    specialty = SPECIALTIES[name]

    for key in manufacturer_templates(specialty):
        found = warranty(specialty, key, language)
        assert list(problems(found.content, DeviceVocabulary(specialty=specialty))) == [], key
        assert {one.limit.starts for one in found.content.components if one.limit} == {IMPLANTATION}, key
        assert found.name, key
        assert found.source, key
        assert found.beneficiary is not None, key


@pytest.mark.parametrize("name", SPECIALTIES)
def test_every_part_of_a_programme_is_named_in_the_patients_language(name: str) -> None:
    """R-137: in French and English; conditions in plain words as well."""
    specialty = SPECIALTIES[name]
    found = [warranty(specialty, key).content for key in manufacturer_templates(specialty)]
    parts = {one.id for content in found for one in content.components}
    plain = {one.text for content in found for one in content.clauses if one.code == OTHER}

    said = specialty.labels.coverage
    exclusions = {text.text.by_locale["en"] for text in specialty.exclusions.values()}
    assert [
        one for one in sorted(parts | plain - exclusions) if one not in said or "fr" not in said[one].by_locale
    ] == []


@pytest.mark.parametrize(
    ("manufacturer", "own"),
    [
        ("Straumann", True),
        ("STRAUMANN AG", True),
        ("Institut Straumann AG", True),
        ("Nobel Biocare", False),
        ("Straumann-compatible parts by Somebody", False),
        ("AG", False),
    ],
)
def test_a_makers_warranty_is_for_that_makers_devices(manufacturer: str, own: bool) -> None:
    """R-137: whatever form of company stands on the label."""
    template = manufacturer_templates(SPECIALTIES["dental"])["manufacturer_implant"]

    assert fits(template, manufacturer) is own


def test_a_template_of_a_kind_of_device_is_for_every_maker_and_names_none() -> None:
    """R-137: a maker that is only an example says nothing of another one's device."""
    lens = manufacturer_templates(SPECIALTIES["ophthalmology"])["manufacturer_iol"]
    as_example = lens.model_copy(update={"example": "Rayner"})
    known = Known(scope=Scope(specialty="ophthalmology"), specialty=SPECIALTIES["ophthalmology"], procedure=None)

    assert fits(as_example, "Alcon")
    assert offered(as_example, known, language="en").name == "lens inside the eye (IOL)"


@pytest.mark.parametrize(
    "told", ["Motiva", "Establishment Labs", "ESTABLISHMENT LABS, S.A.", "Motiva (Establishment Labs)", "Motiva®"]
)
def test_a_maker_is_known_by_each_of_its_names(told: str) -> None:
    assert fits(manufacturer_templates(SPECIALTIES["surgery"])["motiva"], told)
    assert not fits(manufacturer_templates(SPECIALTIES["surgery"])["mentor"], told)


def test_two_programmes_of_breast_implants_have_the_deadlines_and_caps_their_makers_state() -> None:
    """Motiva: 90 days to register, 10 to return. Mentor Enhanced: 45 days, USD 3,500 for all fees together."""
    motiva, mentor = (warranty(SPECIALTIES["surgery"], key) for key in ("motiva", "mentor"))
    caps = {line.cap and (str(line.cap.amount), line.cap.currency) for line in mentor.content.fees if line.component}

    assert (motiva.enrolment_days, motiva.return_days) == (90, 10)
    assert (mentor.enrolment_days, mentor.return_days) == (45, None)
    assert caps == {("3500", "USD")}


def test_a_cap_for_all_fees_together_is_told_in_every_language() -> None:
    """R-137: by its amount and currency."""
    mentor = {language: warranty(SPECIALTIES["surgery"], "mentor", language) for language in LANGUAGES}
    notes = {language: {line.note for line in one.content.fees if line.cap} for language, one in mentor.items()}

    assert all("3500 USD" in (note or "") for said in notes.values() for note in said)
    assert len({note for said in notes.values() for note in said}) == len(LANGUAGES)


def test_what_a_plugin_got_wrong_about_deadlines_is_said_before_anybody_attaches_it() -> None:
    motiva = manufacturer_templates(SPECIALTIES["surgery"])["motiva"]
    wrong = {"registration_days": 90, "registration_for": ["contracture", "twenty_years"], "claim_from": "tuesday"}

    found = " ".join(deadline_problems(motiva.model_copy(update={"deadlines": wrong})))

    assert list(deadline_problems(motiva)) == []
    assert "'tuesday', which is neither explantation nor noticing" in found
    assert "'twenty_years' is no part of it" in found
    assert "'contracture'" not in found


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"registration_days": "90"}, "registration_days is '90', which is no number of days"),
        ({"explant_return_days": 0}, "explant_return_days is 0, which is no number of days"),
        ({"registration_for": "contracture"}, "registration_for is 'contracture', which is no list of parts"),
    ],
)
def test_a_deadline_that_would_be_passed_over_is_said_to_its_author(told: dict[str, Any], problem: str) -> None:
    """R-138."""
    motiva = manufacturer_templates(SPECIALTIES["surgery"])["motiva"]

    found = list(deadline_problems(motiva.model_copy(update={"deadlines": {**motiva.deadlines, **told}})))

    assert found == [f"deadlines: {problem}"]


def test_a_start_of_claims_that_is_left_empty_is_left_out_and_several_are_a_problem() -> None:
    """R-137: the plugin's author is told, and whoever attaches it meets no fault of the server."""
    specialty = SPECIALTIES["surgery"]
    motiva = manufacturer_templates(specialty)["motiva"]
    known = Known(scope=Scope(specialty="surgery"), specialty=specialty, procedure=None)
    empty, several = (
        motiva.model_copy(update={"deadlines": {"claim_days": 30, "claim_from": told}})
        for told in (None, ["noticing", "explantation"])
    )

    assert (list(deadline_problems(empty)), offered(empty, known, language="en").claim_from) == ([], None)
    assert len(list(deadline_problems(several))) == 1


def test_what_lasts_for_life_is_the_product_and_not_the_money_for_another_operation() -> None:
    mentor = warranty(SPECIALTIES["surgery"], "mentor")
    parts = {one.id: one for one in mentor.content.components}
    product, money = parts["product_rupture"], parts["financial_assistance"]

    assert product.limit is not None
    assert (product.limit.unit, product.limit.lifetime_of) == (LimitUnit.LIFETIME, LifetimeOf.DEVICE)
    assert (product.covers, product.remedy) == (("rupture",), ("device",))
    assert money.limit is not None
    assert (money.limit.months, money.remedy) == (120, ("financial_assistance",))


def test_a_dental_implant_is_warranted_to_the_dentist_and_replaced_without_its_costs() -> None:
    """R-137: the patient derives no right from it."""
    found = warranty(SPECIALTIES["dental"], "manufacturer_implant")
    paid = {line.kind: line.payer for line in found.content.fees}

    assert (found.beneficiary, found.gives) == (Holder.PRACTITIONER, Gives.PRODUCT)
    assert (paid["device"], paid["surgeon_fee"]) == (Payer.MANUFACTURER, Payer.PATIENT)
