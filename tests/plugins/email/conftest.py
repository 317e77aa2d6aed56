"""The mail servers of the tests, stopped only after they noticed that a client hung up on them.

aiosmtpd stops without closing what is still open, which Python reports as a leak of whichever test comes next.
"""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.services.smtp import SmtpServer


@pytest.fixture
def smtp(smtp: SmtpServer) -> Iterator[SmtpServer]:
    yield smtp
    _wait_for_goodbyes(smtp)


@pytest.fixture
def smtp_tls(smtp_tls: SmtpServer) -> Iterator[SmtpServer]:
    yield smtp_tls
    _wait_for_goodbyes(smtp_tls)


def _wait_for_goodbyes(server: SmtpServer, *, patience: float = 2.0) -> None:
    until = time.monotonic() + patience
    while server._controller and asyncio.all_tasks(server._controller.loop) and time.monotonic() < until:
        time.sleep(0.01)
