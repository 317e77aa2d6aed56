"""What a specialty states in figures, each with its sources: phases, check-ups, thresholds, warranties, photos."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, get_args

import strawberry

from suivi.core.specialties import forms, model
from suivi.core.specialties.common import common
from suivi.graphql.context import Info
from suivi.graphql.recovery import DayRange
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized, localized_or_none


@strawberry.type(description="Where a figure comes from.")
class Source:
    key: str
    title: str
    kind: str
    url: str | None

    @classmethod
    def of(cls, key: str, source: model.Source) -> "Source":
        return cls(key=key, title=source.title, kind=source.kind, url=source.url)


@strawberry.type(description="A key to send, with what a person reads for it.")
class Label:
    key: str
    words: strawberry.Private[model.Text]

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.words, info, locale)

    @classmethod
    def of(cls, words: Mapping[str, model.Text], key: str) -> "Label":
        return cls(key=key, words=forms.label(words, key))


@strawberry.type(description="A number, a word of a scale, or a truth value. A step of a numeric scale has both first.")
class MeasuredValue:
    number: float | None = None
    choice: str | None = None
    truth: bool | None = None

    @classmethod
    def of(cls, value: Any, measurement: model.Measurement | None = None) -> "MeasuredValue":
        """Of a scale, the step as text, with its number where it has one."""
        if isinstance(value, bool):
            return cls(truth=value)
        if isinstance(value, str):
            return cls(choice=value)
        scale = measurement is not None and measurement.type in ("ordinal", "coded")
        return cls(number=float(value), choice=str(value) if scale else None)


@strawberry.enum
class ComparisonOperator(Enum):
    GT = strawberry.enum_value("gt", description="More than the value.")
    GTE = strawberry.enum_value("gte", description="The value or more.")
    LT = strawberry.enum_value("lt", description="Less than the value.")
    LTE = strawberry.enum_value("lte", description="The value or less.")
    EQ = strawberry.enum_value("eq", description="Exactly the value.")
    IN = strawberry.enum_value("in", description="One of the values.")
    ABS_GT = strawberry.enum_value("abs_gt", description="More than the value away from zero, either way.")
    ABS_LTE = strawberry.enum_value("abs_lte", description="At most the value away from zero, either way.")
    GT_BASELINE = strawberry.enum_value("gt_baseline", description="More than the value above the baseline.")
    GTE_BASELINE = strawberry.enum_value("gte_baseline", description="The value or more above the baseline.")
    LTE_BASELINE = strawberry.enum_value("lte_baseline", description="At most the baseline with the value added.")
    LT_TARGET = strawberry.enum_value("lt_target", description="Below the target on record, by more than the value.")


@strawberry.enum
class ThresholdLevel(Enum):
    REVIEW = strawberry.enum_value("review", description="Asks a person to look, and suggests no class.")
    INSUFFICIENCY = strawberry.enum_value("insufficiency", description="A gap that can be measured.")
    GATE = strawberry.enum_value("gate", description="Has to hold before another procedure is thought of.")
    CYCLE_FAILED = strawberry.enum_value("cycle_failed", description="One cycle is known to have ended.")


assert {name.lower() for name in ComparisonOperator.__members__} == set(get_args(model.Operator))  # noqa: S101
assert {name.lower() for name in ThresholdLevel.__members__} == set(get_args(model.Level))  # noqa: S101


@strawberry.type(description="A measurement compared with a value, in its own unit.")
class Comparison:
    measure: str
    op: ComparisonOperator
    values: list[MeasuredValue] = strawberry.field(description="One, or several for IN.")

    @classmethod
    def of(cls, part: model.Comparison) -> "Comparison":
        return cls(measure=part.measure, op=ComparisonOperator(part.op), values=_values(part.value))


@strawberry.type(description="A fact that has to hold for a threshold to count.")
class Requirement:
    fact: str
    op: ComparisonOperator
    values: list[MeasuredValue] = strawberry.field(description="One, or several for IN.")
    baseline_of: str | None = strawberry.field(description="The measurement whose baseline stands in for the fact.")
    optional: bool = strawberry.field(description="Where nobody gave the fact, it is taken to hold.")

    @classmethod
    def of(cls, need: model.Requirement) -> "Requirement":
        return cls(
            fact=need.fact,
            op=ComparisonOperator(need.op),
            values=_values(need.value),
            baseline_of=need.baseline_of,
            optional=need.optional,
        )


def _values(value: Any) -> list[MeasuredValue]:
    return [MeasuredValue.of(item) for item in (value if isinstance(value, list | tuple) else [value])]


@strawberry.type(description="A figure that is worth a look once exceeded. It sorts and informs; it decides nothing.")
class Threshold:
    key: str
    level: ThresholdLevel
    comparisons: list[Comparison] = strawberry.field(description="All of them have to hold.")
    from_day: int | None = strawberry.field(description="It does not count before this day, or cycle.")
    to_confirm_day: int | None
    unit: str = strawberry.field(description="`day` or `cycle`.")
    anchor: str | None = strawberry.field(description="Null: days count from the procedure's first anchor.")
    condition: str | None = strawberry.field(description="`requires` in words, for a clinician.")
    requires: list[Requirement]
    documents: list[Label] = strawberry.field(description="What has to be on file besides photos and check-ups.")
    class_hint: str | None = strawberry.field(
        description="A class, or a fact such as DEVICE_FAILURE; only ever a hint."
    )
    note: str | None
    sources: list[str]
    confidence: str | None

    @classmethod
    def of(cls, threshold: model.Threshold, labels: model.Labels) -> "Threshold":
        return cls(
            key=threshold.id,
            level=ThresholdLevel(threshold.level),
            comparisons=[Comparison.of(part) for part in threshold.comparisons()],
            from_day=threshold.from_day,
            to_confirm_day=threshold.to_confirm_day,
            unit=threshold.unit,
            anchor=threshold.anchor,
            condition=threshold.condition,
            requires=[Requirement.of(need) for need in threshold.requires],
            documents=[Label.of(labels.views, document) for document in threshold.documents],
            class_hint=threshold.class_hint.upper() if threshold.class_hint else None,
            note=threshold.note,
            **cited(threshold),
        )


@strawberry.type(description="A stretch of the usual course, in days.")
class PlannedPhase:
    key: str
    days: DayRange
    anchor: str | None = strawberry.field(description="Null: days count from the procedure's first anchor.")
    sources: list[str]
    confidence: str | None
    words: strawberry.Private[model.Text]

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.words, info, locale)

    @classmethod
    def of(cls, phase: model.Phase) -> "PlannedPhase":
        return cls(key=phase.id, days=DayRange.of(phase.days), anchor=phase.anchor, words=phase.text, **cited(phase))


@strawberry.type(description="Values that have to lie close together, measured some time apart, before anyone judges.")
class SteadyMeasurement:
    measure: str
    within: float = strawberry.field(description="In the unit of the measurement.")
    times: int
    apart_days: int


@strawberry.type(description="Where a variant of the procedure settles at another pace.")
class VariantFigures:
    variant: Label
    min: int | None
    typical: int | None
    max: int | None


@strawberry.type(description="How long a result needs before it may be judged, in days or in cycles.")
class StabilisationFigures:
    unit: str = strawberry.field(description="`day` or `cycle`.")
    min: int = strawberry.field(description="Usual first time to judge it.")
    typical: int
    max: int | None
    anchor: str | None = strawberry.field(description="Null: days count from the procedure's first anchor.")
    late_tail_days: int | None = strawberry.field(description="How long results were still seen to change, at most.")
    variants: list[VariantFigures]
    measured: SteadyMeasurement | None
    note: str | None
    sources: list[str]
    confidence: str | None

    @classmethod
    def of(cls, rule: model.Stabilisation, labels: model.Labels) -> "StabilisationFigures":
        return cls(
            unit=rule.unit,
            min=rule.min,
            typical=rule.typical,
            max=rule.max,
            anchor=rule.anchor,
            late_tail_days=rule.late_tail_days,
            variants=[
                VariantFigures(
                    variant=Label.of(labels.variants, name),
                    **{end: figures.get(end) for end in ("min", "typical", "max")},
                )
                for name, figures in rule.variants.items()
            ],
            measured=_steady(rule.measured),
            note=rule.note,
            **cited(rule),
        )


def _steady(rule: model.StableMeasurement | None) -> SteadyMeasurement | None:
    if rule is None:
        return None
    return SteadyMeasurement(measure=rule.measure, within=rule.within, times=rule.times, apart_days=rule.apart_days)


@strawberry.type(description="A check-up as the specialty plans it; the days of one patient are in `recovery`.")
class PlannedCheckUp:
    day: int
    anchor: str
    window: DayRange = strawberry.field(description="Days on which it may take place.")
    repeat_every_days: int | None = strawberry.field(description="Planned again and again, so many days later.")
    where: str
    checks: list[Label]
    photo_set: str | None
    only_if: str | None = strawberry.field(description="In words, for a clinician to judge.")
    sources: list[str]
    confidence: str | None

    @classmethod
    def of(cls, check_up: model.CheckUp, procedure: model.Procedure, specialty: model.Specialty) -> "PlannedCheckUp":
        tasks = {check: words for check in check_up.checks if (words := specialty.check_label(check))}
        return cls(
            day=check_up.day,
            anchor=check_up.anchor or procedure.anchors.day0,
            window=DayRange.of(check_up.window),
            repeat_every_days=check_up.repeat_every_days,
            where=check_up.where.upper(),
            checks=[Label.of(tasks, check) for check in check_up.checks],
            photo_set=check_up.photos,
            only_if=check_up.only_if,
            **cited(check_up),
        )


@strawberry.type(description="Photos, radiographs and documents that show a result so that it can be compared.")
class PhotoSet:
    key: str
    standard: str
    views: list[Label]
    radiographs: list[Label]
    documents: list[Label]
    video: list[Label]
    capture: list[Label] = strawberry.field(description="How to take them: `key` says who takes them.")
    sources: list[str]
    confidence: str | None
    limited: strawberry.Private[str | None]

    @strawberry.field(description="What these photos cannot show.")
    def limits(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(_english(self.limited), info, locale)

    @classmethod
    def of(cls, photos: model.PhotoSet, labels: model.Labels) -> "PhotoSet":
        return cls(
            key=photos.id,
            standard=photos.standard,
            views=_labels(labels.views, photos.views),
            radiographs=_labels(labels.views, photos.radiographs),
            documents=_labels(labels.views, photos.documents),
            video=_labels(labels.views, photos.video),
            capture=[Label(key=who, words=model.Text(by_locale={"en": how})) for who, how in photos.capture.items()],
            limited=photos.limits,
            **cited(photos),
        )


@strawberry.type(description="A result that is reached over several cycles, sessions or uses.")
class Series:
    unit: str = strawberry.field(description="`cycle`, `session` or `use`.")
    min: int | None
    typical: int | None
    max: int | None
    interval_days: DayRange
    starts: str | None = strawberry.field(description="The anchor that begins a new one.")
    counts_from: str | None = strawberry.field(description="The anchor from which one counts.")
    cancelled_counts: bool
    continued_by: list[str] = strawberry.field(description="Procedures that go on with the same one.")
    noted: strawberry.Private[model.Text | None]

    @strawberry.field
    def note(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        return localized_or_none(self.noted, info, locale)

    @classmethod
    def of(cls, series: model.Series) -> "Series":
        return cls(
            unit=series.unit,
            min=series.count.get("min"),
            typical=series.count.get("typical"),
            max=series.count.get("max"),
            interval_days=DayRange.of(series.interval_days),
            starts=series.starts,
            counts_from=series.counts_from,
            cancelled_counts=series.cancelled_counts,
            continued_by=list(series.continued_by),
            noted=series.note,
        )


@strawberry.type(description="What the market offers for how long: `min` to `max` of `unit`.")
class WarrantyDuration:
    unit: str | None = strawberry.field(description="`day`, `month`, `year`, `cycle` or `lifetime`.")
    min: int | None
    typical: int | None
    max: int | None
    or_more: bool


@strawberry.type(description="What is usually covered. A clinic's own published terms always go before it.")
class WarrantyTemplate:
    key: str
    grantor: str
    object: Label
    duration: WarrantyDuration
    starts: str | None = strawberry.field(description="An anchor; null: the procedure's first.")
    covers: list[Label]
    remedy: list[Label]
    usually_free: list[Label]
    patient_may_pay: list[Label]
    conditions: list[Label]
    exclusions: list[Label]
    beneficiary: str | None
    brand: str | None
    region: str | None
    sources: list[str]
    confidence: str | None

    @classmethod
    def of(cls, template: model.WarrantyTemplate, specialty: model.Specialty) -> "WarrantyTemplate":
        covered, fees = specialty.labels.coverage, {key: fee.text for key, fee in common().fee_kinds.items()}
        duties = {key: duty.text for key, duty in specialty.duties.items()}
        exclusions = {key: exclusion.text for key, exclusion in specialty.exclusions.items()}
        span = template.duration
        return cls(
            key=template.id,
            grantor=template.grantor,
            object=Label.of(covered, template.object),
            duration=WarrantyDuration(
                unit=span.unit, min=span.min, typical=span.typical, max=span.max, or_more=span.or_more
            ),
            starts=template.starts,
            covers=_labels(covered, template.covers),
            # A remedy may be that a fee is waived; what stands in plain words is labelled with the coverage.
            remedy=_labels({**fees, **covered}, template.remedy),
            usually_free=_labels({**covered, **fees}, template.usually_free),
            patient_may_pay=_labels({**covered, **fees}, template.patient_may_pay),
            conditions=_labels({**covered, **duties, **common().warranty_conditions}, template.conditions),
            exclusions=_labels({**covered, **exclusions}, template.exclusions),
            beneficiary=template.beneficiary,
            brand=template.brand,
            region=template.region,
            **cited(template),
        )


def _labels(words: Mapping[str, model.Text], keys: Iterable[str]) -> list[Label]:
    return [Label.of(words, key) for key in keys]


def _english(words: str | None) -> model.Text | None:
    return model.Text(by_locale={"en": words}) if words else None


def cited(entry: model.Cited) -> dict[str, Any]:
    """`sources` and `confidence` of whatever carries a figure."""
    return {"sources": list(entry.src), "confidence": entry.conf}
