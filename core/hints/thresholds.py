"""Measured values against a specialty's figures: c3, c4 and c6."""

from collections.abc import Iterator
from dataclasses import dataclass

from suivi.core.hints.comparing import NOT_COMPARABLE, Value, Verdict, exceeded
from suivi.core.hints.days import Settling, day_of
from suivi.core.hints.missing import named
from suivi.core.hints.model import HintReason, Rank, RankedHint
from suivi.core.hints.sentences import Fact, Phrase
from suivi.core.specialties.common import common
from suivi.core.specialties.forms import photo_sets_used
from suivi.core.specialties.hints import CaseFacts
from suivi.core.specialties.model import CaseClass, Comparison, Procedure, Specialty, Threshold

NO_CLASS_OF_ITS_OWN: CaseClass = "objective_insufficiency"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsRead:
    hints: tuple[RankedHint, ...] = ()
    exceeded: bool = False
    """Some figure is exceeded, or may be: whether it counts yet or not, and whatever is missing."""
    measured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    procedure: Procedure
    specialty: Specialty
    facts: CaseFacts
    settling: Settling


def read_thresholds(
    procedure: Procedure, specialty: Specialty, facts: CaseFacts, settling: Settling, *, quiet: bool
) -> ThresholdsRead:
    """`quiet`: no red flag and nothing that only a person can judge was reported, which c3 asks for."""
    case = _Case(procedure=procedure, specialty=specialty, facts=facts, settling=settling)
    beyond = [(threshold, verdict) for threshold, verdict in _compared(case) if verdict.holds is not False]
    # A gate is something that should hold before a remedy; it is no defect when it does not.
    hints = [_hint(threshold, verdict, case, quiet=quiet) for threshold, verdict in beyond if threshold.level != "gate"]
    notes = (*_connected(hints, [threshold for threshold, _ in beyond]), *_unjudged(case))
    return ThresholdsRead(hints=(*hints, *notes), exceeded=bool(hints), measured=bool(facts.measurements))


def _compared(case: _Case) -> Iterator[tuple[Threshold, Verdict]]:
    for threshold in case.procedure.outcomes:
        verdict = exceeded(threshold, case.facts)
        if verdict is not None:
            yield threshold, verdict


def _hint(threshold: Threshold, verdict: Verdict, case: _Case, *, quiet: bool) -> RankedHint:
    day = case.facts.day if threshold.unit == "cycle" else _measured_on(threshold, case)
    if threshold.unit != "cycle" and (day is None or day < (threshold.from_day or 0)):
        return _too_soon(threshold, case, day, quiet=quiet)
    if verdict == NOT_COMPARABLE:
        return _not_comparable(threshold, case)
    missing = (*verdict.missing, *_documents_missing(threshold, case))
    if missing:
        return _undecided(threshold, case, missing)
    return _for_review(threshold, case) if threshold.level == "review" else _counted(threshold, case, day)


def _measured_on(threshold: Threshold, case: _Case) -> int | None:
    """In the days of the threshold. A value counts on the day it was measured, however late it is looked at."""
    today = day_of(threshold.anchor, case.procedure, case.facts)
    taken = [case.facts.measurements[part.measure].day for part in _measured(threshold, case)]
    ago = max((case.facts.day - day for day in taken if day is not None), default=0)
    return None if today is None else today - max(ago, 0)


def _not_comparable(threshold: Threshold, case: _Case) -> RankedHint:
    reason = HintReason.of("threshold.not_comparable", threshold, **_measures(threshold, case))
    return RankedHint.for_a_person(Rank.UNDECIDED, "not_comparable", reason)


def _connected(hints: list[RankedHint], beyond: list[Threshold]) -> Iterator[RankedHint]:
    """A figure that points to a complication is looked at also where it does not count yet (c3)."""
    if any(hint.rule == "c3" for hint in hints):
        for threshold in beyond:
            if threshold.class_hint == "medical_complication":
                reasons = (HintReason.of("threshold.review"), _points_to(threshold))
                yield RankedHint.for_a_person(Rank.NOTE, "review", *reasons)


def _unjudged(case: _Case) -> Iterator[RankedHint]:
    """What was measured and no figure of the procedure speaks of: it is not dropped without a word."""
    judged = {part.measure for threshold in case.procedure.outcomes for part in threshold.comparisons()}
    for key, measured in case.facts.measurements.items():
        if key not in judged:
            reason = HintReason.of("measured.unjudged", measure=_name(key, case), value=measured.value)
            yield RankedHint.for_a_person(Rank.NOTE, "unjudged", reason)


def _too_soon(threshold: Threshold, case: _Case, day: int | None, *, quiet: bool) -> RankedHint:
    """c3 before anything may be judged; afterwards nothing is suggested before the figure counts."""
    early = case.settling.before_min and quiet
    measure = _measures(threshold, case)
    known: dict[str, Fact] = {**measure, "from_day": threshold.from_day or 0}
    reason = HintReason.of("threshold.not_begun", threshold, **known)
    if day is not None:
        reason = HintReason.of("threshold.too_soon", threshold, **known, day=day)
    missing = (f"anchor:{threshold.anchor}",) if day is None and threshold.anchor is not None else ()
    if early:
        reasons = (reason, case.settling.reason)
        return RankedHint.of(Rank.EARLY, "c3", "normal_evolution", "moderate", *reasons, missing=missing)
    return RankedHint.for_a_person(Rank.UNDECIDED, "too_soon", reason, missing=missing)


def _undecided(threshold: Threshold, case: _Case, missing: tuple[str, ...]) -> RankedHint:
    names = tuple(dict.fromkeys(missing))
    open_figure = HintReason.of("threshold.undecidable", threshold, **_measures(threshold, case))
    asked_for = HintReason.of("documents.missing", missing=tuple(named(name, case.specialty) for name in names))
    return RankedHint.for_a_person(Rank.UNDECIDED, "c6", open_figure, asked_for, missing=names)


def _for_review(threshold: Threshold, case: _Case) -> RankedHint:
    connected = [_points_to(threshold)] if threshold.class_hint else []
    reasons = (*_exceeded(threshold, case), HintReason.of("threshold.review"), *connected)
    return RankedHint.for_a_person(Rank.REVIEW, "review", *reasons)


def _counted(threshold: Threshold, case: _Case, day: int | None) -> RankedHint:
    pointed = threshold.class_hint
    to_confirm = day is not None and threshold.to_confirm_day is not None and day < threshold.to_confirm_day
    reasons = [*_exceeded(threshold, case), HintReason.of("documents.complete")]
    if pointed is not None and pointed not in common().case_classes:
        reasons.append(_points_to(threshold))
    if to_confirm:
        reasons.append(HintReason.of("threshold.to_confirm", to_confirm_day=threshold.to_confirm_day or 0))
    return RankedHint.of(Rank.THRESHOLD, "c4", class_of(threshold), "weak" if to_confirm else "moderate", *reasons)


def class_of(threshold: Threshold) -> CaseClass:
    """What it points to, where that is a class of a case; `device_failure` and the like are facts."""
    for known in common().case_classes:
        if threshold.class_hint == known:
            return known
    return NO_CLASS_OF_ITS_OWN


def _points_to(threshold: Threshold) -> HintReason:
    known = next((entry.name for name, entry in common().case_classes.items() if name == threshold.class_hint), None)
    return HintReason.of("threshold.points_to", class_hint=known or Phrase(f"fact.{threshold.class_hint}"))


def _exceeded(threshold: Threshold, case: _Case) -> Iterator[HintReason]:
    known = _measures(threshold, case)
    limits = tuple(Phrase(f"limit.{part.op}", {"value": _figure(part)}) for part in threshold.comparisons())
    if threshold.from_day is None:
        yield HintReason.of("threshold.exceeded_any_day", threshold, **known, limit=limits)
    else:
        yield HintReason.of("threshold.exceeded", threshold, **known, limit=limits, from_day=threshold.from_day)
    for part in _measured(threshold, case):
        measured = case.facts.measurements[part.measure]
        if measured.baseline is not None and ("baseline" in part.op or "baseline" in threshold.needs):
            yield HintReason.of("threshold.baseline", baseline=measured.baseline)
        if measured.target is not None and ("target" in part.op or "target" in threshold.needs):
            yield HintReason.of("threshold.target", target=measured.target)


def _measures(threshold: Threshold, case: _Case) -> dict[str, Fact]:
    parts = _measured(threshold, case)
    return {
        "measure": tuple(_name(part.measure, case) for part in parts),
        "value": tuple(_step(part.measure, case.facts.measurements[part.measure].value, case) for part in parts),
    }


def _measured(threshold: Threshold, case: _Case) -> tuple[Comparison, ...]:
    return tuple(part for part in threshold.comparisons() if part.measure in case.facts.measurements)


def _name(measure: str, case: _Case) -> Fact:
    known = case.specialty.measurements.get(measure)
    return known.name if known else measure


def _step(measure: str, value: Value, case: _Case) -> Fact:
    return case.specialty.labels.values.get(f"{measure}.{value}", value)


def _figure(part: Comparison) -> object:
    return tuple(part.value) if isinstance(part.value, list | tuple) else part.value


def _documents_missing(threshold: Threshold, case: _Case) -> Iterator[str]:
    """Photos are asked for where the procedure has photos; a paper where the figure can come from nowhere else."""
    filed, procedure = case.facts.documentation, case.procedure
    if any(photos.views for photos in photo_sets_used(case.specialty, procedure)):
        if not filed.before_photos:
            yield "before_photos"
        if not filed.follow_up_photos:
            yield "follow_up_photos"
    if procedure.check_ups and filed.check_ups != "all_due":
        yield "check_ups"
    yield from (f"document:{name}" for name in threshold.documents if name not in filed.documents)
