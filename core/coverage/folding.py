"""What a clinic owes for a treatment: its statements folded in the order they count, line by line (R-126, R-127).

The terms pinned when the treatment was agreed come first, with what the clinic had confirmed in writing by that moment
going before them, better or worse. After it a line never gets worse: a confirmation counts where it is better,
and other terms replace what was pinned only once the patient has accepted them, and never what was confirmed unless
they are better than that. What silence leaves out of a confirmation stays as it was. Templates of a specialty are what
the market offers, and are never cover.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from suivi.core.coverage.content import Clause, Content, FeeLine
from suivi.core.coverage.cover import GENERAL, Bundle, Cover, Line, Lost, Said, Statement, Why
from suivi.core.coverage.differences import align, fee_of
from suivi.core.coverage.lines import Compared, LineKind, all_of, compared_clauses, compared_components, compared_fees
from suivi.core.coverage.models import Payer


def cover_of(statements: Iterable[Statement], *, agreed_at: datetime, day0: str | None = None) -> Cover:
    """`statements` in the order they were made. What was confirmed before `agreed_at` is part of what was agreed."""
    made = list(statements)
    first = [one for one in made if one.said is Said.PINNED]
    before = [one for one in made if one.said is Said.CONFIRMED and one.at is not None and one.at < agreed_at]
    after = [one for one in made if one not in first and one not in before]
    folding = _Folding(day0)
    for statement in (*first, *before):
        folding.take(statement, agreed=False)
    for statement in after:
        folding.take(statement, agreed=True)
    return Cover(bundles=folding.state, lost=_once(folding.lost), statements=(*first, *before, *after))


def _once(lost: Iterable[Lost]) -> tuple[Lost, ...]:
    """Without the fees and clauses of components that say what was lost for all of them."""
    found: dict[Any, Lost] = {}
    for one in lost:
        value = one.line.value
        general = value.model_copy(update={"component": None}) if one.line.kind is LineKind.FEE else value
        general = value.model_copy(update={"components": ()}) if one.line.kind is LineKind.CLAUSE else general
        found.setdefault((general, one.line.source, one.why, one.to), one)
    return tuple(found.values())


class _Folding:
    """`agreed`: whether the treatment had been agreed when something was said."""

    def __init__(self, day0: str | None) -> None:
        self.day0 = day0
        self.state: dict[str, Bundle] = {}
        self.lost: list[Lost] = []

    def take(self, statement: Statement, *, agreed: bool) -> None:
        held = Cover(bundles=self.state, lost=(), statements=()).content()
        said = align(statement.content, to=held)
        partial = statement.said is Said.CONFIRMED
        stated = bundles_of(statement, said, beside=self.state if partial else ())
        state = {}
        for name in dict.fromkeys((GENERAL, *self.state, *stated)):
            before, after = self.state.get(name, Bundle()), stated.get(name, Bundle())
            bundle = self._confirmed(before, after, statement, agreed) if partial else self._pinned(before, after)
            if name == GENERAL or bundle.component:
                state[name] = bundle
        self.state = state

    def _confirmed(self, held: Bundle, said: Bundle, statement: Statement, agreed: bool) -> Bundle:
        merged = _filled(said, held)
        compared = self._compared(merged, held)
        if compared is not Compared.SAME and (not agreed or compared is Compared.BETTER):
            why = Why.BETTER_SINCE if agreed else _precedence(held)
            self._lose(held, merged, why, statement)
            component, clauses = merged.component, merged.clauses
        else:
            component, clauses = held.component, held.clauses
            if compared is not Compared.SAME:
                self._lose(merged, held, _against(compared), _source(held) or statement)
        fees = {**held.fees}
        # A component that is new brings its own fees, and none from those of others.
        for kind, line in said.fees.items():
            fees |= self._fee(held.fees.get(kind), line, statement, agreed)
        return Bundle(component, clauses, fees)

    def _fee(self, held: Line | None, line: Line, statement: Statement, agreed: bool) -> dict[str, Line]:
        kind = line.value.kind
        compared = compared_fees(line.value, held.value if held else None)
        if compared is Compared.SAME:
            return {}
        if not agreed or compared is Compared.BETTER:
            if held is not None:
                why = Why.BETTER_SINCE if agreed else _precedence_of(held)
                self.lost.append(Lost(line=held, why=why, to=statement))
            return {kind: line}
        self.lost.append(Lost(line=line, why=_against(compared), to=held.source if held else statement))
        return {}

    def _pinned(self, held: Bundle, said: Bundle) -> Bundle:
        """Terms, the first ones or accepted ones. What was confirmed stays where they are not better."""
        compared = self._compared(said, held)
        keep = held.confirmed and compared not in (Compared.BETTER, Compared.SAME)
        winner, loser = (held, said) if keep else (said, held)
        if compared is not Compared.SAME:
            self._lose(loser, winner, Why.PRECEDENCE if keep else Why.REPLACED, _source(winner) or _source(loser))
        fees: dict[str, Line] = {}
        for kind in dict.fromkeys((*held.fees, *said.fees)):
            fees |= self._pinned_fee(kind, held.fees.get(kind), said.fees.get(kind))
        return Bundle(winner.component, winner.clauses, fees)

    def _pinned_fee(self, kind: str, held: Line | None, said: Line | None) -> dict[str, Line]:
        compared = compared_fees(said.value if said else None, held.value if held else None)
        confirmed = held is not None and held.source.said is Said.CONFIRMED
        if held is not None and confirmed and compared not in (Compared.BETTER, Compared.SAME):
            if said is not None:
                self.lost.append(Lost(line=said, why=Why.PRECEDENCE, to=held.source))
            return {kind: held}
        if held is not None and said is not None and compared is not Compared.SAME:
            self.lost.append(Lost(line=held, why=Why.REPLACED, to=said.source))
        return {kind: said} if said else {}

    def _compared(self, new: Bundle, old: Bundle) -> Compared:
        (after, clauses), (before, earlier) = new.promise, old.promise
        if after is None or before is None:
            if after is not before:
                return Compared.WORSE if after is None else Compared.BETTER
            component = Compared.SAME
        else:
            component = compared_components(after, before, day0=self.day0)
        names = dict.fromkeys((*clauses, *earlier))
        return all_of([component, *(compared_clauses(clauses.get(name), earlier.get(name)) for name in names)])

    def _lose(self, loser: Bundle, winner: Bundle, why: Why, to: Statement | None) -> None:
        """The lines of one bundle that the other does not have."""
        lines = [*([loser.component] if loser.component else []), *loser.clauses.values()]
        kept = [*([winner.component] if winner.component else []), *winner.clauses.values()]
        if to is not None:
            values = [line.value for line in kept]
            self.lost += [Lost(line=line, why=why, to=to) for line in lines if line.value not in values]


def bundles_of(statement: Statement, content: Content, *, beside: Iterable[str] = ()) -> dict[str, Bundle]:
    """`beside` are components that others have stated, which its general lines are about too."""
    components = {component.id: component for component in content.components}
    names = [name for name in dict.fromkeys((*beside, *components)) if name != GENERAL]
    return {
        name: Bundle(
            component=_line(LineKind.COMPONENT, name, components[name], statement) if name in components else None,
            clauses={line.id: line for line in _clauses(statement, content.clauses, name, names)},
            fees={line.value.kind: line for line in _fees(statement, content, name)},
        )
        for name in (GENERAL, *names)
    }


def _clauses(statement: Statement, clauses: Sequence[Clause], name: str, names: Sequence[str]) -> Iterator[Line]:
    """Those about everything stand with every component, or alone where there is none."""
    for clause in clauses:
        about = clause.components or names or (GENERAL,)
        if name in about:
            value = clause.model_copy(update={"components": (name,) if name else ()})
            yield _line(LineKind.CLAUSE, clause.id, value, statement)


def _fees(statement: Statement, content: Content, name: str) -> Iterator[Line]:
    for kind in dict.fromkeys(line.kind for line in content.fees):
        found = fee_of(content, kind, name or None)
        if found is not None and found.payer is not Payer.NOT_STATED:
            value: FeeLine = found.model_copy(update={"component": name or None})
            yield _line(LineKind.FEE, f"{kind}:{name}" if name else kind, value, statement)


def _line(kind: LineKind, name: str, value: Any, source: Statement) -> Line:
    return Line(id=f"{kind}:{name}", kind=kind, value=value, source=source)


def _filled(said: Bundle, held: Bundle) -> Bundle:
    """A confirmation, with what it is silent about as it was."""
    component, before = said.component, held.component
    if component is not None and before is not None:
        silent = {
            name: getattr(before.value, name)
            for name in ("name", "covers", "classes", "remedy", "limit")
            if not getattr(component.value, name)
        }
        component = component.changed(**silent)
    return Bundle(component or before, {**held.clauses, **said.clauses}, said.fees)


def _source(bundle: Bundle) -> Statement | None:
    if bundle.component is not None:
        return bundle.component.source
    return next((line.source for line in bundle.clauses.values()), None)


def _against(compared: Compared) -> Why:
    return Why.WOULD_WORSEN if compared is Compared.WORSE else Why.NOT_COMPARABLE


def _precedence(held: Bundle) -> Why:
    return Why.REPLACED if held.confirmed else Why.PRECEDENCE


def _precedence_of(line: Line) -> Why:
    return Why.REPLACED if line.source.said is Said.CONFIRMED else Why.PRECEDENCE
