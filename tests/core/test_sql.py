"""SQL that is made once a model: what it writes is what the ORM would have written."""

from collections.abc import AsyncIterator

import pytest

from suivi.core.cases.models import Case
from suivi.core.database import connect, disconnect, transaction
from suivi.core.events.digests import columns
from suivi.core.events.models import KeptResult
from suivi.core.messages.models import Message
from suivi.core.records import Record
from suivi.core.sql import Sql, ask, first, insert, inserting, update, updating, write
from tests.core.events.world import AT, World, audited, table


@pytest.fixture
async def connected(database_url: str) -> AsyncIterator[str]:
    await connect(database_url)
    yield database_url
    await disconnect()


async def filled(world: World) -> World:
    for model in audited():
        world.add(model)
        await insert(*world.rows[table(model)])
    return world


def a_key(key: str) -> KeptResult:
    kept = KeptResult(holder="somebody", key=key, fingerprint="f", at=AT)
    kept.result_id = kept.id
    return kept


async def test_every_kind_of_row_is_read_back_as_it_was_written(connected: str) -> None:
    world = await filled(World())

    for name, rows in world.rows.items():
        for row in rows:
            found = await type(row).get(pk=row.pk)
            assert columns(found) == columns(row), name


async def test_a_row_that_is_changed_is_changed_alone_and_only_where_it_is_said(connected: str) -> None:
    case, other = (await filled(World())).rows["case"][:2]
    assert isinstance(case, Case)
    case.version, case.opened_at = 77, AT.replace(year=2030)

    await update(case, "version")
    once = await Case.get(id=case.id)
    await update(case)
    twice = await Case.get(id=case.id)

    assert (once.version, once.opened_at) != (77, case.opened_at)
    assert (once.version, twice.opened_at) == (77, case.opened_at)
    assert columns(await Case.get(id=other.pk)) == columns(other)


async def test_rows_that_belong_together_are_written_together(connected: str) -> None:
    """A message and its correction, in whatever order: foreign keys are looked at when all are there."""
    thread = (await filled(World())).rows["message"][0]
    values = {name: value for name, value in columns(thread).items() if name != "id"}
    message = Message(**values)
    correction = Message(**(values | {"corrects_id": message.id}))

    async with transaction():
        await write(inserting(message), inserting(correction), updating(message, "body"))

    assert (await Message.get(id=correction.id)).corrects_id == message.id


async def test_a_row_whose_key_is_taken_is_left_out_and_said_to_be(connected: str) -> None:
    mine, theirs = a_key("key"), a_key("key")

    taken = [bool(await ask(inserting(row, unless_there=True))) for row in (mine, theirs)]

    assert taken == [True, False]
    assert await KeptResult.all().values_list("id", flat=True) == [mine.id]


async def test_the_first_of_several_rows_comes_as_a_model(connected: str) -> None:
    rows = (await filled(World())).rows["case"]
    newest: Record = max(rows, key=lambda row: str(row.pk))

    found = await first(Case, 'WHERE "version" >= ? ORDER BY "id" DESC', 0)
    none = await first(Case, 'WHERE "version" = ?', -1)

    assert found is not None
    assert columns(found) == columns(newest)
    assert none is None


async def test_nothing_to_write_is_no_statement(connected: str) -> None:
    await write()

    [row] = await ask(Sql("SELECT count(*) AS number FROM kept_result WHERE holder <> ?", ["nobody"]))
    assert row["number"] == 0
