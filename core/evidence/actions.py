"""Evidence in three moves: begin (a form is given out), upload (straight to the store), finish (checked and sealed)."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.narrowing import fetch
from suivi.core.acting import Acting, action
from suivi.core.cases.actions import locked_case, treatment_in
from suivi.core.cases.models import Case
from suivi.core.cases.rules import require_possible
from suivi.core.events.log import append
from suivi.core.events.models import Event
from suivi.core.evidence.content import ACCEPTED_TYPES, Checked, Examination, FileMissing, FileTypeNotAccepted
from suivi.core.evidence.models import Evidence, EvidenceKind, EvidenceState
from suivi.core.evidence.objects import KeyTaken, ObjectStore, UploadForm
from suivi.core.refusals import Refusal
from suivi.core.sql import update

FORM_LIVES = timedelta(minutes=15)
LINK_LIVES = timedelta(minutes=5)

_TIME_LENGTH = len("2026-03-13T10:00:00.000000+01:00")
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SUFFIX = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
}


class HashUnreadable(Refusal):
    """The hash is not a SHA-256 in 64 hexadecimal digits."""

    code = "HASH_UNREADABLE"
    remedy = "Send the SHA-256 of the file's bytes in lower-case hexadecimal."


class TimeUnreadable(Refusal):
    """The time the picture was taken could not be read."""

    code = "TIME_UNREADABLE"
    remedy = "Write it as ISO 8601, such as 2026-03-13T10:00:00+01:00, or leave it out."


class EvidenceSealed(Refusal):
    """This evidence has been checked and sealed: it can no longer be replaced."""

    code = "EVIDENCE_SEALED"
    remedy = "Begin a new upload; both will stand side by side."


class EvidenceAwaited(Refusal):
    """This evidence has not been uploaded and checked yet."""

    code = "EVIDENCE_AWAITED"
    remedy = "Upload the file with its form and finish the upload first."


class LinkExpired(Refusal):
    """The link this key led to has expired."""

    code = "LINK_EXPIRED"
    remedy = "Look again with a new idempotency key; each look is recorded."


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What the sender says about a file it is about to upload."""

    kind: EvidenceKind
    content_type: str
    sha256: str
    treatment_id: UUID | None = None
    view: str | None = None
    taken_at: str | None = None


@action(Evidence)
async def begin_upload(by: Acting, case_id: UUID, announced: Announced) -> Evidence:
    case = await locked_case(by, case_id, "add_evidence")
    if announced.content_type not in ACCEPTED_TYPES:
        raise FileTypeNotAccepted(
            field="contentType", found=inputs.text(announced.content_type, field="contentType", limit=100)
        )
    if not _SHA256.fullmatch(announced.sha256):
        raise HashUnreadable(field="sha256")
    treatment = await treatment_in(case, announced.treatment_id) if announced.treatment_id else None
    evidence = Evidence(
        case_id=case.id,
        treatment_id=treatment.id if treatment else None,
        kind=announced.kind,
        view=inputs.text_or_none(announced.view, field="view", limit=60),
        state=EvidenceState.AWAITING,
        content_type=announced.content_type,
        sha256=announced.sha256,
        claimed_at=_readable_time(announced.taken_at),
        begun_at=by.at,
        form_expires_at=by.house.wall_clock() + FORM_LIVES,
        sender_role=by.viewer.role.value,
        sender=by.viewer.subject,
    )
    told = {"evidence": str(evidence.id), "kind": evidence.kind.value}
    await append(by, case, "upload_begun", told, new=[evidence])
    return evidence


def _readable_time(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text).isoformat()
    except ValueError as error:
        raise TimeUnreadable(field="takenAt") from error
    # Longer only with seconds in the offset from UTC, which no clock shows.
    if len(time) > _TIME_LENGTH:
        raise TimeUnreadable(field="takenAt")
    return time


def upload_form(by: Acting, evidence: Evidence) -> UploadForm:
    """The form of evidence that is still awaited: the same one however often it is asked for."""
    return by.house.store.upload_form(
        evidence.incoming_key,
        content_type=evidence.content_type,
        max_bytes=by.house.max_upload_bytes,
        expires_at=evidence.form_expires_at,
    )


async def finish_upload(by: Acting, evidence_id: UUID) -> Evidence:
    """Checks what was uploaded and seals it. A file that fails its check is dropped, and its form may be used again.

    Bytes are read and moved before the transaction begins, so that no lock is held while the store works.
    """
    evidence = await fetch(Evidence, by.viewer, evidence_id, on=by.on, verb="finish")
    checked = None
    if evidence.state is EvidenceState.AWAITING:
        checked = await _examine(by, evidence)
    return await _seal(by, evidence_id, checked=checked)


async def _examine(by: Acting, evidence: Evidence) -> Checked:
    """Moves first, then looks: what is checked is out of reach of the form, which still works until it expires."""
    store = by.house.store
    # A crash in the middle leaves the file under its sealed key; finishing again picks it up there.
    if await store.stat(evidence.sealed_key) is None:
        await _take_in(store, evidence)
    try:
        return await _checked(by, evidence)
    except KeyError as error:
        raise FileMissing() from error
    except Refusal:
        # Whoever finished at the same moment may have sealed a better file since.
        if await Evidence.exists(id=evidence.id, state=EvidenceState.AWAITING):
            await store.delete(evidence.sealed_key)
        raise


async def _take_in(store: ObjectStore, evidence: Evidence) -> None:
    try:
        await store.move(evidence.incoming_key, evidence.sealed_key)
    except (KeyError, KeyTaken) as error:
        # The same upload finished twice at once: the other one moved it.
        if await store.stat(evidence.sealed_key) is None:
            raise FileMissing() from error


async def _checked(by: Acting, evidence: Evidence) -> Checked:
    async with by.house.examining:
        with Examination(max_bytes=by.house.max_upload_bytes) as examination:
            async for chunk in by.house.store.read(evidence.sealed_key):
                await asyncio.to_thread(examination.feed, chunk)
            return await asyncio.to_thread(
                examination.verdict, declared_type=evidence.content_type, declared_sha256=evidence.sha256
            )


@action(Evidence, ignoring=("checked",))
async def _seal(by: Acting, evidence_id: UUID, *, checked: Checked | None) -> Evidence:
    evidence = await Evidence.select_for_update().get(id=evidence_id)
    if checked is None or evidence.state is EvidenceState.KEPT:
        raise EvidenceSealed()
    evidence.state = EvidenceState.KEPT
    evidence.size = checked.size
    evidence.embedded_at = _embedded(checked)
    evidence.received_at = by.at
    await update(evidence)
    case = await Case.get(id=evidence.case_id)
    require_possible("add_evidence", case.state)
    told = {"evidence": str(evidence.id), "kind": evidence.kind.value, "sha256": evidence.sha256}
    await append(by, case, "evidence_received", told, wrote=[evidence])
    return evidence


def _embedded(checked: Checked) -> str | None:
    """What the camera says, in UTC where it also said in which zone it was."""
    return checked.embedded_time.isoformat() if checked.embedded_time else checked.embedded_local_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`url` serves the object to whoever holds it, for five minutes from the look that was recorded."""

    evidence: Evidence
    url: str = field(repr=False)


async def open_evidence(by: Acting, evidence_id: UUID) -> Opened:
    """Records that the viewer looked, and mints a link (R-207, R-243).

    A repeat is not recorded again, so it is checked again and its link expires when the first one does.
    """
    evidence = await fetch(Evidence, by.viewer, evidence_id, on=by.on, verb="open")
    if evidence.state is EvidenceState.AWAITING:
        raise EvidenceAwaited()
    look = await _record_look(by, evidence_id)
    left = min(look.at + LINK_LIVES - by.at, LINK_LIVES)
    if left < timedelta(seconds=1):
        raise LinkExpired(field="idempotencyKey")
    url = by.house.store.link(
        evidence.sealed_key,
        expires_in=left,
        content_type=evidence.content_type,
        filename=f"{evidence.id}.{_SUFFIX[evidence.content_type]}",
    )
    return Opened(evidence=evidence, url=url)


@action(Event, shown=False)
async def _record_look(by: Acting, evidence_id: UUID) -> Event:
    evidence = await Evidence.get(id=evidence_id)
    case = await Case.get(id=evidence.case_id)
    return await append(by, case, "evidence_opened", {"evidence": str(evidence.id)})
