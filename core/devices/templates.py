"""What a template of the market says of a manufacturer's warranty, as somebody attaches it to a device.

A template is read with care: what it says of one part of a programme is not taken to hold for another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from suivi.core.coverage.content import Clause, Component, Content, FeeLine, LifetimeOf, Limit, LimitUnit, Money
from suivi.core.coverage.models import Payer
from suivi.core.coverage.scopes import Known
from suivi.core.coverage.templates import content_of_template
from suivi.core.devices.enrolment import ENROLLED
from suivi.core.devices.rules import IMPLANTATION, ClaimStart, Gives, Holder
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Specialty, WarrantyTemplate

MANUFACTURER = "manufacturer"

_UNITS = {
    "_years": LimitUnit.YEAR,
    "_months": LimitUnit.MONTH,
    "_weeks": LimitUnit.WEEK,
    "_days": LimitUnit.DAY,
}
_HOLDERS = {"clinician": Holder.PRACTITIONER, **{holder.value: holder for holder in Holder}}
_SHOWN = frozenset({ENROLLED, "return_explant", "patient_release"})
"""Conditions that a claim has to show something for."""
_ENROLMENT = ("enrol", "registration")
_MONEY = frozenset({"financial_assistance", "refund"})
_CAPPED = {
    "en": "At most {amount} {currency}, for all fees of this component together.",
    "fr": "Au plus {amount} {currency}, pour l’ensemble des frais de ce composant.",
    "de": "Höchstens {amount} {currency} für alle Kosten dieses Bestandteils zusammen.",
    "es": "Como máximo {amount} {currency} para todos los gastos de este componente en conjunto.",
    "tr": "Bu bileşenin tüm masrafları için toplam en fazla {amount} {currency}.",
    "ko": "이 항목의 모든 비용을 합하여 최대 {amount} {currency}입니다.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A warranty as its template has it. What the template does not say is None."""

    content: Content
    name: str
    source: str | None
    beneficiary: Holder | None
    gives: Gives
    enrolment_days: int | None
    return_days: int | None
    claim_days: int | None
    claim_from: ClaimStart | None
    evidence_needed: tuple[str, ...]


def manufacturer_templates(specialty: Specialty) -> dict[str, WarrantyTemplate]:
    return {key: one for key, one in specialty.warranty_templates.items() if one.grantor == MANUFACTURER}


def offered(template: WarrantyTemplate, known: Known, *, language: str) -> Offered:
    """In `language` as far as there are words in it."""
    return Offered(
        content=Content(
            components=tuple(_components(template)),
            fees=tuple(_fees(template, language)),
            clauses=tuple(_clauses(template, known, language)),
        ),
        name=template.brand or _kind(template, known, language),
        source=_source(template, known.specialty),
        beneficiary=_HOLDERS.get(template.beneficiary or ""),
        gives=_gives(template.remedy),
        enrolment_days=_days(template, *_ENROLMENT),
        return_days=_days(template, "return"),
        claim_days=_days(template, "claim"),
        claim_from=None if (starts := template.deadlines.get("claim_from")) is None else ClaimStart(starts),
        evidence_needed=tuple(one for one in template.conditions if one in _SHOWN),
    )


def _kind(template: WarrantyTemplate, known: Known, language: str) -> str:
    """What device it is for: an example's maker says nothing of another maker's device."""
    label = known.specialty.labels.coverage.get(template.object)
    return label.read(language)[0] if label else template.object


def deadline_problems(template: WarrantyTemplate) -> Iterator[str]:
    """What nobody meant: deadlines of no days, that count from nothing, or are for a part that the warranty lacks."""
    for key, told in template.deadlines.items():
        if key.endswith("_days") and (not isinstance(told, int) or told < 1):
            yield f"deadlines: {key} is {told!r}, which is no number of days"
        if key.endswith("_for") and not (isinstance(told, list) and told):
            yield f"deadlines: {key} is {told!r}, which is no list of parts"
    starts = template.deadlines.get("claim_from")
    if starts is not None and starts not in list(ClaimStart):
        yield f"deadlines: claim_from is {starts!r}, which is neither {' nor '.join(ClaimStart)}"
    parts = sorted(one.id for one in _components(template))
    for part in _depending(template):
        if part not in parts:
            yield f"deadlines: {part!r} is no part of it; there are {', '.join(parts)}"


def _components(template: WarrantyTemplate) -> Iterator[Component]:
    limits = _limits(template)
    for name in _capped(template):
        limits.setdefault(name, None)
    if not limits:
        limits = {template.object: None}
    named = {cover: [name for name in limits if cover in name] for cover in template.covers}
    paired = any(named.values())
    for name, limit in limits.items():
        shared = template.covers if not paired else ()
        covers = [cover for cover, names in named.items() if name in names]
        yield Component(
            id=name,
            object=template.object,
            covers=tuple(covers) or shared,
            remedy=_remedies(name, limits, template.remedy),
            limit=limit,
        )
    if paired and (rest := tuple(cover for cover, names in named.items() if not names)):
        # How long for, the template does not say part by part.
        yield Component(id="also", object=template.object, covers=rest)


def _clauses(template: WarrantyTemplate, known: Known, language: str) -> Iterator[Clause]:
    """Where only some parts depend on enrolment, it is an obligation of those alone (`registration_for: [...]`)."""
    parts = _depending(template)
    conditions = (*template.conditions, ENROLLED) if parts else template.conditions
    asked = template.model_copy(update={"conditions": tuple(dict.fromkeys(conditions))})
    for clause in content_of_template(asked, known, language=language).clauses:
        yield clause.model_copy(update={"components": parts}) if clause.code == ENROLLED else clause


def _depending(template: WarrantyTemplate) -> tuple[str, ...]:
    return next((tuple(told) for _, told in _deadlines(template, *_ENROLMENT) if isinstance(told, list)), ())


def _limits(template: WarrantyTemplate) -> dict[str, Limit | None]:
    """By part. A whole that is stated as a range is no length that anybody grants."""
    span = template.duration
    limits: dict[str, Limit | None] = dict(_parts(span.parts))
    if span.unit == "lifetime":
        limits[template.object] = _lifetime()
    elif span.unit is not None and span.min is not None and span.min == span.max:
        limits[template.object] = Limit(unit=LimitUnit(span.unit), count=span.min, starts=IMPLANTATION)
    return limits


def _parts(parts: Mapping[str, Any]) -> Iterator[tuple[str, Limit]]:
    for key, value in parts.items():
        name, unit = _unit(key)
        if isinstance(value, Mapping):
            if unit:
                yield from ((f"{name}_{part}", _counted(unit, count)) for part, count in value.items())
        elif isinstance(value, str) and value.startswith(LimitUnit.LIFETIME):
            yield name, _lifetime()
        elif unit and isinstance(value, int):
            yield name, _counted(unit, value)


def _unit(key: str) -> tuple[str, LimitUnit | None]:
    found = next((suffix for suffix in _UNITS if key.endswith(suffix)), None)
    return (key.removesuffix(found), _UNITS[found]) if found else (key, None)


def _counted(unit: LimitUnit, count: int) -> Limit:
    return Limit(unit=unit, count=count, starts=IMPLANTATION)


def _lifetime() -> Limit:
    return Limit(unit=LimitUnit.LIFETIME, lifetime_of=LifetimeOf.DEVICE, starts=IMPLANTATION)


def _remedies(name: str, among: Mapping[str, Limit | None], remedies: tuple[str, ...]) -> tuple[str, ...]:
    """A part that is called after a remedy gives that one. Of several, one for no stated time gives no product."""
    own = tuple(remedy for remedy in remedies if remedy in name)
    if own or len(among) == 1:
        return own or remedies
    return tuple(remedy for remedy in remedies if remedy not in _MONEY) if among[name] else ()


def _fees(template: WarrantyTemplate, language: str) -> Iterator[FeeLine]:
    replaced = ("device",) if "device" in template.remedy else ()
    free = dict.fromkeys((*template.usually_free, *replaced))
    unpaid = [kind for kind in template.patient_may_pay if kind in common().fee_kinds]
    yield from (FeeLine(kind=kind, payer=Payer.MANUFACTURER) for kind in free if kind in common().fee_kinds)
    yield from (FeeLine(kind=kind, payer=Payer.PATIENT) for kind in unpaid if kind not in free)
    words = _CAPPED.get(language.split("-")[0], _CAPPED["en"])
    for name, cap in _capped(template).items():
        note = words.format(amount=cap.amount, currency=cap.currency)
        yield from (FeeLine(kind=kind, payer=Payer.SHARED, component=name, cap=cap, note=note) for kind in unpaid)


def _capped(template: WarrantyTemplate) -> dict[str, Money]:
    """By the part that an amount is named after; an amount of no part is a part of its own."""
    parts = [name for name, _ in _parts(template.duration.parts)]
    caps: dict[str, Money] = {}
    for key, amount in template.amounts.items():
        if isinstance(amount, Mapping) and "max" in amount and "currency" in amount:
            part = max((name for name in parts if name in key), key=len, default=key)
            caps[part] = Money(amount=Decimal(str(amount["max"])), currency=amount["currency"])
    return caps


def _gives(remedies: tuple[str, ...]) -> Gives:
    product, money = "device" in remedies, bool(_MONEY.intersection(remedies))
    if product and money:
        return Gives.BOTH
    return Gives.PRODUCT if product else Gives.MONEY if money else Gives.NOT_STATED


def _days(template: WarrantyTemplate, *names: str) -> int | None:
    return next((days for _, days in _deadlines(template, *names) if isinstance(days, int)), None)


def _deadlines(template: WarrantyTemplate, *names: str) -> Iterator[tuple[str, Any]]:
    return ((key, told) for key, told in template.deadlines.items() if any(name in key for name in names))


def _source(template: WarrantyTemplate, specialty: Specialty) -> str | None:
    cited = next((specialty.sources[key] for key in template.src if key in specialty.sources), None)
    return (cited.url or cited.title)[:500] if cited else None
