"""Evidence: begin, upload straight to the store, finish; and short-lived links to look at it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.evidence import actions
from suivi.core.evidence.models import Evidence as EvidenceRow
from suivi.core.evidence.models import EvidenceKind, EvidenceState
from suivi.graphql.context import Info
from suivi.graphql.edges import edge
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, read_id, read_id_or_none
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.treatments import Treatment, treatments

if TYPE_CHECKING:
    from suivi.graphql.cases import Case

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]
EvidenceKindEnum = strawberry.enum(EvidenceKind, name="EvidenceKind")
EvidenceStateEnum = strawberry.enum(EvidenceState, name="EvidenceState")


@strawberry.type(description="A photo or document. Its bytes never pass through here.")
class Evidence(Stored, Node):
    kind: EvidenceKindEnum  # type: ignore[valid-type]
    view: str | None
    state: EvidenceStateEnum  # type: ignore[valid-type]
    content_type: str
    size: int | None = strawberry.field(description="Bytes, as found; null while awaited.")
    sha256: str
    claimed_at: str | None = strawberry.field(description="When the sender says it was taken.")
    embedded_at: str | None = strawberry.field(description="When the file itself says it was taken.")
    received_at: datetime | None
    sender_role: str

    @edge(by="case_id")
    @staticmethod
    def case(info: Info) -> Level[LazyCase | None]:
        from suivi.graphql.cases import cases

        return cases(info)

    @edge(by="treatment_id")
    @staticmethod
    def treatment(info: Info) -> Level[Treatment | None]:
        return treatments(info)


def evidences(info: Info) -> Level[Evidence | None]:
    return info.context.ones(EvidenceRow).then(Evidence.maybe)


def load_evidence(info: Info, identity: UUID | None) -> Load[Evidence | None]:
    return evidences(info).of(identity)


@strawberry.type
class FormField:
    name: str
    value: str


@strawberry.type(description="Send as multipart/form-data: these fields in this order, then the file as `file`.")
class UploadForm:
    url: str
    fields: list[FormField]
    expires_at: datetime
    max_bytes: int


@strawberry.type(description="An upload that has begun: the evidence to come, and the form to send it with.")
class Upload:
    evidence: Evidence
    form: UploadForm


@strawberry.type(description="An address that serves the file to whoever holds it, for a few minutes.")
class EvidenceLink:
    url: str
    evidence: Evidence


@strawberry.input
class BeginUploadInput:
    idempotency_key: str
    case_id: strawberry.ID
    kind: EvidenceKindEnum  # type: ignore[valid-type]
    content_type: str = strawberry.field(description="image/jpeg, image/png, image/webp, image/heic, application/pdf.")
    sha256: str = strawberry.field(description="Of the file's bytes, in lower-case hexadecimal.")
    treatment_id: strawberry.ID | None = None
    view: str | None = None
    taken_at: str | None = strawberry.field(default=None, description="ISO 8601, as the sender remembers it.")

    def announced(self) -> actions.Announced:
        return actions.Announced(
            kind=self.kind,
            content_type=self.content_type,
            sha256=self.sha256,
            treatment_id=read_id_or_none("Treatment", self.treatment_id, field="treatmentId"),
            view=self.view,
            taken_at=self.taken_at,
        )


@strawberry.input
class FinishUploadInput:
    idempotency_key: str
    evidence_id: strawberry.ID


@strawberry.input
class OpenEvidenceInput:
    idempotency_key: str
    evidence_id: strawberry.ID


BeginUploadResult = Annotated[Upload | Refusal, strawberry.union("BeginUploadResult")]
FinishUploadResult = Annotated[Evidence | Refusal, strawberry.union("FinishUploadResult")]
OpenEvidenceResult = Annotated[EvidenceLink | Refusal, strawberry.union("OpenEvidenceResult")]


@strawberry.type
class EvidenceMutations:
    @strawberry.mutation(description="Gives out a form that takes exactly this file, for fifteen minutes.")
    async def begin_upload(self, info: Info, input: BeginUploadInput) -> BeginUploadResult:
        async def act(by: Acting) -> EvidenceRow:
            return await actions.begin_upload(by, read_id("Case", input.case_id, field="caseId"), input.announced())

        def node(row: EvidenceRow) -> Upload:
            form = actions.upload_form(info.context.acting(input.idempotency_key), row)
            fields = [FormField(name=name, value=value) for name, value in form.fields.items()]
            limit = info.context.house.max_upload_bytes
            answer = UploadForm(url=form.url, fields=fields, expires_at=form.expires_at, max_bytes=limit)
            return Upload(evidence=Evidence.of(row), form=answer)

        return await attempt(info, input.idempotency_key, act, node)

    @strawberry.mutation(description="Checks size, type and hash of what was uploaded, and seals it.")
    async def finish_upload(self, info: Info, input: FinishUploadInput) -> FinishUploadResult:
        async def act(by: Acting) -> EvidenceRow:
            return await actions.finish_upload(by, read_id("Evidence", input.evidence_id, field="evidenceId"))

        return await attempt(info, input.idempotency_key, act, Evidence.of)

    @strawberry.mutation(description="A link to look at it, for five minutes. That you looked is in the history.")
    async def open_evidence(self, info: Info, input: OpenEvidenceInput) -> OpenEvidenceResult:
        async def act(by: Acting) -> actions.Opened:
            return await actions.open_evidence(by, read_id("Evidence", input.evidence_id, field="evidenceId"))

        def node(opened: actions.Opened) -> EvidenceLink:
            return EvidenceLink(url=opened.url, evidence=Evidence.of(opened.evidence))

        return await attempt(info, input.idempotency_key, act, node)
