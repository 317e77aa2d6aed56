"""One execution of a plan: the answer so far, its errors, and what is still awaited."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final, Protocol, TypeAlias

from graphql import GraphQLError
from graphql.execution import ExecutionResult
from graphql.execution.values import VariableValues
from strawberry.execution.is_awaitable import optimized_is_awaitable

from suivi.graphql.execution.field import Field
from suivi.graphql.execution.operations import Operation
from suivi.graphql.execution.places import Place, counts, nullable_from
from suivi.graphql.loading import Level, Load, Slot

Complete = Callable[[Any, Place, "Run"], Any]
"""From the value a resolver gave to the value in the answer; null where there is none; LATER where it is awaited."""

LATER: Final = object()
"""Stands in an answer for what is still awaited."""

awaits = optimized_is_awaitable
"""What graphql-core is told by Strawberry to call awaitable."""


class Reading(Protocol):
    """What a plan knows of its fields."""

    def attributes_read(self, field: Field, typename: str) -> frozenset[str] | None: ...


Waiting: TypeAlias = tuple[Awaitable[Any], Place, Field, Complete]
"""A value that is awaited, and what is done with it once it is there."""


class Batch:
    """One edge of all objects of a level, and where their values go."""

    __slots__ = ("complete", "field", "level", "places", "slots")

    def __init__(self, field: Field, level: Level[Any], complete: Complete) -> None:
        self.field = field
        self.level = level
        self.complete = complete
        self.places: list[Place] = []
        self.slots: list[Slot] = []


class Run:
    """The request's own task completes everything; tasks beside it do nothing but fetch.

    So siblings are fetched at the same time, and loaders see all keys of a level at once. Work under a value that
    has become null is finished and thrown away: cancelling it could cancel a loader's batch that others wait for.
    Once the whole answer is null there are no others, and all is cancelled.
    """

    __slots__ = (
        "_arrived",
        "_arrived_batches",
        "_arriving",
        "_loading",
        "_nulled",
        "_running",
        "_wake",
        "arguments",
        "batches",
        "context",
        "data",
        "errors",
        "extensions",
        "infos",
        "levels",
        "operation",
        "root_value",
        "shape",
        "variables",
    )

    def __init__(
        self,
        operation: Operation,
        shape: Reading,
        *,
        root_value: Any,
        context: Any,
        variables: VariableValues,
        extensions: Any,
    ) -> None:
        self.operation = operation
        self.shape = shape
        self.root_value = root_value
        self.context = context
        self.variables = variables
        self.extensions = extensions
        self.data: dict[str, Any] | None = {}
        self.errors: list[GraphQLError] = []
        self.arguments: dict[Any, dict[str, Any]] = {}
        self.infos: dict[Field, Any] = {}
        self.levels: dict[Field, Level[Any]] = {}
        self.batches: dict[Field, Batch] = {}
        self._arrived_batches: list[Batch] = []
        self._nulled = False
        self._arriving: list[Waiting] = []
        self._loading = 0
        self._running: dict[asyncio.Future[Any], Waiting] = {}
        self._arrived: list[tuple[Waiting, asyncio.Future[Any] | Load[Any]]] = []
        self._wake: asyncio.Future[None] | None = None

    @property
    def is_waiting(self) -> bool:
        return bool(self._arriving or self._loading or self._arrived or self.batches)

    def result(self) -> ExecutionResult:
        """The answer, after which nothing is asked of this run any more."""
        # What resolvers were told points back here: in a circle, all of it would wait for a garbage collection.
        self.infos.clear()
        self.levels.clear()
        return ExecutionResult(self.data, self.errors or None)

    def later(self, awaitable: Awaitable[Any], place: Place, field: Field, complete: Complete) -> Any:
        """Have a value fetched, and put where it belongs once it is there."""
        waiting = (awaitable, place, field, complete)
        if not isinstance(awaitable, Load):
            self._arriving.append(waiting)
        elif awaitable.is_there:
            self._arrived.append((waiting, awaitable))
        else:
            # One of a set: needs no task of its own, only to be told when the set is there.
            self._loading += 1
            awaitable.listen(self._loaded, (waiting, awaitable))
        return LATER

    def _loaded(self, arrived: tuple[Waiting, Load[Any]]) -> None:
        self._loading -= 1
        self._arrived.append(arrived)
        self._wake_up()

    def failed(self, error: Exception, place: Place, field: Field) -> None:
        """Null in place of a value, with its error. Raises the located error where the value may not be null."""
        located = field.located(error, place)
        if place[3]:
            raise located
        self._record(located)

    def lose(self, error: GraphQLError) -> None:
        """The whole answer is null."""
        self._record(error)
        self.data = None

    async def settle(self) -> None:
        """Until nothing is awaited any more."""
        try:
            self._start()
            while self._running or self._loading or self._arrived or self._arrived_batches:
                if not (self._arrived or self._arrived_batches):
                    self._wake = asyncio.get_running_loop().create_future()
                    await self._wake
                arrived, self._arrived = self._arrived, []
                for waiting, future in arrived:
                    self._take(waiting, future)
                batches, self._arrived_batches = self._arrived_batches, []
                for batch in batches:
                    self._take_batch(batch)
                if self.data is None:
                    await self._give_up()
                self._start()
        except BaseException:
            await self._give_up()
            raise

    def _start(self) -> None:
        batches, self.batches = self.batches, {}
        for batch in batches.values():
            self._loading += 1
            batch.level.listen(batch.slots, self._batch_arrived, batch)
        arriving, self._arriving = self._arriving, []
        for waiting in arriving:
            awaitable, place, _, _ = waiting
            if self._nulled and not counts(place, self.data):
                drop([awaitable])
                continue
            future = asyncio.ensure_future(awaitable)
            self._running[future] = waiting
            future.add_done_callback(self._hand_over)

    def _hand_over(self, future: asyncio.Future[Any]) -> None:
        waiting = self._running.pop(future, None)
        if waiting is None:  # given up meanwhile
            return
        self._arrived.append((waiting, future))
        self._wake_up()

    def _wake_up(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _take(self, waiting: Waiting, arrived: asyncio.Future[Any] | Load[Any]) -> None:
        _, place, field, complete = waiting
        unseen = self._nulled and not counts(place, self.data)
        try:
            value = arrived.result()
            if unseen:
                drop([value])
                return
            if arrived.__class__ is Load and awaits(value):
                self.later(value, place, field, complete)
                return
            done = complete(value, place, self)
            if done is None and place[3]:
                raise field.missing()
            place[2][place[1]] = done
        except Exception as error:
            if not unseen:
                self._null(field.located(error, place), nullable_from(place))

    def _batch_arrived(self, batch: Batch) -> None:
        self._loading -= 1
        self._arrived_batches.append(batch)
        self._wake_up()

    def _take_batch(self, batch: Batch) -> None:
        field, complete, make, goes_on = batch.field, batch.complete, batch.level.make, batch.level.goes_on
        for place, slot in zip(batch.places, batch.slots, strict=True):
            if self._nulled and not counts(place, self.data):
                continue
            try:
                value = slot.result()
                if make is not None:
                    value = make(value)
                if goes_on and awaits(value):
                    self.later(value, place, field, complete)
                    continue
                done = complete(value, place, self)
                if done is None and place[3]:
                    raise field.missing()
                place[2][place[1]] = done
            except Exception as error:
                self._null(field.located(error, place), nullable_from(place))

    def _null(self, error: GraphQLError, place: Place | None) -> None:
        self._record(error)
        if place is None:
            self.data = None
        else:
            place[2][place[1]] = None

    def _record(self, error: GraphQLError) -> None:
        self.errors.append(error)
        self._nulled = True

    async def _give_up(self) -> None:
        """There will be no answer any more: nothing that was begun for it goes on behind its back."""
        futures = [*self._running, *(future for _, future in self._arrived if isinstance(future, asyncio.Future))]
        foreign = [awaitable for future, (awaitable, _, _, _) in self._running.items() if future is awaitable]
        drop([*foreign, *(awaitable for awaitable, _, _, _ in self._arriving)])
        self._running, self._arrived, self._arriving, self._loading = {}, [], [], 0
        self.batches, self._arrived_batches = {}, []
        own = [future for future in futures if future not in foreign]
        for task in own:
            task.cancel()
        drop(await asyncio.gather(*own, return_exceptions=True))


def finishing(field: Field, complete: Complete, *, required: bool) -> Complete:
    """Completes a value that may have to be awaited, or be null where it must not. Raises what went wrong."""

    def finish(value: Any, place: Place, run: Run) -> Any:
        if awaits(value):
            return run.later(value, place, field, complete)
        done = complete(value, place, run)
        if done is None and required:
            raise field.missing()
        return done

    return finish


async def settled(run: Run) -> ExecutionResult:
    await run.settle()
    return run.result()


def drop(values: Iterable[Any]) -> None:
    """Not needed after all: what is to be awaited among them is not begun, and nobody complains that it was not."""
    for value in values:
        if isinstance(value, Coroutine):
            value.close()
        elif isinstance(value, asyncio.Future):
            value.add_done_callback(_retrieve)
        elif isinstance(value, list | tuple):
            drop(value)


def _retrieve(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
