"""Several sites and cycles on one treatment, each with clocks of its own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.clocks import PartialDate
from suivi.core.clocks.phases import recovery, with_flags_of
from suivi.core.clocks.sites import LocalDate, dates_at
from tests.core.clocks.builders import a_full_procedure, a_procedure, dates

DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 31)).map(PartialDate.of)
NAMES = st.sampled_from(["implant_placement", "definitive_crown"])
LOCAL = st.builds(
    LocalDate,
    name=NAMES,
    date=DAYS,
    site=st.sampled_from(["14", "15", None]),
    cycle=st.sampled_from([1, 2, None]),
)


def at(text: str, **where: str | int) -> LocalDate:
    return LocalDate(name="implant_placement", date=PartialDate.parse(text), **where)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("site", "cycle", "text"),
    [("14", 2, "2026-04-04"), ("14", None, "2026-02-02"), ("15", 2, "2026-03-03"), ("15", None, "2026-01-01")],
)
def test_the_most_particular_date_goes_first(site: str, cycle: int | None, text: str) -> None:
    """R-022: of the site and cycle, else the site, else the cycle, else the treatment."""
    local = [at("2026-02-02", site="14"), at("2026-03-03", cycle=2), at("2026-04-04", site="14", cycle=2)]

    found = dates_at(dates(implant_placement="2026-01-01"), local, site=site, cycle=cycle)

    assert str(found["implant_placement"]) == text


def test_where_each_site_has_its_own_date_the_whole_counts_from_the_last() -> None:
    """R-022: left and right eye, two weeks apart."""
    local = [at("2026-03-17", site="OS"), at("2026-03-03", site="OD")]

    assert {name: str(day) for name, day in dates_at({}, local).items()} == {"implant_placement": "2026-03-17"}


def test_a_date_of_one_site_says_nothing_of_another() -> None:
    """R-022"""
    assert dates_at({}, [at("2026-03-03", site="OD")], site="OS") == {}


def test_a_new_cycle_takes_no_date_from_before_it_began() -> None:
    """R-066: the treatment's own dates belong to its first cycle."""
    own = dates(oocyte_retrieval="2026-01-15", discharge="2026-07-01")
    second = [LocalDate(name="stimulation_start", date=PartialDate.parse("2026-06-01"), cycle=2)]

    assert set(dates_at(own, second, cycle=2, first_cycle=1)) == {"stimulation_start", "discharge"}
    assert set(dates_at(own, second, cycle=1, first_cycle=1)) == {"oocyte_retrieval", "discharge"}
    assert dates_at(own, second, cycle=3, first_cycle=1) == {}


@given(
    own=st.dictionaries(NAMES, DAYS),
    local=st.lists(LOCAL),
    on=st.dates(min_value=date(2024, 1, 1), max_value=date(2028, 12, 31)),
)
def test_a_site_without_dates_of_its_own_answers_as_the_treatment(
    own: dict[str, PartialDate], local: list[LocalDate], on: date
) -> None:
    """R-022"""
    of_everywhere = [entry for entry in local if entry.site is None]

    found = dates_at(own, local, site="16")

    assert found == dates_at(own, of_everywhere)
    assert recovery(a_full_procedure(), found, on) == recovery(a_full_procedure(), dates_at(own, of_everywhere), on)


def test_no_red_flag_of_the_other_eye_is_hidden() -> None:
    """R-045: what must not wait at one site is shown whichever site is asked about."""
    on = date(2026, 5, 1)
    healed = recovery(a_full_procedure(), dates(implant_placement="2025-01-01"), on)
    fresh = recovery(a_full_procedure(), dates(implant_placement="2026-04-28"), on)

    shown = with_flags_of(healed, [fresh]).red_flags

    assert {flag.id for flag in fresh.red_flags} <= {flag.id for flag in shown}
    assert shown[0].urgency == "emergency_now"


def test_a_crown_seated_before_its_implant_was_placed_is_pointed_out_and_not_refused() -> None:
    """R-023: people mistype, and nothing is lost."""
    stages = {"staged": {"stages": ["implant_placement", "abutment", "definitive_crown"]}}
    staged = a_procedure(raw=stages)

    wrong = recovery(staged, dates(implant_placement="2026-08-10", definitive_crown="2026-03-03"), date(2026, 9, 1))
    right = recovery(staged, dates(implant_placement="2026-03-03", definitive_crown="2026-08-10"), date(2026, 9, 1))
    open_question = recovery(staged, dates(implant_placement="2026-08-10", definitive_crown="2026"), date(2026, 9, 1))

    assert [doubt.sentence("en") for doubt in wrong.doubts] == [
        "A later stage (March 3, 2026) is dated before an earlier one (August 10, 2026). "
        "One of the two dates cannot be right."
    ]
    assert (right.doubts, open_question.doubts) == ((), ())


def test_a_revision_is_shown_and_restarts_no_clock() -> None:
    """R-023"""
    before = recovery(a_full_procedure(), dates(implant_placement="2026-03-03"), date(2026, 6, 1))
    after = recovery(a_full_procedure(), dates(implant_placement="2026-03-03", revision="2026-05-20"), date(2026, 6, 1))

    assert [day.anchor for day in after.days] == ["implant_placement", "revision"]
    assert (after.stabilisation, after.check_ups, after.phases) == (
        before.stabilisation,
        before.check_ups,
        before.phases,
    )
