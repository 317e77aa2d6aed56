"""`suivi plugins`."""

import json
import sys

from rich.console import Console
from rich.table import Table

from suivi import parts
from suivi.core.registry import LoadedPlugin, Registry


def run(*, as_json: bool) -> None:
    loaded = Registry.load(choices=parts.settings().specialties).plugins
    if as_json:
        json.dump([_plain(plugin) for plugin in loaded], sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        Console().print(_table(loaded))


def _plain(plugin: LoadedPlugin) -> dict[str, object]:
    return {
        "id": plugin.id,
        "version": plugin.version,
        "hooks": plugin.hooks,
        "procedures": plugin.procedures,
        "locales": plugin.locales,
        "sources": [{"key": key, **source.model_dump(mode="json")} for key, source in plugin.sources.items()],
        "reviewer": plugin.reviewer,
        "reviewed_on": plugin.reviewed_on,
        "distribution": plugin.distribution,
    }


def _table(loaded: tuple[LoadedPlugin, ...]) -> Table:
    table = Table(show_lines=True)
    for title in ("Plugin", "Hooks", "Procedures", "Languages", "Sources", "Reviewed by", "From"):
        table.add_column(title, overflow="fold")
    for plugin in loaded:
        table.add_row(
            f"{plugin.id}\n{plugin.version}",
            "\n".join(plugin.hooks),
            "\n".join(plugin.procedures) or "–",
            ", ".join(plugin.locales),
            str(len(plugin.sources)),
            _reviewer(plugin),
            plugin.distribution or "–",
        )
    return table


def _reviewer(plugin: LoadedPlugin) -> str:
    """Only figures want a reviewer."""
    if plugin.reviewer is None:
        return "nobody yet" if plugin.procedures else "–"
    return f"{plugin.reviewer}\n{plugin.reviewed_on or ''}".strip()
