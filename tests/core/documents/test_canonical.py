"""One document has one spelling and one hash (R-134)."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.documents.canonical import NotCanonical, freeze, thawed

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=12,
)


def test_the_hash_is_that_of_the_bytes_that_rfc_8785_prescribes() -> None:
    found = freeze({"€": "é", "b": [True, None, 10], "a": "250.00"})

    assert found.text == '{"a":"250.00","b":[true,null,10],"€":"é"}'
    assert found.digest == hashlib.sha256(found.text.encode()).hexdigest()


@settings(deadline=None, max_examples=60)
@given(document=st.dictionaries(st.text(max_size=10), PLAIN, max_size=5))
def test_what_is_read_back_is_the_same_document_with_the_same_hash(document: dict[str, Any]) -> None:
    found = freeze(document)

    back = thawed(found.text)

    assert back == document
    assert freeze(dict(reversed(back.items()))) == found


@pytest.mark.parametrize("held", [0.5, {1, 2}, b"bytes", {"nested": [1.0]}, {1: "key"}, 2**53, "\ud800"])
def test_what_could_be_spelt_in_two_ways_or_not_at_all_is_not_frozen(held: object) -> None:
    with pytest.raises(NotCanonical):
        freeze({"held": held})


@pytest.mark.parametrize("text", ["", "[]", '{"a":1,"a":2}', '{"a":1.0}', '{"a":1e2}', '{"a":NaN}', "[" * 100_000])
def test_no_text_is_read_that_says_two_things(text: str) -> None:
    with pytest.raises(NotCanonical):
        thawed(text)
