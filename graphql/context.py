"""What a request carries through its resolvers: who asks, when, in which language, and its loaders."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any, TypeVar, cast
from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from suivi.core.access.narrowing import narrow
from suivi.core.access.viewer import Viewer
from suivi.core.access.visible import Visible, parts_of
from suivi.core.acting import Acting, House
from suivi.core.pins.rules import Rules
from suivi.core.reading import Row
from suivi.core.records import Record
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.loading import Level, Load, Loader

R = TypeVar("R", bound=Record)
Columns = frozenset[str] | None
"""None for all of them."""


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
    compiled: bool = True
    """Whether compiled execution answers, or graphql-core."""
    _loaders: dict[Any, Loader] = field(default_factory=dict, repr=False)
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
            compiled=self.compiled,
        )

    def forget(self) -> None:
        """What was loaded before a mutation is not what is there after it."""
        self._loaders.clear()

    def visible(self, model: type[R], *, verb: str = "read", noun: str | None = None) -> QuerySet[R]:
        """What may be seen, to be narrowed further by whoever needs more than the sets below."""
        return narrow(model, self.viewer, on=self.on, verb=verb, noun=noun)

    def one(self, model: type[Record], identity: UUID | None, *, noun: str | None = None) -> Load[Row | None]:
        """The row, if the viewer may see it; everything asked for in one tick is read in one statement."""
        return self.ones(model, noun=noun).of(identity)

    def ones(self, model: type[Record], *, noun: str | None = None) -> Level[Row | None]:
        """By id. Whole rows, because several fields find the same ones."""

        async def load(ids: list[UUID | None]) -> list[Row | None]:
            wanted = [identity for identity in ids if identity is not None]
            found = await self._seen(model, noun=noun).by_id(wanted) if wanted else {}
            return [None if identity is None else found.get(identity) for identity in ids]

        return Level(self._loader(("one", model, noun), load))

    def several(self, model: type[Record], ids: Iterable[UUID]) -> Load[list[Row]]:
        """Those of the rows that the viewer may see, in the order given, read together."""

        async def load(lists: list[tuple[UUID, ...]]) -> list[list[Row]]:
            wanted = list(dict.fromkeys(chain.from_iterable(lists)))
            found = await self._seen(model).by_id(wanted) if wanted else {}
            return [[found[identity] for identity in ids if identity in found] for ids in lists]

        return self._loader(("several", model), load).load(tuple(ids))

    def page(
        self, model: type[Record], *, first: int, after: UUID | None, **where: Any
    ) -> Awaitable[tuple[list[Row], bool]]:
        """The newest rows older than `after`, and whether there are more."""
        return self._seen(model).page(first=first, after=after, where=where)

    def newest_of_all(self, model: type[Record], *, last: int, before: UUID | None, **where: Any) -> Load[list[Row]]:
        """The newest `last` + 1 rows older than `before`, newest first."""

        async def load(pages: list[None]) -> list[list[Row]]:
            return [await self._seen(model).newest_of_all(last=last, before=before, where=where)]

        return self._loader(("page", model, last, before, *where.items()), load).load(None)

    def newest(
        self,
        model: type[Record],
        parent: str,
        identity: UUID,
        *,
        last: int,
        before: UUID | None = None,
        **where: Any,
    ) -> Load[list[Row]]:
        return self.newest_of_each(model, parent, last=last, before=before, **where).of(identity)

    def newest_of_each(
        self,
        model: type[Record],
        parent: str,
        *,
        last: int,
        before: UUID | None = None,
        only: Columns = None,
        **where: Any,
    ) -> Level[list[Row]]:
        """By parent, its newest `last` + 1 rows, newest first: one statement for all parents of a page.

        Of the columns, `only` those are needed: an answer may read no others.
        """

        async def load(ids: list[UUID]) -> list[list[Row]]:
            seen = self._seen(model, only=only)
            found = await seen.newest(parent, ids, last=last, before=before, where=where)
            return [found.get(identity, []) for identity in ids]

        key = ("newest", model, parent, last, before, only, *where.items())
        return Level(self._loader(key, load))

    def counts(self, model: type[Record], parent: str, **where: Any) -> Level[int]:
        """By parent, how many rows it has."""

        async def load(ids: list[UUID]) -> list[int]:
            found = await self._seen(model).counts(parent, ids, where)
            return [found.get(identity, 0) for identity in ids]

        return Level(self._loader(("count", model, parent, *where.items()), load))

    def total(self, model: type[Record], **where: Any) -> Load[int]:
        async def load(totals: list[None]) -> list[int]:
            return [await self._seen(model).count(where)]

        return self._loader(("total", model, *where.items()), load).load(None)

    def parts(self, model: type[Record], parent: str, identity: UUID) -> Load[list[Row]]:
        return self.parts_of_each(model, parent).of(identity)

    def parts_of_each(self, model: type[Record], parent: str) -> Level[list[Row]]:
        """Rows that are part of a parent the viewer may see, such as the anchors of a treatment, oldest first."""

        async def load(ids: list[UUID]) -> list[list[Row]]:
            found = await parts_of(model, parent, ids)
            return [found.get(identity, []) for identity in ids]

        return Level(self._loader(("parts", model, parent), load))

    def linked(self, model: type[Record], *, by: type[Record], parent: str, link: str) -> Level[list[Row]]:
        """By parent, the rows that links name in their column `link`, as far as the viewer may see them.

        `by` is the model of the links, which are part of a parent the viewer may see. The oldest link is first.
        """

        def named(links: list[Row]) -> Load[list[Row]]:
            return self.several(model, [getattr(one, link) for one in links])

        return self.parts_of_each(by, parent).then_load(named)

    def load(self, name: str, load: Callable[[list[UUID]], Awaitable[list[Any]]], identity: UUID) -> Load[Any]:
        """What `load` answers for one id; all ids asked for in one tick are loaded together. `name` is its own."""
        return self._loader((name,), load).load(identity)

    def may_act(self, model: type[Record], verb: str) -> Level[bool]:
        """By id, whether the viewer may do this to this very row."""

        async def load(ids: list[UUID]) -> list[bool]:
            allowed = await self._seen(model, verb=verb).ids(ids)
            return [identity in allowed for identity in ids]

        return Level(self._loader(("may", model, verb), load))

    def rules(self, treatment: Any) -> Load[Rules]:
        """The rules that a treatment is pinned to; those of a page are made ready together."""

        async def load(treatments: list[_ByRules]) -> list[Rules]:
            ready = await self.house.rules.ready(treatments)
            return [ready] * len(treatments)

        return self._loader("rules", load).load(_ByRules(treatment.rules_digest))

    def _seen(
        self, model: type[Record], *, verb: str = "read", noun: str | None = None, only: Columns = None
    ) -> Visible:
        return Visible(model=model, viewer=self.viewer, on=self.on, verb=verb, noun=noun, only=only)

    def _loader(self, key: Any, load: Callable[[list[Any]], Awaitable[list[Any]]]) -> Loader:
        loader = self._loaders.get(key)
        if loader is None:
            loader = self._loaders[key] = Loader(load)
        return loader


Info = strawberry.Info[Context, None]


def columns_of(info: Info, node: type) -> Columns:
    """Of the rows behind stored nodes under this field, the columns that the query reads.

    All of them where something else is asked for, and where graphql-core executes.
    """
    told: Any = getattr(info._raw_info, "attributes_read", None)
    return cast("Columns", told(node.__name__)) if told else None
