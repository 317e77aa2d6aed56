"""What a clinic owes for a treatment on a day: pinned terms, written confirmations, accepted offers."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.coverage.content import Content
from suivi.core.coverage.cover import Cover, Said, Statement, Why
from suivi.core.coverage.differences import differences
from suivi.core.coverage.history import History
from suivi.core.coverage.models import Payer
from tests.core.coverage.cover import (
    AGREED,
    AGREED_AT,
    MOMENTS,
    START,
    accepted,
    confirmed,
    crown,
    euros,
    exclusion,
    fee,
    statements,
    terms,
    years,
)
from tests.core.coverage.worsening import worsened

LATER = date(2027, 1, 10)
LAST = date(2031, 1, 1)


def cover(*said: Statement, on: date = LAST) -> Cover:
    history = History(agreed_on=AGREED, agreed_at=AGREED_AT, place=ZoneInfo("UTC"), day0=START, statements=said)
    return history.cover(on)


def crown_of(found: Cover) -> Any:
    [line] = [bundle.component for bundle in found.components if bundle.component]
    return line


def test_pinned_terms_are_the_cover() -> None:
    """R-126."""
    found = cover(terms(crown(years(5)), fees=(fee(Payer.CLINIC),), clauses=(exclusion("bruxism"),)))

    assert crown_of(found).value.limit == years(5)
    assert [line.id for line in found.clauses()] == ["clause:bruxism"]
    assert found.content().fees == (fee(Payer.CLINIC),)
    assert found.lost == ()


def test_a_confirmation_signed_before_the_treatment_was_agreed_goes_before_the_terms() -> None:
    """R-127: longer or shorter, and the clause that loses is listed."""
    found = cover(terms(crown(years(3))), confirmed(crown(years(2)), on=AGREED - timedelta(days=9), number="C-7"))

    assert (crown_of(found).value.limit, crown_of(found).source.number) == (years(2), "C-7")
    [lost] = found.lost
    assert (lost.line.value.limit, lost.why, lost.to.number) == (years(3), Why.PRECEDENCE, "C-7")


@pytest.mark.parametrize(("hour", "counts"), [(9, years(1)), (14, years(1)), (15, years(3)), (18, years(3))])
def test_what_is_signed_on_the_day_of_agreement_is_agreed_to_only_before_the_treatment_is_registered(
    hour: int, counts: Any
) -> None:
    """R-126: afterwards a day that has not ended takes nothing away either."""
    worse = confirmed(crown(years(1)), on=AGREED, hour=hour, fees=(fee(Payer.PATIENT),))

    found = cover(terms(crown(years(3)), fees=(fee(Payer.CLINIC),)), worse)

    assert crown_of(found).value.limit == counts
    assert (found.content().fees == (fee(Payer.CLINIC),)) == (counts == years(3))


def test_a_later_confirmation_counts_where_it_is_better() -> None:
    """R-126, R-127."""
    found = cover(terms(crown(years(3))), confirmed(crown(years(5)), on=LATER))
    before = cover(terms(crown(years(3))), confirmed(crown(years(5)), on=LATER), on=LATER - timedelta(days=1))

    assert crown_of(found).value.limit == years(5)
    assert [lost.why for lost in found.lost] == [Why.BETTER_SINCE]
    assert crown_of(before).value.limit == years(3)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (crown(years(2)), Why.WOULD_WORSEN),
        (crown(years(5, starts="tooth_preparation")), Why.NOT_COMPARABLE),
    ],
)
def test_a_later_confirmation_takes_nothing_away(said: Any, why: Why) -> None:
    """R-126: it loses, and is listed with the reason."""
    found = cover(terms(crown(years(3))), confirmed(said, on=LATER, number="C-9"))

    assert crown_of(found).value.limit == years(3)
    [lost] = found.lost
    assert (lost.line.source.number, lost.why, lost.to.number) == ("C-9", why, "1")
    assert lost.reason.sentence("fr") != lost.reason.sentence("en")


def test_what_a_confirmation_is_silent_about_stays() -> None:
    """R-133: part of the items may be confirmed."""
    found = cover(
        terms(crown(years(3)), fees=(fee(Payer.CLINIC),), clauses=(exclusion("bruxism"),)),
        confirmed(crown(years(5), covers=()), on=LATER),
    )

    assert crown_of(found).value == crown(years(5))
    assert [line.id for line in found.clauses()] == ["clause:bruxism"]
    assert found.content().fees == (fee(Payer.CLINIC),)


def test_longer_under_one_more_exclusion_is_not_better() -> None:
    """A component stands with its conditions: neither is taken without the other."""
    found = cover(terms(crown(years(3))), confirmed(crown(years(5)), on=LATER, clauses=(exclusion("smoking"),)))

    assert crown_of(found).value.limit == years(3)
    assert found.clauses() == ()
    assert {lost.line.id for lost in found.lost} == {"component:crown", "clause:smoking"}
    assert {lost.why for lost in found.lost} == {Why.NOT_COMPARABLE}


def test_something_new_that_is_confirmed_brings_its_own_clauses_and_no_fees_of_others() -> None:
    """R-122: who pays for it was not stated."""
    post = crown(id="post", object="post")
    found = cover(
        terms(crown(), fees=(fee(Payer.CLINIC),)),
        confirmed(post, on=LATER, clauses=(exclusion("smoking", components=("post",)),)),
    )

    assert [line.value.components for line in found.clauses()] == [("post",)]
    assert found.content().fee_matrix("crown")[2].payer is Payer.CLINIC
    assert found.content().fee_matrix("post")[2].payer is Payer.NOT_STATED


def test_other_terms_count_only_once_they_are_accepted() -> None:
    """R-126: then they replace what was pinned, better or worse."""
    said = terms(crown(years(3)), fees=(fee(Payer.CLINIC),)), accepted(crown(years(2)), on=LATER)

    before, after = cover(*said, on=LATER - timedelta(days=1)), cover(*said)

    assert crown_of(before).value.limit == years(3)
    assert crown_of(after).value.limit == years(2)
    assert after.content().fees == ()
    assert {(lost.line.id, lost.why) for lost in after.lost} == {("component:crown", Why.REPLACED)}
    assert after.terms is not None
    assert after.terms.number == "2"


def test_accepted_terms_replace_a_confirmation_only_where_they_are_better() -> None:
    """R-127: signed confirmations go before terms."""
    first, signed = terms(crown(years(3))), confirmed(crown(years(5)), on=LATER, fees=(fee(Payer.CLINIC),))
    month = LATER + timedelta(days=30)

    shorter = cover(first, signed, accepted(crown(years(4)), on=month, fees=(fee(Payer.PATIENT),)))
    longer = cover(first, signed, accepted(crown(years(7)), on=month))

    assert crown_of(shorter).value.limit == years(5)
    assert shorter.content().fees == (fee(Payer.CLINIC),)
    assert [lost.why for lost in shorter.lost] == [Why.BETTER_SINCE, Why.PRECEDENCE, Why.PRECEDENCE]
    assert crown_of(longer).value.limit == years(7)


def test_a_fee_for_everything_that_is_confirmed_reaches_each_component_it_is_better_for() -> None:
    """R-122: a capped sum for the crown, and nothing stated for the rest."""
    held = terms(
        crown(),
        crown(id="post", object="post"),
        fees=(fee(Payer.CLINIC, component="post"), fee(Payer.CLINIC, cap=euros("500"), component="crown")),
    )

    found = cover(held, confirmed(on=LATER, fees=(fee(Payer.CLINIC, cap=euros("800")),))).content()

    caps = {name: found.fee_matrix(name)[2].cap for name in (None, "crown", "post")}
    assert caps == {None: euros("800"), "crown": euros("800"), "post": None}


def test_without_terms_a_confirmation_stands_alone() -> None:
    """R-077, R-129, R-132."""
    nothing, alone = cover(), cover(confirmed(crown(years(5)), on=LATER))

    assert (nothing.components, nothing.statements, nothing.terms) == ((), (), None)
    assert crown_of(alone).value.limit == years(5)


@given(said=statements(), moments=st.lists(MOMENTS, min_size=2, max_size=2))
@settings(max_examples=150, deadline=None)
def test_cover_never_gets_worse_without_accepted_terms(said: list[Statement], moments: list[datetime]) -> None:
    """R-126: whatever was confirmed and accepted in whatever order, between any two hours of one day or many."""
    first, second = sorted(max(moment, AGREED_AT) for moment in moments)
    known = [[one for one in said if one.at is None or one.at <= moment] for moment in (first, second)]
    agreed = [one for one in known[1] if one.said is Said.ACCEPTED and one not in known[0]]

    before, after = cover(*known[0], on=first.date()), cover(*known[1], on=second.date())

    assert agreed or not list(worsened(before, after))


@given(said=statements())
@settings(max_examples=60, deadline=None)
def test_accepted_terms_worsen_only_what_was_told_before(said: list[Statement]) -> None:
    """R-126: each line that gets worse is among those the patient has to accept by name."""
    *earlier, last = said or [terms()]
    moved = cover(*earlier), cover(*earlier, Statement(said=Said.ACCEPTED, on=LAST, number="9", content=last.content))

    told = differences(moved[1].content(), moved[0].content(), day0=START)

    assert any(one.compared.against_the_patient for one in told) or not list(worsened(*moved))


@given(said=statements())
@settings(max_examples=50, deadline=None)
def test_what_counts_is_what_somebody_said(said: list[Statement]) -> None:
    """No line is made up, every line names who said it, and said again by a clinic it stays the same."""
    found = cover(*said)
    everything = found.content()

    assert all(line.source in said for bundle in found.bundles.values() for line in bundle.fees.values())
    assert all(line.source in said for line in found.clauses())
    assert cover(terms(*everything.components, fees=everything.fees, clauses=everything.clauses)).content() == (
        Content(components=everything.components, fees=_stated(everything), clauses=everything.clauses)
    )


def _stated(content: Content) -> tuple[Any, ...]:
    return tuple(line for line in content.fees if line.payer is not Payer.NOT_STATED or line.component is not None)
