"""What templates of the market make of a manufacturer's warranty (R-137)."""

from pathlib import Path

import pytest

from suivi.core.coverage.checks import problems
from suivi.core.coverage.content import LifetimeOf, LimitUnit
from suivi.core.coverage.models import Payer
from suivi.core.coverage.scopes import Known, Scope
from suivi.core.devices.rules import IMPLANTATION, Gives, Holder
from suivi.core.devices.templates import Offered, manufacturer_templates, offered
from suivi.core.devices.words import DeviceVocabulary
from suivi.core.specialties.model import Specialty
from suivi.core.specialties.reader import read_specialty

PLUGINS = Path(__file__).parents[3] / "plugins"
SPECIALTIES = {name: read_specialty(PLUGINS / name) for name in ("surgery", "dental", "ophthalmology")}


def warranty(specialty: Specialty, key: str, language: str = "en") -> Offered:
    known = Known(scope=Scope(specialty=specialty.id), specialty=specialty, procedure=None)
    return offered(manufacturer_templates(specialty)[key], known, language=language)


@pytest.mark.parametrize("name", SPECIALTIES)
@pytest.mark.parametrize("language", ["en", "fr", "tr"])
def test_every_template_can_be_attached_as_it_is(name: str, language: str) -> None:
    specialty = SPECIALTIES[name]

    for key in manufacturer_templates(specialty):
        found = warranty(specialty, key, language)
        assert list(problems(found.content, DeviceVocabulary(specialty=specialty))) == [], key
        assert {one.limit.starts for one in found.content.components if one.limit} == {IMPLANTATION}, key
        assert found.name, key
        assert found.source, key
        assert found.beneficiary is not None, key


def test_two_programmes_of_breast_implants_have_the_deadlines_and_caps_their_makers_state() -> None:
    """Motiva: 90 days to register, 10 to return. Mentor Enhanced: 45 days, USD 3,500 for all fees together."""
    motiva, mentor = (warranty(SPECIALTIES["surgery"], key) for key in ("motiva", "mentor"))
    caps = {line.cap and (str(line.cap.amount), line.cap.currency) for line in mentor.content.fees if line.component}

    assert (motiva.enrolment_days, motiva.return_days) == (90, 10)
    assert (mentor.enrolment_days, mentor.return_days) == (45, None)
    assert caps == {("3500", "USD")}


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
