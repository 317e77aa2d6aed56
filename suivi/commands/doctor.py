"""`suivi doctor`: the settings in force, and a check of everything they name."""

import asyncio
import json
from dataclasses import asdict

from rich.console import Console
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
    console.print(_settings_table(settings))
    for name in unknown:
        console.print(f"{name} is set, but no setting of Suivi has this name.", style="yellow", markup=False)
    console.print(_checks_table(checks))
    down = [check.part for check in checks if check.state is State.DOWN]
    console.print(f"Not usable: {', '.join(down)}." if down else "Everything that is configured can be used.")


def _settings_table(settings: list[Shown]) -> Table:
    table = Table(title="Settings", title_justify="left")
    for title in ("Variable", "Value", "Set by", "What it is"):
        table.add_column(title, overflow="fold", no_wrap=title == "Variable")
    for setting in settings:
        came = "environment" if setting.given else "[dim]default[/]"
        table.add_row(setting.variable, setting.value.replace("[", r"\["), came, setting.description.replace("[", r"\["))
    return table


def _checks_table(checks: list[Check]) -> Table:
    table = Table(title="Parts", title_justify="left")
    for title in ("Part", "State", "What was found", "What to do"):
        table.add_column(title, overflow="fold")
    for check in checks:
        cells = [check.found.replace("[", r"\["), check.remedy.replace("[", r"\[")]
        table.add_row(check.part, MARKS[check.state], *cells)
    return table
