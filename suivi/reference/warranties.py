"""Warranties in words: what the market offers, for how long, on what conditions."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from suivi.core.specialties.common import common
from suivi.core.specialties.forms import label, warranties_used
from suivi.core.specialties.model import Procedure, Specialty, WarrantyDuration, WarrantyTemplate
from suivi.reference.markdown import Table, basis
from suivi.reference.words import anchor_name, english, plain


def warranties(procedure: Procedure, specialty: Specialty) -> Table:
    heads = ("what, by whom", "how long", "from", "covers", "patient may pay", "conditions", "not covered", "basis")
    rows = [_cells(template, procedure, specialty) for template in warranties_used(specialty, procedure)]
    return Table("Warranties as the market offers them; a clinic's own text goes before", heads, rows)


def _cells(template: WarrantyTemplate, procedure: Procedure, specialty: Specialty) -> tuple[str, ...]:
    return (
        _what(template, specialty),
        _length(template.duration),
        anchor_name(specialty, template.starts or procedure.anchors.day0),
        _covers(template, specialty),
        _fees(template.patient_may_pay) or "–",
        _conditions(specialty, template.conditions) or "–",
        _exclusions(specialty, template.exclusions) or "–",
        basis(template),
    )


def _what(template: WarrantyTemplate, specialty: Specialty) -> str:
    """With whom it is for and where it holds, where it says so."""
    facts = {
        "example": template.example or template.brand,
        "for": template.beneficiary,
        "where": template.region,
        "scope": template.scope,
    }
    told = "".join(f"; {name}: {fact}" for name, fact in facts.items() if fact)
    note = f" ({template.note})" if template.note else ""
    return f"{_coverage(specialty, [template.object])}, {plain(template.grantor)}{told}{note}"


def _covers(template: WarrantyTemplate, specialty: Specialty) -> str:
    parts = {
        "": _coverage(specialty, template.covers),
        "by: ": _coverage(specialty, template.remedy),
        "usually free: ": _fees(template.usually_free),
    }
    return "; ".join(name + part for name, part in parts.items() if part) or "–"


def _length(duration: WarrantyDuration) -> str:
    """The range the market offers; durations of parts that fit no range follow it."""
    parts = [_range(duration)] if duration.unit else []
    parts += [f"{plain(name)}: {_value(value)}" for name, value in duration.parts.items()]
    return "; ".join(parts) or "not stated"


def _coverage(specialty: Specialty, keys: Iterable[str]) -> str:
    return _listed(keys, lambda key: english(label(specialty.labels.coverage, key)))


def _fees(keys: Iterable[str]) -> str:
    return _listed(keys, lambda key: english(common().fee_kinds[key].text) if key in common().fee_kinds else plain(key))


def _conditions(specialty: Specialty, keys: Iterable[str]) -> str:
    """An entry is a condition of core, a duty of the specialty, or free text."""
    known = {key: duty.text for key, duty in specialty.duties.items()} | dict(common().warranty_conditions)
    return _listed(keys, lambda key: english(known.get(key)) or english(label(specialty.labels.coverage, key)))


def _exclusions(specialty: Specialty, keys: Iterable[str]) -> str:
    known = specialty.exclusions
    return _listed(keys, lambda key: english(known[key].text) if key in known else plain(key))


def _range(duration: WarrantyDuration) -> str:
    if duration.unit == "lifetime":
        return "lifetime"
    ends = list(dict.fromkeys(number for number in (duration.min, duration.max) if number is not None))
    reach = " to ".join(map(str, ends))
    more = " or more" if duration.or_more else ""
    usual = f", usually {duration.typical}" if duration.typical is not None and len(ends) > 1 else ""
    return f"{reach} {duration.unit}{'' if ends == [1] else 's'}{more}{usual}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(key)} {_value(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return " to ".join(map(str, value))
    return ("yes" if value else "no") if isinstance(value, bool) else plain(str(value))


def _listed(keys: Iterable[str], named: Callable[[str], str]) -> str:
    return ", ".join(named(key) for key in keys)
