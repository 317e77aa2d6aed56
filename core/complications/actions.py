"""Reporting complications: at any time, with as little as a sentence, whatever the state of the case (R-070)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.cases.actions import locked_case, reopened, treatment_in
from suivi.core.cases.models import Case, CaseState
from suivi.core.clinics.models import Clinic
from suivi.core.clinics.staff import member_acting
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.zones import day_at, zone
from suivi.core.complications.models import ComplicationReport
from suivi.core.complications.rules import ORDER, Matched, match
from suivi.core.deliveries.actions import enqueue
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.answers import dates_of
from suivi.core.treatments.models import Anchor, Treatment

MAX_SIGNS = 100


class ReportEmpty(Refusal):
    """The report says nothing yet."""

    code = "REPORT_EMPTY"
    remedy = "Tick a sign or write a few words; nothing else is needed. In an emergency call the local number first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`signs` are ids of the procedure's red flags and normal signs; ids nobody knows are kept and match nothing."""

    signs: Sequence[str]
    words: str
    language: str
    noticed_on: str | None = None
    treatment_id: UUID | None = None


@action(ComplicationReport)
async def report_complication(by: Acting, case_id: UUID, report: Report) -> ComplicationReport:
    """Accepted at once; the clinic's notice is written in the same transaction. A closed case reopens by itself."""
    case = await locked_case(by, case_id, "report_complication")
    signs = list(dict.fromkeys(inputs.text(sign, field="signs", limit=60) for sign in report.signs))
    words = report.words.strip()
    if not signs and not words:
        raise ReportEmpty()
    inputs.number(len(signs), field="signs", least=0, most=MAX_SIGNS)
    clinic = await Clinic.get(id=case.clinic_id)
    today = day_at(zone(clinic.time_zone), by.at)
    noticed = PartialDate.parse(report.noticed_on or str(today), field="noticedOn")
    treatments = await _concerned(case, report.treatment_id)
    matched, rules_version = await _matched(by, treatments, signs, judged_on(noticed, today))
    row = ComplicationReport(
        case_id=case.id,
        treatment_id=treatments[0].id if len(treatments) == 1 else None,
        noticed_on=str(noticed),
        signs=signs,
        words=inputs.text(words, field="words", limit=20_000) if words else "",
        language=inputs.language(report.language, field="language"),
        urgency=matched.urgency,
        red_flags=list(matched.red_flags),
        rules_version=rules_version,
        reporter_role=by.viewer.role.value,
        reporter=by.viewer.subject,
        reported_at=by.at,
    )
    if case.state is CaseState.CLOSED:
        await reopened(by, case)
    # Only that there is a report: what it says is for those who may read reports.
    event = await append(by, case, "complication_reported", {"report": str(row.id)}, new=[row])
    await enqueue(by, event, case, urgent=matched.urgency in ("emergency_now", "same_day"))
    return row


async def _concerned(case: Case, treatment_id: UUID | None) -> list[Treatment]:
    if treatment_id is not None:
        return [await treatment_in(case, treatment_id)]
    return await Treatment.filter(covering__case_id=case.id).order_by("id")


def judged_on(noticed: PartialDate, today: date) -> date:
    """The last day it may have been noticed on: never one after the report."""
    return min(noticed.latest or today, today)


async def _matched(by: Acting, treatments: Sequence[Treatment], signs: Sequence[str], on: date) -> tuple[Matched, str]:
    """The most urgent match over the treatments concerned, and the rules that made it."""
    best, version = Matched(urgency=None, red_flags=()), "core@1"
    rules = await by.house.rules.ready(treatments)
    for treatment in treatments:
        anchors = dates_of(await Anchor.filter(treatment_id=treatment.id))
        found = match(signs, rules.procedure_of(treatment), anchors, noticed_on=on)
        if version == "core@1" or _urgent(found) < _urgent(best):
            best, version = found, rules.named(treatment)
    return best, version


def _urgent(matched: Matched) -> int:
    return len(ORDER) if matched.urgency is None else ORDER.index(matched.urgency)


@action(ComplicationReport)
async def mark_complication_seen(by: Acting, report_id: UUID) -> ComplicationReport:
    """Somebody at the clinic says they have read it. The first one counts; saying it again changes nothing."""
    report = await locked(ComplicationReport, by.viewer, report_id, on=by.on, verb="mark_seen")
    if report.seen_at is not None:
        return report
    case = await Case.get(id=report.case_id)
    member = await member_acting(by, case.clinic_id)
    report.seen_at, report.seen_by_id = by.at, member.id if member else None
    await update(report)
    await append(by, case, "complication_seen", {"report": str(report.id)}, wrote=[report])
    return report
