"""`suivi audit verify`."""

import asyncio
import json
import sys
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import Progress, TaskID

from suivi import parts
from suivi.core import database
from suivi.core.events.verification import Finding, verify
from suivi.problems import Problem
from suivi.settings import Settings


def run(*, as_json: bool) -> int:
    """0 when everything is as it was recorded, 1 otherwise."""
    bar = _Bar()
    found = asyncio.run(_verify(parts.settings(), bar))
    if as_json:
        answer = {"verified": not found, "rows": bar.rows, "findings": [_plain(finding) for finding in found]}
        print(json.dumps(answer, indent=2))  # noqa: T201
    else:
        _tell(found, bar.rows)
    return 1 if found else 0


async def _verify(chosen: Settings, bar: "_Bar") -> list[Finding]:
    key = _audit_key(chosen)
    await parts.require_filled_database(chosen)
    await database.connect(chosen.database_address, pool=1)
    try:
        with bar:
            return await verify(key, progress=bar.move)
    finally:
        await database.disconnect()


def _audit_key(chosen: Settings) -> bytes:
    """The key the server has; a new one would prove nothing. Raises Problem, BrokenKeyFile."""
    file = chosen.data_dir / "audit.key"
    if chosen.audit_key is None and not file.exists():
        raise Problem(f"There is no audit key at {file}. Set SUIVI_AUDIT_KEY or SUIVI_DATA_DIR to what the server has.")
    return chosen.audit_secret


@dataclass
class _Bar:
    """On standard error, where somebody is watching."""

    rows: int = 0
    progress: Progress = field(default_factory=lambda: Progress(console=Console(stderr=True), transient=True))
    task: TaskID | None = None

    def __enter__(self) -> "_Bar":
        if sys.stderr.isatty():
            self.progress.start()
            self.task = self.progress.add_task("Checking rows", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self.task is not None:
            self.progress.stop()

    def move(self, done: int, total: int) -> None:
        self.rows = done
        if self.task is not None:
            self.progress.update(self.task, completed=done, total=max(done, total))


def _plain(finding: Finding) -> dict[str, str | None]:
    return {
        "what": finding.what.value,
        "table": finding.table,
        "row": finding.row_id,
        "column": finding.column,
        "sentence": finding.sentence,
    }


def _tell(found: list[Finding], rows: int) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for finding in found:
        console.print(finding.sentence, markup=False, style="red")
    if found:
        console.print(
            f"{rows} rows checked, {len(found)} not as recorded. Keep this database as it is and look into it."
        )
    else:
        console.print(f"{rows} rows checked: everything is as it was recorded.", style="green")
