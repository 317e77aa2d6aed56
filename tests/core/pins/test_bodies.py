"""What is kept of a specialty, and whether it is the same when it is read back (R-224)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.core.pins.bodies import DamagedRules, body_of, digest_of, specialty_in
from suivi.core.registry import Registry
from tests.core.pins.versions import small

EARLIER = Path(__file__).with_name("kept_earlier.json")


def test_every_installed_specialty_is_read_back_as_it_was(subtests: pytest.Subtests) -> None:
    """R-224: or a case would be answered otherwise the day its plugin is upgraded. Orders are part of an answer."""
    for name, specialty in Registry.load().specialties().items():
        with subtests.test(name):
            body = body_of(specialty)

            back = specialty_in(body, digest=digest_of(body))

            assert back == specialty
            assert repr(back) == repr(specialty)


def nails() -> dict[str, Any]:
    """A body to change."""
    body: dict[str, Any] = json.loads(body_of(small()))
    return body


def digest(body: Any) -> str:
    return digest_of(json.dumps(body))


def test_the_order_of_keys_does_not_matter() -> None:
    assert digest(dict(reversed(nails().items()))) == digest(nails()) == digest_of(body_of(small()))


def test_a_field_that_a_later_suivi_adds_and_leaves_empty_changes_no_digest() -> None:
    """Or every open case would look as if its rules had changed."""
    later = nails() | {"glossary": {}, "reviewers": [], "licence": None}
    later["procedures"]["nail"]["imaging"] = None

    assert digest(later) == digest(nails())


def test_an_open_end_of_a_range_counts() -> None:
    assert digest({"days": [None, 5]}) != digest({"days": [5]})


@pytest.mark.parametrize("value", [False, 0, ""], ids=repr)
def test_a_value_is_said_even_where_it_is_false(value: Any) -> None:
    assert digest({"value": value}) != digest({})


def test_keys_that_only_a_later_suivi_knows_are_passed_over() -> None:
    """R-224: while an upgrade is rolled out, older servers read what newer ones kept."""
    later = nails()
    later["procedures"]["nail"]["imaging"] = {"every_days": 30}

    assert specialty_in(json.dumps(later), digest=digest(later)) == small()


def test_rules_that_were_kept_by_the_first_suivi_are_still_read() -> None:
    """R-224: this file is never written anew. What it says must stay readable, under the digest it was kept by."""
    kept = json.loads(EARLIER.read_text(encoding="utf-8"))

    specialty = specialty_in(json.dumps(kept["body"]), digest=kept["digest"])

    assert specialty.procedures["nail"].stabilisation.min == 30
    assert specialty.procedures["nail"].red_flags[0].urgency == "same_day"


@given(number=st.integers(min_value=-(2**31), max_value=2**31).filter(lambda number: number != 30))
def test_a_figure_that_was_changed_is_noticed(number: int) -> None:
    changed = nails()
    changed["procedures"]["nail"]["stabilisation"]["min"] = number

    with pytest.raises(DamagedRules):
        specialty_in(json.dumps(changed), digest=digest(nails()))


def test_a_body_that_is_no_specialty_is_damaged() -> None:
    with pytest.raises(DamagedRules):
        specialty_in('{"id": "nails"}', digest=digest({"id": "nails"}))


def test_what_json_cannot_say_is_kept_by_the_name_of_its_kind() -> None:
    """In every process alike: an address in memory would be another digest in each."""
    procedure = small().procedures["nail"].model_copy(update={"raw": {"odd": object()}})
    odd = small().model_copy(update={"procedures": {"nail": procedure}})

    assert json.loads(body_of(odd))["procedures"]["nail"]["raw"] == {"odd": "object"}
