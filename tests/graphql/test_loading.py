"""Loading by set: what is asked for in one tick is loaded once, and everybody who asked is told (R-218)."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from suivi.graphql.loading import Level, Load, Loader


class Loading:
    """A loader of capital letters, and the sets it was asked for. Waits while `open` is not set."""

    def __init__(self, *, error: Exception | None = None) -> None:
        self.sets: list[list[str]] = []
        self.error = error
        self.open = asyncio.Event()
        self.open.set()
        self.loader = Loader(self.load)

    async def load(self, keys: list[str]) -> Sequence[str]:
        self.sets.append(keys)
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return [key.upper() for key in keys]

    def of(self, key: str) -> Load[str]:
        return self.loader.load(key)


async def _ticks(number: int = 5) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def _awaited(load: Load[Any]) -> Any:
    return await load


async def test_everything_asked_for_in_one_tick_is_loaded_together() -> None:
    loading = Loading()

    found = await asyncio.gather(*(_awaited(loading.of(key)) for key in "abc"))

    assert (found, loading.sets) == (["A", "B", "C"], [["a", "b", "c"]])


async def test_a_key_is_loaded_once_however_often_and_whenever_it_is_asked_for() -> None:
    loading = Loading()

    together = await asyncio.gather(*(_awaited(loading.of(key)) for key in "aba"))
    later = await loading.of("a"), await loading.of("c")

    assert (together, later) == (["A", "B", "A"], ("A", "C"))
    assert loading.sets == [["a", "b"], ["c"]]


async def test_what_is_asked_for_while_a_set_is_loaded_is_in_the_next_one() -> None:
    loading = Loading()
    loading.open.clear()
    first = loading.of("a")
    await _ticks()

    second, again = loading.of("b"), loading.of("a")
    await _ticks()
    loading.open.set()

    assert [await first, await second, await again] == ["A", "B", "A"]
    assert loading.sets == [["a"], ["b"]]


async def test_nothing_is_loaded_before_the_loop_turns() -> None:
    loading = Loading()

    load = loading.of("a")

    assert (loading.sets, load.is_there) == ([], False)
    assert await load == "A"
    assert load.is_there


async def test_an_error_reaches_everybody_who_asked_and_whoever_asks_again() -> None:
    loading = Loading(error=ConnectionError("gone"))

    told = await asyncio.gather(*(_awaited(loading.of(key)) for key in "aba"), return_exceptions=True)

    assert told == [loading.error] * 3
    with pytest.raises(ConnectionError):
        await loading.of("a")
    assert loading.sets == [["a", "b"]]


async def test_a_set_with_a_value_too_few_is_an_error_for_all_of_it() -> None:
    async def forgets(keys: list[str]) -> list[str]:
        return keys[1:]

    loader = Loader(forgets)
    told = await asyncio.gather(*(_awaited(loader.load(key)) for key in "ab"), return_exceptions=True)

    assert [type(error) for error in told] == [ValueError, ValueError]


async def test_a_load_is_listened_to_as_well_as_awaited() -> None:
    loading, heard = Loading(), list[tuple[str, str]]()
    load = loading.of("a")
    for name in ("one", "other"):
        load.listen(lambda name: heard.append((name, load.result())), name)

    awaited = await load

    assert (awaited, heard) == ("A", [("one", "A"), ("other", "A")])


async def test_a_listener_hears_of_an_error_by_asking_for_the_result() -> None:
    loading, heard = Loading(error=ValueError("no")), list[Load[str]]()
    load = loading.of("a")
    load.listen(heard.append, load)

    await _ticks()

    assert heard == [load]
    with pytest.raises(ValueError, match="no"):
        load.result()


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    loading = Loading()
    loading.open.clear()
    impatient, patient = (asyncio.create_task(_awaited(loading.of(key))) for key in "ab")
    shared = asyncio.create_task(_awaited(loading.of("a")))
    await _ticks()

    impatient.cancel()
    await _ticks()
    loading.open.set()

    assert [await patient, await shared] == ["B", "A"]
    assert impatient.cancelled()
    assert loading.sets == [["a", "b"]]


async def test_what_is_made_of_a_value_is_made_for_each_who_asked() -> None:
    loading = Loading()
    load = loading.of("a")

    made = load.then(lambda value: value * 2).then(len)

    assert (await load, await made, made.result()) == ("A", 2, 2)


async def test_what_goes_wrong_in_the_making_is_nobody_elses_error() -> None:
    loading = Loading()
    load = loading.of("a")

    broken = load.then(int)

    with pytest.raises(ValueError, match="invalid literal"):
        await broken
    assert await load == "A"


async def test_what_is_made_may_have_to_be_loaded_in_its_turn() -> None:
    loading, further = Loading(), Loading()
    loads = [loading.of(key).then(lambda value: further.of(f"{value}{value}".lower())) for key in "ab"]

    found = await asyncio.gather(*(_awaited(load) for load in loads))

    assert found == ["AA", "BB"]
    assert (loading.sets, further.sets) == ([["a", "b"]], [["aa", "bb"]])


async def test_of_a_load_that_leads_to_another_the_result_is_what_is_still_awaited() -> None:
    """So compiled execution sees it, and waits once more."""
    loading, further = Loading(), Loading()
    load: Load[Any] = loading.of("a").then(further.of)
    load.listen(lambda _: None, None)
    await _ticks()

    result = load.result()

    assert isinstance(result, Load)
    assert await result == "A"


async def test_all_objects_of_a_level_find_their_value_in_one_set() -> None:
    loading = Loading()
    level: Level[str] = Level(loading.loader)

    lengths = level.then(lambda value: f"{value}!")
    found = await asyncio.gather(*(_awaited(kind.of(key)) for key in "ab" for kind in (level, lengths)))

    assert found == ["A", "A!", "B", "B!"]
    assert loading.sets == [["a", "b"]]


async def test_a_level_leads_to_a_set_further_on() -> None:
    loading, further = Loading(), Loading()
    letters: Level[str] = Level(loading.loader)
    level = letters.then_load(lambda value: further.of(value.lower() * 2))

    found = await asyncio.gather(*(_awaited(level.of(key)) for key in "ab"))

    assert (found, further.sets) == (["AA", "BB"], [["aa", "bb"]])


def test_a_set_is_asked_for_where_a_loop_runs() -> None:
    async def load(keys: list[str]) -> list[str]:
        return keys

    async def asked_twice() -> list[str]:
        loader = Loader(load)
        return [await loader.load("a"), await loader.load("b")]

    assert asyncio.run(asked_twice()) == ["a", "b"]
    with pytest.raises(RuntimeError):
        Loader(load).load("a")
