"""`suivi migrate`, and the same step of `suivi serve`."""

import asyncio

from rich.console import Console

from suivi import parts
from suivi.core import database
from suivi.settings import Settings


def run() -> None:
    console = Console()
    applied = asyncio.run(up_to_date(parts.settings()))
    for name in applied:
        console.print(f"Applied {name}.", highlight=False)
    if not applied:
        console.print("Nothing to do: the database is up to date.")


async def up_to_date(chosen: Settings) -> list[str]:
    """What was applied, by this process or by another that had the lock before it. Raises Problem."""
    await parts.require_database(chosen)
    if database.is_sqlite(chosen.database_address):
        chosen.data_dir.mkdir(parents=True, exist_ok=True)
    pending = await parts.pending_migrations(chosen)
    if pending:
        await database.migrate(chosen.database_address)
    return pending
