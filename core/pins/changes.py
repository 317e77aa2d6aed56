"""What other rules would change for one treatment: both answer the same question on the same day, and are compared.

Every field of an answer is a path and a short text, such as `red_flag.fever` and `same_day 0/14 now`. Ranges are
`first/last` with `..` for an open end, counted in days from the anchor; dates are ISO 8601.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from suivi.core.clocks.anchors import Standing, Timeline, day_range
from suivi.core.clocks.check_ups import CheckUpAhead
from suivi.core.clocks.phases import Recovery
from suivi.core.clocks.stabilisation import StabilisationToday, for_variant
from suivi.core.clocks.windows import ReferenceWindow
from suivi.core.confirmations.periods import ConfirmedPeriod
from suivi.core.pins.rules import Rules
from suivi.core.specialties.forms import photo_sets_used
from suivi.core.specialties.model import Procedure, RedFlag, Specialty, Stabilisation, Text, Threshold
from suivi.core.treatments.answers import reference_window_of
from suivi.core.treatments.recoveries import OnRecord, anchors_in_force, recovery_on, timeline_on
from suivi.core.treatments.series import Part, course

Said = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChange:
    """One field of the answers. None before: it is new; None after: it is no longer there."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is computed with: all that is on record of a treatment, its pinned terms, and where both sides are."""

    record: OnRecord
    series: tuple[Part, ...]
    """The treatments of its series, itself among them, each with the rules that it is pinned to."""
    terms: Any | None
    clinic_zone: str
    patient_zone: str
    confirmed: tuple[ConfirmedPeriod, ...] = ()
    """Periods that signed confirmations state, in the order they were signed."""


def changes_by_moving(rules: Rules, facts: Facts, *, on: date) -> tuple[RulesChange, ...]:
    """What moving the treatment to the loaded rules would change, from that day on; nothing that is over by then."""
    moved = rules.as_if_moved()
    if _says_the_same(rules, moved, facts.record.treatment):
        return ()
    before, after = said(rules, facts, on=on), said(moved, facts, on=on)
    return tuple(
        RulesChange(field=field, before=before.get(field), after=after.get(field))
        for field in sorted(before.keys() | after.keys())
        if before.get(field) != after.get(field)
    )


def _says_the_same(rules: Rules, moved: Rules, treatment: Any) -> bool:
    """Most procedures of a new version are those of the old one: comparing figures is quicker than answers."""
    if rules.procedure_of(treatment) != moved.procedure_of(treatment):
        return False
    before, after = rules.specialty_of(treatment), moved.specialty_of(treatment)
    return (before.reference_period, before.photo_sets) == (after.reference_period, after.photo_sets)


def said(rules: Rules, facts: Facts, *, on: date) -> Mapping[str, str]:
    """Everything these rules say of the treatment on that day and later, by field."""
    treatment = facts.record.treatment
    procedure, specialty = rules.procedure_of(treatment), rules.specialty_of(treatment)
    record = _by(procedure, facts)
    today = recovery_on(record, on)
    window = reference_window_of(
        rules,
        treatment,
        anchors_in_force(record),
        facts.terms,
        clinic_zone=facts.clinic_zone,
        patient_zone=facts.patient_zone,
        on=on,
        confirmed=facts.confirmed,
    )
    rule = for_variant(procedure.stabilisation, treatment.variant)
    return dict(
        [
            *_stabilisation("stabilisation", rule, today.stabilisation),
            *_stabilisation("prosthetic", procedure.prosthetic, today.prosthetic),
            *_entries(procedure, today, timeline_on(record, on)),
            *(_check_up(due) for due in today.check_ups),
            *_stay(today),
            *_window(window),
            *((f"threshold.{threshold.id}", _threshold(threshold)) for threshold in procedure.outcomes),
            *_photo_views(procedure, specialty),
            *((f"missing_date.{missing.anchor}", "needed") for missing in today.missing_anchors),
        ]
    )


def _by(procedure: Procedure, facts: Facts) -> OnRecord:
    """The record as this procedure has it; the other treatments of its series stay with their own rules."""
    mine = facts.record.treatment.id
    parts = (replace(part, procedure=procedure) if part.treatment.id == mine else part for part in facts.series)
    return replace(facts.record, procedure=procedure, course=course(parts))


def _stabilisation(name: str, rule: Stabilisation | None, today: StabilisationToday | None) -> Iterator[Said]:
    if rule is None or today is None:
        return
    yield f"{name}.state", today.state.value
    for figure in ("min", "typical", "max"):
        if (number := getattr(rule, figure)) is not None:
            yield f"{name}.{figure}", f"{rule.unit} {number} of {today.anchor}"
    dates = {"may_be_judged_from": today.may_be_judged_from, "usual_from": today.typical, "settled_by": today.latest}
    yield from ((f"{name}.{field}", str(interval)) for field, interval in dates.items() if interval)


def _entries(procedure: Procedure, today: Recovery, timeline: Timeline) -> Iterator[Said]:
    phases, signs = {phase.id for phase in today.phases}, {sign.id for sign in today.normal_signs}
    flags = {flag.id for flag in today.red_flags}
    for phase in procedure.phases:
        yield from _entry(f"phase.{phase.id}", phase, phase.text, now=phase.id in phases, timeline=timeline)
    for sign in procedure.normal_signs:
        yield from _entry(f"normal_sign.{sign.id}", sign, sign.sign, now=sign.id in signs, timeline=timeline)
    for flag in procedure.red_flags:
        urgency = _urgency(flag)
        now = flag.id in flags
        yield from _entry(f"red_flag.{flag.id}", flag, flag.symptom, now=now, timeline=timeline, prefix=f"{urgency} ")


def _entry(field: str, entry: Any, words: Text, *, now: bool, timeline: Timeline, prefix: str = "") -> Iterator[Said]:
    """A range that is over by now says only so: other figures for it would change nothing."""
    day = timeline.day_number(entry.anchor)
    if not now and day is not None and day.standing(entry.days) is Standing.AFTER:
        yield field, "over"
        return
    anchor = f" of {entry.anchor}" if entry.anchor else ""
    yield field, f"{prefix}{day_range(entry.days)}{anchor}{' now' if now else ''}"
    yield from ((f"{field}.text.{locale}", text) for locale, text in words.by_locale.items())


def _urgency(flag: RedFlag) -> str:
    later = (f", {step.urgency} from {step.from_day}" for step in flag.escalates)
    return f"{flag.urgency}{''.join(later)}"


def _check_up(due: CheckUpAhead) -> Said:
    told = [f"{due.window} {due.where}", *due.checks, *([f"photos {due.photos}"] if due.photos else ())]
    return f"check_up.{due.anchor}.{due.day}", ", ".join([*told, *([due.only_if] if due.only_if else ())])


def _stay(today: Recovery) -> Iterator[Said]:
    if today.on_site:
        yield "on_site.stay_until", str(today.on_site.stay_until)
        yield "on_site.earliest_flight", str(today.on_site.earliest_flight)


def _window(window: ReferenceWindow) -> Iterator[Said]:
    yield "reference_window.period", f"{window.won.period} of {window.anchor_name}"
    yield "reference_window.state", window.state.value
    if window.last_day_earliest and window.last_day_latest:
        yield "reference_window.last_day", _span(window.last_day_earliest, window.last_day_latest)


def _span(first: date, last: date) -> str:
    return str(first) if first == last else f"{first}/{last}"


def _threshold(threshold: Threshold) -> str:
    """Everything that decides whether it counts, in the order of the model; sources and notes decide nothing."""
    stated = threshold.model_dump(mode="json", exclude={"id", "src", "conf", "note"}, exclude_none=True)
    return ", ".join(f"{name} {_plain(value)}" for name, value in stated.items() if value not in ([], {}))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_plain(item) for item in value.values() if item is not None)
    return " and ".join(map(_plain, value)) if isinstance(value, list) else str(value)


def _photo_views(procedure: Procedure, specialty: Specialty) -> Iterator[Said]:
    """Of the sets that the procedure's check-ups ask for."""
    for photo_set in photo_sets_used(specialty, procedure):
        wanted = (*photo_set.views, *photo_set.radiographs, *photo_set.video, *photo_set.documents)
        yield f"photo_views.{photo_set.id}", ", ".join(wanted)
