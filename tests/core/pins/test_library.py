"""Rules are kept once, read once, and missed aloud (R-224)."""

import asyncio
from datetime import UTC, datetime

import pytest
from tortoise import connections

from suivi.core.database import transaction
from suivi.core.pins.bodies import body_of, digest_of
from suivi.core.pins.library import Kept, RulesLibrary
from suivi.core.pins.models import RulesVersion
from suivi.core.pins.rules import RulesOrigin
from suivi.core.specialties.model import Measurement
from tests.core.pins.versions import a_treatment, library, small
from tests.services.suivi import Statements

pytestmark = pytest.mark.usefixtures("database")

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
OLD, NEW = small("1.0.0"), small("2.0.0")
OLD_DIGEST = digest_of(body_of(OLD))


async def keep(by: RulesLibrary) -> Kept:
    async with transaction():
        return await by.keep("nails", at=AT)


async def keep_version(number: int) -> str:
    return (await keep(library(small(f"1.{number}.0")))).digest


async def test_a_version_is_kept_by_the_first_who_needs_it() -> None:
    first, second = await keep(library(OLD)), await keep(library(OLD))

    assert first.digest == second.digest == OLD_DIGEST
    assert [row.digest for row in first.written] == [OLD_DIGEST]
    assert second.written == ()
    assert await RulesVersion.all().count() == 1


async def test_of_many_who_need_it_at_once_one_keeps_it() -> None:
    """On servers that share nothing but the database."""
    kept = await asyncio.gather(*(keep(library(OLD)) for _ in range(8)))

    assert sum(len(one.written) for one in kept) == 1
    assert {one.digest for one in kept} == {OLD_DIGEST}
    assert await RulesVersion.all().count() == 1


async def test_two_servers_with_two_versions_each_answer_by_what_was_pinned() -> None:
    """R-224: in the middle of an upgrade, whoever answers."""
    older, newer = library(OLD), library(NEW)
    by_older, by_newer = await keep(older), await keep(newer)
    treatments = [a_treatment(by_older.digest), a_treatment(by_newer.digest)]

    named = [[ready.named(treatment) for treatment in treatments] for ready in
             (await older.ready(treatments), await newer.ready(treatments))]  # fmt: skip

    assert named == [["nails@1.0.0", "nails@2.0.0"]] * 2


async def test_any_number_of_treatments_and_versions_is_read_in_one_statement_and_then_in_none() -> None:
    """R-218."""
    digests = [await keep_version(number) for number in range(5)]
    treatments = [a_treatment(digest) for digest in digests for _ in range(10)] + [a_treatment(None)]
    server = library(NEW)

    with Statements() as first:
        ready = await server.ready(treatments)
    with Statements() as again:
        await server.ready(treatments)

    assert (len(first), len(again)) == (1, 0)
    assert {ready.named(treatment) for treatment in treatments[:-1]} == {f"nails@1.{number}.0" for number in range(5)}


async def test_what_is_loaded_is_never_read() -> None:
    kept = await keep(library(OLD))
    server = library(OLD)

    with Statements() as statements:
        await server.ready([a_treatment(kept.digest), a_treatment(None)])

    assert len(statements) == 0


async def test_a_server_holds_so_many_versions_and_still_answers_by_all() -> None:
    digests = [await keep_version(number) for number in range(5)]
    server = library(NEW, room=2)

    ready = await server.ready([a_treatment(digest) for digest in digests])
    with Statements() as statements:
        await server.ready([a_treatment(digest) for digest in digests])

    assert len({ready.named(a_treatment(digest)) for digest in digests}) == 5
    assert len(statements) == 1


@pytest.mark.parametrize("damage", ["""'{"id": "nails"}'""", "'[]'", "'half a'", "''"])
async def test_rules_that_somebody_changed_in_the_database_are_not_used(
    damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """R-224: nobody is answered by figures that were not what was pinned."""
    await keep(library(OLD))
    await connections.get("default").execute_script(f"UPDATE rules_version SET body = {damage}")

    ready = await library(NEW).ready([a_treatment(OLD_DIGEST)])

    assert ready.origin_of(a_treatment(OLD_DIGEST)) is RulesOrigin.LOST
    assert f"kept rules {OLD_DIGEST} cannot be read" in caplog.text


async def test_kept_rules_that_do_not_fit_their_digest_are_told_when_the_next_treatment_is_pinned_to_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """R-224: told without what they say."""
    await keep(library(OLD))
    await connections.get("default").execute_script("""UPDATE rules_version SET body = '{"id": "secret"}'""")
    server = library(OLD)

    kept = [await keep(server), await keep(server)]

    assert [one.digest for one in kept] == [OLD_DIGEST] * 2
    assert caplog.text.count(f"kept rules {OLD_DIGEST} do not fit their digest") == 1
    assert "secret" not in caplog.text


async def test_kept_rules_that_fit_are_pinned_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    await keep(library(OLD))

    await keep(library(OLD))

    assert caplog.text == ""


async def test_rules_that_are_gone_are_missed_each_time_and_found_when_they_are_back() -> None:
    await keep(library(OLD))
    server, [row] = library(NEW), await RulesVersion.all()
    await RulesVersion.all().delete()

    lost = await server.ready([a_treatment(OLD_DIGEST)])
    await RulesVersion.bulk_create([row])
    found = await server.ready([a_treatment(OLD_DIGEST)])

    assert lost.origin_of(a_treatment(OLD_DIGEST)) is RulesOrigin.LOST
    assert found.origin_of(a_treatment(OLD_DIGEST)) is RulesOrigin.KEPT


async def test_figures_of_every_kind_come_back_from_the_database_as_they_were() -> None:
    odd = OLD.model_copy(update={"measurements": {"gap": measurement()}})
    kept = await keep(library(odd))

    ready = await library(NEW).ready([a_treatment(kept.digest)])

    assert ready.specialty_of(a_treatment(kept.digest)) == odd
    assert repr(ready.specialty_of(a_treatment(kept.digest))) == repr(odd)


def measurement() -> Measurement:
    bands = {"small": 1e-7, "whole": 5.0, "large": 123456789012345.0, "yes": True, "none": None, "list": [1, 1.5, "é"]}
    gap = {"id": "gap", "name": "Gap – écart", "type": "quantity", "range": [0.1, 2.0], "bands": bands}
    return Measurement.model_validate(gap)
