"""Which of a clinic's terms are about a treatment, and which of them are in force on a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.coverage.rules import TermsBackdated, TermsOverlap, require_publishable
from suivi.core.coverage.scopes import Scope, UnusableMaterial, agreed, checked_material, in_force
from suivi.core.refusals import Refusal

FIRST = date(2024, 2, 27)


@dataclass(frozen=True, kw_only=True)
class Version:
    specialty: str | None = "dental"
    procedure: str = "crown"
    variant: str | None = None
    material: str | None = None
    number: int = 1
    effective_from: date = FIRST
    published_at: datetime = datetime(2024, 2, 26, 12, tzinfo=UTC)
    withdrawn_at: datetime | None = None


BUDAPEST = ZoneInfo("Europe/Budapest")


CROWN = Scope(specialty="dental", procedure="crown", variant="adhesive", material="zirconia")
FROM_NEAR_TO_FAR = [
    {"variant": "adhesive", "material": "zirconia"},
    {"variant": "adhesive"},
    {"material": "zirconia"},
    {},
    {"procedure": "", "material": "zirconia"},
    {"procedure": ""},
]
VERSIONS = st.lists(
    st.builds(
        Version,
        specialty=st.sampled_from(["dental", "surgery"]),
        procedure=st.sampled_from(["crown", "veneer", ""]),
        variant=st.sampled_from([None, "adhesive", "screwed"]),
        material=st.sampled_from([None, "zirconia"]),
        number=st.integers(1, 9),
        effective_from=st.integers(0, 5).map(lambda days: FIRST + timedelta(days=days)),
    ),
    max_size=12,
)


@pytest.mark.parametrize("nearest", range(len(FROM_NEAR_TO_FAR)))
def test_the_most_specific_terms_win_however_old_they_are(nearest: int) -> None:
    """R-120: variant and material, variant, material, procedure, specialty."""
    later = FIRST + timedelta(days=30)
    wider = [Version(**scope, effective_from=later) for scope in FROM_NEAR_TO_FAR[nearest + 1 :]]  # type: ignore[arg-type]
    narrowest = Version(**FROM_NEAR_TO_FAR[nearest])  # type: ignore[arg-type]

    found = in_force([*wider, narrowest], CROWN, on=later)

    assert found == narrowest


@pytest.mark.parametrize(
    ("hours", "counts"),
    [
        ((-20, 4), 1),  # v2 in the morning of the day
        ((-20, -1), 1),  # v2 an hour before midnight UTC, which is midnight there
        ((-20, -2), 2),  # v2 the evening before
        ((1, 4), 1),  # the clinic's first day: whoever agreed between the two has the first
    ],
)
def test_what_is_published_on_a_day_does_not_reach_back_to_what_was_agreed_in_its_morning(
    hours: tuple[int, int], counts: int
) -> None:
    """R-126: nobody says at which hour a treatment was agreed."""
    midnight = datetime(2024, 2, 28, tzinfo=UTC)
    published = [midnight + timedelta(hours=after) for after in hours]
    first_days = [max(FIRST, at.astimezone(BUDAPEST).date()) for at in published]
    wider = Version(effective_from=first_days[0], published_at=published[0])
    narrower = Version(number=2, material="zirconia", effective_from=first_days[1], published_at=published[1])

    on_the_day = agreed([wider, narrower], CROWN, on=date(2024, 2, 28), place=BUDAPEST)
    the_day_after = agreed([wider, narrower], CROWN, on=date(2024, 2, 29), place=BUDAPEST)

    assert on_the_day is not None
    assert (on_the_day.number, the_day_after) == (counts, narrower)


def test_terms_that_were_withdrawn_are_never_in_force() -> None:
    taken_back = Version(number=2, withdrawn_at=datetime(2024, 2, 26, 13, tzinfo=UTC))

    assert in_force([Version(), taken_back], CROWN, on=FIRST) == Version()
    assert agreed([taken_back], CROWN, on=FIRST, place=BUDAPEST) is None
    assert in_force([taken_back], CROWN, on=FIRST) is None


@given(VERSIONS, st.integers(-1, 7))
@settings(max_examples=200, deadline=None)
def test_what_is_in_force_is_about_the_treatment_and_nothing_nearer_or_newer_is(
    versions: list[Version], days: int
) -> None:
    on = FIRST + timedelta(days=days)

    found = in_force(versions, CROWN, on=on)

    about = [
        (FROM_NEAR_TO_FAR.index(scope), -(one.effective_from - FIRST).days, -one.number)
        for one in versions
        if one.effective_from <= on and (one.procedure or one.specialty == "dental")
        for scope in FROM_NEAR_TO_FAR
        if {"procedure": "crown", "variant": None, "material": None} | scope
        == {"procedure": one.procedure, "variant": one.variant, "material": one.material}
    ]
    assert (found is None) == (not about)
    if found is not None:
        scope = {"procedure": found.procedure, "variant": found.variant, "material": found.material}
        place = next(
            number
            for number, near in enumerate(FROM_NEAR_TO_FAR)
            if {"procedure": "crown", "variant": None, "material": None} | near == scope
        )
        assert (place, -(found.effective_from - FIRST).days, -found.number) == min(about)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-2, 6)), max_size=12))
@settings(max_examples=200, deadline=None)
def test_no_two_versions_of_a_scope_are_in_force_on_one_day(attempts: list[tuple[int, int]]) -> None:
    """R-125: whatever days clinics try to publish on and for, each version ends where the next begins."""
    published: list[Version] = []
    today = FIRST
    for later, ahead in attempts:
        today += timedelta(days=later)
        latest = max((one.effective_from for one in published), default=None)
        takes_effect = today + timedelta(days=ahead)
        try:
            require_publishable(takes_effect, latest=latest, today=today)
        except Refusal:
            continue
        published.append(Version(number=len(published) + 1, effective_from=takes_effect))

    scope = Scope(specialty="dental", procedure="crown")
    spans = [(one.effective_from, other.effective_from) for one, other in pairwise(published)]
    assert all(begins <= ends for begins, ends in spans)
    for day in (FIRST + timedelta(days=number) for number in range(60)):
        holding = [one for one, (begins, ends) in zip(published, spans, strict=False) if begins <= day < ends]
        holding += [one for one in published[-1:] if one.effective_from <= day]
        assert holding == [found for found in [in_force(published, scope, on=day)] if found]


def test_terms_start_today_or_later_and_not_before_those_published_for_later() -> None:
    """R-125: both refusals name the first day that would do."""
    today, later = date(2028, 2, 29), date(2028, 3, 31)

    with pytest.raises(TermsBackdated) as backdated:
        require_publishable(date(2028, 2, 28), latest=None, today=today)
    with pytest.raises(TermsOverlap) as overlapping:
        require_publishable(today, latest=later, today=today)
    require_publishable(later, latest=later, today=today)

    assert (backdated.value.available_from, overlapping.value.available_from) == (today, later)


@pytest.mark.parametrize(
    ("said", "code"), [("E.max", "e.max"), (" PFM  gold ", "pfm_gold"), ("지르코니아", "지르코니아"), (None, None)]
)
def test_a_material_is_one_code_however_it_is_written(said: str | None, code: str | None) -> None:
    assert checked_material(said) == code


@pytest.mark.parametrize("said", ["", " ", "-", "a/b", "x" * 61, "\x00", "\ud800"])
def test_what_is_no_material(said: str) -> None:
    with pytest.raises(UnusableMaterial):
        checked_material(said)
