"""`suivi doctor`: the settings in force, and a check of everything they name."""

import asyncio
import json
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from suivi import parts
from suivi.commands.checks import Check, State, check_all
from suivi.commands.settings_shown import Shown, settings_shown
from suivi.problems import unknown_variables

MARKS = {State.OK: "[green]ok[/]", State.NOTE: "[yellow]note[/]", State.DOWN: "[red]down[/]"}


def run(*, as_json: bool) -> int:
    """1 when something that is configured cannot be reached or used."""
    chosen = parts.settings()
    checks = asyncio.run(check_all(chosen))
    settings, unknown = settings_shown(chosen), unknown_variables()
    healthy = all(check.state is not State.DOWN for check in checks)
    if as_json:
        answer = {
            "healthy": healthy,
            "settings": [asdict(setting) for setting in settings],
            "unknown_variables": unknown,
            "checks": [asdict(check) for check in checks],
        }
        print(json.dumps(answer, indent=2, ensure_ascii=False))  # noqa: T201
    else:
        _tell(settings, unknown, checks)
    return 0 if healthy else 1


def _tell(settings: list[Shown], unknown: list[str], checks: list[Check]) -> None:
    console = Console(highlight=False)
    console.print("[bold]Settings[/]: every one is a variable of the environment.")
    for setting in settings:
        _tell_setting(console, setting)
    for name in unknown:
        console.print(f"{name} is set, but no setting of Suivi has this name.", style="yellow", markup=False)
    console.print()
    console.print(_checks_table(checks))
    down = [check.part for check in checks if check.state is State.DOWN]
    console.print(f"Not usable: {', '.join(down)}." if down else "Everything that is configured can be used.")


def _tell_setting(console: Console, setting: Shown) -> None:
    style, default = ("bold", "") if setting.given else ("", " [dim](default)[/]")
    console.print(f"[cyan]{setting.variable}[/] = [{style or 'default'}]{escape(setting.value)}[/]{default}")
    console.print(Padding(escape(setting.description), (0, 0, 0, 4)), style="dim")


def _checks_table(checks: list[Check]) -> Table:
    table = Table(title="Parts", title_justify="left", title_style="bold")
    for title in ("Part", "State", "What was found", "What to do"):
        table.add_column(title, overflow="fold")
    for check in checks:
        table.add_row(check.part, MARKS[check.state], escape(check.found), escape(check.remedy))
    return table
