"""Cycles: which of them count, when their outcome is known, and how long a period of so many cycles is."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import PartialDate, WindowState, recovery
from suivi.core.clocks.cycles import CycleRecord, CycleState, SeriesToday, cycles_window, negative_on, series_on
from suivi.core.clocks.measured import Reading
from suivi.core.clocks.stabilisation import StabilisationState
from tests.core.clocks.builders import dates, ivf

ON = date(2026, 12, 1)


def cycle(number: int, *, cancelled: str | None = None, closed: str | None = None, **anchors: str) -> CycleRecord:
    return CycleRecord(
        number=number,
        dates=dates(**anchors),
        cancelled_on=PartialDate.parse(cancelled) if cancelled else None,
        closed_on=PartialDate.parse(closed) if closed else None,
    )


def done(number: int, month: str) -> CycleRecord:
    """Stimulated, retrieved and transferred in one month."""
    return cycle(
        number,
        stimulation_start=f"{month}-01",
        oocyte_retrieval=f"{month}-13",
        embryo_transfer=f"{month}-18",
    )


def series(records: Iterable[CycleRecord], on: date = ON, **changes: Any) -> SeriesToday:
    procedure = ivf()
    assert procedure.series is not None
    return series_on(procedure.series.model_copy(update=changes), procedure.stabilisation, records, on)


def judged(records: Iterable[CycleRecord], on: date = ON) -> Any:
    return recovery(ivf(), {}, on, series=series(records, on)).stabilisation


def test_a_cycle_cancelled_before_retrieval_does_not_count_unless_the_rule_says_so() -> None:
    """R-066"""
    records = [cycle(1, cancelled="2026-02-10", stimulation_start="2026-02-01"), done(2, "2026-05")]

    strict, lenient = series(records), series(records, cancelled_counts=True)

    assert (strict.reached, strict.counted, lenient.counted) == (2, 1, 2)
    assert strict.cycles[0].state is CycleState.CANCELLED
    assert strict.cycles[0].reasons[0].sentence("en") == (
        "Cycle 1 was cancelled before it counted, and does not count."
    )


def test_a_cycle_cancelled_after_retrieval_counts() -> None:
    """R-066"""
    assert series([cycle(1, cancelled="2026-02-20", oocyte_retrieval="2026-02-13")]).counted == 1


def test_a_cycle_that_is_still_stimulated_does_not_count_yet() -> None:
    """R-066"""
    begun = series([cycle(1, stimulation_start="2026-11-25")])

    assert (begun.reached, begun.counted) == (1, 0)


def test_a_transfer_of_frozen_embryos_after_a_gap_goes_on_with_the_same_cycle() -> None:
    """R-066: eight months later it is still the first cycle, and known fourteen days after the last transfer."""
    frozen = cycle(1, embryo_transfer="2026-10-20")

    found = series([done(1, "2026-02"), frozen])

    assert (found.reached, found.counted) == (1, 1)
    assert str(found.cycles[0].outcome_from) == "2026-11-03"


@pytest.mark.parametrize(
    ("embryos", "negative", "closed", "state"),
    [
        (0, None, None, CycleState.RUNNING),
        (0, "2026-03-04", None, CycleState.CLOSED),
        (2, "2026-03-04", None, CycleState.RUNNING),
        (None, "2026-03-04", None, CycleState.RUNNING),
        (None, None, "2026-03-04", CycleState.CLOSED),
        (1, None, "2026-03-04", CycleState.RUNNING),
    ],
)
def test_a_cycle_closes_with_its_last_possible_transfer_or_a_negative_result_and_no_embryo_left(
    embryos: int | None, negative: str | None, closed: str | None, state: CycleState
) -> None:
    """R-066"""
    record = CycleRecord(
        number=1,
        dates=done(1, "2026-02").dates,
        embryos_left=embryos,
        negative_on=PartialDate.parse(negative) if negative else None,
        closed_on=PartialDate.parse(closed) if closed else None,
    )

    assert series([record]).cycles[0].state is state


def test_a_blood_test_ends_a_cycle_on_the_day_it_is_dependable() -> None:
    """R-066: under five from day nine on, confirmed on day fourteen after the transfer."""
    transferred = done(1, "2026-02").dates

    def known(*readings: tuple[str, float]) -> str:
        values = {"hcg": [Reading(PartialDate.parse(on), value) for on, value in readings]}
        return str(negative_on(ivf(), transferred, values))

    assert known() == "None"
    assert known(("2026-02-25", 1)) == "None", "day 7 is too soon to tell"
    assert known(("2026-03-01", 1)) == "2026-03-04", "day 11, confirmed on day 14"
    assert known(("2026-03-06", 1)) == "2026-03-06"
    assert known(("2026-03-01", 250)) == "None"
    assert known(("2026-03-01", 250), ("2026-09-01", 1)) == "None", "a later value is of what came afterwards"


def test_a_result_is_judged_once_the_outcome_of_the_second_cycle_is_known() -> None:
    """R-041, R-066: not when the second cycle begins, and not by months."""
    records = [done(1, "2026-02"), done(2, "2026-06")]

    one = judged(records[:1])
    waiting, known = judged(records, date(2026, 7, 1)), judged(records, date(2026, 7, 2))

    assert (one.state, one.too_early, one.cycle) == (StabilisationState.TOO_EARLY, True, 1)
    assert (waiting.state, waiting.cycle) == (StabilisationState.TOO_EARLY, 2)
    assert str(waiting.may_be_judged_from) == "2026-07-02"
    assert waiting.reasons[0].sentence("en").startswith("Too early to judge. Cycles that count: 2. The outcome")
    assert (known.state, known.cycles) == (StabilisationState.MAY_BE_JUDGED, (2, 3, 6))


def test_before_the_first_cycle_nothing_has_started_and_after_the_sixth_there_is_nothing_to_wait_for() -> None:
    """R-041"""
    six = [done(number, f"2026-{number:02}") for number in range(1, 7)]

    assert judged([]).state is StabilisationState.NOT_STARTED
    assert judged(six).state is StabilisationState.SETTLING_TIME_OVER


def test_a_transfer_known_only_to_the_month_leaves_the_answer_open_until_the_month_allows_one() -> None:
    """R-065, R-066"""
    records = [done(1, "2026-02"), cycle(2, oocyte_retrieval="2026-06-13", embryo_transfer="2026-06")]

    states = [judged(records, on).state for on in (date(2026, 6, 14), date(2026, 7, 1), date(2026, 7, 14))]

    assert states == [StabilisationState.TOO_EARLY, StabilisationState.UNKNOWN, StabilisationState.MAY_BE_JUDGED]


def test_earlier_cycles_at_a_clinic_one_may_not_look_into_leave_the_answer_open() -> None:
    """R-066: the third is on record here, of the first two nothing is known."""
    only_third = judged([done(3, "2026-06")])

    assert (only_third.state, only_third.too_early) == (StabilisationState.UNKNOWN, None)


@pytest.mark.parametrize(
    ("records", "state", "counted", "left"),
    [
        ([], WindowState.NOT_STARTED, 0, 3),
        ([done(1, "2026-01")], WindowState.OPEN, 1, 2),
        ([cycle(1, cancelled="2026-01-10", stimulation_start="2026-01-01")], WindowState.OPEN, 0, 3),
        ([done(number, f"2026-0{number}") for number in (1, 2, 3)], WindowState.OPEN, 3, 0),
    ],
)
def test_a_period_of_three_cycles_is_open_until_the_third_has_closed(
    records: list[CycleRecord], state: WindowState, counted: int, left: int
) -> None:
    """R-066"""
    window = cycles_window(series(records), 3)

    assert (window.state, window.counted, window.left) == (state, counted, left)


def test_a_period_of_three_cycles_ends_when_all_three_are_closed_and_not_while_embryos_of_one_are_frozen() -> None:
    """R-066"""
    closed = [cycle(n, closed=f"2026-0{n}-20", oocyte_retrieval=f"2026-0{n}-13") for n in (1, 2, 3)]
    frozen = CycleRecord(number=2, embryos_left=2)

    assert cycles_window(series(closed), 3).state is WindowState.EXPIRED
    assert cycles_window(series([*closed, frozen]), 3).state is WindowState.OPEN
    assert cycles_window(series(closed[2:]), 3).state is WindowState.NEEDS_REVIEW


DATES = st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 11, 30)).map(PartialDate.of)
RECORDS = st.builds(
    CycleRecord,
    number=st.integers(min_value=1, max_value=4),
    dates=st.dictionaries(st.sampled_from(["stimulation_start", "oocyte_retrieval", "embryo_transfer"]), DATES),
    cancelled_on=st.none() | DATES,
    closed_on=st.none() | DATES,
    embryos_left=st.none() | st.integers(min_value=0, max_value=3),
)


@given(records=st.lists(RECORDS, max_size=6), later=RECORDS, lenient=st.booleans())
def test_no_later_record_makes_a_cycle_that_counts_uncounted(
    records: list[CycleRecord], later: CycleRecord, lenient: bool
) -> None:
    """R-066: what happened has happened."""
    before = series(records, cancelled_counts=lenient)
    after = series([*records, later], cancelled_counts=lenient)

    counted = {cycle.number for cycle in before.counting}
    assert counted <= {cycle.number for cycle in after.counting}


@given(records=st.lists(RECORDS, max_size=6), days=st.integers(min_value=0, max_value=1200))
def test_a_cycle_counted_on_a_day_is_counted_on_every_later_day(records: list[CycleRecord], days: int) -> None:
    """R-066"""
    early = date(2024, 1, 1) + timedelta(days=days)
    late = early + timedelta(days=40)

    assert series(records, early).counted <= series(records, late).counted


@given(records=st.lists(RECORDS, max_size=6), allowed=st.integers(min_value=1, max_value=6))
def test_what_was_counted_and_what_is_left_never_exceed_the_period_unless_it_is_used_up(
    records: list[CycleRecord], allowed: int
) -> None:
    """R-066"""
    window = cycles_window(series(records), allowed)

    assert window.left == max(0, allowed - window.counted)
    assert window.state is not WindowState.EXPIRED or window.counted >= allowed


@pytest.mark.parametrize(
    ("record", "doubts"),
    [
        (cycle(1, cancelled="2026-02-10", oocyte_retrieval="2026-02-13"), ["cycle.cancelled_too_soon"]),
        (cycle(1, cancelled="2026-02", oocyte_retrieval="2026-02-13"), []),
        (cycle(1, cancelled="2026-02-20", oocyte_retrieval="2026-02-13"), []),
        (
            cycle(1, closed="2026-02-15", oocyte_retrieval="2026-02-13", embryo_transfer="2026-02-18"),
            ["cycle.closed_too_soon"],
        ),
        (cycle(1, closed="2026-02-18", oocyte_retrieval="2026-02-13", embryo_transfer="2026-02-18"), []),
    ],
)
def test_a_cycle_that_goes_on_after_its_end_is_a_doubt_and_no_refusal(record: CycleRecord, doubts: list[str]) -> None:
    """R-066"""
    answer = recovery(ivf(), record.dates, ON, series=series([record]))

    assert [doubt.text_key for doubt in answer.doubts] == doubts
    for doubt in answer.doubts:
        assert all("1" in doubt.sentence(locale) for locale in ("en", "fr"))
