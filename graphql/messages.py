"""Messages of a case's thread, and hearing of new ones as they are posted."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.evidence.models import Evidence as EvidenceRow
from suivi.core.messages import actions
from suivi.core.messages.models import Attachment as AttachmentRow
from suivi.core.messages.models import Message as MessageRow
from suivi.graphql.context import Info
from suivi.graphql.evidence import Evidence
from suivi.graphql.following import follow
from suivi.graphql.nodes import Node, global_id, read_id, read_id_or_none, read_ids
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.cases import Case

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]


@strawberry.type(description="Posted once and never changed. A correction is a message that names the one it corrects.")
class Message(Node):
    author_role: str
    author_name: str | None = strawberry.field(description="Null for patients, who stay pseudonymous.")
    body: str = strawberry.field(description="The original text.")
    language: str
    sent_at: datetime
    row: strawberry.Private[Any]

    @classmethod
    def of(cls, row: Any) -> "Message":
        return cls(
            id=global_id("Message", row.id),
            author_role=row.author_role,
            author_name=row.author_name,
            body=row.body,
            language=row.language,
            sent_at=row.sent_at,
            row=row,
        )

    @strawberry.field
    async def case(self, info: Info) -> LazyCase | None:
        from suivi.graphql.cases import load_case

        return await load_case(info, self.row.case_id)

    @strawberry.field(description="The message this one corrects.")
    async def corrects(self, info: Info) -> "Message | None":
        return await load_message(info, self.row.corrects_id)

    @strawberry.field(description="Evidence it refers to, as far as you may see evidence.")
    async def attachments(self, info: Info) -> list[Evidence]:
        parts = await info.context.parts(AttachmentRow, "message_id", self.row.id)
        rows = await info.context.several(EvidenceRow, [part.evidence_id for part in parts])
        return [Evidence.of(row) for row in rows]


async def load_message(info: Info, identity: UUID | None) -> Message | None:
    row = await info.context.one(MessageRow, identity)
    return None if row is None else Message.of(row)


@strawberry.input
class PostMessageInput:
    idempotency_key: str
    case_id: strawberry.ID
    body: str
    language: str = strawberry.field(description="BCP 47 tag of the text.")
    evidence_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    corrects: strawberry.ID | None = strawberry.field(default=None, description="A message of your own.")


PostMessageResult = Annotated[Message | Refusal, strawberry.union("PostMessageResult")]


@strawberry.type
class MessageMutations:
    @strawberry.mutation(description="Posted once, never changed; a correction is a new message.")
    async def post_message(self, info: Info, input: PostMessageInput) -> PostMessageResult:
        async def act(by: Acting) -> MessageRow:
            return await actions.post_message(
                by,
                read_id("Case", input.case_id, field="caseId"),
                body=input.body,
                language=input.language,
                evidence_ids=read_ids("Evidence", input.evidence_ids, field="evidenceIds"),
                corrects=read_id_or_none("Message", input.corrects, field="corrects"),
            )

        return await attempt(info, input.idempotency_key, act, Message.of)


@strawberry.type
class MessageSubscriptions:
    @strawberry.subscription(description="Every message posted to a case from now on, as long as you may read it.")
    async def message_posted(self, info: Info, case_id: strawberry.ID) -> AsyncIterator[Message]:
        identity = read_id("Case", case_id, field="caseId")
        async for event in follow(info, identity, kinds=("message_posted",)):
            message = await load_message(info, UUID(event.payload["message"]))
            if message is not None:
                yield message
