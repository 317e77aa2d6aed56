"""`suivi plugins try`: sample cases in, every hint out, as a table or as JSON."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from suivi import parts
from suivi.core.hints.dry_run import Tried, try_cases
from suivi.core.hints.model import Assessment, RankedHint
from suivi.core.hints.sample_cases import SampleCase, read_cases
from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.document import BrokenProtocol

UNREADABLE = 2


def run(file: Path, *, as_json: bool) -> int:
    """0 when all is as expected, 1 when something differs or could not be evaluated, 2 when the file is broken."""
    registry = Registry.load(choices=parts.settings().specialties)
    try:
        cases = _cases(file)
    except BrokenProtocol as error:
        print(f"suivi: {error}", file=sys.stderr)  # noqa: T201
        return UNREADABLE
    if not cases:
        print(f"suivi: {file} has no cases: add one under `cases:`; docs/sample-cases.md shows how.", file=sys.stderr)  # noqa: T201
        return UNREADABLE
    tried = try_cases(registry, cases)
    if as_json:
        json.dump([plain(one) for one in tried], sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        _print(tried)
    return int(any(one.verdict == "differs" or one.problem for one in tried))


def _cases(file: Path) -> tuple[SampleCase, ...]:
    if str(file) != "-":
        return read_cases(file)
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "standard-input.yaml"
        copy.write_bytes(sys.stdin.buffer.read())
        return read_cases(copy)


def plain(tried: Tried) -> dict[str, Any]:
    """The documented JSON of one case; `problem`, `notes` and `differences` are there when there are any."""
    first = tried.sites[0] if tried.sites else None
    told: dict[str, Any] = {
        "id": tried.id,
        "top_class": tried.top_class or "none",
        "highest_urgency": tried.highest_urgency,
        "missing": list(tried.missing),
        "hints": [plain_hint(hint, site.site) for site in tried.sites for hint in site.hints],
        "phases": list(first.phases) if first else [],
        "per_site": {str(site.site): _site(site) for site in tried.sites} if tried.per_site else {},
        "case_highest_urgency": tried.highest_urgency,
        "verdict": tried.verdict,
    }
    told |= {"differences": list(tried.differences)} if tried.differences else {}
    told |= {"notes": list(tried.notes)} if tried.notes else {}
    return told | ({"problem": tried.problem} if tried.problem else {})


def _site(site: Assessment) -> dict[str, Any]:
    return {
        "top_class": site.top_class or "none",
        "highest_urgency": site.highest_urgency,
        "missing": list(site.missing),
        "hints": [plain_hint(hint) for hint in site.hints],
        "phases": list(site.phases),
    }


def plain_hint(hint: RankedHint, site: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "class": hint.suggests,
        "strength": hint.strength,
        "rule": hint.rule,
        "reasons": [reason.sentence("en") for reason in hint.reasons],
        "sources": list(hint.sources),
        "urgency": hint.urgency,
        "by": hint.by,
    }
    return told | ({"site": site} if site is not None else {})


def _print(tried: Sequence[Tried]) -> None:
    console = Console()
    for one in tried:
        console.print(_table(one))
    expected = [one for one in tried if one.verdict is not None]
    if expected:
        good = sum(one.verdict == "as_expected" for one in expected)
        console.print(f"{good} of {len(expected)} cases are as expected.")
    console.print("A hint sorts a queue and decides nothing. A sign that matches nothing is not an all-clear.")


def _table(tried: Tried) -> Table:
    table = Table(title=Text(f"{tried.id}: {_summary(tried)}"), title_justify="left", show_lines=True, min_width=60)
    for title in ("Suggests", "Rule", "Because", "Sources"):
        table.add_column(title, overflow="fold")
    for site in tried.sites:
        for hint in site.hints:
            table.add_row(*_row(hint, site.site))
    for difference in tried.differences:
        table.add_row("differs", "", Text(difference), "")
    for note in tried.notes:
        table.add_row("note", "", Text(note), "")
    return table


def _summary(tried: Tried) -> str:
    if tried.problem:
        return tried.problem
    urgent = f", {common().urgency[tried.highest_urgency].what_to_do.read('en')[0]}" if tried.highest_urgency else ""
    lacks = f" Missing: {', '.join(tried.missing)}." if tried.missing else ""
    return f"{(tried.top_class or 'no class').replace('_', ' ')}{urgent}{lacks}"


def _row(hint: RankedHint, site: str | None) -> Iterator[Text]:
    suggests = (hint.suggests or "a person has to look").replace("_", " ")
    yield Text(f"{suggests}\n({hint.strength})" + (f"\n{hint.urgency.replace('_', ' ')}" if hint.urgency else ""))
    yield Text(f"{hint.rule}\n{hint.by}" + (f"\n{site}" if site else ""))
    yield Text("\n".join(reason.sentence("en") for reason in hint.reasons))
    yield Text(", ".join(hint.sources))
