"""A procedure as a specialty knows it: everything a form needs to ask, and every figure behind the answers."""

from enum import Enum
from typing import Any, get_args

import strawberry

from suivi.core.measurements.rules import per_site
from suivi.core.specialties import forms, model
from suivi.graphql.context import Info
from suivi.graphql.figures import (
    Label,
    PhotoSet,
    PlannedCheckUp,
    PlannedPhase,
    Series,
    Source,
    StabilisationFigures,
    Threshold,
    WarrantyTemplate,
    cited,
)
from suivi.graphql.recovery import label_of
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized


@strawberry.enum
class ValueType(Enum):
    QUANTITY = strawberry.enum_value("quantity", description="A number with a unit: send `number`.")
    SCORE = strawberry.enum_value("score", description="A number of points on a questionnaire or scale: `number`.")
    COUNT = strawberry.enum_value("count", description="A whole number: `number`.")
    ORDINAL = strawberry.enum_value("ordinal", description="One step of an ordered scale: `choice`, one of `values`.")
    CODED = strawberry.enum_value("coded", description="One of `values`, in no order: `choice`.")
    BOOLEAN = strawberry.enum_value("boolean", description="Yes or no: `truth`.")


_TYPES = get_args(model.Measurement.model_fields["type"].annotation)
assert {name.lower() for name in ValueType.__members__} == set(_TYPES)  # noqa: S101


@strawberry.type(description="Both ends included. For finding typing errors; it judges nothing.")
class ValueRange:
    least: float
    most: float

    @classmethod
    def of(cls, ends: tuple[float, float] | None) -> "ValueRange | None":
        return None if ends is None else cls(least=ends[0], most=ends[1])


@strawberry.type(description="How a treated site is named: teeth by FDI number, arches, sides.")
class SiteScheme:
    scheme: str
    unit: str
    multiple: bool
    values: list[str] = strawberry.field(description="As the specialty lists them; `siteValues` is complete.")
    site_values: list[Label] = strawberry.field(
        description="Every site there is to choose from. Empty: none is asked for, or it is described in words."
    )
    details: list[Label] = strawberry.field(description="Parts of a site, such as the nasal side of an eye.")

    @classmethod
    def of(cls, site: model.Site, labels: model.Labels) -> "SiteScheme":
        return cls(
            scheme=site.scheme,
            unit=site.unit,
            multiple=site.multiple,
            values=list(site.values),
            site_values=[Label.of(labels.sites, value) for value in forms.site_values(site)],
            details=[Label.of(labels.sites, detail) for detail in site.detail],
        )


@strawberry.type(description="A sign a patient can report by its key. `days`: when it is expected, or watched for.")
class ReportableSign:
    key: str
    first_day: int | None
    last_day: int | None
    anchor: str = strawberry.field(description="The days count from it.")
    urgency: str | None = strawberry.field(description="Null for a sign that is normal inside its days.")
    words: strawberry.Private[model.Text]

    @strawberry.field
    def text(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.words, info, locale)


@strawberry.type(description="A date that clocks start from, as a choice in a form.")
class AnchorChoice(Label):
    first: bool = strawberry.field(description="Whether day numbers count from it unless an entry says otherwise.")


@strawberry.type(description="Something that can be measured, and what its input accepts.")
class MeasurementDefinition:
    key: str
    type: ValueType
    unit: str | None = strawberry.field(description="UCUM. Values are recorded in it; nothing is converted.")
    range: ValueRange | None
    values: list[Label] = strawberry.field(description="The steps of a scale, in order; empty for numbers.")
    per: str = strawberry.field(description="What one value is about: `patient`, `cycle`, `eye`, `tooth`, ...")
    per_site: bool = strawberry.field(description="Whether it is about one site of the treatment.")
    baseline_needed: bool = strawberry.field(description="Thresholds of this procedure need a value from before it.")
    target_needed: bool = strawberry.field(description="Thresholds of this procedure need the figure that was planned.")
    baseline: str | None = strawberry.field(description="Which value is the baseline, in words for a clinician.")
    better: str | None = strawberry.field(description="`lower`, `higher`, or the best step of the scale.")
    precision: float | None = strawberry.field(description="Smallest difference that means anything, in the unit.")
    thresholds: list[Threshold]
    note: str | None
    sources: list[str]
    confidence: str | None
    inner: strawberry.Private[model.Measurement]

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.name, info, locale)

    @classmethod
    def of(
        cls, measurement: model.Measurement, procedure: model.Procedure, labels: model.Labels
    ) -> "MeasurementDefinition":
        needs = forms.needs(measurement, procedure)
        return cls(
            key=measurement.id,
            type=ValueType(measurement.type),
            unit=measurement.unit,
            range=ValueRange.of(measurement.range),
            values=[step_label(measurement, step, labels) for step in measurement.values],
            per=measurement.per,
            per_site=per_site(measurement),
            baseline_needed="baseline" in needs,
            target_needed="target" in needs,
            baseline=measurement.baseline,
            better=None if measurement.better is None else str(measurement.better),
            precision=measurement.precision,
            thresholds=[Threshold.of(found, labels) for found in forms.thresholds_on(measurement, procedure)],
            note=measurement.note,
            inner=measurement,
            **cited(measurement),
        )


def step_label(of: model.Measurement | model.Fact, step: Any, labels: model.Labels) -> Label:
    """A step of a scale: grades such as A or 2 read as they are."""
    words = labels.values.get(f"{of.id}.{step}") or forms.label({}, str(step))
    return Label(key=str(step), words=words)


@strawberry.type(description="What thresholds and hints ask beside signs and measurements, as a question to put.")
class FactQuestion:
    key: str
    type: ValueType
    unit: str | None
    range: ValueRange | None
    values: list[Label]
    inner: strawberry.Private[model.Fact]

    @strawberry.field
    def question(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.question, info, locale)

    @classmethod
    def of(cls, fact: model.Fact, labels: model.Labels) -> "FactQuestion":
        return cls(
            key=fact.id,
            type=ValueType(fact.type),
            unit=fact.unit,
            range=ValueRange.of(fact.range),
            values=[step_label(fact, value, labels) for value in fact.values],
            inner=fact,
        )


@strawberry.type(description="What a specialty knows of one procedure.")
class Procedure:
    key: str
    specialty: str
    anchors: list[str] = strawberry.field(
        description="The first is the one day numbers count from.",
        deprecation_reason="`anchorChoices` has a text for each.",
    )
    warranties: list[str]
    duties: list[str]
    inner: strawberry.Private[model.Procedure]
    of_specialty: strawberry.Private[model.Specialty | None]

    @classmethod
    def of(cls, procedure: model.Procedure, specialty: model.Specialty | None = None) -> "Procedure":
        """Without a specialty, the loaded one: a treatment may be pinned to another version of it."""
        return cls(
            key=procedure.id,
            specialty=procedure.specialty,
            anchors=list(procedure.anchors.all()),
            warranties=list(procedure.warranties),
            duties=list(procedure.duties),
            inner=procedure,
            of_specialty=specialty,
        )

    def _specialty(self, info: Info) -> model.Specialty:
        specialty = self.of_specialty or info.context.house.registry.specialty(self.specialty)
        assert specialty is not None, "a loaded procedure has a loaded specialty"  # noqa: S101
        return specialty

    def _labels(self, info: Info) -> model.Labels:
        return self._specialty(info).labels

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(self.inner.names, info, locale)

    @strawberry.field
    def site(self, info: Info) -> SiteScheme:
        return SiteScheme.of(self.inner.site, self._labels(info))

    @strawberry.field(description="Every site there is to choose from; more of how sites are named is in `site`.")
    def sites(self, info: Info) -> list[Label]:
        return SiteScheme.of(self.inner.site, self._labels(info)).site_values

    @strawberry.field(description="Its dates, the one that days count from first.")
    def anchor_choices(self, info: Info) -> list[AnchorChoice]:
        names, words = self.inner.anchors.all(), self._labels(info).anchors
        return [
            AnchorChoice(
                key=name,
                words=label_of(words, name, kind="anchor").words,
                first=name == self.inner.anchors.day0,
            )
            for name in names
        ]

    @strawberry.field(description="Ways of doing it that change its figures. Empty where there are none.")
    def variants(self, info: Info) -> list[Label]:
        return [Label.of(self._labels(info).variants, variant) for variant in self.inner.variants]

    @strawberry.field(description="Null for a procedure that is done once.")
    def series(self) -> Series | None:
        return None if self.inner.series is None else Series.of(self.inner.series)

    @strawberry.field(description="Everything that can be ticked when reporting, red flags first.")
    def signs(self) -> list[ReportableSign]:
        flags = [self._sign(flag, flag.symptom, flag.urgency.upper()) for flag in self.inner.red_flags]
        return flags + [self._sign(sign, sign.sign, None) for sign in self.inner.normal_signs]

    def _sign(self, entry: model.RedFlag | model.NormalSign, words: model.Text, urgency: str | None) -> ReportableSign:
        return ReportableSign(
            key=entry.id,
            first_day=entry.days[0],
            last_day=entry.days[1],
            anchor=entry.anchor or self.inner.anchors.day0,
            urgency=urgency,
            words=words,
        )

    @strawberry.field(description="What its check-ups, thresholds and hints use: what a form should offer.")
    def measurements(self, info: Info) -> list[MeasurementDefinition]:
        return self._defined(info, forms.measurements_used(self._specialty(info), self.inner))

    @strawberry.field(description="Everything the specialty can measure; each may be recorded for this procedure.")
    def all_measurements(self, info: Info) -> list[MeasurementDefinition]:
        return self._defined(info, tuple(self._specialty(info).measurements.values()))

    def _defined(self, info: Info, measurements: tuple[model.Measurement, ...]) -> list[MeasurementDefinition]:
        labels = self._labels(info)
        return [MeasurementDefinition.of(measurement, self.inner, labels) for measurement in measurements]

    @strawberry.field(description="What else its thresholds and hints ask.")
    def facts(self, info: Info) -> list[FactQuestion]:
        specialty = self._specialty(info)
        return [FactQuestion.of(fact, specialty.labels) for fact in forms.facts_used(specialty, self.inner)]

    @strawberry.field(description="Photos that its check-ups ask for.")
    def photo_sets(self, info: Info) -> list[PhotoSet]:
        specialty = self._specialty(info)
        return [PhotoSet.of(photos, specialty.labels) for photos in forms.photo_sets_used(specialty, self.inner)]

    @strawberry.field(description="The views of all its photo sets, each once: what an upload can say it shows.")
    def views(self, info: Info) -> list[Label]:
        specialty = self._specialty(info)
        sets = forms.photo_sets_used(specialty, self.inner)
        views = dict.fromkeys(view for photos in sets for view in photos.views)
        return [Label.of(specialty.labels.views, view) for view in views]

    @strawberry.field
    def check_ups(self, info: Info) -> list[PlannedCheckUp]:
        specialty = self._specialty(info)
        return [PlannedCheckUp.of(check_up, self.inner, specialty) for check_up in self.inner.check_ups]

    @strawberry.field
    def phases(self) -> list[PlannedPhase]:
        return [PlannedPhase.of(phase) for phase in self.inner.phases]

    @strawberry.field
    def stabilisation(self, info: Info) -> StabilisationFigures:
        return StabilisationFigures.of(self.inner.stabilisation, self._labels(info))

    @strawberry.field(description="Of a second result on the same treatment, such as the crown on an implant.")
    def prosthetic(self, info: Info) -> StabilisationFigures | None:
        second = self.inner.prosthetic
        return None if second is None else StabilisationFigures.of(second, self._labels(info))

    @strawberry.field(description="The figures that are worth a look once exceeded.")
    def outcomes(self, info: Info) -> list[Threshold]:
        labels = self._labels(info)
        return [Threshold.of(threshold, labels) for threshold in self.inner.outcomes]

    @strawberry.field(description="What the market usually covers; no clinic is bound by it.")
    def warranty_templates(self, info: Info) -> list[WarrantyTemplate]:
        specialty = self._specialty(info)
        return [WarrantyTemplate.of(found, specialty) for found in forms.warranties_used(specialty, self.inner)]

    @strawberry.field(description="What is asked of the patient, as text.")
    def duty_texts(self, info: Info) -> list[Label]:
        words = {key: duty.text for key, duty in self._specialty(info).duties.items()}
        return [Label.of(words, duty) for duty in self.inner.duties]

    @strawberry.field(description="Where the figures here come from; entries cite these keys.")
    def sources(self, info: Info) -> list[Source]:
        used = forms.sources_used(self._specialty(info), self.inner)
        return [Source.of(key, source) for key, source in used.items()]
