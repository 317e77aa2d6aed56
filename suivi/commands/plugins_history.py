"""`suivi plugins try --history`: the rules that are installed, tried on what the database has on record."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from suivi import parts
from suivi.commands.plugins_try import plain_hint
from suivi.core import database
from suivi.core.hints.history import Tried, try_history
from suivi.core.hints.model import most_urgent
from suivi.core.pins.library import RulesLibrary
from suivi.core.registry import Registry
from suivi.graphql.nodes import global_id
from suivi.problems import Problem
from suivi.settings import Settings

SHOWN = 50
"""Rows of the table; `--json` has them all."""
_NODES = {"report": "ComplicationReport", "treatment": "Treatment"}


def run(specialty: str | None, *, as_json: bool) -> int:
    """0, whatever is suggested."""
    chosen = parts.settings()
    registry = Registry.load(choices=chosen.specialties)
    if specialty is not None and registry.specialty(specialty) is None:
        loaded = ", ".join(sorted(registry.specialties()))
        raise Problem(f"There is no specialty {specialty}. Loaded are {loaded}.")
    asyncio.run(_try(chosen, registry, specialty, as_json=as_json))
    return 0


async def _try(chosen: Settings, registry: Registry, specialty: str | None, *, as_json: bool) -> None:
    await parts.require_filled_database(chosen)
    await database.connect(chosen.database_address, pool=1)
    try:
        batches = try_history(registry, RulesLibrary(registry), at=datetime.now(UTC), specialty=specialty)
        await (_lines if as_json else _rows)(_watched(batches))
    finally:
        await database.disconnect()


async def _watched(batches: AsyncIterator[list[Tried]]) -> AsyncIterator[Tried]:
    """How far it has got is told on standard error, where somebody is watching."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Trying what is on record", total=None)
        async for batch in batches:
            for tried in batch:
                yield tried
            progress.advance(task, len(batch))


async def _lines(found: AsyncIterator[Tried]) -> None:
    """One JSON list, written as the cases come, however many there are."""
    before = "["
    async for tried in found:
        sys.stdout.write(f"{before}{json.dumps(_plain(tried), ensure_ascii=False)}")
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[" else "]\n")


def _plain(tried: Tried) -> dict[str, Any]:
    return {
        "id": global_id(_NODES[tried.about], tried.id),
        "about": tried.about,
        "procedure": tried.procedure,
        "on": tried.on.isoformat(),
        "case_highest_urgency": most_urgent(site.highest_urgency for site in tried.sites),
        "sites": [
            {
                "site": site.site,
                "top_class": site.top_class or "none",
                "highest_urgency": site.highest_urgency,
                "missing": list(site.missing),
                "phases": list(site.phases),
                "hints": [plain_hint(hint) for hint in site.hints],
            }
            for site in tried.sites
        ],
    }


async def _rows(found: AsyncIterator[Tried]) -> None:
    table, classes, shown = Table(), Counter[str](), 0
    for title in ("About", "On", "Site", "Suggests", "Urgency", "Because"):
        table.add_column(title, overflow="fold")
    async for tried in found:
        for site in tried.sites:
            classes[(site.top_class or "no class").replace("_", " ")] += 1
            if not site.hints or shown == SHOWN:
                continue
            shown += 1
            first = site.hints[0]
            cells = (
                f"{tried.procedure}\n{global_id(_NODES[tried.about], tried.id)}",
                tried.on.isoformat(),
                site.site or "–",
                (site.top_class or "no class").replace("_", " "),
                (site.highest_urgency or "–").replace("_", " "),
                "\n".join(reason.sentence("en") for reason in first.reasons),
            )
            table.add_row(*map(Text, cells))
    console = Console(highlight=False)
    if shown:
        console.print(table)
    for name, number in sorted(classes.items()):
        console.print(f"{number} {name}")
    console.print("A hint sorts a queue and decides nothing." if classes else "Nothing is on record.")
