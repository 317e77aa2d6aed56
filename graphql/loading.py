"""Loading by set: whatever is asked for before the loop turns is loaded in one call."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

T = TypeVar("T")
U = TypeVar("U")

LoadSet = Callable[[list[Any]], Awaitable[Sequence[Any]]]
"""The value of each key, in the order of the keys."""


class Slot:
    """The place of one key's value in a set."""

    __slots__ = ("error", "is_there", "key", "listeners", "value")

    def __init__(self, key: Any) -> None:
        self.key = key
        self.is_there = False
        self.value: Any = None
        self.error: Exception | None = None
        self.listeners: list[tuple[Callable[[Any], None], Any]] = []

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value

    def fill(self, value: Any, error: Exception | None = None) -> None:
        self.value, self.error, self.is_there = value, error, True
        for listener, told in self.listeners:
            listener(told)
        self.listeners = []


def _arrive(arriving: "asyncio.Future[None]") -> None:
    if not arriving.done():
        arriving.set_result(None)


class Load(Generic[T]):
    """A value that is there once its set is, and what is then made of it.

    Returned by resolvers in place of a coroutine: an executor that knows it waits for all of a level with no task and
    no future each. Whoever does not know it awaits it.
    """

    __slots__ = ("_make", "_slot")

    def __init__(self, slot: Slot, make: Callable[[Any], Any] | None = None) -> None:
        self._slot = slot
        self._make = make

    if not TYPE_CHECKING:

        def __class_getitem__(cls, value: Any) -> Any:
            # To Strawberry, which reads the annotations of resolvers, a field has the type of the value.
            return value

    @property
    def is_there(self) -> bool:
        return self._slot.is_there

    def listen(self, listener: Callable[[U], None], told: U) -> None:
        """The listener is called with what it is told here, as soon as the value is there."""
        self._slot.listeners.append((listener, told))

    def result(self) -> Any:
        """Once it is there. Another awaitable where what is made of it has to be awaited; raises what went wrong."""
        value = self._slot.result()
        return value if self._make is None else self._make(value)

    def then(self, make: Callable[[T], U]) -> "Load[U]":
        earlier = self._make
        if earlier is None:
            return Load(self._slot, make)
        return Load(self._slot, lambda value: make(earlier(value)))

    def __await__(self) -> Generator[Any, None, T]:
        if not self._slot.is_there:
            arriving = asyncio.get_running_loop().create_future()
            self.listen(_arrive, arriving)
            yield from arriving
        value = self.result()
        if hasattr(value, "__await__"):
            value = yield from value.__await__()
        return cast("T", value)


class Level(Generic[T]):
    """The same for all objects of a level: the set that each finds its value in, and what is made of it."""

    __slots__ = ("_loader", "goes_on", "make")

    def __init__(self, loader: "Loader", make: Callable[[Any], Any] | None = None, *, goes_on: bool = False) -> None:
        self._loader = loader
        self.make = make
        self.goes_on = goes_on
        """What is made of a value has to be awaited in its turn."""

    if not TYPE_CHECKING:

        def __class_getitem__(cls, value: Any) -> Any:
            return value

    def of(self, key: Any) -> Load[T]:
        return Load(self._loader.slot(key), self.make)

    def slot(self, key: Any) -> Slot:
        return self._loader.slot(key)

    def listen(self, slots: list[Slot], listener: Callable[[U], None], told: U) -> None:
        """The listener is called with what it is told here, as soon as all of these slots are filled."""
        self._loader.listen(slots, listener, told)

    def then(self, make: Callable[[T], U]) -> "Level[U]":
        earlier = self.make
        if earlier is None:
            return Level(self._loader, make)
        assert self.goes_on, "one thing is made of a value"  # noqa: S101
        return Level(self._loader, lambda value: earlier(value).then(make), goes_on=True)

    def then_load(self, make: Callable[[T], Load[U]]) -> "Level[U]":
        assert self.make is None, "one thing is made of a value"  # noqa: S101
        return Level(self._loader, make, goes_on=True)


class Loader:
    """One a request and kind of set. A key is loaded once."""

    def __init__(self, load: LoadSet) -> None:
        self._load = load
        self._slots: dict[Hashable, Slot] = {}
        self._wanted: list[Slot] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: list[tuple[list[Slot], Callable[[Any], None], Any]] = []

    def load(self, key: Any) -> Load[Any]:
        return Load(self.slot(key))

    def slot(self, key: Any) -> Slot:
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = Slot(key)
            if not self._wanted:
                asyncio.get_running_loop().call_soon(self._begin)
            self._wanted.append(slot)
        return slot

    def listen(self, slots: list[Slot], listener: Callable[[U], None], told: U) -> None:
        if all(slot.is_there for slot in slots):
            listener(told)
        else:
            self._listeners.append((slots, listener, told))

    def _begin(self) -> None:
        wanted, self._wanted = self._wanted, []
        task = asyncio.create_task(self._fetch(wanted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch(self, wanted: list[Slot]) -> None:
        try:
            values = await self._load([slot.key for slot in wanted])
            for slot, value in list(zip(wanted, values, strict=True)):
                slot.fill(value)
        except Exception as error:
            self._fail(wanted, error)
        except BaseException:
            # Nobody is left waiting, and what ends the task is still told to whoever began it.
            self._fail(wanted, RuntimeError("loading was given up"))
            raise
        finally:
            self._tell()

    def _fail(self, wanted: list[Slot], error: Exception) -> None:
        for slot in wanted:
            if not slot.is_there:
                slot.fill(None, error)

    def _tell(self) -> None:
        listeners, self._listeners = self._listeners, []
        for slots, listener, told in listeners:
            self.listen(slots, listener, told)
