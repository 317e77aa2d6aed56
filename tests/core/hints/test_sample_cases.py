"""Sample cases: what the format accepts, and how it refuses (R-226)."""

from pathlib import Path
from textwrap import dedent

import pytest

from suivi.core.hints.dry_run import try_case, try_cases
from suivi.core.hints.sample_cases import SampleCase, read_cases
from suivi.core.registry import Registry
from suivi.core.specialties.document import BrokenProtocol

REGISTRY = Registry.load(only=["dental"])


def write(folder: Path, text: str) -> Path:
    file = folder / "cases.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    return file


def a_case(given: dict[str, object], expect: dict[str, object] | None = None) -> SampleCase:
    known = {"specialty": "dental", "procedure": "crown", "day": 5}
    return SampleCase.model_validate({"id": "case", "given": known | given, "expect": expect})


def test_a_sign_and_a_measurement_may_be_written_short(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        cases:
        - id: 7
          given:
            specialty: dental
            procedure: crown
            day: 5
            signs: [cold, {id: gum}, {text: "a strange taste"}]
            measurements: {cold_pain_nrs: 4, marginal_gap_um: {value: 130, baseline: 90}}
        """,
    )

    [case] = read_cases(file)
    [facts] = case.given.facts_by_site()

    assert case.id == "7"
    assert (facts.signs, facts.described) == (("cold", "gum"), True)
    assert (facts.measurements["cold_pain_nrs"].value, facts.measurements["marginal_gap_um"].baseline) == (4, 90)


def test_every_problem_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        cases:
        - id: one
          given: {specialty: dental, procedure: crown, signs: [{}], colour: blue}
        - id: two
          given: {specialty: dental, procedure: crown, day: 5}
          expect: {top_class: unhappy}
        """,
    )

    with pytest.raises(BrokenProtocol) as refusal:
        read_cases(file)

    said = str(refusal.value)
    assert "cases.yaml line 4: cases[0].given.colour: unknown key" in said
    assert "cases.yaml line 4: cases[0].given.signs[0]: a sign has an id or a text" in said
    assert "cases.yaml line 7: cases[1].expect.top_class" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "not a mapping"),
        ("cases: [{id: a, given: {specialty: dental, procedure: crown}}]", "day is missing"),
        ("cases: [{id: a, given: {specialty: dental, procedure: crown, day: 1, cycle: 0}}]", "greater than or equal"),
        ("cases: [{id: a, given: {specialty: d, procedure: c, day: 1, sites: [{site: x}, {site: x}]}}]", "twice"),
        ("cases: [{id: a, given: {specialty: d, procedure: c, day: 1}}]\nnonsense: 1", "unknown key"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_file_of_cases_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BrokenProtocol, match=says):
        read_cases(write(tmp_path, text))


def test_a_case_as_expected_and_one_that_differs_say_so() -> None:
    good = try_case(REGISTRY, a_case({"signs": ["cold"]}, {"top_class": "normal_evolution", "missing": []}))
    bad = try_case(
        REGISTRY,
        a_case({"signs": ["cold"]}, {"top_class": {"any_of": ["none", "medical_complication"]}, "must_not": []}),
    )

    assert good.verdict == "as_expected"
    assert bad.verdict == "differs"
    assert bad.differences == ("top_class is normal_evolution, expected: none or medical_complication",)


def test_each_site_is_compared_and_the_most_urgent_speaks_for_the_case() -> None:
    """R-022."""
    sites = [{"site": "14", "signs": ["g_breathing"]}, {"site": "15", "signs": ["cold"]}]
    expect: dict[str, object] = {
        "per_site": {"15": {"top_class": "normal_evolution"}, "16": {}},
        "case_highest_urgency": "emergency_now",
    }

    tried = try_case(REGISTRY, a_case({"sites": sites}, expect))

    assert (tried.top_class, tried.highest_urgency) == ("medical_complication", "emergency_now")
    assert tried.differences == ("16: no such site was given",)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"procedure": "crwn"}, "no loaded specialty knows"),
        ({"specialty": "ivf"}, "is a procedure of 'dental'"),
        ({"variant": "gold"}, "has no variant 'gold'"),
        ({"anchor_days": {"wedding": 3}}, "has no anchor 'wedding'"),
    ],
)
def test_what_cannot_be_evaluated_says_why(given: dict[str, object], says: str) -> None:
    tried = try_case(REGISTRY, a_case(given, {"top_class": "none"}))

    assert says in (tried.problem or "")
    assert tried.verdict == "differs"


def test_a_measurement_the_specialty_does_not_have_is_noted_and_stops_nothing() -> None:
    tried = try_case(REGISTRY, a_case({"measurements": {"iop_mmhg": 15, "cold_pain_nrs": 11}, "signs": ["cold"]}))

    assert [note.partition(":")[0] for note in tried.notes] == ["iop_mmhg", "cold_pain_nrs"]
    assert "lies between 0 and 10" in tried.notes[1]
    assert tried.top_class == "normal_evolution"


def test_the_same_cases_give_the_same_answers_every_time() -> None:
    cases = [a_case({"signs": ["cold", "bite_pain"], "day": day}) for day in range(0, 400, 7)]

    assert try_cases(REGISTRY, cases) == try_cases(REGISTRY, cases)


def test_that_nothing_urgent_is_expected_is_compared_too() -> None:
    quiet = try_case(REGISTRY, a_case({"signs": ["cold"]}, {"highest_urgency": None}))
    urgent = try_case(REGISTRY, a_case({"signs": ["g_breathing"]}, {"highest_urgency": None}))

    assert (quiet.verdict, urgent.verdict) == ("as_expected", "differs")


def test_what_is_said_of_the_whole_case_holds_at_each_of_its_sites() -> None:
    """A red flag given once beside sites is not lost."""
    sites = [{"site": "14", "signs": ["cold"]}, {"site": "15"}]

    tried = try_case(REGISTRY, a_case({"signs": ["g_breathing"], "sites": sites}))

    assert [site.highest_urgency for site in tried.sites] == ["emergency_now", "emergency_now"]


@pytest.mark.parametrize("value", ["d", True, "nine", float("nan")])
def test_a_value_that_is_none_of_the_measurement_is_not_taken_as_measured(value: object) -> None:
    filed = {"before_photos": True, "follow_up_photos": True, "check_ups": "none"}
    given = {"day": 400, "patient_dissatisfied": True, "documentation": filed}

    tried = try_case(REGISTRY, a_case({**given, "measurements": {"restoration_ryge": value}}))

    assert (tried.top_class, len(tried.notes)) == (None, 1)
