"""Builders of statements of cover: everything has a default, and a test states only what it is about."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from suivi.core.coverage.content import (
    Clause,
    ClauseKind,
    Component,
    Content,
    FeeLine,
    LifetimeOf,
    Limit,
    LimitUnit,
    Money,
)
from suivi.core.coverage.cover import Said, Statement
from suivi.core.coverage.models import Payer

AGREED = date(2026, 2, 20)
AGREED_AT = datetime(2026, 2, 20, 15, tzinfo=UTC)
"""When it was registered, on the same day."""
START = "definitive_cementation"


def years(count: int, *, starts: str = START) -> Limit:
    return Limit(unit=LimitUnit.YEAR, count=count, starts=starts)


def lifetime(of: LifetimeOf, *, starts: str = START) -> Limit:
    return Limit(unit=LimitUnit.LIFETIME, lifetime_of=of, starts=starts)


def crown(limit: Limit | None = None, **changed: Any) -> Component:
    told: dict[str, Any] = {"id": "crown", "object": "crown", "covers": ("fracture",), "limit": limit or years(3)}
    return Component(**(told | changed))


def fee(payer: Payer, **changed: Any) -> FeeLine:
    told: dict[str, Any] = {"kind": "materials", "payer": payer}
    return FeeLine(**(told | changed))


def euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def exclusion(code: str, **changed: Any) -> Clause:
    told: dict[str, Any] = {"id": code, "kind": ClauseKind.EXCLUSION, "code": code, "text": f"Not after {code}."}
    return Clause(**(told | changed))


def terms(
    *components: Component, said: Said = Said.PINNED, on: date = AGREED, hour: int = 12, number: str = "1", **more: Any
) -> Any:
    """A statement that is complete."""
    content = Content(components=components, **more)
    at = None if said is Said.PINNED else datetime.combine(on, time(hour), UTC)
    return Statement(said=said, on=on, number=number, content=content, at=at)


def accepted(*components: Component, on: date, number: str = "2", **more: Any) -> Statement:
    made: Statement = terms(*components, said=Said.ACCEPTED, on=on, number=number, **more)
    return made


def confirmed(*components: Component, on: date, number: str = "C-1", **more: Any) -> Statement:
    made: Statement = terms(*components, said=Said.CONFIRMED, on=on, number=number, **more)
    return made


# Out of short lists, so that statements speak of the same things, and are drawn quickly.

_LIMITS = [
    *(
        Limit(unit=unit, count=count, starts=starts)
        for unit in (LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH, LimitUnit.YEAR, LimitUnit.CYCLE)
        for count in (1, 2, 4, 12, 30, 31)
        for starts in (START, "day0")
    ),
    *(lifetime(of) for of in LifetimeOf),
]
LIMITS = st.one_of(st.none(), st.sampled_from(_LIMITS))
CALENDAR_LIMITS = st.sampled_from([limit for limit in _LIMITS if limit.period])

_COVERS = [(), ("fracture",), ("loss",), ("fracture", "loss")]
_CAPS = [None, euros("500"), euros("500.01"), Money(amount=Decimal(800), currency="HUF")]
_FEES = [
    *(FeeLine(kind="materials", payer=payer, cap=cap) for payer in Payer for cap in _CAPS),
    *(FeeLine(kind="materials", payer=Payer.SHARED, share=share, cap=cap) for share in (30, 60) for cap in _CAPS),
]
_COMPONENTS = {
    name: [
        None,
        *(Component(id=name, object=name, covers=covers, limit=limit) for covers in _COVERS for limit in _LIMITS[::3]),
    ]
    for name in ("crown", "post")
}


@st.composite
def contents(draw: st.DrawFn) -> Content:
    components = [one for pool in _COMPONENTS.values() if (one := draw(st.sampled_from(pool)))]
    names = [one.id for one in components]
    drawn = {name: draw(st.sampled_from([None, *_FEES])) for name in (None, *names)}
    codes = draw(st.sampled_from([(), ("bruxism",), ("smoking",), ("bruxism", "smoking")]))
    about = draw(st.sampled_from([(), *((name,) for name in names)]))
    return Content(
        components=tuple(components),
        fees=tuple(line.model_copy(update={"component": name}) for name, line in drawn.items() if line),
        clauses=tuple(exclusion(code, components=about) for code in codes),
    )


MOMENTS = st.one_of(
    st.dates(date(2025, 6, 1), date(2030, 12, 31)).map(lambda day: datetime.combine(day, time(12), UTC)),
    st.integers(0, 23).map(lambda hour: datetime.combine(AGREED, time(hour), UTC)),
)
"""Several of them on the day the treatment was agreed."""


@st.composite
def statements(draw: st.DrawFn, *, accepting: bool = True) -> list[Statement]:
    """In the order they were made, the pinned terms first where there are any."""
    kinds = [Said.CONFIRMED, *([Said.ACCEPTED] if accepting else [])]
    made = [_told(draw(contents()), Said.PINNED, AGREED_AT, "0")] if draw(st.booleans()) else []
    moments = sorted(draw(st.lists(MOMENTS, max_size=5)))
    for number, at in enumerate(moments, start=1):
        said = draw(st.sampled_from(kinds)) if at >= AGREED_AT else Said.CONFIRMED
        made.append(_told(draw(contents()), said, at, str(number)))
    return made


def _told(content: Content, said: Said, at: datetime, number: str) -> Statement:
    lines = {"fees": content.fees, "clauses": content.clauses}
    made: Statement = terms(*content.components, said=said, on=at.date(), hour=at.hour, number=number, **lines)
    return made
