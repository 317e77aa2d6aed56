"""Which cycle a date belongs to, when several treatments go on with one another."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from suivi.core.specialties.model import Anchors, Series
from suivi.core.treatments.series import Course, Part, course, goes_on_with
from tests.core.clocks.builders import a_procedure, ivf
from tests.core.treatments.rows import anchor, cycle, local, measured, part, treatment

ON = date(2026, 12, 1)
FROZEN = ivf(
    id="frozen_transfer",
    anchors=Anchors(day0="embryo_transfer"),
    series=Series(unit="cycle", counts_from="embryo_transfer", continued_by=("frozen_transfer",)),
)
FIRST = [anchor("stimulation_start", "2026-01-02"), anchor("oocyte_retrieval", "2026-01-15")]


def one(*parts: Part) -> Course:
    found = course(parts)
    assert found is not None
    return found


def test_what_is_not_counted_has_no_series() -> None:
    """R-066"""
    assert course([part(a_procedure())]) is None
    assert course([]) is None


def test_dates_without_a_cycle_belong_to_the_first_of_a_treatment() -> None:
    """R-066"""
    second = [local("oocyte_retrieval", "2026-06-15", cycle=2)]

    found = one(part(ivf(), anchors=FIRST, local_anchors=second)).on(ON)

    assert [(entry.number, entry.counts) for entry in found.cycles] == [(1, True), (2, True)]


def test_a_frozen_transfer_goes_on_with_the_latest_cycle_and_a_new_stimulation_begins_the_next() -> None:
    """R-066: cycles are numbered through all treatments of a series."""
    began = part(ivf(), anchors=FIRST)
    again = part(ivf(), treatment(continues_id=began.treatment.id), anchors=[anchor("oocyte_retrieval", "2026-06-15")])
    frozen = part(FROZEN, treatment(continues_id=again.treatment.id), anchors=[anchor("embryo_transfer", "2026-11-01")])

    found = one(began, again, frozen)

    assert list(found.homes.values()) == [1, 2, 2]
    assert (found.on(ON).reached, found.on(ON).counted) == (2, 2)
    assert str(found.on(ON).cycles[1].outcome_from) == "2026-11-15"


def test_a_frozen_transfer_may_name_the_earlier_cycle_its_embryos_come_from() -> None:
    """R-066"""
    began = part(ivf(), anchors=FIRST, local_anchors=[local("oocyte_retrieval", "2026-06-15", cycle=2)])
    frozen = part(
        FROZEN,
        treatment(continues_id=began.treatment.id),
        anchors=[anchor("embryo_transfer", "2026-11-01")],
        cycles=[cycle(1, embryos_left=0)],
    )

    found = one(began, frozen)

    assert found.numbers_of(frozen.treatment.id) == {1}
    assert found.on(ON).cycles[0].embryos_left == 0


def test_a_negative_test_closes_a_cycle_of_which_no_embryo_is_left() -> None:
    """R-066"""
    dated = [*FIRST, anchor("embryo_transfer", "2026-01-20")]
    negative = [measured("hcg", "2026-02-03", 1), measured("hcg", "2026-02-03", "negative")]

    closed = one(part(ivf(), anchors=dated, cycles=[cycle(1, embryos_left=0)], measurements=negative)).on(ON)
    frozen = one(part(ivf(), anchors=dated, cycles=[cycle(1, embryos_left=3)], measurements=negative)).on(ON)

    assert (closed.cycles[0].state, str(closed.cycles[0].closed_on)) == ("CLOSED", "2026-02-03")
    assert frozen.cycles[0].state == "RUNNING"


def test_only_more_of_the_same_or_what_the_series_names_goes_on_with_it() -> None:
    """R-066"""
    assert goes_on_with(FROZEN, ivf())
    assert goes_on_with(ivf(), ivf())
    assert not goes_on_with(a_procedure(), ivf())
    assert not goes_on_with(a_procedure(), a_procedure())


LATER = st.builds(
    local,
    name=st.sampled_from(["stimulation_start", "oocyte_retrieval", "embryo_transfer"]),
    on=st.dates(min_value=date(2026, 2, 1), max_value=date(2026, 11, 1)).map(str),
    cycle=st.integers(min_value=1, max_value=4),
)


@given(later=st.lists(LATER), rows=st.lists(st.integers(min_value=1, max_value=4), unique=True))
def test_whatever_is_recorded_later_the_first_cycle_still_counts(later: list[object], rows: list[int]) -> None:
    """R-066"""
    found = one(part(ivf(), anchors=FIRST, local_anchors=later, cycles=[cycle(number) for number in rows]))

    assert found.on(ON).cycles[0].number == 1
    assert found.on(ON).cycles[0].counts
