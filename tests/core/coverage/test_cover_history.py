"""From what is stored to what is owed: whatever a clinic publishes later, a treatment keeps what it has."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.zones import day_at
from suivi.core.confirmations.models import AnswerKind
from suivi.core.coverage.content import Content
from suivi.core.coverage.cover import Cover
from suivi.core.coverage.history import history_of
from suivi.core.coverage.models import OfferAnswer
from suivi.core.coverage.scopes import Scope, agreed
from tests.core.coverage.cover import START, contents
from tests.core.coverage.worsening import worsened

FIRST = date(2026, 1, 31)
CROWN = Scope(specialty="dental", procedure="crown")
DAYS = st.one_of(st.integers(0, 3), st.integers(0, 1500)).map(lambda days: FIRST + timedelta(days=days))
HOURS = st.integers(0, 22).map(time)
MOMENTS = st.builds(lambda day, hour: datetime.combine(day, hour, UTC), DAYS, HOURS)
PLACE = ZoneInfo("Europe/Budapest")


@st.composite
def publications(draw: st.DrawFn) -> list[Any]:
    """Versions in the order they were published, none in force before its day or before the one before it."""
    versions: list[Any] = []
    effective = FIRST
    for published_at in sorted(draw(st.lists(MOMENTS, max_size=5))):
        effective = max(effective, day_at(PLACE, published_at) + timedelta(days=draw(st.sampled_from([0, 0, 30, 400]))))
        number = len(versions) + 1
        told = {"procedure": "crown", "variant": None, "material": None, "specialty": "dental"}
        kept = {"content": draw(contents()).plain(), "reference_period": None, "response_days": None}
        dated = {"published_at": published_at, "effective_from": effective, "withdrawn_at": None}
        versions.append(SimpleNamespace(id=UUID(int=number), number=number, **told, **kept, **dated))
    return versions


@st.composite
def confirmations(draw: st.DrawFn) -> list[Any]:
    held = []
    for number, at in enumerate(sorted(draw(st.lists(MOMENTS, max_size=3)))):
        answer = SimpleNamespace(answer=draw(st.sampled_from(AnswerKind)), content=draw(contents()).plain())
        signed = SimpleNamespace(signed_at=at, number=f"C-{number}")
        held.append(SimpleNamespace(confirmation=signed, answers=[(None, answer)]))
    return held


def cover_at(now: datetime, registered_at: datetime, published: list[Any], held: list[Any], offers: list[Any]) -> Cover:
    """As it is answered at that moment, with what is stored by then, of a treatment agreed on the day of its record."""
    agreed_on = day_at(PLACE, registered_at)
    known = [one for one in published if one.published_at <= registered_at]
    pinned = agreed(known, CROWN, on=agreed_on, place=PLACE)
    made = [one for one in offers if one.answered_at <= now]
    moved = made[-1].terms_id if made else pinned and pinned.id
    treatment = SimpleNamespace(id=UUID(int=999), agreed_on=agreed_on, terms_id=moved, registered_at=registered_at)
    for offer in made[:1]:
        offer.replaces_id = pinned and pinned.id
    history = history_of(
        treatment,
        day0=START,
        place=PLACE,
        offers=made,
        terms={one.id: one for one in published},
        confirmations=[one for one in held if one.confirmation.signed_at <= now],
    )
    return history.cover(day_at(PLACE, now))


@given(published=publications(), held=confirmations(), agreed_at=MOMENTS, moments=st.tuples(MOMENTS, MOMENTS))
@settings(max_examples=100, deadline=None)
def test_whatever_a_clinic_publishes_or_signs_later_a_treatment_keeps_what_it_has(
    published: list[Any], held: list[Any], agreed_at: datetime, moments: tuple[datetime, datetime]
) -> None:
    """R-125, R-126: for any versions, confirmations, moment of agreement and two moments after it, also of one day."""
    first, second = sorted(max(moment, agreed_at) for moment in moments)

    before, after = (cover_at(moment, agreed_at, published, held, []) for moment in (first, second))

    assert not list(worsened(before, after))


@given(published=publications(), agreed_at=MOMENTS, evening=HOURS)
@settings(max_examples=60, deadline=None)
def test_whatever_a_clinic_publishes_on_the_day_of_agreement_changes_nothing_of_it(
    published: list[Any], agreed_at: datetime, evening: time
) -> None:
    """R-126: a treatment agreed in the morning and recorded in the evening has the terms of the morning."""
    later = max(agreed_at, datetime.combine(agreed_at.date(), evening, UTC))
    known = [one for one in published if one.published_at <= agreed_at]
    there = agreed(known, CROWN, on=day_at(PLACE, agreed_at), place=PLACE)

    recorded = cover_at(later, later, published, [], [])

    assert day_at(PLACE, later) != day_at(PLACE, agreed_at) or there is None or _rows(recorded) == [there]


@given(published=publications(), agreed_at=MOMENTS, on=MOMENTS)
@settings(max_examples=30, deadline=None)
def test_only_an_accepted_offer_moves_the_pin(published: list[Any], agreed_at: datetime, on: datetime) -> None:
    """R-126: then the cover is what that version says; until then what was in force when it was agreed."""
    answered = max([agreed_at, *(one.published_at for one in published)]) + timedelta(days=1)
    last = published[-1:]
    offers = [
        SimpleNamespace(answer=OfferAnswer.ACCEPTED, answered_at=answered, terms_id=one.id, replaces_id=None)
        for one in last
    ]
    known = [one for one in published if one.published_at <= agreed_at]
    at_first = agreed(known, CROWN, on=day_at(PLACE, agreed_at), place=PLACE)

    before = cover_at(answered - timedelta(days=1), agreed_at, published, [], offers)
    after = cover_at(max(answered, on), agreed_at, published, [], offers)

    assert _rows(before) == [one for one in [at_first] if one]
    assert _rows(after)[-1:] == last
    for one in last:
        assert set(after.content().components) == set(Content.model_validate(one.content).components)


def _rows(found: Cover) -> list[Any]:
    return [statement.row for statement in found.statements]
