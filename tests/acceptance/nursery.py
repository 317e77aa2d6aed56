"""Starts servers in no time: everything is imported once, and each server is forked from this process.

Reads the port of each server wanted, a line each, and answers its process id. A server is what
`uvicorn suivi.graphql.app:app` runs, configured by `SUIVI_...` variables, but for a shorter lease: nobody waits a
minute for a worker that was killed.
"""

import os
import signal
import sys
from contextlib import suppress
from datetime import timedelta

import uvicorn

from suivi.core.deliveries.worker import Deliverer
from suivi.graphql.app import create_app
from suivi.settings import Settings

LEASE = timedelta(seconds=3)
TIME_LIMIT = timedelta(seconds=2.5)


def serve(port: int) -> None:
    settings = Settings(port=port)
    app = create_app(settings)
    running = app.state.running
    house = running.house
    running.deliverer = Deliverer(
        house.registry,
        house.feed,
        house.audit_key,
        lambda delivery: settings.notice_link.format(delivery=delivery),
        lease=LEASE,
        time_limit=TIME_LIMIT,
    )
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")


def main() -> None:
    alive: set[int] = set()
    for line in sys.stdin:
        alive -= {child for child in alive if os.waitpid(child, os.WNOHANG)[0]}
        child = os.fork()
        if child == 0:
            serve(int(line))
            os._exit(0)
        alive.add(child)
        print(child, flush=True)  # noqa: T201
    for child in alive:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
