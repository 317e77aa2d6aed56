"""What a picture shows, in words: Markdown tables of one procedure, with where each figure comes from."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from suivi.core.clocks.signs import MOST_URGENT_FIRST
from suivi.core.specialties.common import common
from suivi.core.specialties.model import CheckUp, Procedure, RedFlag, Specialty, Stabilisation
from suivi.reference import words
from suivi.reference.markdown import Table, basis, row
from suivi.reference.warranties import warranties


def tables_of(procedure: Procedure, specialty: Specialty) -> list[Table]:
    """Those that have rows."""
    made = (table(procedure, specialty) for table in _TABLES)
    return [table for table in made if table.rows]


def _phases(procedure: Procedure, specialty: Specialty) -> Table:
    def cells(phase: Any) -> tuple[str, ...]:
        return words.days(phase.days), _counted(phase, procedure, specialty), words.english(phase.text), basis(phase)

    return Table("What happens", ("days", "counted from", "phase", "basis"), [cells(p) for p in procedure.phases])


def _normal(procedure: Procedure, specialty: Specialty) -> Table:
    def cells(sign: Any) -> tuple[str, ...]:
        follows = words.what_follows(sign.escalates, sign.days[1])
        after = "; ".join(f"from day {day} {words.URGENCIES[urgency]}" for day, urgency in follows)
        peak = f" (most on day {sign.peak_day})" if sign.peak_day is not None else ""
        note = f"; {words.english(sign.note)}" if sign.note else ""
        days = words.days(sign.days) + peak
        return (words.english(sign.sign) + note, days, _counted(sign, procedure, specialty), after or "–", basis(sign))

    heads = ("sign", "normal on days", "counted from", "still there afterwards", "basis")
    return Table("Normal signs", heads, [cells(sign) for sign in procedure.normal_signs])


def _flags(procedure: Procedure, specialty: Specialty) -> Table:
    """Without what clinicians may suspect: patients read this too."""

    def cells(flag: Any) -> tuple[str, ...]:
        steps = [f", from day {step.from_day} {words.URGENCIES[step.urgency]}" for step in flag.escalates]
        urgency = words.URGENCIES[flag.urgency] + "".join(steps)
        counted = _counted(flag, procedure, specialty)
        return urgency, words.english(flag.symptom), words.days(flag.days), counted, basis(flag)

    rows = [cells(flag) for flag in _urgent_first(flag for flag in procedure.red_flags if not words.is_general(flag))]
    name = "Must not wait"
    if procedure.general_red_flags:
        name += ", beside the signs [after any procedure](#after-any-procedure)"
    return Table(name, ("how soon", "sign", "watched for on days", "counted from", "basis"), rows)


def general_flags() -> Table:
    """The signs that core adds to every procedure, once a page."""
    rows = [
        (words.URGENCIES[flag.urgency], words.english(flag.symptom), words.days(flag.days), basis(flag))
        for flag in _urgent_first(common().general_red_flags)
    ]
    return Table("Must not wait, whatever was done", ("how soon", "sign", "watched for on days", "basis"), rows)


def _urgent_first(flags: Iterable[RedFlag]) -> list[RedFlag]:
    return sorted(flags, key=lambda flag: MOST_URGENT_FIRST.index(flag.urgency))


def _check_ups(procedure: Procedure, specialty: Specialty) -> Table:
    def cells(check_up: CheckUp) -> tuple[str, ...]:
        again = f", then every {check_up.repeat_every_days}" if check_up.repeat_every_days else ""
        day = f"{words.number(check_up.day)} ({words.days(check_up.window)}){again}"
        only = f" (only if: {check_up.only_if})" if check_up.only_if else ""
        checks = (words.checks_of(check_up, specialty) or "–") + only
        where = words.WHERE[check_up.where]
        photos = f"[{words.plain(check_up.photos)}](#photo-sets)" if check_up.photos else "–"
        return day, _counted(check_up, procedure, specialty), where, checks, photos, basis(check_up)

    heads = ("day (window)", "counted from", "where", "what is checked", "photos and papers", "basis")
    return Table("Check-ups", heads, [cells(check_up) for check_up in procedure.check_ups])


def _stay(procedure: Procedure, specialty: Specialty) -> Table:
    stay = procedure.on_site
    if stay is None:
        return Table("Stay and flight", (), ())
    second, flights = stay.second_trip_days, stay.flight_range_days
    facts = [
        ("shortest stay near the clinic", words.counted(stay.min_days, "day")),
        ("usual stay", words.counted(stay.typical_days, "day") if stay.typical_days is not None else ""),
        ("earliest flight home", f"day {words.earliest_flight(stay)}"),
        ("how far sources differ about flying", f"day {words.days(flights)}" if flights else ""),
        ("second trip", f"{words.days(second)} days" if second else ""),
        ("how the days are spent", stay.breakdown or ""),
        ("about flying", stay.flight_note or ""),
        ("note", stay.note or ""),
    ]
    told = [(what, answer, _counted(stay, procedure, specialty), basis(stay)) for what, answer in facts if answer]
    return Table("Stay and flight", ("", "", "counted from", "basis"), told)


def _judged(procedure: Procedure, specialty: Specialty) -> Table:
    def cells(name: str, clock: Any) -> tuple[str, ...]:
        latest = str(clock.max) if clock.max is not None else "open"
        extra = [f"may still change until day {clock.late_tail_days}"] if clock.late_tail_days else []
        extra += [words.settled(clock.measured, specialty)] if clock.measured else []
        extra += _known_after(clock, specialty)
        extra += [clock.note] if clock.note else []
        counted = _counted(clock, procedure, specialty) if clock.unit == "day" else "cycles"
        which = name or "result"
        figures = (str(clock.min), str(clock.typical), latest)
        return which, *figures, counted, "; ".join(extra) or "–", basis(clock)

    heads = ("", "not before", "usually", "latest", "counted from", "besides", "basis")
    rows = [cells(name, clock) for name, clock in words.clocks_of(procedure, specialty)]
    return Table("When the result may be judged", heads, rows)


def _known_after(clock: Stabilisation, specialty: Specialty) -> list[str]:
    known = clock.per_cycle_resolution or {}
    if not {"anchor", "day"} <= set(known):
        return []
    return [
        f"what came of one cycle is known on day {known['day']} from {words.anchor_name(specialty, known['anchor'])}"
    ]


def _thresholds(procedure: Procedure, specialty: Specialty) -> Table:
    def cells(threshold: Any) -> tuple[str, ...]:
        only = "; ".join(words.conditions(threshold, specialty)) or "–"
        figure = words.threshold_in_words(threshold, specialty)
        note = f" ({threshold.note})" if threshold.note else ""
        counts = words.counts_from(threshold)
        counted = _counted(threshold, procedure, specialty) if threshold.unit == "day" else "–"
        return figure + note, words.LEVELS[threshold.level], counts, counted, only, basis(threshold)

    heads = ("figure", "what it means", "counts from", "of", "only with", "basis")
    return Table("Figures worth a look", heads, [cells(threshold) for threshold in procedure.outcomes])


def _hints(procedure: Procedure, _: Specialty) -> Table:
    classes = common().case_classes

    def cells(hint: Any) -> tuple[str, ...]:
        suggests = words.english(classes[hint.suggests].name) if hint.suggests else "no class"
        note = f" ({hint.note})" if hint.note else ""
        read = "" if hint.given else " (read by people only)"
        return words.english(hint.when) + note + read, suggests, hint.strength, basis(hint)

    heads = ("when", "sorts towards", "how strongly", "basis")
    return Table("Hints, which never decide", heads, [cells(hint) for hint in procedure.hints])


def _duties(procedure: Procedure, specialty: Specialty) -> Table:
    known = [specialty.duties[key] for key in procedure.duties if key in specialty.duties]
    rows = [(words.english(duty.text), basis(duty)) for duty in known]
    return Table("What is asked of the patient", ("", "basis"), rows)


def _counted(item: Any, procedure: Procedure, specialty: Specialty) -> str:
    return words.anchor_name(specialty, item.anchor or procedure.anchors.day0)


_TABLES: Iterable[Callable[[Procedure, Specialty], Table]] = (
    _phases, _normal, _flags, _check_ups, _stay, _judged, _thresholds, _hints, warranties, _duties,
)  # fmt: skip


def procedure_row(procedure: Procedure, link: str) -> str:
    """What most people look up: when it may be judged, the stay, the flight."""
    clock, stay = procedure.stabilisation, procedure.on_site
    unit = "cycle" if clock.unit == "cycle" else "day"
    latest = str(clock.max) if clock.max is not None else "open"
    usual = words.counted(stay.typical_days, "day") if stay and stay.typical_days is not None else "–"
    stays = [words.counted(stay.min_days, "day"), usual, f"day {words.earliest_flight(stay)}"] if stay else ["–"] * 3
    return row(link, *(f"{unit} {figure}" for figure in (clock.min, clock.typical, latest)), *stays)


def names(procedure: Procedure) -> Iterator[str]:
    """In every language there is, English left to the heading."""
    yield from (f"{locale} {name}" for locale, name in procedure.names.by_locale.items() if locale != "en")
