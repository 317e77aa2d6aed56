"""What a clinic owes for a treatment on a day: pinned terms, written confirmations, accepted offers."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.periods import Period
from suivi.core.coverage.content import CALENDAR, Content, LifetimeOf, Limit, LimitUnit
from suivi.core.coverage.cover import Cover, Said, Statement, Why, cover_of
from suivi.core.coverage.lines import differences
from suivi.core.coverage.models import Payer
from tests.core.coverage.cover import (
    AGREED,
    DAYS,
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

LATER = date(2027, 1, 10)
LAST = date(2031, 1, 1)


def cover(*said: Statement, on: date = LAST) -> Cover:
    return cover_of(said, agreed_on=AGREED, on=on, day0=START)


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


# The rest looks at what comes out with other eyes: ends of limits as days, fees as bills, clauses as sets.

STARTS = [date(2024, 2, 29), date(2026, 1, 31), date(2026, 3, 3)]
BILLS = [(10, "EUR"), (3000, "EUR"), (3000, "HUF")]


def ends(limit: Limit | None) -> tuple[Any, ...]:
    """By unit and anchor: what cannot be compared is told apart by its first part."""
    if limit is None:
        return ("none",)
    anchor = START if limit.starts == "day0" else limit.starts
    if limit.unit in CALENDAR:
        return ("days", anchor, *(Period.parse(limit.period or "").add_to(start) for start in STARTS))
    return (limit.unit, anchor, limit.lifetime_of, limit.count)


def lasts_no_less(after: Limit | None, before: Limit | None) -> bool:
    new, old = ends(after), ends(before)
    if old == ("none",) or new == old:
        return True
    if after is not None and after.lifetime_of is LifetimeOf.PATIENT:
        return before is not None and (before.unit in CALENDAR or before.unit is LimitUnit.LIFETIME)
    alike = new[0] == old[0] in ("days", LimitUnit.CYCLE)
    return alike and all(a >= b for a, b in zip(new[1:], old[1:], strict=True) if not isinstance(a, str) and a)


def patient_pays(found: Cover, kind: str, name: str, bill: int, currency: str) -> float:
    """Of a bill, at most; a little less where it is decided case by case, a little more where it is stated."""
    line = found.bundles[name].fees.get(kind) if name in found.bundles else None
    payer = line.value.payer if line else Payer.NOT_STATED
    doubt = {Payer.PATIENT: 0.2, Payer.NOT_STATED: 0.1, Payer.SHARED: -0.1}.get(payer, 0)
    if line is None or payer in (Payer.PATIENT, Payer.NOT_STATED):
        return bill + doubt
    paid = {Payer.CASE_BY_CASE: 0, Payer.SHARED: bill * (line.value.share or 0) / 100}.get(payer, bill)
    cap = line.value.cap
    if cap is not None and cap.currency != currency:
        # A cap in another currency: as if it were reached at once, or else nobody could compare.
        paid = 0
    elif cap is not None:
        paid = min(paid, float(cap.amount))
    return bill - paid + doubt


def worsened(before: Cover, after: Cover) -> Iterator[str]:
    for name, held in before.bundles.items():
        now = after.bundles.get(name)
        if held.component and (now is None or now.component is None):
            yield f"{name} is gone"
        elif held.component and now and now.component:
            old, new = held.component.value, now.component.value
            if not set(old.covers) <= set(new.covers) or not lasts_no_less(new.limit, old.limit):
                yield f"{name}: {old} -> {new}"
        if (
            name
            and now
            and {one.value.code for one in now.clauses.values()} - {one.value.code for one in held.clauses.values()}
        ):
            yield f"{name} has more exclusions"
        for kind in held.fees:
            for bill, currency in BILLS:
                costs = [patient_pays(one, kind, name, bill, currency) for one in (before, after)]
                if costs[1] > costs[0] + 0.11:
                    yield f"{kind} for {name}: {costs}"


@given(said=statements(), days=st.lists(DAYS, min_size=2, max_size=2))
@settings(max_examples=120, deadline=None)
def test_cover_never_gets_worse_without_accepted_terms(said: list[Statement], days: list[date]) -> None:
    """R-126: whatever was published, confirmed and accepted in whatever order."""
    first, second = sorted(days)
    agreed = [one for one in said if one.said is Said.ACCEPTED and first < one.on <= second]

    before, after = cover(*said, on=first), cover(*said, on=second)

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
