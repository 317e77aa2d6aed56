"""`suivi plugins diff`."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from suivi import parts
from suivi.core import database
from suivi.core.pins import open_cases
from suivi.core.pins.library import RulesLibrary
from suivi.core.pins.models import RulesVersion
from suivi.core.registry import Registry
from suivi.core.treatments.models import Treatment
from suivi.graphql.nodes import global_id
from suivi.problems import Problem
from suivi.settings import Settings

SHOWN = 50
"""Treatments in the table; `--json` has them all."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """Rules that treatments in open cases are pinned to; no digest: registered before rules were kept."""

    specialty: str
    version: str
    digest: str | None
    open_cases: int


@dataclass(kw_only=True)
class Tally:
    """Cases are counted by their id: 16 bytes each and some, and nothing else of them is held."""

    changed: set[UUID] = field(default_factory=set)
    unchanged: set[UUID] = field(default_factory=set)
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Treatments by specialty, version pinned and version loaded."""
    elsewhere: list[Version] = field(default_factory=list)
    """Kept rules whose plugin is not loaded."""
    unpinned: int = 0

    def add(self, move: open_cases.Move) -> None:
        (self.changed if move.changes else self.unchanged).update(move.case_ids)
        self.moves[move.treatment.rules_plugin, move.treatment.rules_version, move.to_version] += 1

    @property
    def same(self) -> int:
        return len(self.unchanged - self.changed)


def run(specialty: str | None, *, as_json: bool) -> int:
    """0, whether or not anything would change."""
    chosen = parts.settings()
    registry = Registry.load(choices=chosen.specialties)
    asyncio.run(_compare(chosen, registry, specialty, _Lines() if as_json else _Rows()))
    return 0


async def _compare(chosen: Settings, registry: Registry, specialty: str | None, out: "_Lines | _Rows") -> None:
    async with _reading(chosen):
        await _require_known(registry, specialty)
        library, tally = RulesLibrary(registry), Tally()
        await _count_others(registry, tally, specialty)
        out.begin()
        found = open_cases.movable(Treatment.all(), registry, library, specialty=specialty)
        batches = open_cases.each_move(found, library, at=datetime.now(UTC))
        async for move in _watched(batches, await found.count()):
            tally.add(move)
            out.show(move)
        out.end(tally)


@asynccontextmanager
async def _reading(chosen: Settings) -> AsyncIterator[None]:
    await parts.require_filled_database(chosen)
    await database.connect(chosen.database_address, pool=1)
    try:
        yield
    finally:
        await database.disconnect()


async def _require_known(registry: Registry, specialty: str | None) -> None:
    if specialty is None or registry.specialty(specialty) or await RulesVersion.exists(specialty=specialty):
        return
    loaded = ", ".join(sorted(registry.specialties()))
    raise Problem(f"There is no specialty {specialty}, neither loaded nor kept. Loaded are {loaded}.")


async def _count_others(registry: Registry, tally: Tally, specialty: str | None) -> None:
    """What no plugin that is loaded could change, and what follows the plugins because nothing is pinned."""
    for name, version, digest, number in await open_cases.open_cases_by_rules(specialty):
        if digest is None:
            tally.unpinned += number
        elif registry.specialty(name) is None:
            tally.elsewhere.append(Version(specialty=name, version=version, digest=digest, open_cases=number))


async def _watched(batches: AsyncIterator[list[open_cases.Move]], total: int) -> AsyncIterator[open_cases.Move]:
    """How far it has got is told on standard error, where somebody is watching."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Comparing treatments", total=total)
        async for batch in batches:
            for move in batch:
                yield move
                progress.advance(task)


def _plain(move: open_cases.Move) -> Iterator[dict[str, object]]:
    """One object for each open case that is about the treatment: ids, versions and figures, nobody's words."""
    for case_id in move.case_ids:
        yield {
            "case": global_id("Case", case_id),
            "treatment": global_id("Treatment", move.treatment.id),
            "specialty": move.treatment.rules_plugin,
            "procedure": move.treatment.procedure,
            "from_version": move.treatment.rules_version,
            "from_digest": move.treatment.rules_digest,
            "to_version": move.to_version,
            "changes": [
                {"field": change.field, "before": change.before, "after": change.after} for change in move.changes
            ],
        }


class _Lines:
    """One JSON document, written as the cases come, however many there are."""

    def __init__(self) -> None:
        self._before = "\n"

    def begin(self) -> None:
        sys.stdout.write('{"cases": [')

    def show(self, move: open_cases.Move) -> None:
        for case in _plain(move):
            sys.stdout.write(f"{self._before}  {json.dumps(case, ensure_ascii=False)}")
            self._before = ",\n"

    def end(self, tally: Tally) -> None:
        summary = {
            "would_change": len(tally.changed),
            "would_stay_the_same": tally.same,
            "not_pinned": tally.unpinned,
            "plugin_not_loaded": [vars(version) for version in tally.elsewhere],
        }
        sys.stdout.write(f'\n], "open_cases": {json.dumps(summary)}}}\n')


class _Rows:
    """A table of the first that would change, and what there is in all."""

    def __init__(self) -> None:
        self._left_out = 0
        self._shown = 0
        self._table = Table()
        for title in ("Open case", "What would change", "Pinned", "Loaded"):
            self._table.add_column(title, overflow="fold")

    def begin(self) -> None:
        """Nothing is printed before the number of rows is known."""

    def show(self, move: open_cases.Move) -> None:
        if not move.changes:
            return
        if self._shown == SHOWN:
            self._left_out += 1
            return
        self._shown += 1
        about = self._about(move)
        for number, change in enumerate(move.changes):
            first, last = number == 0, number == len(move.changes) - 1
            cells = (about if first else "", change.field, change.before or "–", change.after or "–")
            self._table.add_row(*(Text(cell) for cell in cells), end_section=last)

    def _about(self, move: open_cases.Move) -> str:
        treatment = move.treatment
        versions = f"{treatment.rules_plugin} {treatment.rules_version} → {move.to_version}"
        cases = (global_id("Case", case_id) for case_id in move.case_ids)
        return "\n".join([f"{treatment.procedure}, {versions}", *cases, "about", global_id("Treatment", treatment.id)])

    def end(self, tally: Tally) -> None:
        console = Console(highlight=False)
        if self._shown:
            console.print(self._table)
        for line in self._summary(tally):
            console.print(line, markup=False, soft_wrap=True)

    def _summary(self, tally: Tally) -> Iterator[str]:
        if self._left_out:
            yield f"… and {self._left_out} more treatments: --json has them all."
        for (specialty, before, after), number in sorted(tally.moves.items()):
            yield f"{specialty} {before} → {after}: {_some(number, 'treatment')} in open cases"
        for kept in tally.elsewhere:
            cases = _some(kept.open_cases, "open case")
            yield f"{kept.specialty} {kept.version} is not loaded: {cases} computed with the rules that were kept"
        if tally.unpinned:
            yield f"{_some(tally.unpinned, 'open case')} from before rules were kept: computed with what is loaded"
        if tally.same:
            yield f"{_some(tally.same, 'open case')} pinned to other rules would stay the same."
        changed = _some(len(tally.changed), "open case") if tally.changed else "No open case"
        yield f"{changed} would change."


def _some(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
