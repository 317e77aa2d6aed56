"""The byte form that hashes are made of: equal for equal values, whichever database they come from (R-207)."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

import pytest

from suivi.core.events.digests import canonical, digest_of, end_hash, hash_of, plain


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (datetime(2026, 3, 3, 10, tzinfo=timezone(timedelta(hours=1))), "2026-03-03T09:00:00.000000+00:00"),
        (date(2026, 3, 3), "2026-03-03"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("1.50"), "1.50"),
        (Colour.RED, "red"),
        (("a", Colour.RED), ["a", "red"]),
        ({Colour.RED: None}, {"red": None}),
        (True, True),
    ],
)
def test_a_value_is_said_as_json_says_it(value: Any, told: Any) -> None:
    assert plain(value) == told


def test_a_number_with_a_name_is_written_as_the_number() -> None:
    assert canonical({"level": Level.HIGH}) == b'{"level":3}'


def test_the_order_of_columns_does_not_matter() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})


def test_a_nullable_column_added_later_leaves_every_digest_as_it_was() -> None:
    assert digest_of({"a": 1, "added": None}) == digest_of({"a": 1})
    assert digest_of({"a": 1, "added": ""}) != digest_of({"a": 1})


def test_a_value_without_a_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no canonical form"):
        digest_of({"a": {1}})


def test_an_events_hash_needs_the_key_and_leaves_itself_out() -> None:
    event = {"seq": 1, "kind": "case.opened", "at": datetime(2026, 3, 3, tzinfo=UTC)}

    assert hash_of(b"key", event | {"hash": "any"}) == hash_of(b"key", event)
    assert hash_of(b"key", event) != hash_of(b"another", event)


def test_the_end_of_a_chain_is_not_the_hash_of_its_last_event() -> None:
    assert end_hash(b"key", "0" * 64) not in {"0" * 64, end_hash(b"another", "0" * 64)}
