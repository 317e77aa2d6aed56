"""Until when a device is enrolled, returned and claimed for, on any day (R-137, R-138)."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.devices import rules
from suivi.core.devices.rules import (
    ClaimStart,
    ExplantedBeforeImplanted,
    NotExplanted,
    NoticedBeforeImplanted,
    Standing,
    Step,
    StepState,
)

moderately = settings(max_examples=60, deadline=None)


def a_device(**values: Any) -> Any:
    unstated = dict.fromkeys(("explanted_on", "noticed_on", "expires_on"))
    return SimpleNamespace(**{"implanted_on": "2026-03-03", **unstated, **values})


def a_warranty(**values: Any) -> Any:
    days = ("enrolment_days", "return_days", "claim_days", "claim_from")
    dates = ("enrolled_on", "returned_on", "claimed_on", "withdrawn_at")
    return SimpleNamespace(**(dict.fromkeys((*days, *dates)) | values))


def enrolment(warranty: Any, device: Any, on: date) -> Standing:
    found = rules.standing(Step.ENROLMENT, warranty, device, on)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("implanted_on", "days", "last"),
    [
        ("2026-03-03", 90, date(2026, 6, 1)),
        ("2026-01-31", 45, date(2026, 3, 17)),
        ("2024-02-29", 10, date(2024, 3, 10)),
        ("2023-02-28", 1, date(2023, 3, 1)),
        ("2026-12-31", 0, date(2026, 12, 31)),
    ],
)
def test_the_day_of_implantation_is_day_nought_and_the_last_day_is_in_time(
    implanted_on: str, days: int, last: date
) -> None:
    device, warranty = a_device(implanted_on=implanted_on), a_warranty(enrolment_days=days)

    on_it, after = (enrolment(warranty, device, last + timedelta(days=late)) for late in (0, 1))

    assert on_it.deadline == DateInterval(last, last)
    assert (on_it.state, after.state) == (StepState.OPEN, StepState.MISSED)


@moderately
@given(
    implanted=st.dates(date(1990, 1, 1), date(2100, 12, 31)),
    known=st.sampled_from([4, 7, 10]),
    days=st.integers(0, 400),
    after=st.integers(0, 1200),
)
def test_a_partial_date_is_in_doubt_exactly_where_its_possible_days_differ(
    implanted: date, known: int, days: int, after: int
) -> None:
    device, warranty = a_device(implanted_on=str(implanted)[:known]), a_warranty(enrolment_days=days)
    dates = PartialDate.parse(device.implanted_on).dates
    assert dates
    on = dates.earliest + timedelta(days=after)

    possible = {
        enrolment(warranty, a_device(implanted_on=str(day)), on).state for day in (dates.earliest, dates.latest)
    }
    found = enrolment(warranty, device, on).state

    assert found is (possible.pop() if len(possible) == 1 else StepState.NEEDS_REVIEW)


def test_returning_and_claiming_wait_for_the_explantation() -> None:
    warranty = a_warranty(return_days=10, claim_days=90)

    before = rules.standings(warranty, a_device(), date(2034, 5, 1))
    after = rules.standings(warranty, a_device(explanted_on="2034-05-01"), date(2034, 5, 12))

    assert [(found.step, found.state) for found in before] == [
        (Step.DEVICE_RETURN, StepState.NOT_DUE),
        (Step.CLAIM, StepState.NOT_DUE),
    ]
    assert [found.state for found in after] == [StepState.MISSED, StepState.OPEN]


def test_a_claim_runs_from_the_explantation_or_from_noticing_as_the_warranty_says() -> None:
    """R-137: the rupture was noticed in April, and the implant was taken out in May."""
    device = a_device(noticed_on="2034-04-01", explanted_on="2034-05-01")
    noticing = a_warranty(claim_days=30, return_days=10, claim_from=ClaimStart.NOTICING.value)

    last = {
        warranty.claim_from: rules.deadline_of(Step.CLAIM, warranty, device)
        for warranty in (noticing, a_warranty(claim_days=30))
    }
    waiting = rules.standing(Step.CLAIM, noticing, a_device(explanted_on="2034-05-01"), date(2034, 6, 30))

    assert {start: dates and dates.latest for start, dates in last.items()} == {
        "noticing": date(2034, 5, 1),
        None: date(2034, 5, 31),
    }
    assert rules.deadline_of(Step.DEVICE_RETURN, noticing, device) == DateInterval(date(2034, 5, 11), date(2034, 5, 11))
    assert waiting is not None
    assert waiting.state is StepState.NOT_DUE


def test_under_a_warranty_attached_by_mistake_there_is_nothing_to_do() -> None:
    withdrawn = a_warranty(enrolment_days=90, withdrawn_at="2026-03-04")

    assert rules.standings(withdrawn, a_device(), date(2026, 3, 5)) == []


def test_a_date_nobody_knows_wants_a_person() -> None:
    found = enrolment(a_warranty(enrolment_days=90), a_device(implanted_on="unknown"), date(2026, 3, 3))

    assert (found.state, found.deadline) == (StepState.NEEDS_REVIEW, None)


def test_what_was_done_late_is_told_as_late() -> None:
    device = a_device(implanted_on="2026-03")
    enrolled = {
        date(2026, 4, 10): False,
        date(2026, 4, 20): None,
        date(2026, 5, 20): True,
    }

    late = {
        day: enrolment(a_warranty(enrolment_days=40, enrolled_on=day), device, date(2027, 1, 1)) for day in enrolled
    }

    assert {found.state for found in late.values()} == {StepState.MET}
    assert {day: found.late for day, found in late.items()} == enrolled


def test_a_step_the_warranty_does_not_ask_for_is_shown_only_where_it_was_taken() -> None:
    asked = rules.standings(a_warranty(), a_device(), date(2026, 3, 3))
    taken = rules.standings(a_warranty(enrolled_on=date(2026, 3, 4)), a_device(), date(2026, 3, 5))

    assert asked == []
    assert [(found.state, found.late) for found in taken] == [(StepState.MET, None)]


@pytest.mark.parametrize(
    ("implanted_on", "expired"),
    [("2026-03-31", False), ("2026-04-01", True), ("2026-03", False), ("2026", None), ("unknown", None)],
)
def test_whether_it_had_expired_when_implanted_is_a_fact_or_in_doubt(implanted_on: str, expired: bool | None) -> None:
    """R-136."""
    device = a_device(implanted_on=implanted_on, expires_on=date(2026, 3, 31))

    assert rules.expired_when_implanted(device) is expired
    assert rules.expired_when_implanted(a_device()) is None


def test_nothing_is_taken_out_before_it_was_put_in() -> None:
    rules.require_in_order(a_device(implanted_on="2026-03", explanted_on="2026-03-01"), field="on")
    with pytest.raises(ExplantedBeforeImplanted):
        rules.require_in_order(a_device(implanted_on="2026-03", explanted_on="2026-02"), field="on")
    with pytest.raises(NoticedBeforeImplanted):
        rules.require_in_order(a_device(implanted_on="2026-03", noticed_on="2026-02"), field="on")
    with pytest.raises(NotExplanted):
        rules.require_explanted_by(date(2034, 4, 30), a_device(explanted_on="2034-05"), field="on")
