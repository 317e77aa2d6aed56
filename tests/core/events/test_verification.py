"""Nothing can be changed behind Suivi's back without `suivi audit verify` naming it (R-207)."""

from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from tortoise import Model

from suivi.core.cases.models import Case
from suivi.core.coverage.models import Payer
from suivi.core.database import connect, disconnect, transaction
from suivi.core.events.digests import event_hash
from suivi.core.events.log import append
from suivi.core.events.models import Chain, Event
from suivi.core.events.verification import Finding, What, verify
from suivi.core.partners.models import Partner
from suivi.core.records import new_id
from tests.core.events import intruder
from tests.core.events.intruder import Cell, Change, unnoticed
from tests.core.events.world import AT, KEY, World, audited, model_of, table

AUDITED: list[type[Model]] = [*audited(), Event, Chain]
TABLES = {table(model): model for model in AUDITED}


@pytest.fixture
async def case_events(world: World) -> list[Event]:
    """The longest chain there is, in its order."""
    return await Event.filter(noun_id=world.rows["case"][0].id).order_by("seq")


async def test_an_untouched_log_has_no_findings(world: World) -> None:
    findings = await verify(KEY)

    assert findings == []


async def test_an_empty_database_has_no_findings(connected: str) -> None:
    findings = await verify(KEY)

    assert findings == []


async def test_progress_ends_with_every_row_read(world: World) -> None:
    told: list[tuple[int, int]] = []

    await verify(KEY, progress=lambda done, total: told.append((done, total)))

    events, chains = await Event.all().count(), await Chain.all().count()
    assert told[-1] == (2 * len(audited()) + events + chains,) * 2


async def test_a_change_to_any_column_of_any_audited_row_is_named(world: World, subtests: pytest.Subtests) -> None:
    waiting = {name: await _changes(model) for name, model in TABLES.items()}
    # A change to the log itself names much: each alone. Of the other tables a row each is changed at the same time.
    of_the_log = [[change] for model in (Event, Chain) for change in waiting.pop(table(model))]
    at_once = [[change for change in turn if change] for turn in zip_longest(*waiting.values())]

    missed = [change for changes in (*of_the_log, *at_once) for change in await unnoticed(changes)]

    for name, model in TABLES.items():
        with subtests.test(name):
            assert [str(change) for change in missed if change.cell.model is model] == []
    assert await verify(KEY) == []


async def test_the_removal_of_any_audited_row_is_named(world: World, subtests: pytest.Subtests) -> None:
    for name in map(table, audited()):
        row = world.rows[name][1]
        await intruder.run(f"DELETE FROM \"{name}\" WHERE id = '{row.id}'")
        findings = await verify(KEY)
        await row.save(force_create=True)

        with subtests.test(name):
            assert findings == [Finding(what=What.REMOVED, table=name, row_id=str(row.id))]
    assert await verify(KEY) == []


async def test_a_row_that_no_event_records_is_named(world: World, subtests: pytest.Subtests) -> None:
    for name in map(table, audited()):
        stranger = world.row(TABLES[name], 2)
        await stranger.save(force_create=True)
        findings = await verify(KEY)
        await stranger.delete()

        with subtests.test(name):
            assert findings == [Finding(what=What.ADDED, table=name, row_id=str(stranger.id))]
    assert await verify(KEY) == []


@pytest.mark.parametrize("name", ["delivery", "kept_result"])
async def test_what_only_says_how_far_the_work_has_got_is_not_audited(world: World, name: str) -> None:
    world.rows["event"] = [await Event.first()] * 2

    await world.row(model_of(name), 0).save(force_create=True)

    assert await verify(KEY) == []


async def test_an_event_added_without_the_key_is_named_even_if_its_links_fit(case_events: list[Event]) -> None:
    last = case_events[-1]
    forged = Event(**{name: getattr(last, name) for name in Event._meta.fields_db_projection if name != "id"})
    forged.seq, forged.previous, forged.hash = last.seq + 1, last.hash, "0" * 64

    await forged.save(force_create=True)
    await Chain.filter(noun_id=last.noun_id).update(length=forged.seq, head=forged.hash)

    findings = await verify(KEY)
    assert findings == [Finding(what=What.CHANGED, table="event", row_id=str(forged.id))]


async def test_two_events_that_changed_places_are_both_named(case_events: list[Event]) -> None:
    third, fifth = case_events[2], case_events[4]

    await Event.filter(id=third.id).update(seq=0)
    await Event.filter(id=fifth.id).update(seq=third.seq)
    await Event.filter(id=third.id).update(seq=fifth.seq)

    findings = await verify(KEY)
    assert {(each.what, each.row_id) for each in findings} >= {
        (What.REORDERED, str(third.id)),
        (What.REORDERED, str(fifth.id)),
    }


async def test_an_event_removed_from_the_middle_is_missed(case_events: list[Event]) -> None:
    gone = case_events[3]

    await gone.delete()

    missing = Finding(what=What.REMOVED, table="event", row_id=f"{gone.noun_id}#4")
    assert missing in await verify(KEY)


async def test_events_cut_off_the_end_are_missed(case_events: list[Event]) -> None:
    noun_id, length = case_events[-1].noun_id, len(case_events)

    await Event.filter(noun_id=noun_id, seq__gte=length - 1).delete()

    missing = Finding(what=What.REMOVED, table="event", row_id=f"{noun_id}#{length - 1}-{length}")
    assert missing in await verify(KEY)


@pytest.mark.parametrize("head", ["hash", "previous"])
async def test_a_chain_cut_short_does_not_end_well_whatever_is_written_in_its_row(world: World, head: str) -> None:
    note = world.rows["message"][0]
    note.id = new_id()
    async with transaction():
        await note.save(force_create=True)
        cut = await append(world.by, world.rows["case"][0], "message.sent", wrote=[note])
    before = await Event.get(noun_id=cut.noun_id, seq=cut.seq - 1)

    await note.delete()
    await cut.delete()
    await Chain.filter(noun_id=cut.noun_id).update(length=before.seq, head=getattr(before, head))

    assert await verify(KEY) == [Finding(what=What.CHANGED, table="chain", row_id=str(cut.noun_id), column="head")]


async def test_a_removed_row_of_the_chain_table_is_missed(world: World) -> None:
    clinic = world.rows["clinic"][0]

    await Chain.filter(noun_id=clinic.id).delete()

    assert await verify(KEY) == [Finding(what=What.REMOVED, table="chain", row_id=str(clinic.id))]


async def test_a_chain_removed_with_all_its_events_leaves_its_noun_unrecorded(world: World) -> None:
    clinic = world.rows["clinic"][0]

    await Event.filter(noun_id=clinic.id).delete()
    await Chain.filter(noun_id=clinic.id).delete()

    assert await verify(KEY) == [Finding(what=What.ADDED, table="clinic", row_id=str(clinic.id))]


async def test_a_removed_chain_is_missed_though_another_one_records_its_noun(world: World) -> None:
    clinic, case = world.rows["clinic"][0], world.rows["case"][0]
    async with transaction():
        await append(world.by, case, "case.noted", wrote=[clinic])

    await Event.filter(noun_id=clinic.id).delete()
    await Chain.filter(noun_id=clinic.id).delete()

    assert await verify(KEY) == [Finding(what=What.REMOVED, table="chain", row_id=str(clinic.id))]


async def test_an_event_hashed_again_without_the_key_is_named(case_events: list[Event]) -> None:
    event = case_events[1]
    event.payload = {"number": 3}

    await Event.filter(id=event.id).update(payload=event.payload, hash=event_hash(b"another key", event))

    assert Finding(what=What.CHANGED, table="event", row_id=str(event.id)) in await verify(KEY)


async def test_a_row_put_back_to_what_it_was_before_is_named(world: World) -> None:
    case = world.rows["case"][0]

    await Case.filter(id=case.id).update(version=case.version - 1)

    assert await verify(KEY) == [Finding(what=What.CHANGED, table="case", row_id=str(case.id))]


async def test_with_another_key_the_only_finding_is_the_key(world: World) -> None:
    findings = await verify(b"not the key of these tests")

    assert [finding.what for finding in findings] == [What.KEY]


async def test_an_empty_key_verifies_nothing(world: World) -> None:
    with pytest.raises(ValueError, match="empty audit key"):
        await verify(b"")


async def test_what_is_written_through_actions_afterwards_still_verifies(world: World) -> None:
    partner = Partner(name="Clinique après", registered_at=AT)
    async with transaction():
        await partner.save(force_create=True)
        await append(world.by, partner, "partner.registered", {"on": AT.date(), "role": Payer.CLINIC}, wrote=[partner])

    assert await verify(KEY) == []


async def test_no_finding_quotes_what_is_in_a_row(world: World) -> None:
    message = world.rows["message"][0]

    await intruder.run("UPDATE message SET body = 'secret words', language = 'xx' WHERE id = {0}", str(message.id))

    [finding] = await verify(KEY)
    assert finding.sentence == f"message {message.id} was changed after it was recorded."


async def test_a_byte_changed_inside_the_sqlite_file_is_named(world: World, sqlite_file: Path) -> None:
    message = world.rows["message"][0]
    await disconnect()
    _change_in_file(sqlite_file, old=message.body.encode(), new=message.body.replace("B", "b").encode())

    await connect(f"sqlite://{sqlite_file}")

    assert await verify(KEY) == [Finding(what=What.CHANGED, table="message", row_id=str(message.id))]


async def test_text_in_the_sqlite_file_that_is_no_longer_text_is_named(world: World, sqlite_file: Path) -> None:
    message = world.rows["message"][0]
    await disconnect()
    _change_in_file(sqlite_file, old=message.body.encode(), new=b"\xff" + message.body.encode()[1:])

    await connect(f"sqlite://{sqlite_file}")

    found = Finding(what=What.UNREADABLE, table="message", row_id=str(message.id), column="body")
    assert await verify(KEY) == [found]


async def test_a_sqlite_file_with_a_page_overwritten_is_a_finding_and_no_crash(world: World, sqlite_file: Path) -> None:
    [root] = await intruder.run("SELECT rootpage FROM sqlite_master WHERE name = 'message'")
    await disconnect()
    content = bytearray(sqlite_file.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    content[(root["rootpage"] - 1) * size : root["rootpage"] * size] = b"\x55" * size
    sqlite_file.write_bytes(content)

    await connect(f"sqlite://{sqlite_file}")

    assert Finding(what=What.UNREADABLE, table="message", row_id="as a whole") in await verify(KEY)


@pytest.fixture
def sqlite_file(parts: str, database_url: str) -> Path:
    if parts != "embedded":
        pytest.skip("PostgreSQL's files are not ours to change")
    return Path(database_url.removeprefix("sqlite://"))


def _change_in_file(file: Path, *, old: bytes, new: bytes) -> None:
    content = file.read_bytes()
    assert content.count(old) == 1
    file.write_bytes(content.replace(old, new))


async def _changes(model: type[Model]) -> list[Change]:
    full, sparse = await _two_rows(model)
    columns = list(model._meta.fields_db_projection)
    cells = [Cell(model, full.pk, column) for column in columns]
    cells += [Cell(model, sparse.pk, column) for column in columns if getattr(sparse, column) is None]
    return [change for cell in cells for change in await cell.changes()]


async def _two_rows(model: type[Model]) -> list[Any]:
    """For events, two that are neither first nor last in their chain."""
    if model is Event:
        return await Event.filter(noun="case", seq__in=(2, 3), kind__contains="made").order_by("seq")
    return (await model.all())[:2]


async def test_a_table_that_is_gone_is_named_instead_of_ending_the_audit(world: World) -> None:
    name = table(model_of("attachment"))
    await intruder.run(f'ALTER TABLE "{name}" RENAME TO "elsewhere"')
    try:
        findings = await verify(KEY)
    finally:
        await intruder.run(f'ALTER TABLE "elsewhere" RENAME TO "{name}"')

    assert Finding(what=What.UNREADABLE, table=name, row_id="as a whole") in findings
