"""What may be asked and answered, and where a request stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from suivi.core import inputs
from suivi.core.confirmations.about import subjects_of
from suivi.core.confirmations.models import AnswerKind, ItemKind
from suivi.core.coverage.content import Content
from suivi.core.refusals import Refusal

MOST_ITEMS = 30
LONGEST_QUESTION = 2_000
LONGEST_ANSWER = 5_000
LONGEST_DOCUMENT = 1_000_000
"""Characters of the frozen text: some three hundred pages."""


class NotConfirmed(StrEnum):
    """Why an item is not confirmed."""

    NOT_OFFERED = "not_offered"
    TERMS_SAY_OTHERWISE = "terms_say_otherwise"
    NEEDS_EXAMINATION = "needs_examination"
    MANUFACTURER_DECIDES = "manufacturer_decides"
    INSURER_DECIDES = "insurer_decides"
    NOT_OUR_TREATMENT = "not_our_treatment"
    OTHER = "other"
    """Then words say why."""


class RequestState(StrEnum):
    OPEN = "open"
    PARTLY_ANSWERED = "partly_answered"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class TreatmentOrProcedure(Refusal):
    """A confirmation is asked about a treatment, or about a procedure at a clinic, and not about both."""

    code = "TREATMENT_OR_PROCEDURE"
    remedy = "Send `treatmentId` alone, or `clinicId` and `procedure` without it."


class ItemRepeated(Refusal):
    """The same item stands here twice."""

    code = "ITEM_REPEATED"
    remedy = "Send each item once."


class UnknownSubject(Refusal):
    """The terms asked about have no such part. What this kind of item may name: {known}."""

    code = "UNKNOWN_SUBJECT"
    remedy = "Name one of them, leave the subject out, or ask in your own words with the kind OTHER."


class QuestionMissing(Refusal):
    """An item of the kind OTHER needs a question in words."""

    code = "QUESTION_MISSING"
    remedy = "Write what the clinic should confirm."


class ItemAnswered(Refusal):
    """Item {number} has been answered, and a signed answer never changes."""

    code = "ITEM_ANSWERED"
    remedy = "Read the confirmation that answers it; answer what is left, or have the patient ask anew."


class UnknownItem(Refusal):
    """The request has no item {number}."""

    code = "UNKNOWN_ITEM"
    remedy = "Answer items by the numbers they have in the request."


class RequestWithdrawn(Refusal):
    """The patient has withdrawn this request."""

    code = "REQUEST_WITHDRAWN"
    remedy = "Nothing needs doing. What was answered before stays signed, and the patient may ask anew."


class RequestAnswered(Refusal):
    """Every item of this request has been answered."""

    code = "REQUEST_ANSWERED"
    remedy = "Read its confirmations; ask anew for anything else."


class NothingToConfirm(Refusal):
    """The terms say nothing about item {number} that could be confirmed."""

    code = "NOTHING_TO_CONFIRM"
    remedy = "Say with CONFIRMED_WITH_CHANGES, in lines or in words, what the clinic confirms."


class ChangesMissing(Refusal):
    """Item {number} is confirmed with changes, and no change is given."""

    code = "CHANGES_MISSING"
    remedy = "Give the changed lines, a reference period or a text, or confirm the item as it stands."


class ConfirmationTooLong(Refusal):
    """These answers make a document of more than {limit} characters."""

    code = "CONFIRMATION_TOO_LONG"
    remedy = "Answer fewer items at a time: each confirmation stands by itself."


class ReasonMissing(Refusal):
    """Item {number} is not confirmed, and nothing says why."""

    code = "REASON_MISSING"
    remedy = "Give one of the reasons; OTHER needs words besides."


class AnswerContradicted(Refusal):
    """Item {number} has more than its answer goes with."""

    code = "ANSWER_CONTRADICTED"
    remedy = "Lines and a reference period go with CONFIRMED_WITH_CHANGES alone, a reason with NOT_CONFIRMED alone."


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAsked:
    kind: ItemKind
    subject: str | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """`number` is the item's within its request. Without `content`, CONFIRMED means the terms' own lines."""

    number: int
    answer: AnswerKind
    reason: NotConfirmed | None = None
    text: str | None = None
    content: Content | None = None
    reference_period: str | None = None


def checked_items(items: Sequence[ItemAsked], terms: Content, fee_kinds: Collection[str]) -> list[ItemAsked]:
    """Raises OutOfRange, UnknownSubject, QuestionMissing, ItemRepeated and what texts are refused for."""
    inputs.number(len(items), field="items", least=1, most=MOST_ITEMS)
    checked = [_checked_item(item, terms, fee_kinds) for item in items]
    if len({what_is_asked(item) for item in checked}) < len(checked):
        raise ItemRepeated(field="items")
    return checked


def what_is_asked(item: Any) -> tuple[ItemKind, str | None, str | None]:
    """The same of two items that ask the same. What is asked in words alone is another thing in other words."""
    return item.kind, item.subject, item.question if item.kind is ItemKind.OTHER else None


def _checked_item(item: ItemAsked, terms: Content, fee_kinds: Collection[str]) -> ItemAsked:
    known = subjects_of(item.kind, terms, fee_kinds)
    if item.subject is not None and item.subject not in known:
        raise UnknownSubject(field="items", known=", ".join(known) or "none")
    question = inputs.text_or_none(item.question, field="question", limit=LONGEST_QUESTION)
    if question is None and item.kind is ItemKind.OTHER:
        raise QuestionMissing(field="question")
    return ItemAsked(kind=item.kind, subject=item.subject, question=question)


def checked_answer(given: ItemAnswer, item: Any, stated: Content, stated_period: str | None) -> ItemAnswer:
    """The answer as it is kept: CONFIRMED with the lines it confirms. `item` is the row that is answered.

    Raises NothingToConfirm, ChangesMissing, ReasonMissing, AnswerContradicted.
    """
    text = inputs.text_or_none(given.text, field="text", limit=LONGEST_ANSWER)
    _require_fitting(given)
    content, period = given.content, given.reference_period
    match given.answer:
        case AnswerKind.CONFIRMED:
            content, period = stated, stated_period
            if stated == Content() and period is None and item.kind is not ItemKind.OTHER:
                raise NothingToConfirm(field="answers", number=given.number)
        case AnswerKind.CONFIRMED_WITH_CHANGES:
            if not text and period is None and content in (None, Content()):
                raise ChangesMissing(field="answers", number=given.number)
        case AnswerKind.NOT_CONFIRMED:
            if given.reason is None or (given.reason is NotConfirmed.OTHER and text is None):
                raise ReasonMissing(field="answers", number=given.number)
    return ItemAnswer(
        number=given.number,
        answer=given.answer,
        reason=given.reason,
        text=text,
        content=None if content == Content() else content,
        reference_period=period,
    )


def _require_fitting(given: ItemAnswer) -> None:
    changed = given.content is not None or given.reference_period is not None
    if (changed and given.answer is not AnswerKind.CONFIRMED_WITH_CHANGES) or (
        given.reason is not None and given.answer is not AnswerKind.NOT_CONFIRMED
    ):
        raise AnswerContradicted(field="answers", number=given.number)


def state_of(request: Any, answered: int) -> RequestState:
    """`answered` is how many of its items are. What was answered before a withdrawal stays signed."""
    if request.answered_on is not None:
        return RequestState.ANSWERED
    if request.withdrawn_at is not None:
        return RequestState.WITHDRAWN
    return RequestState.PARTLY_ANSWERED if answered else RequestState.OPEN


def is_awaited(request: Any) -> bool:
    """Whether the clinic still owes an answer to some item."""
    return request.answered_on is None and request.withdrawn_at is None


def days_late(request: Any, *, on: date) -> int:
    """On a day at the clinic: 0 until the last day of its response time, which is included."""
    until = request.answered_on or on
    return max(0, (until - request.due_on).days) if request.withdrawn_at is None else 0
