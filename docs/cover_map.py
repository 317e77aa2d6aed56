"""Draws the picture of `docs/cover.md`: `python docs/cover_map.py`. The tests compare it."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from suivi.core.coverage.content import Component, Content, FeeLine, LifetimeOf, Limit, LimitUnit, Money
from suivi.core.coverage.cover import Said, Statement
from suivi.core.coverage.cover_map import CoverMap, CoverRecord, cover_map
from suivi.core.coverage.history import History
from suivi.core.coverage.models import Payer
from suivi.core.coverage.picture import picture
from suivi.core.coverage.saying import Saying
from suivi.core.registry import Registry

DRAWN = Path(__file__).with_name("cover-map.svg")

AGREED, ON = date(2026, 2, 20), date(2027, 6, 1)
SCREW = Limit(unit=LimitUnit.LIFETIME, lifetime_of=LifetimeOf.DEVICE, starts="implantation")


def drawn() -> str:
    """A year and a quarter after an implant was placed: its crown is still to come."""
    registry = Registry.load(only=["dental"])
    specialty = registry.specialties()["dental"]
    procedure = specialty.procedures["single_implant"]
    saying = Saying(specialty, procedure, "en-GB")
    return picture(_map(procedure), saying, width=800, notice=registry.notice("en-GB"))


def _map(procedure: Any) -> CoverMap:
    device = SimpleNamespace(
        id=UUID(int=2), object="implant", manufacturer="Examplant", site=None, implanted_on="2026-03", explanted_on=None
    )
    record = CoverRecord(
        treatment=SimpleNamespace(id=UUID(int=1), sites=["14"]),
        procedure=procedure,
        clinic=SimpleNamespace(name="Duna Dental", ceased=None, ceased_on=None),
        history=History(
            agreed_on=AGREED,
            agreed_at=datetime.combine(AGREED, time(23), UTC),
            place=ZoneInfo("Europe/Budapest"),
            day0="implant_placement",
            statements=(_terms(),),
        ),
        anchors=[SimpleNamespace(name="implant_placement", on="2026-03-03")],
        devices=[device],
        warranties=[_warranty(device)],
        insurances=[_insurance()],
    )
    return cover_map(record, ON)


def _terms() -> Statement:
    content = Content(
        components=(
            _component("implant", LimitUnit.YEAR, 5, "implant_placement"),
            _component("crown", LimitUnit.YEAR, 3, "definitive_crown"),
            _component("bone_graft", LimitUnit.MONTH, 12, "implant_placement"),
        ),
        fees=(FeeLine(kind="materials", payer=Payer.CLINIC, cap=Money(amount=Decimal("500.00"), currency="EUR")),),
    )
    return Statement(said=Said.PINNED, on=AGREED, number="1", content=content)


def _component(name: str, unit: LimitUnit, count: int, starts: str) -> Component:
    return Component(id=name, object=name, limit=Limit(unit=unit, count=count, starts=starts))


def _warranty(device: Any) -> Any:
    abutment = Limit(unit=LimitUnit.YEAR, count=10, starts="implantation")
    content = Content(
        components=(
            Component(id="screw", object="implant", limit=SCREW),
            Component(id="abutment", object="implant", limit=abutment),
        )
    )
    asked = dict.fromkeys(("enrolment_days", "return_days", "claim_days", "enrolled_on", "returned_on", "claimed_on"))
    return SimpleNamespace(
        id=UUID(int=3),
        device_id=device.id,
        content=content.plain(),
        claimant="practitioner",
        beneficiary="practitioner",
        withdrawn_at=None,
        **asked,
    )


def _insurance() -> Any:
    return SimpleNamespace(
        id=UUID(int=4),
        insurer="Example Insurance",
        content={},
        valid_from=date(2026, 3, 1),
        valid_until=date(2026, 8, 31),
        ended_at=None,
        withdrawn_at=None,
        claim_route="By telephone.",
    )


if __name__ == "__main__":
    DRAWN.write_text(drawn(), encoding="utf-8")
