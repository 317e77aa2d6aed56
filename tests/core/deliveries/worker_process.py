"""A worker in a process of its own: says `ready`, delivers by e-mail, and ends on SIGTERM.

Arguments: the database's URL, the mail server's URL and perhaps `--die-after-sending`.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace

from suivi.core.adapters import Adapter, Notice
from suivi.core.database import connect, disconnect
from suivi.core.deliveries.worker import Deliverer
from suivi.core.events.feed import LocalFeed
from suivi.core.hookspecs import hookimpl
from suivi.core.registry import Registry
from suivi.core.specialties.model import Manifest
from suivi.plugins.email import EmailPlugin
from tests.core.deliveries.outbox import AUDIT_KEY, link


class DiesAfterSending:
    def __init__(self, plugin: EmailPlugin) -> None:
        self.plugin = plugin

    @hookimpl
    def manifest(self) -> Manifest:
        return self.plugin.manifest()

    @hookimpl
    def adapter(self) -> Adapter:
        sound = self.plugin.adapter()

        async def notify(notice: Notice) -> None:
            assert sound.notify
            await sound.notify(notice)
            os._exit(9)

        return replace(sound, notify=notify)


async def work(database_url: str, smtp_url: str, *, dies: bool) -> None:
    await connect(database_url, pool=4)
    email = EmailPlugin(smtp_url, "Suivi <notices@suivi.example>")
    registry = Registry.load(only=[], extra=[DiesAfterSending(email) if dies else email])
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)  # noqa: T201
    await Deliverer(registry, LocalFeed(), AUDIT_KEY, link).run(stop)
    await disconnect()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], dies="--die-after-sending" in sys.argv))
