"""`suivi documents check`: a manifest of trusted documents, examined as a server does when it starts."""

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from suivi import parts
from suivi.graphql.limits.allowance import widest
from suivi.graphql.limits.manifests import Fault, Fit, examined, read_manifests
from suivi.graphql.schema import schema
from suivi.problems import Problem

SHOWN_OF_ID = 20


def run(path: Path | None, *, as_json: bool) -> int:
    """1 when a document does not fit. Raises Problem when a manifest cannot be read."""
    chosen = parts.settings()
    place = path or chosen.trusted_documents
    if place is None:
        raise Problem("Name a manifest or a folder of them, or set SUIVI_TRUSTED_DOCUMENTS.")
    entries = read_manifests(place)
    found = list(examined(entries, schema.documents.schema, widest(chosen)))
    fits = [one for one in found if isinstance(one, Fit)]
    faults = [one for one in found if isinstance(one, Fault)]
    if as_json:
        print(json.dumps(_as_json(fits, faults), indent=2, ensure_ascii=False))  # noqa: T201
    else:
        _tell(fits, faults, cost=chosen.query_cost)
    return 1 if faults else 0


def _as_json(fits: list[Fit], faults: list[Fault]) -> dict[str, object]:
    return {
        "operations": [
            {
                "id": fit.entry.id,
                "file": str(fit.entry.file),
                "type": fit.kind,
                "name": fit.name,
                "depth": fit.depth,
                "highest_cost": fit.cost,
            }
            for fit in fits
        ],
        "faults": [
            {"id": fault.entry.id, "file": str(fault.entry.file), "name": fault.entry.name, "reason": fault.reason}
            for fault in faults
        ],
    }


def _tell(fits: list[Fit], faults: list[Fault], *, cost: int) -> None:
    console = Console(highlight=False)
    if fits:
        console.print(_table(fits, cost=cost))
    for fault in faults:
        console.print(f"[red]{escape(str(fault.entry))}[/] in {escape(str(fault.entry.file))}: {escape(fault.reason)}")
    dear = sum(fit.cost > cost for fit in fits)
    if dear:
        console.print(f"{dear} may cost more than {cost}, and are then refused unless they ask for shorter pages.")
    console.print(
        f"{len(faults)} documents do not fit." if faults else "Every document fits the schema and the limits."
    )


def _table(fits: list[Fit], *, cost: int) -> Table:
    table = Table(title="Trusted operations", title_justify="left", title_style="bold")
    for title in ("Id", "Type", "Name", "Depth", "Highest cost"):
        table.add_column(title, overflow="fold")
    for fit in fits:
        style = "yellow" if fit.cost > cost else ""
        short = fit.entry.id if len(fit.entry.id) <= SHOWN_OF_ID else f"{fit.entry.id[:SHOWN_OF_ID]}…"
        table.add_row(escape(short), fit.kind, fit.name or "", str(fit.depth), str(fit.cost), style=style)
    return table
