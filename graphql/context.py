"""What a request carries through its resolvers: who asks, when, in which language, and its loaders."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from tortoise.queryset import QuerySet

from suivi.core import reading
from suivi.core.access.narrowing import narrow
from suivi.core.access.viewer import Viewer
from suivi.core.acting import Acting, House
from suivi.core.pins.rules import Rules
from suivi.core.reading import Row
from suivi.core.records import Record
from suivi.graphql.limits.allowance import Allowance

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class _ByRules:
    """Treatments with the same rules are one to the loader."""

    rules_digest: str | None


@dataclass(kw_only=True)
class Context:
    """One a request; one an operation on a WebSocket. `clock` answers the same instant throughout a request."""

    viewer: Viewer
    house: House
    clock: Callable[[], datetime]
    locale: str = "en"
    after_commit: Callable[[], None] = lambda: None
    allowance: Allowance = field(default_factory=Allowance)
    _loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict, repr=False)
    _at: datetime | None = None

    @property
    def at(self) -> datetime:
        if self._at is None:
            self._at = self.clock()
        return self._at

    @property
    def on(self) -> date:
        return self.at.astimezone(UTC).date()

    def acting(self, key: str) -> Acting:
        return Acting(viewer=self.viewer, at=self.at, key=key, house=self.house)

    def for_operation(self) -> "Context":
        """For one of several operations on a connection: nothing loaded yet, the clock read anew."""
        return Context(
            viewer=self.viewer,
            house=self.house,
            clock=self.clock,
            locale=self.locale,
            after_commit=self.after_commit,
            allowance=self.allowance,
        )

    def renew(self) -> None:
        """A moment later in a long operation: nothing is loaded yet, and the clock is read again."""
        self._at = None
        self.forget()

    def forget(self) -> None:
        """What was loaded before a mutation is not what is there after it."""
        self._loaders.clear()

    def visible(
        self,
        model: type[R],
        *,
        verb: str = "read",
        noun: str | None = None,
        ids: Sequence[UUID] = (),
        parents: Sequence[UUID] = (),
    ) -> QuerySet[R]:
        """The only way a resolver gets at rows."""
        return narrow(model, self.viewer, on=self.on, verb=verb, noun=noun, ids=ids, parents=parents)

    async def one(self, model: type[Record], identity: UUID | None, *, noun: str | None = None) -> Row | None:
        """The row, if the viewer may see it; everything asked for in one tick is read in one statement."""
        if identity is None:
            return None

        async def load(ids: list[UUID]) -> list[Row | None]:
            found = await reading.by_id(self.visible(model, noun=noun, ids=ids), ids)
            return [found.get(identity) for identity in ids]

        row: Row | None = await self._loader(("one", model, noun), load).load(identity)
        return row

    async def several(self, model: type[Record], ids: Iterable[UUID]) -> list[Row]:
        """Those of the rows that the viewer may see, in the order given, read together."""
        found = await asyncio.gather(*(self.one(model, identity) for identity in ids))
        return [row for row in found if row is not None]

    async def newest(
        self, model: type[Record], parent: str, identity: UUID, *, last: int, before: UUID | None = None, **where: Any
    ) -> list[Row]:
        """The newest `last` + 1 rows of one parent, newest first: one statement for all parents of a page."""

        async def load(ids: list[UUID]) -> list[list[Row]]:
            visible = self.visible(model, parents=_cases(parent, ids)).filter(**where)
            found = await reading.newest_of_each(visible, parent, ids, last=last, before=before)
            return [found.get(identity, []) for identity in ids]

        key = ("newest", model, parent, last, before, *where.items())
        read: list[Row] = await self._loader(key, load).load(identity)
        return read

    async def count(self, model: type[Record], parent: str, identity: UUID, **where: Any) -> int:
        async def load(ids: list[UUID]) -> list[int]:
            visible = self.visible(model, parents=_cases(parent, ids)).filter(**where)
            found = await reading.counts(visible, parent, ids)
            return [found.get(identity, 0) for identity in ids]

        number: int = await self._loader(("count", model, parent, *where.items()), load).load(identity)
        return number

    async def parts(self, model: type[Record], parent: str, identity: UUID) -> list[Row]:
        """Rows that are part of a parent the viewer may see, such as the anchors of a treatment."""

        async def load(ids: list[UUID]) -> list[list[Row]]:
            found = await reading.children(model, parent, ids)
            return [found.get(identity, []) for identity in ids]

        read: list[Row] = await self._loader(("parts", model, parent), load).load(identity)
        return read

    async def load(self, name: str, load: Callable[[list[UUID]], Awaitable[list[Any]]], identity: UUID) -> Any:
        """What `load` answers for one id; all ids asked for in one tick are loaded together. `name` is its own."""
        return await self._loader((name,), load).load(identity)

    async def may_act(self, model: type[Record], verb: str, identity: UUID) -> bool:
        """Whether the viewer may do this to this very row."""

        async def load(ids: list[UUID]) -> list[bool]:
            found = await self.visible(model, verb=verb, ids=ids).filter(id__in=ids).values_list("id", flat=True)
            allowed = set(found)
            return [identity in allowed for identity in ids]

        may: bool = await self._loader(("may", model, verb), load).load(identity)
        return may

    async def rules(self, treatment: Any) -> Rules:
        """The rules that a treatment is pinned to; those of a page are made ready together."""

        async def load(treatments: list[_ByRules]) -> list[Rules]:
            ready = await self.house.rules.ready(treatments)
            return [ready] * len(treatments)

        ready: Rules = await self._loader("rules", load).load(_ByRules(treatment.rules_digest))
        return ready

    def _loader(self, key: Any, load: Callable[[list[Any]], Awaitable[list[Any]]]) -> DataLoader[Any, Any]:
        return self._loaders.setdefault(key, DataLoader(load_fn=load))


def _cases(parent: str, ids: Sequence[UUID]) -> Sequence[UUID]:
    """The ids, where they are of cases or treatments that rows belong to by access; nothing where they are not."""
    return ids if parent in ("case_id", "noun_id") else ()


Info = strawberry.Info[Context, None]
