"""Posting messages. They are never changed: a correction is a message that names the one it corrects."""

from collections.abc import Sequence
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.narrowing import NotFound, narrow
from suivi.core.access.parties import STAFF
from suivi.core.access.viewer import Role
from suivi.core.acting import Acting, action
from suivi.core.cases.actions import locked_case
from suivi.core.cases.models import Assignment, Case
from suivi.core.clinics.staff import member_acting
from suivi.core.events.log import append
from suivi.core.evidence.actions import EvidenceAwaited
from suivi.core.evidence.models import Evidence, EvidenceState
from suivi.core.messages.models import Attachment, Message
from suivi.core.records import fresh, new_id

MAX_ATTACHMENTS = 20


@action(Message, at_once=True)
async def post_message(
    by: Acting,
    case_id: UUID,
    *,
    body: str,
    language: str,
    evidence_ids: Sequence[UUID] = (),
    corrects: UUID | None = None,
) -> Message:
    case = await locked_case(by, case_id, "post_message")
    attached = await _attachable(by, case, evidence_ids)
    await _require_own(by, case, corrects)
    message = fresh(
        Message,
        id=new_id(),
        case_id=case.id,
        author_role=by.viewer.role.value,
        author=by.viewer.subject,
        author_name=await _name(by, case),
        body=inputs.text(body, field="body", limit=20_000),
        language=inputs.language(language, field="language"),
        corrects_id=corrects,
        sent_at=by.at,
    )
    attachments = [Attachment(message_id=message.id, evidence_id=evidence.id) for evidence in attached]
    told = {"message": str(message.id), "corrects": corrects and str(corrects)}
    await append(by, case, "message_posted", told, new=[message, *attachments])
    return message


async def _attachable(by: Acting, case: Case, evidence_ids: Sequence[UUID]) -> list[Evidence]:
    wanted = list(dict.fromkeys(evidence_ids))
    inputs.number(len(wanted), field="evidenceIds", least=0, most=MAX_ATTACHMENTS)
    if not wanted:
        return []
    visible = narrow(Evidence, by.viewer, on=by.on, parents=[case.id]).filter(id__in=wanted, case_id=case.id)
    found = {evidence.id: evidence for evidence in await visible}
    if len(found) < len(wanted):
        raise NotFound(noun="evidence", field="evidenceIds")
    if any(evidence.state is EvidenceState.AWAITING for evidence in found.values()):
        raise EvidenceAwaited(field="evidenceIds")
    return [found[wish] for wish in wanted]


async def _require_own(by: Acting, case: Case, corrects: UUID | None) -> None:
    if corrects is None:
        return
    own = Message.filter(id=corrects, case_id=case.id, author=by.viewer.subject, author_role=by.viewer.role.value)
    if not await own.exists():
        raise NotFound(noun="message", field="corrects")


async def _name(by: Acting, case: Case) -> str | None:
    """Patients stay pseudonymous; everybody else is named as they are known on this day."""
    viewer = by.viewer
    if viewer.role in STAFF:
        member = await member_acting(by, case.clinic_id)
        return member.name if member else None
    if viewer.role in (Role.MEDIATOR, Role.INTERPRETER):
        assigned = await Assignment.filter(case_id=case.id, subject=viewer.subject).order_by("-id").first()
        return assigned.name if assigned else None
    return None
