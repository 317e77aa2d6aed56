"""Answering item by item, by a signatory with a name, in a document that is frozen as it is signed (R-133, R-134)."""

from base64 import b32encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.clinics.staff import member_acting
from suivi.core.clocks.zones import day_at, zone
from suivi.core.confirmations import rules
from suivi.core.confirmations.about import is_about_all, lines_about
from suivi.core.confirmations.asking import tell_treatment
from suivi.core.confirmations.models import (
    AnswerKind,
    Confirmation,
    ConfirmationAnswer,
    ConfirmationItem,
    ConfirmationRequest,
)
from suivi.core.confirmations.rules import ItemAnswer, NotConfirmed
from suivi.core.confirmations.writing import Asked, Signing, document_of, languages_of, vocabulary_of
from suivi.core.coverage.checks import require_sound
from suivi.core.coverage.content import Content
from suivi.core.coverage.models import Terms
from suivi.core.coverage.publishing import read_period
from suivi.core.coverage.reading import read_content
from suivi.core.coverage.wording import Kept, require_worded, reviewed, words_in
from suivi.core.deliveries.rules import locale_for
from suivi.core.documents.canonical import freeze
from suivi.core.documents.words import LANGUAGES
from suivi.core.events.log import append
from suivi.core.patients.models import Patient
from suivi.core.records import new_id
from suivi.core.reminders.actions import met
from suivi.core.reminders.models import ReminderKind
from suivi.core.sql import update


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGiven:
    """An answer as it is sent. `content` has the attributes of `CoverContentInput`."""

    number: int
    answer: AnswerKind
    reason: NotConfirmed | None = None
    text: str | None = None
    content: Any = None
    reference_period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """`language` is that of the clinic's words; None: the first of the clinic's that documents speak."""

    answers: Sequence[ItemGiven]
    language: str | None = None
    wording_reason: str | None = None


@action(Confirmation)
async def answer_confirmation(by: Acting, request_id: UUID, answering: Answering) -> Confirmation:
    """Some items or all; what is left may be answered later, and an answer never changes.

    Raises OutcomePromised where the clinic's words promise a result and no reason is given.
    """
    request = await locked(ConfirmationRequest, by.viewer, request_id, on=by.on, verb="answer")
    asked = await _asked(request)
    before = await _require_open(asked, answering.answers)
    language = _language(answering, asked.clinic)
    answers = _checked(by, asked, answering.answers)
    # What its terms say was looked at when they were published.
    said = chain.from_iterable(map(_own_words, answers.values()))
    kept = require_worded(await reviewed(by.house.registry, said, language=language), answering.wording_reason)
    signing = await _signing(by, asked, answers, language)
    confirmation = _confirmation(by, asked, signing, kept)
    await _keep(by, asked, signing, confirmation, left=len(asked.items) - before - len(answers))
    return confirmation


async def _asked(request: ConfirmationRequest) -> Asked:
    return Asked(
        request=request,
        items=await ConfirmationItem.filter(request_id=request.id).order_by("number"),
        patient=await Patient.get(id=request.patient_id),
        clinic=await Clinic.get(id=request.clinic_id),
        terms=await Terms.get(id=request.terms_id) if request.terms_id else None,
    )


async def _require_open(asked: Asked, answers: Sequence[ItemGiven]) -> int:
    """How many items were answered before. Raises where one of these was, or there is none of that number."""
    request, numbers = asked.request, [answer.number for answer in answers]
    if request.withdrawn_at is not None:
        raise rules.RequestWithdrawn()
    if request.answered_on is not None:
        raise rules.RequestAnswered()
    inputs.number(len(numbers), field="answers", least=1, most=rules.MOST_ITEMS)
    if len(set(numbers)) < len(numbers):
        raise rules.ItemRepeated(field="answers")
    there = {item.number: item.id for item in asked.items}
    for number in numbers:
        if number not in there:
            raise rules.UnknownItem(field="answers", number=number)
    done = set(await ConfirmationAnswer.filter(item_id__in=list(there.values())).values_list("item_id", flat=True))
    for number in numbers:
        if there[number] in done:
            raise rules.ItemAnswered(field="answers", number=number)
    return len(done)


def _language(answering: Answering, clinic: Clinic) -> str:
    if answering.language is None:
        return locale_for(clinic.languages, LANGUAGES)
    return inputs.language(answering.language, field="language")


def _checked(by: Acting, asked: Asked, answers: Sequence[ItemGiven]) -> Mapping[int, ItemAnswer]:
    vocabulary = vocabulary_of(asked.request, by.house.registry)
    items = {item.number: item for item in asked.items}
    checked = {}
    for given in answers:
        item, answer = items[given.number], _read(given)
        if answer.content is not None:
            require_sound(answer.content, vocabulary)
        stated = lines_about(asked.stated, item.kind, item.subject)
        checked[given.number] = rules.checked_answer(answer, item, stated, _stated_period(asked, item))
    return checked


def _read(given: ItemGiven) -> ItemAnswer:
    return ItemAnswer(
        number=given.number,
        answer=given.answer,
        reason=given.reason,
        text=given.text,
        content=None if given.content is None else read_content(given.content),
        reference_period=read_period(given.reference_period),
    )


def _stated_period(asked: Asked, item: ConfirmationItem) -> str | None:
    """The terms' own, confirmed with all of them."""
    return asked.terms.reference_period if asked.terms and is_about_all(item) else None


def _own_words(answer: ItemAnswer) -> Iterator[tuple[str, str]]:
    is_changed = answer.answer is AnswerKind.CONFIRMED_WITH_CHANGES and answer.content is not None
    return words_in(answer.content if is_changed and answer.content else Content(), answer.text, field="answers")


async def _signing(by: Acting, asked: Asked, answers: Mapping[int, ItemAnswer], language: str) -> Signing:
    signatory = await member_acting(by, asked.clinic.id)
    assert signatory is not None, "the access table lets only the clinic's own staff in"  # noqa: S101
    identity = new_id()
    # To the second, as the document and its signature have it: the same instant gives the same bytes.
    at = by.at.astimezone(UTC).replace(microsecond=0)
    return Signing(id=identity, number=number_of(identity, at), at=at, by=signatory, language=language, answers=answers)


def number_of(identity: UUID, at: datetime) -> str:
    """Such as `C-2026-7F3KQ-9X2AB`: nobody can tell from it how many there are."""
    drawn = b32encode(identity.bytes[-7:]).decode()[:10]
    return f"C-{at.year}-{drawn[:5]}-{drawn[5:]}"


def _confirmation(by: Acting, asked: Asked, signing: Signing, kept: Kept) -> Confirmation:
    document = document_of(asked, signing, by.house.registry)
    frozen = freeze(document.as_json())
    if len(frozen.text) > rules.LONGEST_DOCUMENT:
        raise rules.ConfirmationTooLong(field="answers", limit=rules.LONGEST_DOCUMENT)
    request = asked.request
    return Confirmation(
        id=signing.id,
        request_id=request.id,
        patient_id=request.patient_id,
        clinic_id=request.clinic_id,
        treatment_id=request.treatment_id,
        number=signing.number,
        signatory_id=signing.by.id,
        signed_at=signing.at,
        languages=list(languages_of(asked, signing)),
        document=frozen.text,
        digest=frozen.digest,
        notice_version=document.notices[0].version,
        wording_findings=kept.findings,
        wording_reason=kept.reason,
    )


async def _keep(by: Acting, asked: Asked, signing: Signing, confirmation: Confirmation, *, left: int) -> None:
    request = asked.request
    request.version += 1
    if not left:
        request.answered_on = day_at(zone(asked.clinic.time_zone), by.at)
    await update(request, "version", "answered_on")
    told = {
        "version": request.version,
        "confirmation": str(confirmation.id),
        "digest": confirmation.digest,
        "answers": {str(number): answer.answer.value for number, answer in signing.answers.items()},
        "promises": confirmation.wording_findings or 0,
    }
    rows = [_answer(confirmation, item, signing) for item in asked.items if item.number in signing.answers]
    await append(by, request, "confirmation_signed", told, new=[confirmation, *rows], wrote=[request])
    await tell_treatment(by, request, "confirmation_signed", {"confirmation": str(confirmation.id)})
    if not left:
        await met(by, kind=ReminderKind.CONFIRMATION, about=request.id)


def _answer(confirmation: Confirmation, item: ConfirmationItem, signing: Signing) -> ConfirmationAnswer:
    given = signing.answers[item.number]
    return ConfirmationAnswer(
        confirmation_id=confirmation.id,
        item_id=item.id,
        answer=given.answer,
        reason=None if given.reason is None else given.reason.value,
        text=given.text,
        language=signing.language,
        content=None if given.content is None else given.content.plain(),
        reference_period=given.reference_period,
    )
