"""When a notice is tried again and over which adapter (R-072, R-230, R-232)."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from suivi.core.deliveries.models import DeliveryState
from suivi.core.deliveries.rules import ATTEMPTS, Failed, adapter_for, after, locale_for, next_attempt
from tests.core.deliveries.outbox import NOON

SOME_ID = UUID(int=7)


def the_attempts_of(delivery: UUID) -> list[datetime]:
    attempts = [NOON]
    while again := next_attempt(len(attempts), at=attempts[-1], of=delivery):
        attempts.append(again)
    return attempts


@given(st.uuids())
def test_a_notice_is_tried_ten_times_over_about_three_days_at_growing_intervals(delivery: UUID) -> None:
    attempts = the_attempts_of(delivery)

    waits = [later - sooner for sooner, later in pairwise(attempts)]

    assert len(attempts) == ATTEMPTS == 10
    assert waits == sorted(set(waits))
    assert timedelta(days=2.5) <= attempts[-1] - attempts[0] <= timedelta(days=4)
    assert waits[0] <= timedelta(seconds=11)


@given(st.uuids(), st.integers(1, 9))
def test_the_same_notice_is_always_tried_at_the_same_times(delivery: UUID, attempts: int) -> None:
    first = next_attempt(attempts, at=NOON, of=delivery)

    again = next_attempt(attempts, at=NOON, of=delivery)

    assert first == again


def test_notices_that_failed_together_do_not_come_back_together() -> None:
    together = [UUID(int=number) for number in range(50)]

    back = {next_attempt(4, at=NOON, of=delivery) for delivery in together}

    assert len(back) == 50


def test_a_refusal_for_good_parks_a_notice_that_has_no_other_way() -> None:
    refused = Failed(adapter="email", reason="SMTP_REFUSED", permanent=True)

    then = after(refused, ["email"], attempts=1, at=NOON, of=SOME_ID)

    assert then.state is DeliveryState.PARKED


def test_a_refusal_for_good_moves_a_notice_at_once_to_the_clinics_next_adapter() -> None:
    refused = Failed(adapter="webhook", reason="GONE", permanent=True)

    then = after(refused, ["webhook", "email"], attempts=1, at=NOON, of=SOME_ID)

    assert (then.state, then.adapter, then.due_at) == (DeliveryState.WAITING, "email", NOON)


def test_an_adapter_that_stays_down_gives_way_to_the_next_after_three_attempts() -> None:
    down = Failed(adapter="webhook", reason="UNREACHABLE", permanent=False)

    tried = [
        after(down, ["webhook", "email"], attempts=attempts, at=NOON, of=SOME_ID).adapter for attempts in (1, 2, 3)
    ]

    assert tried == ["webhook", "webhook", "email"]


def test_the_last_adapter_gets_every_attempt_that_is_left() -> None:
    down = Failed(adapter="email", reason="SMTP_UNREACHABLE", permanent=False)

    then = [after(down, ["webhook", "email"], attempts=attempts, at=NOON, of=SOME_ID) for attempts in (9, 10)]

    assert [after_it.state for after_it in then] == [DeliveryState.WAITING, DeliveryState.PARKED]


@given(st.integers(1, 5), st.booleans(), st.uuids())
def test_whatever_fails_a_notice_ends_parked_and_is_never_tried_for_ever(
    adapters: int, permanent: bool, delivery: UUID
) -> None:
    notifying = [f"adapter-{number}" for number in range(adapters)]
    adapter, attempts, at, state = adapter_for(None, notifying), 0, NOON, DeliveryState.WAITING

    while state is DeliveryState.WAITING:
        attempts += 1
        then = after(
            Failed(adapter=adapter, reason="DOWN", permanent=permanent),
            notifying,
            attempts=attempts,
            at=at,
            of=delivery,
        )
        assert then.due_at >= at
        adapter, at, state = then.adapter, then.due_at, then.state

    assert adapter == notifying[-1]
    assert attempts <= ATTEMPTS + adapters


def test_a_clinic_that_dropped_the_adapter_tried_last_is_told_over_its_first() -> None:
    notifying = ["email"]

    adapter = adapter_for("webhook", notifying)

    assert adapter == "email"


def test_a_notice_is_in_the_first_of_the_clinics_languages_that_there_are_texts_in() -> None:
    offered = ["en", "fr", "hu"]

    chosen = [locale_for(languages, offered) for languages in (["hu", "en"], ["ro", "fr-CH"], ["ro"])]

    assert chosen == ["hu", "fr", "en"]
