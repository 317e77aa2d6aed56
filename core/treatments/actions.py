"""What is learnt of treatments once they are registered."""

from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.access.narrowing import NotFound
from suivi.core.access.viewer import Role
from suivi.core.acting import Acting, action
from suivi.core.cases.models import Case, CaseState
from suivi.core.clinics.models import Clinic
from suivi.core.clinics.staff import member_acting
from suivi.core.clocks.zones import day_at, zone
from suivi.core.events.log import append
from suivi.core.evidence.models import Evidence, EvidenceState
from suivi.core.refusals import Refusal
from suivi.core.specialties.model import Procedure
from suivi.core.sql import update
from suivi.core.treatments import rules
from suivi.core.treatments.answers import dates_of
from suivi.core.treatments.models import (
    Addendum,
    Anchor,
    Consent,
    Cycle,
    Departure,
    DepartureDecision,
    IndividualDate,
    LocalAnchor,
    Treatment,
)
from suivi.core.treatments.recoveries import OnRecord, recovery_on
from suivi.core.treatments.rules import AnchorChecked, AnchorGiven
from suivi.core.treatments.stored import agreed_as_told, course_of, kept_anchor
from suivi.core.versions import expect


class SignedInFuture(Refusal):
    """A consent is signed today or earlier."""

    code = "SIGNED_IN_FUTURE"
    remedy = "Give the day that stands on the document."


async def _locked(by: Acting, treatment_id: UUID, verb: str) -> Treatment:
    return await locked(Treatment, by.viewer, treatment_id, on=by.on, verb=verb)


async def _today(by: Acting, treatment: Treatment) -> date:
    """The day it is at the clinic."""
    clinic = await Clinic.get(id=treatment.clinic_id)
    return day_at(zone(clinic.time_zone), by.at)


async def _frozen(by: Acting, treatment: Treatment) -> bool:
    names = [
        str(name)
        for model in (Anchor, LocalAnchor)
        for name in await model.filter(treatment_id=treatment.id).values_list("name", flat=True)
    ]
    return rules.objectives_frozen(names, await _procedure(by, treatment))


async def _procedure(by: Acting, treatment: Treatment) -> Procedure:
    return (await by.house.rules.ready([treatment])).procedure_of(treatment)


@action(Treatment)
async def record_anchor(
    by: Acting,
    treatment_id: UUID,
    *,
    name: str,
    on: str,
    expected_version: int,
    site: str | None = None,
    cycle: int | None = None,
) -> Treatment:
    """Records the date of an anchor, or corrects the one on record. A correction stays visible in the history.

    With a site or a cycle, the date there, which goes before that of the treatment.
    """
    treatment = await _locked(by, treatment_id, "record_anchor")
    await expect(treatment, expected_version)
    given = AnchorGiven(name=name, on=on, site=site, cycle=cycle)
    anchor = await _checked_anchor(by, treatment, given)
    row, before = await kept_anchor(by, treatment, anchor)
    treatment.version += 1
    await update(treatment, "version")
    told = {"version": treatment.version, "anchor": name, "on": row.on, "before": before}
    told |= {key: value for key, value in (("site", site), ("cycle", cycle)) if value is not None}
    await append(by, treatment, "anchor_recorded", told, wrote=[treatment, row])
    return treatment


async def _checked_anchor(by: Acting, treatment: Treatment, given: AnchorGiven) -> AnchorChecked:
    found = await course_of(by, treatment) if given.cycle is not None else None
    procedure = await _procedure(by, treatment)
    [anchor] = rules.checked_anchors(
        [given],
        procedure,
        treatment.sites,
        on=await _today(by, treatment),
        counted=found is not None,
        fields=("name", "on", "site", "cycle"),
    )
    if found is not None:
        rules.checked_cycles([anchor], found.numbers, field="cycle")
    if anchor.name == procedure.anchors.day0 and await agreed_as_told(treatment):
        rules.require_agreed_before(treatment.agreed_on, [anchor], procedure, field="on")
    return anchor


@action(Treatment)
async def record_cycle(
    by: Acting,
    treatment_id: UUID,
    *,
    number: int,
    expected_version: int,
    cancelled_on: str | None = None,
    closed_on: str | None = None,
    embryos_left: int | None = None,
) -> Treatment:
    """The whole of what this treatment knows of a cycle: what is left out is not known, or not known any more."""
    treatment = await _locked(by, treatment_id, "record_cycle")
    await expect(treatment, expected_version)
    found = await course_of(by, treatment)
    if found is None:
        raise rules.NotCountedInCycles(field="number")
    rules.checked_cycle(number, found.numbers, field="number")
    today = await _today(by, treatment)
    cycle = await Cycle.get_or_none(treatment_id=treatment.id, number=number)
    before = _cycle_facts(cycle) if cycle else None
    cycle = cycle or Cycle(treatment_id=treatment.id, number=number)
    cycle.cancelled_on = rules.happened(cancelled_on, on=today, field="cancelledOn")
    cycle.closed_on = rules.happened(closed_on, on=today, field="closedOn")
    cycle.embryos_left = _embryos(embryos_left, closed=closed_on is not None)
    cycle.recorded_at = by.at
    await cycle.save()
    treatment.version += 1
    await update(treatment, "version")
    told = {"version": treatment.version, "cycle": number, **_cycle_facts(cycle), "before": before}
    await append(by, treatment, "cycle_recorded", told, wrote=[treatment, cycle])
    return treatment


def _embryos(left: int | None, *, closed: bool) -> int | None:
    if left is None:
        return None
    if inputs.number(left, field="embryosLeft", least=0, most=rules.MAX_EMBRYOS) and closed:
        raise rules.EmbryosLeft(field="closedOn")
    return left


def _cycle_facts(cycle: Cycle) -> dict[str, Any]:
    return {
        "cancelledOn": cycle.cancelled_on,
        "closedOn": cycle.closed_on,
        "embryosLeft": cycle.embryos_left,
    }


@action(Treatment)
async def record_individual_date(
    by: Acting, treatment_id: UUID, *, judged_from: date, reason: str, site: str | None = None
) -> Treatment:
    """The practitioner's own date; those before it stay on record (R-043).

    One that is later than the date before it is told as such, to the patient too: in the treatment and its open cases.
    """
    treatment = await _locked(by, treatment_id, "record_individual_date")
    rules.checked_site(site, treatment.sites, field="site")
    await _require_after_treatment(by, treatment, judged_from)
    practitioner = await member_acting(by, treatment.clinic_id)
    assert practitioner is not None, "only a clinic's practitioner may do this"  # noqa: S101
    individual = await IndividualDate.create(
        treatment_id=treatment.id,
        site=site,
        judged_from=judged_from,
        reason=inputs.text(reason, field="reason", limit=2000),
        practitioner_id=practitioner.id,
        decided_at=by.at,
    )
    moved_from = await _moved_from(by, treatment, site)
    told = {"individualDate": str(individual.id), "site": site, "judgedFrom": judged_from, "movedFrom": moved_from}
    later = moved_from is not None
    kind = "individual_date_moved_later" if later else "individual_date_recorded"
    await append(by, treatment, kind, told, wrote=[individual])
    about = Case.filter(covered__treatment_id=treatment.id, state=CaseState.OPEN).order_by("id")
    for case in await about if later else []:
        await append(by, case, kind, {"treatment": str(treatment.id), **told})
    return treatment


async def _moved_from(by: Acting, treatment: Treatment, site: str | None) -> date | None:
    """The date that had been told before, where the newest one is later, at any of the sites it is for."""
    record = OnRecord(
        treatment=treatment,
        procedure=await _procedure(by, treatment),
        anchors=await Anchor.filter(treatment_id=treatment.id).order_by("id"),
        local_anchors=await LocalAnchor.filter(treatment_id=treatment.id).order_by("id"),
        individual_dates=await IndividualDate.filter(treatment_id=treatment.id).order_by("id"),
        course=await course_of(by, treatment),
    )
    places: list[str | None] = [site] if site is not None or not treatment.sites else [*treatment.sites]
    today = await _today(by, treatment)
    moved = [recovery_on(record, today, site=place).stabilisation.moved_from for place in places]
    return min((day for day in moved if day is not None), default=None)


async def _require_after_treatment(by: Acting, treatment: Treatment, judged_from: date) -> None:
    day0 = (await _procedure(by, treatment)).anchors.day0
    begun = dates_of(await Anchor.filter(treatment_id=treatment.id, name=day0)).get(day0)
    if begun and begun.earliest and judged_from < begun.earliest:
        raise rules.JudgedBeforeTreatment(field="judgedFrom", available_from=begun.earliest)


@action(Treatment)
async def record_departure(by: Acting, treatment_id: UUID, *, left_on: str, decision: DepartureDecision) -> Treatment:
    """When the patient travelled home and who decided it. What the other side told stays beside it (R-028)."""
    treatment = await _locked(by, treatment_id, "record_departure")
    left = rules.happened(left_on, on=await _today(by, treatment), field="leftOn")
    departure = Departure(
        treatment_id=treatment.id,
        left_on=left,
        decision=decision,
        recorder_role=by.viewer.role.value,
        recorded_at=by.at,
    )
    told = {"departure": str(departure.id), "leftOn": left, "decision": decision.value}
    await append(by, treatment, "departure_recorded", told, new=[departure])
    return treatment


@action(Treatment)
async def record_objectives(by: Acting, treatment_id: UUID, *, objectives: str, expected_version: int) -> Treatment:
    """Each side records its own, until the treatment begins (R-024)."""
    treatment = await _locked(by, treatment_id, "record_objectives")
    await expect(treatment, expected_version)
    if await _frozen(by, treatment):
        raise rules.ObjectivesFrozen(field="objectives")
    objectives = inputs.text(objectives, field="objectives", limit=10_000)
    if by.viewer.role is Role.PRACTITIONER:
        treatment.practitioner_objectives = objectives
    else:
        treatment.patient_objectives = objectives
    treatment.version += 1
    await update(treatment)
    await append(by, treatment, "objectives_recorded", {"version": treatment.version}, wrote=[treatment])
    return treatment


@action(Treatment)
async def add_addendum(by: Acting, treatment_id: UUID, *, text: str) -> Treatment:
    treatment = await _locked(by, treatment_id, "add_addendum")
    if not await _frozen(by, treatment):
        raise rules.ObjectivesOpen(field="text")
    addendum = Addendum(
        treatment_id=treatment.id,
        author_role=by.viewer.role.value,
        text=inputs.text(text, field="text", limit=10_000),
        added_at=by.at,
    )
    await append(by, treatment, "addendum_added", {"addendum": str(addendum.id)}, new=[addendum])
    return treatment


@action(Treatment)
async def record_consent(
    by: Acting,
    treatment_id: UUID,
    *,
    document_version: str,
    language: str,
    signed_on: date,
    evidence_id: UUID | None,
) -> Treatment:
    """The signed informed consent; `evidence_id` is its scan, among the evidence of the treatment's cases."""
    treatment = await _locked(by, treatment_id, "record_consent")
    if signed_on > await _today(by, treatment):
        raise SignedInFuture(field="signedOn", available_from=signed_on)
    scans = Evidence.filter(id=evidence_id, case__covered__treatment_id=treatment.id, state=EvidenceState.KEPT)
    if evidence_id is not None and not await scans.exists():
        raise NotFound(noun="evidence", field="evidenceId")
    consent = Consent(
        treatment_id=treatment.id,
        document_version=inputs.text(document_version, field="documentVersion", limit=60),
        language=inputs.language(language, field="language"),
        signed_on=signed_on,
        evidence_id=evidence_id,
        recorded_at=by.at,
    )
    await append(by, treatment, "consent_recorded", {"consent": str(consent.id)}, new=[consent])
    return treatment
