"""A world that is built once a run, and put into the database and the data folder of each test that asks for one."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.services.databases import Databases
from tests.services.suivi import Suivi, suivi
from tests.services.world import World, build_world, people


class KeptWorld:
    """The rows as they were when Suivi had stopped, and the keys that wrote them.

    Whoever starts Suivi on them finds what a server finds that starts again.
    """

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._built: World | None = None
        self._put_into: Path | None = None

    async def put(self, **parts: Any) -> None:
        """Into the empty `database_url` and the empty `data_dir` of the parts, with nobody connected to them."""
        url, data_dir = parts["database_url"], parts["data_dir"]
        self._put_into = data_dir
        if self._built:
            self._databases.put_back(url)
            shutil.copytree(self._folder, data_dir, dirs_exist_ok=True)
            return
        async with suivi(**parts) as building:
            self._built = await build_world(building)
        self._databases.keep_rows(url)
        shutil.copytree(data_dir, self._folder, dirs_exist_ok=True)

    async def met(self, running: Suivi) -> World:
        """The world in a Suivi that was started on it; a Suivi that a module starts in its own way gets one built."""
        if self._built is None or running.running.settings.data_dir != self._put_into:
            return await build_world(running)
        clients: dict[str, Any] = {**people(running, partner_id=self._built.partner_id)}
        return replace(self._built, suivi=running, **clients)
