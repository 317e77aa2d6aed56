"""JSON of requests: read quickly where it is written as browsers write it, and with the same care otherwise."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suivi.graphql.endpoint.bodies import parse_json
from suivi.graphql.endpoint.refusing import BodyMalformed

TEXTS = st.text(st.characters(codec="utf-8"))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_body_says_the_same_however_it_was_written(value: Any) -> None:
    """R-214."""
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    written = [compact, json.dumps(value), json.dumps(value, indent=2)]

    read = [parse_json(text.encode()) for text in written]

    # Not by ==, for which 1, 1.0 and true are one.
    assert {repr(one) for one in read} == {repr(value)}


@pytest.mark.parametrize(
    "body",
    [
        '{"a":1,"a":1}',
        '{"a":{"b":1,"b":2}}',
        '{"a" : 1,"b":2,"b":2}',
        '[{"\\u0061":1,"a":1}]',
        '{"a":1e999}',
        '{"a":-Infinity}',
        '{"a":NaN}',
        '{"a":' + "9" * 5000 + "}",
        '\ufeff{"a":1}',
        "",
    ],
)
def test_a_name_that_comes_twice_and_a_number_that_is_none_are_refused_in_few_words_too(body: str) -> None:
    with pytest.raises(BodyMalformed):
        parse_json(body.encode())


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**30])
def test_a_number_beyond_64_bits_is_no_other_number(number: int) -> None:
    assert parse_json(b'{"n":%d}' % number) == {"n": number}


def test_half_of_a_pair_of_surrogates_is_read_as_it_was_sent() -> None:
    assert parse_json(b'{"a":"\\ud800"}') == {"a": "\ud800"}


def test_deep_lists_are_read_where_a_quick_look_goes_no_further() -> None:
    deep = b"[" * 400 + b"]" * 400

    assert parse_json(deep) == json.loads(deep)
