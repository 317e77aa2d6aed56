"""Templates of the market: what a draft starts from, and where it leaves what is usual (R-121).

A template is no clinic's promise. What starts from one keeps its name and its content, so that it shows for good.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from suivi.core.coverage.content import (
    DAY0,
    OTHER,
    Clause,
    ClauseKind,
    Component,
    Content,
    FeeLine,
    Limit,
    LimitUnit,
)
from suivi.core.coverage.models import Payer
from suivi.core.coverage.scopes import Known
from suivi.core.coverage.vocabulary import Vocabulary, is_code
from suivi.core.refusals import Refusal
from suivi.core.specialties.model import Confidence, Data, WarrantyDuration, WarrantyTemplate

CLINIC = "clinic"


class UnknownTemplate(Refusal):
    """This specialty has no such template of a clinic's cover. It has: {known}."""

    code = "UNKNOWN_TEMPLATE"
    remedy = "Start from one of them, from an earlier version, or from nothing. Manufacturers' belong to devices."


class TemplateUnedited(Refusal):
    """What this says is still the template, which is usual in the market and nobody's promise."""

    code = "TEMPLATE_UNEDITED"
    remedy = "Change what binds the clinic, such as how long, who pays or which clauses, to what it stands by."


class OwnTermsUnconfirmed(Refusal):
    """These terms started from a template, and nobody confirmed that they are the clinic's own."""

    code = "OWN_TERMS_UNCONFIRMED"
    remedy = "Read them through, then publish with `ownTerms: true`."


class Side(StrEnum):
    """Of a limit, against the usual range."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    NOT_STATED = "not_stated"
    NOT_COMPARABLE = "not_comparable"


class Departure(Data):
    """Where one component stands against what is usual: `least` to `most` of `unit`, with whence that is known."""

    component: str | None
    """Its id; None where no component is about the template's object."""
    object: str
    side: Side
    unit: str | None
    least: int | None
    most: int | None
    or_more: bool
    src: tuple[str, ...] = ()
    conf: Confidence | None = None


class Origin(Data):
    """The template that terms started from, as it was then. Kept as JSON with the draft and with the terms."""

    specialty: str
    version: str
    """Of the plugin."""
    key: str
    content: Content
    departures: tuple[Departure, ...] = ()
    """When the terms were published."""

    def plain(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def maybe(cls, kept: Mapping[str, Any] | None) -> "Origin | None":
        return None if kept is None else cls.model_validate(kept)


def origin(known: Known, key: str, *, language: str) -> Origin:
    """Raises UnknownTemplate, also for what is not a clinic's own."""
    offered = clinic_templates(known)
    if key not in offered:
        raise UnknownTemplate(field="template", known=", ".join(sorted(offered)) or "none")
    content = content_of_template(offered[key], known, language=language)
    return Origin(specialty=known.specialty.id, version=known.specialty.version, key=key, content=content)


def clinic_templates(known: Known) -> dict[str, WarrantyTemplate]:
    """Those of the procedure; all of the specialty where the terms are about all of it, or none names the procedure."""
    templates = known.specialty.warranty_templates
    own = {key: one for key, one in templates.items() if one.grantor.startswith(CLINIC)}
    named = known.procedure.warranties if known.procedure else ()
    return {key: one for key, one in own.items() if key in named} or own


def content_of_template(template: WarrantyTemplate, known: Known, *, language: str) -> Content:
    """Labels become the words of clauses, in `language` where there are any. What fits no field is left out."""
    words = Vocabulary(specialty=known.specialty, procedure=known.procedure)
    component = Component(
        id=template.object if is_code(template.object) else "all",
        object=template.object if is_code(template.object) else OTHER,
        name=None if is_code(template.object) else template.object,
        covers=template.covers,
        remedy=template.remedy,
        limit=_limit(template, words),
    )
    paid = [FeeLine(kind=kind, payer=Payer.CLINIC) for kind in template.usually_free if is_code(kind)]
    unpaid = [FeeLine(kind=kind, payer=Payer.PATIENT) for kind in template.patient_may_pay if is_code(kind)]
    obligations = _clauses(ClauseKind.OBLIGATION, template.conditions, words, language)
    exclusions = _clauses(ClauseKind.EXCLUSION, template.exclusions, words, language)
    return Content(components=(component,), fees=(*paid, *unpaid), clauses=(*obligations, *exclusions))


def _limit(template: WarrantyTemplate, words: Vocabulary) -> Limit | None:
    """At the careful end of the range. Nothing where the range starts with no cover at all, or is none."""
    span = template.duration
    starts = _start(template.starts, words.anchors())
    if span.unit == "lifetime":
        # Whose is for the clinic to say.
        return Limit(unit=LimitUnit.LIFETIME, starts=starts)
    if span.unit is None or not span.min:
        return None
    return Limit(unit=LimitUnit(span.unit), count=span.min, starts=starts)


def _start(starts: str | None, anchors: tuple[str, ...]) -> str:
    """`a_or_b` is the later of the two, which is the one named last."""
    named = (starts or "").split("_or_")
    return next((part for part in reversed(named) if part in anchors), anchors[0] if anchors else DAY0)


def _clauses(kind: ClauseKind, said: Iterable[str], words: Vocabulary, language: str) -> Iterator[Clause]:
    for number, one in enumerate(said, start=1):
        label = words.clause(kind, one) if is_code(one) else None
        yield Clause(
            id=one if label else f"{kind.value}-{number}",
            kind=kind,
            code=one if label else OTHER,
            text=label.read(language)[0] if label else one,
        )


def is_unedited(content: Content, template: Content) -> bool:
    """Whether they bind to the same, however it is worded, ordered and named."""
    return _binding(content) == _binding(template)


def _binding(content: Content) -> tuple[frozenset[Any], ...]:
    return (
        frozenset(
            (one.object, frozenset(one.covers), frozenset(one.classes), frozenset(one.remedy), one.limit)
            for one in content.components
        ),
        frozenset(
            (line.kind, line.payer, line.component is None, line.share, line.cap)
            for line in content.fees
            if line.payer is not Payer.NOT_STATED
        ),
        frozenset(
            (clause.kind, clause.code, " ".join(clause.text.split()) if clause.code == OTHER else "")
            for clause in content.clauses
        ),
    )


def departures(content: Content, template: WarrantyTemplate) -> tuple[Departure, ...]:
    """Each component of the template's object against its range; none is about it: not stated."""
    about = [one for one in content.components if one.object == template.object]
    if not about:
        return (_departure(None, None, template),)
    return tuple(_departure(one.id, one.limit, template) for one in about)


def _departure(component: str | None, limit: Limit | None, template: WarrantyTemplate) -> Departure:
    span = template.duration
    return Departure(
        component=component,
        object=template.object,
        side=_side(limit, span),
        unit=span.unit,
        least=span.min,
        most=span.max,
        or_more=span.or_more,
        src=template.src,
        conf=template.conf,
    )


def _side(limit: Limit | None, usual: WarrantyDuration) -> Side:
    if limit is None:
        return Side.NOT_STATED
    if usual.unit == "lifetime":
        return Side.WITHIN if limit.unit is LimitUnit.LIFETIME else Side.BELOW
    length = _in_unit(limit, usual.unit)
    if length is None or usual.min is None:
        return Side.NOT_COMPARABLE
    if length < usual.min:
        return Side.BELOW
    above = usual.max is not None and not usual.or_more and length > usual.max
    return Side.ABOVE if above else Side.WITHIN


def _in_unit(limit: Limit, unit: str | None) -> float | None:
    """Months are no days: what cannot be counted in the unit is None."""
    if unit in (LimitUnit.YEAR, LimitUnit.MONTH):
        return None if limit.months is None else limit.months / (12 if unit == LimitUnit.YEAR else 1)
    if unit == LimitUnit.DAY:
        return limit.days
    return limit.count if limit.unit == unit else None
