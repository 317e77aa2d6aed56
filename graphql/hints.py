"""Classification hints: what is reported, measured and on file suggests to the practitioner. None of it decides."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from functools import partial
from typing import Annotated, Any, get_args
from uuid import UUID

import strawberry

from suivi.core import inputs
from suivi.core.check_ups.models import CheckUpHeld as CheckUpRow
from suivi.core.classifications.models import CaseClass
from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.evidence.models import Evidence as EvidenceRow
from suivi.core.hints import evidence as on_file
from suivi.core.hints import model as core
from suivi.core.hints.asked import MAX_SIGNS, AskedHints, assess_asked, checked_facts
from suivi.core.hints.assessment import Offers, no_offers
from suivi.core.hints.model import HintReason as CoreReason
from suivi.core.hints.on_record import OnRecord, Told, assess_record, assess_report
from suivi.core.measurements.models import Measurement as MeasurementRow
from suivi.core.refusals import Refusal as CoreRefusal
from suivi.core.specialties import model
from suivi.core.specialties.common import common
from suivi.core.specialties.hints import CheckUpsOnFile, Documentation
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.complications import NO_EMERGENCY_SERVICE, Urgency
from suivi.graphql.context import Context, Info
from suivi.graphql.courses import on_record, today_at_clinic
from suivi.graphql.figures import Source
from suivi.graphql.measurements import MeasuredValueInput
from suivi.graphql.results import LocalizedText, Refusal
from suivi.graphql.scalars import CaseClassEnum, localized, no_diagnosis


@strawberry.enum(description="How much a hint weighs in the order of a queue.")
class HintStrength(Enum):
    STRONG = strawberry.enum_value("strong", description="What is known points one way.")
    MODERATE = strawberry.enum_value("moderate", description="It points one way, and an examination may show another.")
    WEAK = strawberry.enum_value("weak", description="A person has to look before anything is said.")


@strawberry.enum(description="Which check-ups that were due are on file.")
class CheckUpsOnFileInput(Enum):
    ALL_DUE = strawberry.enum_value("all_due", description="Every one whose last day has passed; also when none has.")
    SOME = strawberry.enum_value("some", description="At least one is missing.")
    NONE = strawberry.enum_value("none", description="None of them, or it is not known.")


assert {name.lower() for name in HintStrength.__members__} == set(get_args(model.Strength))  # noqa: S101
assert {name.lower() for name in CheckUpsOnFileInput.__members__} == set(get_args(CheckUpsOnFile))  # noqa: S101


@strawberry.type(description="One step of a hint, with where its figures come from.")
class HintReason:
    confidence: str | None
    inner: strawberry.Private[CoreReason]
    sources_known: strawberry.Private[Mapping[str, model.Source]]

    @strawberry.field
    def sentence(self, info: Info, locale: str | None = None) -> str:
        return self.inner.sentence(locale or info.context.locale)

    @strawberry.field
    def sources(self) -> list[Source]:
        return [Source.of(key, self.sources_known[key]) for key in self.inner.src if key in self.sources_known]


@strawberry.type(description="A suggestion for the order of a queue. It never becomes a classification by itself.")
class Hint:
    suggests: CaseClassEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="Null: no class is suggested, a person has to look."
    )
    strength: HintStrength
    rule: str = strawberry.field(description="c1 to c7 of docs/sample-cases.md, or the id a specialty gave it.")
    by: str = strawberry.field(description="`core`, or the specialty or plugin that says so.")
    urgency: Urgency | None
    reasons: list[HintReason]
    missing: list[str] = strawberry.field(description="What would allow to say more.")

    @classmethod
    def of(cls, hint: core.RankedHint, sources: Mapping[str, model.Source]) -> "Hint":
        return cls(
            suggests=_class(hint.suggests),
            strength=HintStrength(hint.strength),
            rule=hint.rule,
            by=hint.by,
            urgency=_urgency(hint.urgency),
            reasons=[
                HintReason(confidence=reason.conf, inner=reason, sources_known=sources) for reason in hint.reasons
            ],
            missing=list(hint.missing),
        )


@strawberry.type(description="What is known of one site, put together. It is no diagnosis and never an all-clear.")
class Hints:
    site: str | None = strawberry.field(description="Null: the whole treatment.")
    top_class: CaseClassEnum | None = strawberry.field(  # type: ignore[valid-type]
        description="The class the hints put forward together, to sort by. Null: it is open."
    )
    highest_urgency: Urgency | None = strawberry.field(description="Null is no all-clear.")
    asks_for_review: bool = strawberry.field(description="A person has to look, whatever the class.")
    missing: list[str] = strawberry.field(
        description="before_photos, follow_up_photos, check_ups, baseline:KEY, target:KEY, condition:FACT, "
        "document:KEY, measurement:KEY or anchor:KEY."
    )
    hints: list[Hint] = strawberry.field(description="The most urgent first.")
    phases: list[str]
    rules: str = strawberry.field(description="Specialty and version the figures come from.")

    @strawberry.field
    def not_a_diagnosis(self, info: Info, locale: str | None = None) -> LocalizedText:
        return no_diagnosis(info, locale)

    @strawberry.field
    def not_an_emergency_service(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(NO_EMERGENCY_SERVICE, info, locale)

    @classmethod
    def of(cls, answer: core.Assessment, specialty: model.Specialty) -> "Hints":
        sources = {**common().sources, **specialty.sources}
        return cls(
            site=answer.site,
            top_class=_class(answer.top_class),
            highest_urgency=_urgency(answer.highest_urgency),
            asks_for_review=answer.asks_for_review,
            missing=list(answer.missing),
            hints=[Hint.of(hint, sources) for hint in answer.hints],
            phases=list(answer.phases),
            rules=specialty.named,
        )


def _class(name: model.CaseClass | None) -> Any:
    return None if name is None else CaseClass(name)


def _urgency(level: model.Urgency | None) -> Urgency | None:
    return None if level is None else Urgency(level=level.upper())


@strawberry.input(one_of=True, description="As `procedure { facts { type } }` says; exactly one.")
class FactValueInput:
    number: float | None = strawberry.UNSET
    choice: str | None = strawberry.UNSET
    truth: bool | None = strawberry.UNSET

    def given(self) -> Any:
        values = (self.number, self.choice, self.truth)
        return next(value for value in values if value is not None and value is not strawberry.UNSET)


@strawberry.input(description="An answer to a question that a condition of a threshold, or a hint, puts.")
class FactInput:
    key: str = strawberry.field(description="From `procedure { facts }`.")
    value: FactValueInput


@strawberry.input(description="What the record does not have: what is there today, and what somebody thinks of it.")
class ToldInput:
    signs: list[str] = strawberry.field(default_factory=list, description="Keys from `procedure { signs }`.")
    described: bool = strawberry.field(
        default=False, description="Whether the patient wrote something in words, which only a person may read."
    )
    patient_dissatisfied: bool = False
    facts: list[FactInput] = strawberry.field(default_factory=list)

    def told(self) -> Told:
        return Told(
            signs=tuple(self.signs),
            described=self.described,
            patient_dissatisfied=self.patient_dissatisfied,
            facts={fact.key: fact.value.given() for fact in self.facts},
        )


@strawberry.input(description="A value now, before the treatment, and in the patient's own written plan.")
class MeasuredInput:
    key: str = strawberry.field(description="From `procedure { allMeasurements }`.")
    value: MeasuredValueInput
    baseline: MeasuredValueInput | None = None
    target: MeasuredValueInput | None = None


@strawberry.input(description="Days since another anchor than day 0.")
class AnchorDayInput:
    anchor: str
    day: int


@strawberry.input(description="What is on file.")
class DocumentationInput:
    before_photos: bool = False
    follow_up_photos: bool = False
    check_ups: CheckUpsOnFileInput = CheckUpsOnFileInput.NONE
    examined: bool | None = strawberry.field(
        default=None, description="Whether any check-up was held; what `checkUps` says where it is left out."
    )
    documents: list[str] = strawberry.field(default_factory=list)

    def filed(self) -> Documentation:
        state: Any = self.check_ups
        return Documentation(
            before_photos=self.before_photos,
            follow_up_photos=self.follow_up_photos,
            check_ups=state.value,
            examined=self.examined,
            documents=frozenset(self.documents),
        )


@strawberry.input(description="One site of a case that is not on record. Nothing of it is kept.")
class HintsInput:
    procedure: str
    day: int = strawberry.field(description="Days since day 0, which `procedure { anchors }` names first.")
    site: str | None = None
    variant: str | None = None
    cycle: int | None = None
    anchor_days: list[AnchorDayInput] = strawberry.field(default_factory=list)
    measurements: list[MeasuredInput] = strawberry.field(default_factory=list)
    told: ToldInput = strawberry.field(default_factory=ToldInput)
    documentation: DocumentationInput = strawberry.field(default_factory=DocumentationInput)

    def asked(self) -> AskedHints:
        return AskedHints(
            procedure=self.procedure,
            day=self.day,
            site=self.site,
            variant=self.variant,
            cycle=self.cycle,
            anchor_days={given.anchor: given.day for given in self.anchor_days},
            measurements=[
                (given.key, *(_value(value) for value in (given.value, given.baseline, given.target)))
                for given in self.measurements
            ],
            told=self.told.told(),
            documentation=self.documentation.filed(),
        )


def _value(given: MeasuredValueInput | None) -> Any:
    return None if given is None else given.given()


async def hints_of_treatment(
    info: Info, row: Any, told: ToldInput | None, *, as_of: date | None, site: str | None
) -> list[Hints]:
    """Of a treatment the viewer may see. Raises SiteNotTreated, UnknownFact and FactUnusable."""
    if site is not None and site not in row.sites:
        raise SiteNotTreated(field="site")
    given = told.told() if told else Told()
    inputs.number(len(given.signs), field="told.signs", least=0, most=MAX_SIGNS)
    checked_facts(given.facts, (await info.context.rules(row)).specialty_of(row))
    on = as_of or await today_at_clinic(info, row)
    return await _hints(info, row, partial(assess_record, told=given, on=on, site=site))


async def hints_of_report(info: Info, report: Any) -> list[Hints]:
    row = await info.context.one(TreatmentRow, report.treatment_id)
    return [] if row is None else await _hints(info, row, partial(assess_report, report=report))


async def _hints(info: Info, row: Any, assessed: Callable[..., tuple[core.Assessment, ...]]) -> list[Hints]:
    record, offers = await _on_record(info, row), await _offers(info, row)
    # A plugin has its time: the others are answered meanwhile.
    answers = await asyncio.to_thread(assessed, record, offers=offers)
    return [Hints.of(answer, record.specialty) for answer in answers]


async def _offers(info: Info, row: Any) -> Offers:
    """Plugins are asked where their code is of the version that the treatment is pinned to."""
    pinned = await info.context.rules(row)
    return info.context.house.registry.offered if pinned.pinned_is_loaded(row) else no_offers


async def _on_record(info: Info, row: Any) -> OnRecord:
    """Everything that counts for hints, each kind of row in one statement for all treatments of a page."""
    context = info.context
    treatment, measured, held, filed = await asyncio.gather(
        on_record(info, row),
        context.parts(MeasurementRow, "treatment_id", row.id),
        context.parts(CheckUpRow, "treatment_id", row.id),
        context.load("evidence on file", partial(_on_file, context), row.id),
    )
    specialty = (await context.rules(row)).specialty_of(row)
    return OnRecord(treatment=treatment, specialty=specialty, measurements=measured, check_ups=held, evidence=filed)


async def _on_file(context: Context, ids: list[UUID]) -> list[Any]:
    """What the viewer may see of it: a hint tells nobody of a case that is not theirs."""
    found = await on_file.kept_for(ids, context.visible(EvidenceRow))
    return [found[identity] for identity in ids]


HintsResult = Annotated[Hints | Refusal, strawberry.union("HintsResult")]


@strawberry.type
class HintQueries:
    @strawberry.field(
        description="What a case that is not on record would suggest, for forms and trials. Nothing is kept."
    )
    async def hints(self, info: Info, input: HintsInput) -> HintsResult:
        registry = info.context.house.registry
        try:
            answer, specialty = await asyncio.to_thread(assess_asked, registry, input.asked())
        except CoreRefusal as refusal:
            return Refusal.of(refusal)
        return Hints.of(answer, specialty)
