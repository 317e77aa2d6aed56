"""What a clinic has said about one treatment's cover, out of what is stored, in the order it was said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from suivi.core.clocks.zones import day_at, start_of_day
from suivi.core.confirmations.models import AnswerKind
from suivi.core.coverage.content import Content, content_of
from suivi.core.coverage.cover import Cover, Said, Statement
from suivi.core.coverage.differences import Difference, differences
from suivi.core.coverage.folding import cover_of
from suivi.core.coverage.models import OfferAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`day0` is the first anchor of the treatment's procedure, `place` the clinic's time zone.

    `agreed_at` is the latest moment at which it can have been agreed: the end of that day, or its registration.
    """

    agreed_on: date
    agreed_at: datetime
    place: ZoneInfo
    day0: str
    statements: tuple[Statement, ...]

    def cover(self, on: date) -> Cover:
        """By the end of a day; for any day before it was agreed, as on that one."""
        return self._of(self.statements, max(on, self.agreed_on))

    def with_terms(self, terms: Any, *, at: datetime) -> tuple[Difference, ...]:
        """What accepting these terms changes, or changed, at that moment."""
        on = day_at(self.place, at)
        known = [one for one in self.statements if one.at is None or one.at < at]
        before, after = (self._of(statements, on) for statements in (known, [*known, _accepted(terms, at, on)]))
        old = before.terms.row if before.terms else None
        return differences(
            after.content(),
            before.content(),
            day0=self.day0,
            response_days=(terms.response_days, old.response_days if old else None),
            reference_period=(terms.reference_period, old.reference_period if old else None),
        )

    def _of(self, statements: Iterable[Statement], on: date) -> Cover:
        made = (one for one in statements if one.on <= on)
        return cover_of(made, agreed_at=self.agreed_at, day0=self.day0)


def pinned_first(treatment: Any, offers: Iterable[Any]) -> UUID | None:
    """The terms in force when it was agreed. `offers` are the treatment's, in the order they were made."""
    accepted = next((offer for offer in offers if _is_accepted(offer)), None)
    found: UUID | None = treatment.terms_id if accepted is None else accepted.replaces_id
    return found


def terms_needed(treatment: Any, offers: Sequence[Any]) -> list[UUID]:
    """Every version that the treatment had pinned, or was offered."""
    found = (pinned_first(treatment, offers), treatment.terms_id, *(offer.terms_id for offer in offers))
    return list(dict.fromkeys(one for one in found if one is not None))


def history_of(
    treatment: Any,
    *,
    day0: str,
    place: ZoneInfo,
    offers: Sequence[Any],
    terms: Mapping[UUID, Any],
    confirmations: Iterable[Any],
) -> History:
    """`confirmations` as `suivi.core.confirmations.held` finds them for the treatment."""
    first = terms.get(pinned_first(treatment, offers) or treatment.id)
    pinned = [_pinned(first, treatment.agreed_on)] if first else []
    later = [
        *((offer.answered_at, _accepted_in(offer, terms, place)) for offer in offers if _is_accepted(offer)),
        *((held.confirmation.signed_at, one) for held in confirmations for one in _confirmed(held, place)),
    ]
    return History(
        agreed_on=treatment.agreed_on,
        agreed_at=min(start_of_day(treatment.agreed_on + timedelta(days=1), place), treatment.registered_at),
        place=place,
        day0=day0,
        statements=(*pinned, *(one for _, one in sorted(later, key=lambda dated: dated[0]))),
    )


def _is_accepted(offer: Any) -> bool:
    return bool(offer.answer == OfferAnswer.ACCEPTED)


def _pinned(terms: Any, agreed_on: date) -> Statement:
    return Statement(said=Said.PINNED, on=agreed_on, number=str(terms.number), content=content_of(terms), row=terms)


def _accepted_in(offer: Any, terms: Mapping[UUID, Any], place: ZoneInfo) -> Statement:
    return _accepted(terms[offer.terms_id], offer.answered_at, day_at(place, offer.answered_at))


def _accepted(terms: Any, at: datetime, on: date) -> Statement:
    return Statement(said=Said.ACCEPTED, on=on, number=str(terms.number), content=content_of(terms), at=at, row=terms)


def _confirmed(held: Any, place: ZoneInfo) -> Iterable[Statement]:
    """An answer each. What is not confirmed takes nothing away."""
    signed = held.confirmation
    for _, answer in held.answers:
        if answer.content is not None and answer.answer != AnswerKind.NOT_CONFIRMED:
            yield Statement(
                said=Said.CONFIRMED,
                on=day_at(place, signed.signed_at),
                number=signed.number,
                content=Content.model_validate(answer.content),
                at=signed.signed_at,
                row=signed,
            )
