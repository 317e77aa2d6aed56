"""Publishing a clinic's terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.clinics.staff import member_acting
from suivi.core.clocks.partial_dates import LAST_YEAR
from suivi.core.clocks.periods import Period, PeriodTooLong, UnreadablePeriod
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.models import Payer, Terms
from suivi.core.coverage.rules import require_fee_kinds, require_publishable
from suivi.core.events.log import append
from suivi.core.specialties.common import common
from suivi.core.treatments.rules import UnknownAnchor, UnknownProcedure

MAX_CLAUSES = 100
PERIOD_LENGTH = 20
LATEST = date(LAST_YEAR, 12, 31)
"""No anchor is later than this day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Terms before they are published. `period` and `reference_period` are ISO 8601 durations such as P3Y."""

    procedure: str
    language: str
    text: str
    period: str
    starts: str
    covers: Sequence[str]
    fees: Sequence[tuple[str, Payer]]
    exclusions: Sequence[str]
    reference_period: str | None = None
    response_days: int | None = None
    effective_from: date | None = None


@action(Terms)
async def publish_terms(by: Acting, clinic_id: UUID, draft: Draft) -> Terms:
    """One more version for the clinic and procedure; versions never change once published."""
    clinic = await locked(Clinic, by.viewer, clinic_id, on=by.on, verb="publish_terms")
    _require_known(by, draft)
    today = day_at(zone(clinic.time_zone), by.at)
    earlier = await Terms.filter(clinic_id=clinic.id, procedure=draft.procedure)
    effective_from = draft.effective_from or today
    require_publishable(effective_from, earlier, today=today)
    publisher = await member_acting(by, clinic.id)
    assert publisher is not None, "the access table lets only the clinic's coordinators in"  # noqa: S101
    terms = Terms(
        clinic_id=clinic.id,
        number=len(earlier) + 1,
        **_worded(draft),
        effective_from=effective_from,
        published_at=by.at,
        publisher_id=publisher.id,
    )
    told = {"terms": str(terms.id), "procedure": terms.procedure, "number": terms.number}
    await append(by, clinic, "terms_published", told, new=[terms])
    return terms


def _require_known(by: Acting, draft: Draft) -> None:
    procedure = by.house.registry.procedure(draft.procedure)
    if procedure is None:
        raise UnknownProcedure(field="procedure")
    if draft.starts not in procedure.anchors.all():
        raise UnknownAnchor(field="starts", anchors=", ".join(procedure.anchors.all()))
    require_fee_kinds([kind for kind, _ in draft.fees], common().fee_kinds)


def _worded(draft: Draft) -> dict[str, Any]:
    days, period = draft.response_days, draft.reference_period
    return {
        "procedure": draft.procedure,
        "language": inputs.language(draft.language, field="language"),
        "text": inputs.text(draft.text, field="text", limit=50_000),
        "period": _period(draft.period, "period"),
        "starts": draft.starts,
        "covers": _clauses(draft.covers, "covers"),
        "fees": {kind: payer.value for kind, payer in draft.fees},
        "exclusions": _clauses(draft.exclusions, "exclusions"),
        "reference_period": None if period is None else _period(period, "referencePeriod"),
        "response_days": None if days is None else inputs.number(days, field="responseDays", least=1, most=90),
    }


def _clauses(clauses: Sequence[str], field: str) -> list[str]:
    inputs.number(len(clauses), field=field, least=0, most=MAX_CLAUSES)
    return list(dict.fromkeys(inputs.text(clause, field=field, limit=500) for clause in clauses))


def _period(text: str, field: str) -> str:
    """As it was written, but short enough to be counted from any date that can be recorded."""
    period = Period.parse(text, field=field)
    try:
        period.add_to(LATEST)
    except PeriodTooLong as error:
        raise PeriodTooLong(field=field) from error
    if len(str(period)) > PERIOD_LENGTH:
        raise UnreadablePeriod(field=field)
    return str(period)
