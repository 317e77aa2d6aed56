"""What a clinic owes for a treatment, line by line: who says so where, and what was said and does not count (R-127).

How its statements are put together is in `suivi.core.coverage.folding`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from suivi.core.clocks.reasons import Reason
from suivi.core.coverage.content import Clause, Component, Content, FeeLine
from suivi.core.coverage.lines import LineKind
from suivi.core.coverage.models import Payer
from suivi.core.coverage.sentences import CoverReason

RULE = "cover@1"


class Said(StrEnum):
    """How a statement came to count."""

    PINNED = "pinned"
    ACCEPTED = "accepted"
    """Other terms, by an offer that the patient accepted."""
    CONFIRMED = "confirmed"


class Why(StrEnum):
    """Why a line does not count that somebody stated."""

    PRECEDENCE = "precedence"
    """A signed confirmation goes before terms."""
    WOULD_WORSEN = "would_worsen"
    NOT_COMPARABLE = "not_comparable"
    """Nobody can say that it would not worsen what is held."""
    BETTER_SINCE = "better_since"
    """Another statement is better for the patient."""
    REPLACED = "replaced"
    """By other terms that the patient accepted, or a later confirmation before the treatment was agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something a clinic said about its cover. `on` is the day at the clinic, `number` the version or the document's.

    Content is complete for terms; a confirmation says nothing of what it leaves out. `at` is None for what was pinned
    when the treatment was agreed, and `row` the terms or the confirmation.
    """

    said: Said
    on: date
    number: str
    content: Content
    at: datetime | None = None
    row: Any = field(default=None, compare=False, repr=False)

    @property
    def reason(self) -> Reason:
        facts: dict[str, str | int] = {"number": self.number, "on": str(self.on)}
        return CoverReason(rule=RULE, text_key=f"said.{self.said}", facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of cover, and who says so where."""

    id: str
    kind: LineKind
    value: Any
    """Component, FeeLine or Clause."""
    source: Statement

    def changed(self, **parts: Any) -> "Line":
        """With these parts of its value."""
        return replace(self, value=self.value.model_copy(update=parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A line that was stated and does not count, or not any more. `to` is the statement that counts in its place."""

    line: Line
    why: Why
    to: Statement

    @property
    def reason(self) -> Reason:
        facts: dict[str, str | int] = {"number": self.line.source.number, "to": self.to.number, "on": str(self.to.on)}
        return CoverReason(rule=RULE, text_key=f"lost.{self.why}", facts=facts)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A component with its clauses and every fee stated for it; under an empty id what is about no component alone."""

    component: Line | None = None
    clauses: Mapping[str, Line] = field(default_factory=dict)
    fees: Mapping[str, Line] = field(default_factory=dict)

    @property
    def promise(self) -> tuple[Component | None, dict[str, Clause]]:
        """A component stands with its conditions: longer under one more exclusion is not better."""
        component: Component | None = self.component.value if self.component else None
        return component, {name: line.value for name, line in self.clauses.items()}

    @property
    def confirmed(self) -> bool:
        lines = [*([self.component] if self.component else []), *self.clauses.values()]
        return any(line.source.said is Said.CONFIRMED for line in lines)


State = Mapping[str, Bundle]
GENERAL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """`statements` are those that count by the day, in order; no terms among them: none were published."""

    bundles: State
    lost: tuple[Lost, ...]
    statements: tuple[Statement, ...]

    @property
    def components(self) -> tuple[Bundle, ...]:
        return tuple(bundle for bundle in self.bundles.values() if bundle.component)

    @property
    def terms(self) -> Statement | None:
        """Those that are pinned."""
        return next((one for one in reversed(self.statements) if one.said is not Said.CONFIRMED), None)

    def content(self) -> Content:
        """In the shape of a statement, as if the clinic had said all of it at once."""
        general = {kind: line.value for kind, line in self.bundles.get(GENERAL, Bundle()).fees.items()}
        own = [line for name in self.bundles if name != GENERAL for line in self._own_fees(name, general)]
        return Content(
            components=tuple(bundle.component.value for bundle in self.components if bundle.component),
            fees=(*general.values(), *own),
            clauses=tuple(line.value for line in self.clauses()),
        )

    def _own_fees(self, name: str, general: Mapping[str, FeeLine]) -> Iterator[FeeLine]:
        """Those of a component that differ from the general ones."""
        stated = {kind: line.value for kind, line in self.bundles[name].fees.items()}
        for kind in dict.fromkeys((*stated, *general)):
            own = stated.get(kind) or FeeLine(kind=kind, payer=Payer.NOT_STATED, component=name)
            if own.model_copy(update={"component": None}) != general.get(kind):
                yield own

    def clauses(self) -> tuple[Line, ...]:
        """Each once, with the components it is about."""
        found: dict[tuple[str, Any], tuple[Line, list[str]]] = {}
        for name, bundle in self.bundles.items():
            for line in bundle.clauses.values():
                value = line.value.model_copy(update={"components": ()})
                found.setdefault((line.id, value), (line, []))[1].append(name)
        everything = [name for name in self.bundles if name != GENERAL]
        about = ((line, [name for name in names if name != GENERAL]) for line, names in found.values())
        return tuple(line.changed(components=() if names == everything else tuple(names)) for line, names in about)
