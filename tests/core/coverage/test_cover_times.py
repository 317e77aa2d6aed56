"""When a component is covered, seen from one day."""

from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.cycles import CycleRecord, SeriesToday, series_on
from suivi.core.clocks.deadlines import warranty_interval
from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.clocks.periods import Period
from suivi.core.clocks.reasons import LOCALES
from suivi.core.clocks.zones import zone
from suivi.core.coverage.content import LifetimeOf, Limit, LimitUnit
from suivi.core.coverage.cover_map import CoverRecord, cover_map
from suivi.core.coverage.history import History
from suivi.core.coverage.sentences import templates
from suivi.core.coverage.times import CoverState, CoverTime, Dated, time_of, within
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Series
from tests.core.coverage.cover import AGREED, AGREED_AT, CALENDAR_LIMITS, LIMITS, START, crown, lifetime, terms, years

CEMENTED = date(2026, 3, 3)
NOT_STARTED, RUNNING, ENDED = CoverState.NOT_STARTED, CoverState.RUNNING, CoverState.ENDED
NEEDS_REVIEW, COUNTED, NOT_STATED = CoverState.NEEDS_REVIEW, CoverState.COUNTED, CoverState.NOT_STATED


def seen(limit: Limit | None, on: date, anchor: str | None = "2026-03-03", **more: object) -> CoverTime:
    anchors = {START: PartialDate.parse(anchor)} if anchor else {}
    return time_of(limit, Dated(day0=START, anchors=anchors, **more), on=on)  # type: ignore[arg-type]


def test_the_day_a_warranty_ends_is_not_covered_any_more() -> None:
    """Three years from 29 February 2024 end on 28 February 2027."""
    states = [seen(years(3), date(2027, 2, day), "2024-02-29").state for day in (26, 27, 28)]

    assert states == [RUNNING, RUNNING, ENDED]
    assert seen(years(3), CEMENTED, "2024-02-29").ends == DateInterval(date(2027, 2, 28), date(2027, 2, 28))


def test_months_end_with_the_last_day_of_a_shorter_one() -> None:
    half_year = Limit(unit=LimitUnit.MONTH, count=6, starts=START)

    assert str(seen(half_year, CEMENTED, "2026-08-31").ends) == "2027-02-28"


@pytest.mark.parametrize(
    ("says", "limit", "anchor", "state"),
    [
        ("for no stated time", None, "2026-03-03", NOT_STATED),
        ("from a date that is not on record", years(3), None, NOT_STARTED),
        ("from a date that nobody remembers", years(3), "unknown", NEEDS_REVIEW),
        ("from a later day", years(3), "2026-07-01", NOT_STARTED),
        ("from the day of the procedure", years(3, starts="day0"), "2026-03-03", RUNNING),
        ("for the lifetime of the patient", lifetime(LifetimeOf.PATIENT), "2026-03-03", RUNNING),
        ("for two uses that nobody counts", Limit(unit=LimitUnit.USE, count=2, starts=START), "2026-03-03", COUNTED),
        ("for two uses not begun", Limit(unit=LimitUnit.USE, count=2, starts=START), None, NOT_STARTED),
    ],
)
def test_where_cover_stands_on_the_first_of_june(
    says: str, limit: Limit | None, anchor: str | None, state: CoverState
) -> None:
    assert seen(limit, date(2026, 6, 1), anchor).state is state, says


def test_whose_lifetime_it_is_says_what_ends_it() -> None:
    """R-123: a device's with its explantation, a practice's with its closing."""
    on = date(2030, 6, 1)
    out, closed = PartialDate.parse("2030-05"), date(2030, 6, 1)

    assert seen(lifetime(LifetimeOf.DEVICE), on, device_out=out).state is ENDED
    assert seen(lifetime(LifetimeOf.DEVICE), date(2030, 5, 10), device_out=out).state is NEEDS_REVIEW
    assert seen(lifetime(LifetimeOf.DEVICE), on, practice_closed_on=closed).state is RUNNING
    assert seen(lifetime(LifetimeOf.PRACTICE), on, practice_closed_on=closed).state is ENDED
    assert seen(lifetime(LifetimeOf.PRACTICE), on, device_out=out).state is RUNNING
    assert seen(lifetime(LifetimeOf.PATIENT), on, device_out=out, practice_closed_on=closed).state is RUNNING


def cycles(*closed: bool) -> SeriesToday:
    """One after the other, each closed or still running."""
    day = PartialDate.parse("2026-04-01")
    records = [
        CycleRecord(number=number, dates={"stimulation": day}, closed_on=day if done else None)
        for number, done in enumerate(closed, start=1)
    ]
    return series_on(Series(unit="cycle", starts="stimulation"), None, records, date(2026, 6, 1))


def test_cover_in_cycles_is_counted_from_the_treatments_own_series() -> None:
    """R-066, R-123: the last cycle is included."""
    three = Limit(unit=LimitUnit.CYCLE, count=3, starts=START)
    on = date(2026, 6, 1)

    running = seen(three, on, series=cycles(True, False))
    used = seen(three, on, series=cycles(True, True, True))
    in_sessions = seen(three.model_copy(update={"unit": LimitUnit.SESSION}), on, series=cycles(True))

    assert (running.state, running.counted, running.left) == (RUNNING, 2, 1)
    assert (used.state, used.left) == (ENDED, 0)
    assert in_sessions.state is COUNTED


def test_a_policy_covers_from_its_first_to_its_last_day() -> None:
    """R-130: and no longer than what it covers."""
    valid = date(2026, 4, 1), date(2026, 10, 1)
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 1)]
    week = Limit(unit=LimitUnit.WEEK, count=8, starts=START)

    assert [within(seen(None, on), valid, on=on).state for on in days] == [NOT_STARTED, RUNNING, RUNNING, ENDED]
    assert str(within(seen(week, CEMENTED), valid, on=CEMENTED).ends) == "2026-04-28"


PARTIAL = st.one_of(
    st.dates(date(2023, 12, 1), date(2025, 3, 31)).map(str),
    st.sampled_from(["2024", "2024-02", "2024-08", "2025-01"]),
)


@given(anchor=PARTIAL, limit=CALENDAR_LIMITS, after=st.integers(-40, 1200))
@settings(max_examples=150, deadline=None)
def test_the_state_is_what_every_day_the_start_may_be_says(anchor: str, limit: Limit, after: int) -> None:
    """R-065: by looking at each of those days alone."""
    dates = PartialDate.parse(anchor).dates
    assert dates is not None
    on = dates.earliest + timedelta(days=after)
    starts = [dates.earliest + timedelta(days=n) for n in range((dates.latest - dates.earliest).days + 1)]
    each = {
        NOT_STARTED if on < start else RUNNING if interval.covers(on) else ENDED
        for start in starts
        for interval in (warranty_interval(start, Period.parse(limit.period or "")),)
    }

    assert seen(limit, on, anchor).state is (each.pop() if len(each) == 1 else NEEDS_REVIEW)


@given(limit=LIMITS, anchor=st.one_of(st.none(), PARTIAL, st.just("unknown")), after=st.integers(-40, 4000))
@settings(max_examples=150, deadline=None)
def test_cover_starts_before_it_ends_and_every_answer_has_its_sentence(
    limit: Limit | None, anchor: str | None, after: int
) -> None:
    """R-091: in both languages, with the dates it names."""
    on, policy = date(2024, 1, 1) + timedelta(days=after), (date(2024, 5, 1), date(2024, 9, 1))
    alone = seen(limit, on, anchor)
    for found in (alone, within(alone, policy, on=on)):
        if found.starts and found.ends and found.state is RUNNING:
            assert found.starts.latest <= on < found.ends.earliest
        for locale in LOCALES:
            assert "{" not in found.reason.sentence(locale)


def test_both_languages_have_every_sentence_with_the_same_facts() -> None:
    english, french = (templates(language) for language in ("en", "fr"))

    assert english.keys() == french.keys()
    for key, words in english.items():
        facts = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (words, french[key])]
        assert facts[0] == facts[1], key


def a_record(**more: object) -> CoverRecord:
    told: dict[str, object] = {
        "treatment": SimpleNamespace(sites=["14", "24"], id=UUID(int=1)),
        "procedure": common().other.model_copy(
            update={"anchors": common().other.anchors.model_copy(update={"day0": START})}
        ),
        "clinic": SimpleNamespace(name="Duna Dental", ceased=None, ceased_on=None),
        "history": History(
            agreed_on=AGREED,
            agreed_at=AGREED_AT,
            place=zone("Europe/Budapest"),
            day0=START,
            statements=(terms(crown(years(3))),),
        ),
        "anchors": [SimpleNamespace(name=START, on="2026-03-03")],
    }
    return CoverRecord(**(told | more))  # type: ignore[arg-type]


def test_sites_with_dates_of_their_own_have_stretches_of_their_own() -> None:
    """R-022."""
    second = SimpleNamespace(name=START, on="2026-05-05", site="24", cycle=0)

    together = cover_map(a_record(), date(2026, 6, 1))
    apart = cover_map(a_record(local_anchors=[second]), date(2026, 6, 1))

    assert [(one.id, one.sites) for _, one in together.segments] == [("component:crown", ())]
    assert [(one.id, str(one.time.ends)) for _, one in apart.segments] == [
        ("component:crown:14", "2029-03-03"),
        ("component:crown:24", "2029-05-05"),
    ]
