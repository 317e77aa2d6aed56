"""Files are made once for everybody who asks, and only so many are kept."""

import asyncio

import pytest

from suivi.core.documents.kept import KeptFiles


class Maker:
    def __init__(self, content: bytes = b"1234") -> None:
        self.content = content
        self.made = 0

    async def __call__(self) -> bytes:
        self.made += 1
        await asyncio.sleep(0)
        return self.content


async def test_a_file_that_many_ask_for_is_made_once() -> None:
    files, make = KeptFiles(), Maker()

    at_once = await asyncio.gather(*(files.file("a", make) for _ in range(9)))
    later = await files.file("a", make)

    assert {*at_once, later} == {b"1234"}
    assert make.made == 1


async def test_what_was_not_asked_for_longest_makes_room() -> None:
    files, first, second, third, whole = KeptFiles(most=8), Maker(), Maker(), Maker(), Maker(b"123456789")

    for key, make in (("a", first), ("b", second), ("a", first), ("c", third), ("a", first), ("b", second)):
        await files.file(key, make)
    for _ in range(2):
        assert await files.file("too large", whole) == b"123456789"

    assert (first.made, second.made, third.made, whole.made) == (1, 2, 1, 2)


async def test_whoever_gives_up_waiting_takes_the_file_from_nobody() -> None:
    files, make = KeptFiles(), Maker()

    hasty, patient = (asyncio.create_task(files.file("a", make)) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()

    assert await patient == b"1234"
    assert make.made == 1


async def test_a_file_that_could_not_be_made_is_tried_again() -> None:
    files, make = KeptFiles(), Maker()

    async def fail() -> bytes:
        raise ValueError("no font")

    with pytest.raises(ValueError, match="no font"):
        await files.file("a", fail)

    assert await files.file("a", make) == b"1234"
