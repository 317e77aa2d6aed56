"""Measurements on record, and recording them: a typed value each, checked against the specialty."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.measurements import actions
from suivi.core.measurements.models import Measurement as MeasurementRow
from suivi.core.measurements.models import Purpose
from suivi.core.measurements.rules import Asked, Value
from suivi.core.specialties.model import Specialty
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.context import Info
from suivi.graphql.figures import MeasuredValue
from suivi.graphql.nodes import Connection, Node, connection, global_id, read_id, read_id_or_none, read_page
from suivi.graphql.procedures import step_label
from suivi.graphql.results import LocalizedText, Refusal, attempt
from suivi.graphql.scalars import PartialDateValue, localized

if TYPE_CHECKING:
    from suivi.graphql.evidence import Evidence
    from suivi.graphql.treatments import Treatment

LazyEvidence = Annotated["Evidence", strawberry.lazy("suivi.graphql.evidence")]
LazyTreatment = Annotated["Treatment", strawberry.lazy("suivi.graphql.treatments")]


@strawberry.enum
class MeasurementPurpose(Enum):
    BASELINE = strawberry.enum_value("baseline", description="Measured before the treatment.")
    TARGET = strawberry.enum_value("target", description="The figure in the patient's own written plan.")
    FOLLOW_UP = strawberry.enum_value("follow_up", description="Measured during or after the treatment.")


assert set(MeasurementPurpose.__members__) == set(Purpose.__members__)  # noqa: S101


@strawberry.type(description="One value on record. Appended, never changed: the later recorded one counts.")
class Measurement(Node):
    key: str
    site: str | None = strawberry.field(description="One of the treatment's sites; null: of the whole patient.")
    purpose: MeasurementPurpose
    unit: str | None = strawberry.field(description="UCUM, as the specialty had it when it was recorded.")
    measured_on: PartialDateValue
    recorder_role: str
    recorded_at: datetime
    row: strawberry.Private[Any]

    @strawberry.field(description="Null when the specialty no longer has this measurement.")
    async def name(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        definition = (await self._specialty(info)).measurements.get(self.key)
        return None if definition is None else localized(definition.name, info, locale)

    @strawberry.field
    async def value(self, info: Info) -> MeasuredValue:
        definition = (await self._specialty(info)).measurements.get(self.key)
        return MeasuredValue.of(self.row.value["value"], definition)

    @strawberry.field(description="What a step of a scale says; null for numbers and truth values.")
    async def value_text(self, info: Info, locale: str | None = None) -> LocalizedText | None:
        specialty, value = await self._specialty(info), self.row.value["value"]
        definition = specialty.measurements.get(self.key)
        if definition is None or value not in definition.values:
            return None
        return localized(step_label(definition, value, specialty.labels).words, info, locale)

    @strawberry.field(
        description="The report it was read from; null when none is attached or you may not see evidence."
    )
    async def evidence(self, info: Info) -> LazyEvidence | None:
        from suivi.graphql.evidence import load_evidence

        return await load_evidence(info, self.row.evidence_id)

    async def _specialty(self, info: Info) -> Specialty:
        treatment = await info.context.one(TreatmentRow, self.row.treatment_id)
        return (await info.context.rules(treatment)).specialty_of(treatment)

    @classmethod
    def of(cls, row: Any) -> "Measurement":
        return cls(
            id=global_id("Measurement", row.id),
            key=row.key,
            site=row.site,
            purpose=MeasurementPurpose(row.purpose),
            unit=row.unit,
            measured_on=PartialDateValue.of(PartialDate.parse(row.measured_on)),
            recorder_role=row.recorder_role,
            recorded_at=row.recorded_at,
            row=row,
        )


async def load_measurement(info: Info, identity: UUID | None) -> Measurement | None:
    row = await info.context.one(MeasurementRow, identity)
    return None if row is None else Measurement.of(row)


async def load_measurements(
    info: Info,
    treatment_id: UUID,
    *,
    first: int,
    after: str | None,
    key: str | None = None,
    site: str | None = None,
    purpose: MeasurementPurpose | None = None,
) -> Connection[Measurement]:
    """Of one treatment, the latest recorded first; what is None is not asked for."""
    before = read_page(first, after)
    asked = {"key": key, "site": site, "purpose": purpose and Purpose[purpose.name]}
    where = {name: wanted for name, wanted in asked.items() if wanted is not None}
    rows = await info.context.newest(MeasurementRow, "treatment_id", treatment_id, last=first, before=before, **where)
    return connection([Measurement.of(row) for row in rows[:first]], rows[:first], more=len(rows) > first)


@strawberry.input(one_of=True, description="As the measurement's `type` says; exactly one.")
class MeasuredValueInput:
    number: float | None = strawberry.UNSET
    choice: str | None = strawberry.field(default=strawberry.UNSET, description="A step of a scale, as text.")
    truth: bool | None = strawberry.UNSET

    def given(self) -> Value:
        given: list[Value] = [
            value
            for value in (self.number, self.choice, self.truth)
            if value is not None and value is not strawberry.UNSET
        ]
        return given[0]


@strawberry.input
class MeasurementInput:
    key: str = strawberry.field(description="From `procedure { allMeasurements }`.")
    value: MeasuredValueInput
    purpose: MeasurementPurpose
    unit: str | None = strawberry.field(
        default=None, description="The measurement's own, to be sure of it: any other is refused, none is converted."
    )
    site: str | None = strawberry.field(
        default=None, description="One of the treatment's sites; may be left out where there is only one."
    )
    measured_on: str | None = strawberry.field(default=None, description="Partial date; today when left out.")
    evidence_id: strawberry.ID | None = None

    def asked(self, number: int) -> Asked:
        return Asked(
            key=self.key,
            value=self.value.given(),
            purpose=Purpose[self.purpose.name],
            unit=self.unit,
            site=self.site,
            measured_on=self.measured_on,
            evidence_id=read_id_or_none("Evidence", self.evidence_id, field=f"measurements[{number}].evidenceId"),
        )


@strawberry.input(description="All of them are recorded, or none.")
class RecordMeasurementsInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    measurements: list[MeasurementInput]


RecordMeasurementsResult = Annotated[LazyTreatment | Refusal, strawberry.union("RecordMeasurementsResult")]


@strawberry.type
class MeasurementMutations:
    @strawberry.mutation(description="Appends; to correct a value, record it again with its day.")
    async def record_measurements(self, info: Info, input: RecordMeasurementsInput) -> RecordMeasurementsResult:
        from suivi.graphql.treatments import Treatment

        async def act(by: Acting) -> TreatmentRow:
            treatment_id = read_id("Treatment", input.treatment_id, field="treatmentId")
            asked = [measurement.asked(number) for number, measurement in enumerate(input.measurements)]
            return await actions.record_measurements(by, treatment_id, asked)

        return await attempt(info, input.idempotency_key, act, Treatment.of)
