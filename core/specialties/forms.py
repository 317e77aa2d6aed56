"""What a form about one procedure is made of: the measurements, questions, photos and sites it has to offer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel

from suivi.core.specialties.common import common
from suivi.core.specialties.model import (
    Cited,
    Comparison,
    Fact,
    Measurement,
    Operator,
    PhotoSet,
    Procedure,
    Site,
    Source,
    Specialty,
    Text,
    Threshold,
    WarrantyTemplate,
)

Need = Literal["baseline", "target"]

_ASKS_FOR: Mapping[Operator, Need] = {
    "gt_baseline": "baseline",
    "gte_baseline": "baseline",
    "lte_baseline": "baseline",
    "lt_target": "target",
}
_USUAL_SITES = {
    "fdi": tuple(
        f"{quadrant}{tooth}"
        for quadrants, teeth in (("1234", "12345678"), ("5678", "12345"))
        for quadrant in quadrants
        for tooth in teeth
    ),
    "arch": ("upper", "lower"),
    "laterality": ("left", "right"),
}


def label(words: Mapping[str, Text], key: str) -> Text:
    """What a patient reads for an id; the id itself in plain words where nobody wrote a text."""
    return words.get(key) or Text(by_locale={"en": key.replace("_", " ")})


def site_values(site: Site) -> tuple[str, ...]:
    """Every site there can be; empty where it is described in words, or where there is none."""
    return site.values or _USUAL_SITES.get(site.scheme, ())


def measurements_used(specialty: Specialty, procedure: Procedure) -> tuple[Measurement, ...]:
    """Those that a check-up, a threshold, a hint or the time to settle asks for, in the specialty's order."""
    used = {check for check_up in procedure.check_ups for check in check_up.checks}
    used |= {comparison.measure for comparison in _compared(procedure)}
    used |= {need.baseline_of for need in _required(procedure) if need.baseline_of}
    if procedure.stabilisation.measured:
        used.add(procedure.stabilisation.measured.measure)
    return tuple(measurement for key, measurement in specialty.measurements.items() if key in used)


def needs(measurement: Measurement, procedure: Procedure) -> frozenset[Need]:
    """What of a measurement has to be on record besides the value itself, for thresholds and hints to count."""
    found: set[Need] = {
        _ASKS_FOR[part.op] for part in _compared(procedure) if part.measure == measurement.id and part.op in _ASKS_FOR
    }
    for threshold in thresholds_on(measurement, procedure):
        found.update(threshold.needs)
    if any(need.baseline_of == measurement.id for need in _required(procedure)):
        found.add("baseline")
    return frozenset(found)


def thresholds_on(measurement: Measurement, procedure: Procedure) -> tuple[Threshold, ...]:
    return tuple(
        threshold
        for threshold in procedure.outcomes
        if measurement.id in {part.measure for part in threshold.comparisons()}
    )


def facts_used(specialty: Specialty, procedure: Procedure) -> tuple[Fact, ...]:
    """The questions that thresholds and hints of the procedure ask beside signs and measurements."""
    used = {need.fact for need in _required(procedure)}
    return tuple(fact for key, fact in specialty.facts.items() if key in used)


def photo_sets_used(specialty: Specialty, procedure: Procedure) -> tuple[PhotoSet, ...]:
    used = {check_up.photos for check_up in procedure.check_ups}
    return tuple(photos for key, photos in specialty.photo_sets.items() if key in used)


def warranties_used(specialty: Specialty, procedure: Procedure) -> tuple[WarrantyTemplate, ...]:
    templates = specialty.warranty_templates
    return tuple(templates[key] for key in procedure.warranties if key in templates)


def sources_used(specialty: Specialty, procedure: Procedure) -> Mapping[str, Source]:
    """Where the figures of a form come from, by key, in the specialty's order."""
    known = {**specialty.sources, **common().sources}
    duties = [specialty.duties[key] for key in procedure.duties if key in specialty.duties]
    asked = (measurements_used(specialty, procedure), photo_sets_used(specialty, procedure))
    cited = set(_cited((procedure, *asked, warranties_used(specialty, procedure), duties)))
    return {key: source for key, source in known.items() if key in cited}


def _compared(procedure: Procedure) -> Iterator[Comparison]:
    for threshold in procedure.outcomes:
        yield from threshold.comparisons()
    for hint in procedure.hints:
        yield from hint.given.measurements if hint.given else ()


def _required(procedure: Procedure) -> Iterator[Any]:
    for threshold in procedure.outcomes:
        yield from threshold.requires
    for hint in procedure.hints:
        yield from hint.given.facts if hint.given else ()


def _cited(value: Any) -> Iterator[str]:
    if isinstance(value, Cited):
        yield from value.src
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _cited(getattr(value, name)) if name != "raw" else ()
    elif isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        for item in value:
            yield from _cited(item)
