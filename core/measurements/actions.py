"""Recording measurements: all that is sent, or nothing of it."""

from collections.abc import Sequence
from uuid import UUID

from suivi.core.access.narrowing import NotFound, fetch
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.clocks.zones import day_at, zone
from suivi.core.events.log import append
from suivi.core.evidence.models import Evidence, EvidenceState
from suivi.core.measurements import rules
from suivi.core.measurements.models import Measurement
from suivi.core.measurements.rules import Asked, Checked, Setting
from suivi.core.treatments.answers import dates_of, local_dates
from suivi.core.treatments.models import Anchor, LocalAnchor, Treatment


@action(Treatment)
async def record_measurements(by: Acting, treatment_id: UUID, asked: Sequence[Asked]) -> Treatment:
    """Appended to what is on record; of two for the same key, site, purpose and day, the later recorded one counts."""
    treatment = await fetch(Treatment, by.viewer, treatment_id, on=by.on, verb="record_measurements")
    if not 1 <= len(asked) <= rules.MAX_AT_ONCE:
        raise rules.MeasurementsMissing(field="measurements", limit=rules.MAX_AT_ONCE)
    checked = await _checked(by, treatment, asked)
    await _require_on_file(treatment, asked)
    rows = [
        Measurement(
            treatment_id=treatment.id,
            key=measured.key,
            site=measured.site,
            purpose=measured.purpose,
            value={"value": measured.value},
            unit=measured.unit,
            measured_on=str(measured.measured_on),
            evidence_id=sent.evidence_id,
            recorder_role=by.viewer.role.value,
            recorder=by.viewer.subject,
            recorded_at=by.at,
        )
        for sent, measured in zip(asked, checked, strict=True)
    ]
    await Measurement.bulk_create(rows)
    # Which rows, and no figure: the log is read by more people than the measurements are.
    await append(by, treatment, "measurements_recorded", {"measurements": [str(row.id) for row in rows]}, wrote=rows)
    return treatment


async def _setting(by: Acting, treatment: Treatment) -> Setting:
    pinned = await by.house.rules.ready([treatment])
    return Setting(
        specialty=pinned.specialty_of(treatment),
        procedure=pinned.procedure_of(treatment),
        sites=treatment.sites,
        anchors=dates_of(await Anchor.filter(treatment_id=treatment.id)),
        local=local_dates(await LocalAnchor.filter(treatment_id=treatment.id)),
    )


async def _checked(by: Acting, treatment: Treatment, asked: Sequence[Asked]) -> list[Checked]:
    setting = await _setting(by, treatment)
    clinic = await Clinic.get(id=treatment.clinic_id)
    today = day_at(zone(clinic.time_zone), by.at)
    checked: list[Checked] = []
    seen: set[tuple[object, ...]] = set()
    for number, one in enumerate(asked):
        found = rules.checked_measurement(one, setting, on=today, at=f"measurements[{number}].")
        same = (found.key, found.site, found.purpose, found.measured_on)
        if same in seen:
            raise rules.MeasurementRepeated(field=f"measurements[{number}]")
        seen.add(same)
        checked.append(found)
    return checked


async def _require_on_file(treatment: Treatment, asked: Sequence[Asked]) -> None:
    """What a measurement cites is kept evidence of a case about the treatment."""
    wanted = {one.evidence_id for one in asked if one.evidence_id}
    if not wanted:
        return
    kept = Evidence.filter(id__in=wanted, case__covered__treatment_id=treatment.id, state=EvidenceState.KEPT)
    found = set(await kept.values_list("id", flat=True))
    for number, one in enumerate(asked):
        if one.evidence_id and one.evidence_id not in found:
            raise NotFound(noun="evidence", field=f"measurements[{number}].evidenceId")
