"""Treatments: what was agreed and done, and what its dates answer."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core import inputs
from suivi.core.acting import Acting
from suivi.core.cases.models import CaseTreatment
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clocks.cycles import cycles_window
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.windows import ReferenceWindow as CoreWindow
from suivi.core.confirmations.models import Confirmation as ConfirmationRow
from suivi.core.confirmations.models import ConfirmationRequest as ConfirmationRequestRow
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.patients.models import Patient as PatientRow
from suivi.core.reading import Row
from suivi.core.treatments import actions, answers, registering, rules
from suivi.core.treatments.models import Addendum as AddendumRow
from suivi.core.treatments.models import Anchor as AnchorRow
from suivi.core.treatments.models import Consent as ConsentRow
from suivi.core.treatments.models import Departure as DepartureRow
from suivi.core.treatments.models import IndividualDate as IndividualDateRow
from suivi.core.treatments.models import LocalAnchor as LocalAnchorRow
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.core.treatments.recoveries import (
    OnRecord,
    anchors_in_force,
    in_time,
    recoveries_on,
    recovery_on,
    timeline_on,
)
from suivi.core.treatments.rules import AnchorGiven
from suivi.graphql.clinics import Clinic, Member, load_clinic, load_member
from suivi.graphql.confirmed import confirmed_periods, held_ids
from suivi.graphql.context import Info
from suivi.graphql.courses import (
    Cycle,
    CyclesWindow,
    Departure,
    IndividualDate,
    LocalAnchor,
    held_check_ups,
    load_course,
    on_record,
    today_at_clinic,
)
from suivi.graphql.coverage import Terms, load_terms
from suivi.graphql.events import Event, history
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Connection, Node, global_id, listed, read_id, read_id_or_none, read_page
from suivi.graphql.patients import Patient, Trip, load_patient, load_trip
from suivi.graphql.plugins import Procedure
from suivi.graphql.progress import Timeline, timeline
from suivi.graphql.recovery import LazyLabel, Recovery, ReferenceWindow, label_of
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.scalars import PartialDateValue

if TYPE_CHECKING:
    from suivi.graphql.check_ups import HeldCheckUp
    from suivi.graphql.confirmations import Confirmation, ConfirmationRequest
    from suivi.graphql.cover import CoverMap
    from suivi.graphql.devices import Device
    from suivi.graphql.evidence import Evidence
    from suivi.graphql.hints import Hints, ToldInput
    from suivi.graphql.insurances import Insurance
    from suivi.graphql.measurements import Measurement, MeasurementPurpose
    from suivi.graphql.pins import PinnedRules
    from suivi.graphql.reminders import Reminder
    from suivi.graphql.terms_offers import TermsOffer

LazyConfirmation = Annotated["Confirmation", strawberry.lazy("suivi.graphql.confirmations")]
LazyConfirmationRequest = Annotated["ConfirmationRequest", strawberry.lazy("suivi.graphql.confirmations")]
LazyCoverMap = Annotated["CoverMap", strawberry.lazy("suivi.graphql.cover")]
LazyEvidence = Annotated["Evidence", strawberry.lazy("suivi.graphql.evidence")]
LazyDevice = Annotated["Device", strawberry.lazy("suivi.graphql.devices")]
LazyInsurance = Annotated["Insurance", strawberry.lazy("suivi.graphql.insurances")]
LazyReminder = Annotated["Reminder", strawberry.lazy("suivi.graphql.reminders")]
LazyHeldCheckUp = Annotated["HeldCheckUp", strawberry.lazy("suivi.graphql.check_ups")]
LazyHints = Annotated["Hints", strawberry.lazy("suivi.graphql.hints")]
LazyTold = Annotated["ToldInput", strawberry.lazy("suivi.graphql.hints")]
LazyMeasurement = Annotated["Measurement", strawberry.lazy("suivi.graphql.measurements")]
LazyPurpose = Annotated["MeasurementPurpose", strawberry.lazy("suivi.graphql.measurements")]
LazyPinnedRules = Annotated["PinnedRules", strawberry.lazy("suivi.graphql.pins")]
LazyTermsOffer = Annotated["TermsOffer", strawberry.lazy("suivi.graphql.terms_offers")]


@strawberry.type(description="A named date that clocks start from.")
class Anchor:
    name: str
    on: PartialDateValue
    recorded_at: datetime


@strawberry.type(description="What was added to the objectives after they were frozen.")
class Addendum:
    author_role: str
    text: str
    added_at: datetime


@strawberry.type(description="The informed consent that was signed.")
class Consent:
    document_version: str
    language: str
    signed_on: date
    row: strawberry.Private[Any]

    @strawberry.field(description="Its scan; null when none is attached or you may not see evidence.")
    async def evidence(self, info: Info) -> LazyEvidence | None:
        from suivi.graphql.evidence import load_evidence

        return await load_evidence(info, self.row.evidence_id)


@strawberry.type(description="What each side hoped for, written before treatment and frozen when it began.")
class Objectives:
    patient: str | None
    practitioner: str | None
    frozen: bool
    addenda: list[Addendum]


@strawberry.type(description="Where one site of a treatment stands.")
class SiteRecovery:
    site: LazyLabel
    recovery: Recovery


@strawberry.type(description="One procedure at one clinic, with its sites, dated anchors, objectives and pinned rules.")
class Treatment(Node):
    specialty: str
    procedure_id: str
    description: str | None
    variant: str | None = strawberry.field(description="One of the procedure's variants.")
    material: str | None = strawberry.field(description="A code such as `zirconia`; terms may depend on it.")
    sites: list[str]
    agreed_on: date
    rules_plugin: str = strawberry.field(description="The plugin whose rules were in force when it was registered.")
    rules_version: str
    version: int
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Treatment":
        return cls(
            id=global_id("Treatment", row.id),
            specialty=row.specialty,
            procedure_id=row.procedure,
            description=row.description,
            variant=row.variant,
            material=row.material,
            sites=row.sites,
            agreed_on=row.agreed_on,
            rules_plugin=row.rules_plugin,
            rules_version=row.rules_version,
            version=row.version,
            row=row,
        )

    @classmethod
    def maybe(cls, row: Any) -> "Treatment | None":
        return None if row is None else cls.of(row)

    @strawberry.field(description="As pinned; null when its rules were not kept and no loaded plugin knows it.")
    async def procedure(self, info: Info) -> Procedure | None:
        pinned = await info.context.rules(self.row)
        found = pinned.known_procedure_of(self.row)
        return None if found is None else Procedure.of(found, pinned.specialty_of(self.row))

    @strawberry.field(description="The rules that everything here is computed with.")
    async def rules(self, info: Info) -> LazyPinnedRules:
        from suivi.graphql.pins import PinnedRules

        return PinnedRules.of(await info.context.rules(self.row), self.row)

    @strawberry.field
    async def patient(self, info: Info) -> Patient | None:
        return await load_patient(info, self.row.patient_id)

    @strawberry.field
    async def clinic(self, info: Info) -> Clinic | None:
        return await load_clinic(info, self.row.clinic_id)

    @strawberry.field
    async def practitioner(self, info: Info) -> Member | None:
        return await load_member(info, self.row.practitioner_id)

    @strawberry.field
    async def trip(self, info: Info) -> Trip | None:
        return await load_trip(info, self.row.trip_id)

    @strawberry.field(description="The terms pinned: in force when it was agreed, or accepted since. Null: none.")
    async def terms(self, info: Info) -> Terms | None:
        return await load_terms(info, self.row.terms_id)

    @strawberry.field(description="Who covers what until when, on a day. Today at the clinic.")
    async def cover_map(self, info: Info, as_of: date | None = None) -> LazyCoverMap:
        from suivi.graphql.cover_maps import load_cover_map

        return await load_cover_map(info, self.row, as_of)

    @strawberry.field(description="Other terms that the clinic has offered for it, the latest first.")
    def terms_offers(self, info: Info) -> Load[list[LazyTermsOffer]]:
        from suivi.graphql.terms_offers import load_terms_offers

        return load_terms_offers(info, self.row.id)

    @strawberry.field
    async def anchors(self, info: Info) -> list[Anchor]:
        rows = await info.context.parts(AnchorRow, "treatment_id", self.row.id)
        return [
            Anchor(name=row.name, on=PartialDateValue.of(PartialDate.parse(row.on)), recorded_at=row.recorded_at)
            for row in rows
        ]

    @strawberry.field
    async def objectives(self, info: Info) -> Objectives:
        addenda = await info.context.parts(AddendumRow, "treatment_id", self.row.id)
        anchors = [
            *await info.context.parts(AnchorRow, "treatment_id", self.row.id),
            *await info.context.parts(LocalAnchorRow, "treatment_id", self.row.id),
        ]
        procedure = (await info.context.rules(self.row)).procedure_of(self.row)
        return Objectives(
            patient=self.row.patient_objectives,
            practitioner=self.row.practitioner_objectives,
            frozen=rules.objectives_frozen([anchor.name for anchor in anchors], procedure),
            addenda=[Addendum(author_role=row.author_role, text=row.text, added_at=row.added_at) for row in addenda],
        )

    @strawberry.field(description="Empty when none is on record: a gap for the clinic to close.")
    async def consents(self, info: Info) -> list[Consent]:
        rows = await info.context.parts(ConsentRow, "treatment_id", self.row.id)
        return [
            Consent(document_version=row.document_version, language=row.language, signed_on=row.signed_on, row=row)
            for row in rows
        ]

    @strawberry.field(description="What is normal now, and from when the result may be judged. Today at the clinic.")
    async def recovery(
        self, info: Info, as_of: date | None = None, site: str | None = None, cycle: int | None = None
    ) -> Recovery:
        record, today = await on_record(info, self.row), await today_at_clinic(info, self.row)
        found = recovery_on(record, as_of or today, site=site, cycle=cycle)
        window = await self._window(info, record, as_of, site, cycle)
        specialty = (await info.context.rules(self.row)).specialty_of(self.row)
        return Recovery.of(in_time(found, window), record.procedure, specialty)

    @strawberry.field(description="The same for each site, which may differ: left and right eye, two teeth.")
    async def recoveries(self, info: Info, as_of: date | None = None) -> list[SiteRecovery]:
        record, today = await on_record(info, self.row), await today_at_clinic(info, self.row)
        specialty = (await info.context.rules(self.row)).specialty_of(self.row)
        answers = []
        for site, found in recoveries_on(record, as_of or today):
            window = await self._window(info, record, as_of, site, None)
            told = Recovery.of(in_time(found, window), record.procedure, specialty)
            answers.append(SiteRecovery(site=label_of(specialty.labels.sites, site), recovery=told))
        return answers

    @strawberry.field(description="Phases, check-ups and photos with their dates, from the first day on.")
    async def timeline(
        self, info: Info, as_of: date | None = None, site: str | None = None, cycle: int | None = None
    ) -> Timeline:
        record, today = await on_record(info, self.row), await today_at_clinic(info, self.row)
        dated = timeline_on(record, as_of or today, site=site, cycle=cycle)
        return await timeline(info, self.row, record.procedure, dated, await held_check_ups(info, self.row, site))

    @strawberry.field(description="Dates at one site or in one cycle, which go before `anchors`.")
    async def local_anchors(self, info: Info) -> list[LocalAnchor]:
        rows = await info.context.parts(LocalAnchorRow, "treatment_id", self.row.id)
        return [LocalAnchor.of(row) for row in rows]

    @strawberry.field(description="Of the whole series that you may see; empty for what is not counted in cycles.")
    async def cycles(self, info: Info, as_of: date | None = None) -> list[Cycle]:
        series = await load_course(info, self.row)
        if series is None:
            return []
        on = as_of or await today_at_clinic(info, self.row)
        return [Cycle.of(cycle) for cycle in series.on(on).cycles]

    @strawberry.field(description="A period of so many cycles; null for what is not counted in cycles.")
    async def cycles_window(self, info: Info, allowed: int, as_of: date | None = None) -> CyclesWindow | None:
        series = await load_course(info, self.row)
        if series is None:
            return None
        inputs.number(allowed, field="allowed", least=1, most=rules.MAX_CYCLES)
        on = as_of or await today_at_clinic(info, self.row)
        return CyclesWindow.of(cycles_window(series.on(on), allowed), unit=series.rule.unit)

    @strawberry.field(description="The treatment whose series this one goes on with.")
    async def continues(self, info: Info) -> "Treatment | None":
        return await load_treatment(info, self.row.continues_id)

    @strawberry.field(description="Journeys home as each side told them, oldest first; of a side the last counts.")
    async def departures(self, info: Info) -> list[Departure]:
        rows = await info.context.parts(DepartureRow, "treatment_id", self.row.id)
        return [Departure.of(row) for row in rows]

    @strawberry.field(description="The practitioner's own dates, oldest first; of a site the last counts.")
    async def individual_dates(self, info: Info) -> list[IndividualDate]:
        rows = await info.context.parts(IndividualDateRow, "treatment_id", self.row.id)
        return [IndividualDate.of(row) for row in rows]

    @strawberry.field(description="Until when a re-evaluation may be asked for, on a day or at this very moment.")
    async def reference_window(
        self, info: Info, as_of: date | None = None, site: str | None = None, cycle: int | None = None
    ) -> ReferenceWindow:
        record = await on_record(info, self.row)
        return ReferenceWindow.of(await self._window(info, record, as_of, site, cycle))

    async def _window(
        self, info: Info, record: OnRecord, as_of: date | None, site: str | None, cycle: int | None
    ) -> CoreWindow:
        context = info.context
        clinic = await context.one(ClinicRow, self.row.clinic_id)
        patient = await context.one(PatientRow, self.row.patient_id)
        return answers.reference_window_of(
            await context.rules(self.row),
            self.row,
            anchors_in_force(record, site=site, cycle=cycle),
            await context.one(TermsRow, self.row.terms_id),
            clinic_zone=clinic.time_zone if clinic else "UTC",
            patient_zone=patient.time_zone if patient else "UTC",
            on=as_of or context.at,
            confirmed=await confirmed_periods(info, self.row.id),
        )

    @strawberry.field(description="What was asked about this treatment, newest first.")
    def confirmation_requests(self, info: Info, first: int = 20) -> Load[list[LazyConfirmationRequest]]:
        from suivi.graphql.confirmations import ConfirmationRequest

        read_page(first, None)
        rows = info.context.newest(ConfirmationRequestRow, "treatment_id", self.row.id, last=first)
        return rows.then(listed(ConfirmationRequest, first))

    @strawberry.field(
        description="All that count for it, oldest first: those asked about it, and those its patient asked the clinic "
        "about such a treatment on the day it was agreed or before."
    )
    async def confirmations(self, info: Info) -> list[LazyConfirmation]:
        from suivi.graphql.confirmations import Confirmation

        ids = await held_ids(info, self.row.id)
        return listed(Confirmation)(await info.context.several(ConfirmationRow, ids))

    @strawberry.field(description="The latest recorded first. Of two for one key, site, purpose and day it counts.")
    async def measurements(
        self,
        info: Info,
        key: str | None = None,
        site: str | None = None,
        purpose: LazyPurpose | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[LazyMeasurement]:
        from suivi.graphql.measurements import load_measurements

        return await load_measurements(info, self.row.id, first=first, after=after, key=key, site=site, purpose=purpose)

    @strawberry.field(description="Those that were held, the latest recorded first; what is planned is in `procedure`.")
    async def check_ups(self, info: Info, first: int = 20, after: str | None = None) -> Connection[LazyHeldCheckUp]:
        from suivi.graphql.check_ups import load_check_ups

        return await load_check_ups(info, self.row.id, first=first, after=after)

    @strawberry.field(description="Implants, lenses, crowns, the latest registered first.")
    def devices(self, info: Info) -> Load[list[LazyDevice]]:
        from suivi.graphql.devices import load_devices

        return load_devices(info, self.row.id)

    @strawberry.field(description="Policies that cover it, the latest attached first; cancelled ones too.")
    def insurances(self, info: Info) -> Load[list[LazyInsurance]]:
        from suivi.graphql.insurances import load_insurances

        return load_insurances(info, self.row.id)

    @strawberry.field(description="Deadlines, the latest set first; met and missed ones too.")
    def reminders(self, info: Info) -> Load[list[LazyReminder]]:
        from suivi.graphql.reminders import load_reminders

        return load_reminders(info, self.row.id)

    @strawberry.field(
        description="What the record suggests, with what you add to it: one answer a site. It decides nothing."
    )
    async def hints(
        self, info: Info, as_of: date | None = None, site: str | None = None, told: LazyTold | None = None
    ) -> list[LazyHints]:
        from suivi.graphql.hints import hints_of_treatment

        return await hints_of_treatment(info, self.row, told, as_of=as_of, site=site)

    @strawberry.field(description="Newest first.")
    async def history(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Event]:
        return await history(info, self.row.id, first=first, after=after)


def treatments(info: Info) -> Level[Treatment | None]:
    return info.context.ones(TreatmentRow).then(Treatment.maybe)


def treatments_of_cases(info: Info) -> Level[list[Row]]:
    """In the order in which a case was opened about them."""
    return info.context.linked(TreatmentRow, by=CaseTreatment, parent="case_id", link="treatment_id")


def load_treatment(info: Info, identity: UUID | None) -> Load[Treatment | None]:
    return treatments(info).of(identity)


@strawberry.type
class TreatmentQueries:
    @strawberry.field(description="Null when there is none, or you may not see it.")
    async def treatment(self, info: Info, id: strawberry.ID) -> Treatment | None:
        return await load_treatment(info, read_id("Treatment", id))


@strawberry.input
class AnchorInput:
    name: str
    on: str = strawberry.field(description="`2026-03-03`, `2026-03`, `2026` or `unknown`; never in the future.")
    site: str | None = strawberry.field(default=None, description="One of the sites; left out: all of them.")
    cycle: int | None = strawberry.field(default=None, description="Number of a cycle; left out: not of one alone.")

    def given(self) -> AnchorGiven:
        return AnchorGiven(name=self.name, on=self.on, site=self.site, cycle=self.cycle)


@strawberry.input
class RegisterTreatmentInput:
    idempotency_key: str
    patient_id: strawberry.ID
    clinic_id: strawberry.ID
    procedure: str = strawberry.field(description="A `key` from `procedures`, or `other` with a description.")
    sites: list[str] = strawberry.field(default_factory=list)
    anchors: list[AnchorInput] = strawberry.field(default_factory=list)
    agreed_on: date | None = strawberry.field(
        default=None,
        description="The terms in force when this day began are pinned. Left out: today, or the first anchor's day if "
        "earlier; without either, those in force at this moment.",
    )
    practitioner_id: strawberry.ID | None = None
    trip_id: strawberry.ID | None = None
    description: str | None = None
    variant: str | None = strawberry.field(default=None, description="One of the procedure's variants.")
    material: str | None = strawberry.field(
        default=None, description="A code such as `zirconia`, where the clinic's terms depend on it."
    )
    continues_id: strawberry.ID | None = strawberry.field(
        default=None, description="The treatment whose series of cycles, sessions or uses this one goes on with."
    )
    patient_objectives: str | None = None
    practitioner_objectives: str | None = None

    def plan(self) -> registering.Plan:
        return registering.Plan(
            clinic_id=read_id("Clinic", self.clinic_id, field="clinicId"),
            procedure=self.procedure,
            sites=tuple(self.sites),
            anchors=tuple(anchor.given() for anchor in self.anchors),
            agreed_on=self.agreed_on,
            practitioner_id=read_id_or_none("Member", self.practitioner_id, field="practitionerId"),
            trip_id=read_id_or_none("Trip", self.trip_id, field="tripId"),
            description=self.description,
            variant=self.variant,
            material=self.material,
            continues_id=read_id_or_none("Treatment", self.continues_id, field="continuesId"),
            patient_objectives=self.patient_objectives,
            practitioner_objectives=self.practitioner_objectives,
        )


@strawberry.input
class RecordObjectivesInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    expected_version: int
    objectives: str


@strawberry.input
class AddAddendumInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    text: str


@strawberry.input
class RecordConsentInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    document_version: str
    language: str
    signed_on: date
    evidence_id: strawberry.ID | None = None


RegisterTreatmentResult = Annotated[Treatment | Refusal, strawberry.union("RegisterTreatmentResult")]
RecordObjectivesResult = Annotated[Treatment | Refusal, strawberry.union("RecordObjectivesResult")]
AddAddendumResult = Annotated[Treatment | Refusal, strawberry.union("AddAddendumResult")]
RecordConsentResult = Annotated[Treatment | Refusal, strawberry.union("RecordConsentResult")]


def _treatment_id(text: str) -> UUID:
    return read_id("Treatment", text, field="treatmentId")


@strawberry.type
class TreatmentMutations:
    @strawberry.mutation(description="By the patient's side at any clinic, by staff at their own.")
    async def register_treatment(self, info: Info, input: RegisterTreatmentInput) -> RegisterTreatmentResult:
        async def act(by: Acting) -> TreatmentRow:
            patient_id = read_id("Patient", input.patient_id, field="patientId")
            return await registering.register_treatment(by, patient_id, input.plan())

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="Your own side's objectives, until the treatment begins.")
    async def record_objectives(self, info: Info, input: RecordObjectivesInput) -> RecordObjectivesResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_objectives(
                by,
                _treatment_id(input.treatment_id),
                objectives=input.objectives,
                expected_version=input.expected_version,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="Once the objectives are frozen.")
    async def add_addendum(self, info: Info, input: AddAddendumInput) -> AddAddendumResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.add_addendum(by, _treatment_id(input.treatment_id), text=input.text)

        return await attempt(info, input.idempotency_key, act, Treatment.of)

    @strawberry.mutation(description="The informed consent that was signed; each one stays on record.")
    async def record_consent(self, info: Info, input: RecordConsentInput) -> RecordConsentResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.record_consent(
                by,
                _treatment_id(input.treatment_id),
                document_version=input.document_version,
                language=input.language,
                signed_on=input.signed_on,
                evidence_id=read_id_or_none("Evidence", input.evidence_id, field="evidenceId"),
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)
