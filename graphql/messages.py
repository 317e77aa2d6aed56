"""Messages of a case's thread, and hearing of new ones as they are posted."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from suivi.core.access.many import Ref
from suivi.core.acting import Acting
from suivi.core.events.models import Event as EventRow
from suivi.core.evidence.models import Evidence as EvidenceRow
from suivi.core.messages import actions
from suivi.core.messages.models import Attachment as AttachmentRow
from suivi.core.messages.models import Message as MessageRow
from suivi.core.reading import Row
from suivi.graphql.context import Context, Info
from suivi.graphql.edges import edge
from suivi.graphql.evidence import Evidence
from suivi.graphql.following import AfterUnknown, Followed, missed_since, newest_seq, require_followable
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored, listed, read_id, read_id_or_none, read_ids
from suivi.graphql.results import Refusal, attempt

if TYPE_CHECKING:
    from suivi.graphql.cases import Case

LazyCase = Annotated["Case", strawberry.lazy("suivi.graphql.cases")]


@strawberry.type(description="Posted once and never changed. A correction is a message that names the one it corrects.")
class Message(Stored, Node):
    author_role: str
    author_name: str | None = strawberry.field(description="Null for patients, who stay pseudonymous.")
    body: str = strawberry.field(description="The original text.")
    language: str
    sent_at: datetime

    @edge(by="case_id")
    @staticmethod
    def case(info: Info) -> Level[LazyCase | None]:
        from suivi.graphql.cases import cases

        return cases(info)

    @edge(by="corrects_id", description="The message this one corrects.")
    @staticmethod
    def corrects(info: Info) -> Level["Message | None"]:
        return messages(info)

    @edge(description="Evidence it refers to, as far as you may see evidence.")
    @staticmethod
    def attachments(info: Info) -> Level[list[Evidence]]:
        found = info.context.linked(EvidenceRow, by=AttachmentRow, parent="message_id", link="evidence_id")
        return found.then(listed(Evidence))


def messages(info: Info) -> Level[Message | None]:
    return info.context.ones(MessageRow).then(Message.maybe)


def load_message(info: Info, identity: UUID | None) -> Load[Message | None]:
    return messages(info).of(identity)


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


POSTED = "message_posted"


def _posted(event: Row) -> list[Ref]:
    """The message that was posted with it."""
    return [(MessageRow, UUID(event.payload["message"]))] if event.kind == POSTED else []


def _message(rows: Sequence[Row | None]) -> Message | None:
    return Message.maybe(rows[0])


async def _seq_of_message(context: Context, case_id: UUID, after: strawberry.ID) -> int:
    """Of the event it was posted with. Raises AfterUnknown and TooMuchMissed."""
    row = await context.one(MessageRow, read_id("Message", after, field="after"))
    if row is not None and row.case_id == case_id:
        then = await EventRow.filter(noun_id=case_id, kind=POSTED, at=row.sent_at).values_list("seq", "payload")
        for seq, payload in then:
            if payload["message"] == str(row.id):
                return await missed_since(case_id, seq, kind=POSTED)
    raise AfterUnknown(noun="message", field="after")


@strawberry.type
class MessageSubscriptions:
    @strawberry.subscription(
        description="Every message posted to a case from now on, as long as you may read it. With `after`, the id of "
        "the last message you were told, those posted since come first."
    )
    async def message_posted(
        self, info: Info, case_id: strawberry.ID, after: strawberry.ID | None = None
    ) -> AsyncIterator[Message]:
        identity = read_id("Case", case_id, field="caseId")
        await require_followable(info.context, identity)
        if after is None:
            seq = await newest_seq(identity)
        else:
            seq = await _seq_of_message(info.context, identity, after)
        return Followed(case_id=identity, seq=seq, wants=_posted, made=_message)
