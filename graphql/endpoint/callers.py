"""Who is calling, when by their clock and in which language."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from suivi.core.access.viewer import Role, Viewer
from suivi.core.clocks.partial_dates import FIRST_YEAR, LAST_YEAR
from suivi.core.texts import language_of
from suivi.graphql.context import Context
from suivi.graphql.endpoint.incoming import Headers
from suivi.graphql.endpoint.rates import Connections
from suivi.graphql.endpoint.refusing import ClockMalformed
from suivi.graphql.languages import language_for
from suivi.graphql.limits.allowance import Allowance, allowance_of
from suivi.graphql.running import Running, utc_now

TEST_CLOCK = "suivi-clock"


class Callers:
    def __init__(self, running: Running) -> None:
        self.running = running
        self.development = running.settings.environment == "development"
        self._settings = running.settings
        self._allowances: dict[tuple[Role, UUID | None], Allowance] = {}
        self._connections = Connections()

    async def of(self, authorization: Any, *, clock: Callable[[], datetime], locale: str) -> Context:
        """Raises Unauthenticated."""
        viewer = await self.running.verifier.verify(_bearer(authorization), now=utc_now())
        return Context(
            viewer=viewer,
            house=self.running.house,
            clock=clock,
            locale=locale,
            after_commit=self.running.wake,
            allowance=self._allowance(viewer),
            compiled=self.running.settings.compiled_execution,
        )

    def take(self, context: Context) -> None:
        """One operation more. Raises RateLimited."""
        self.running.rates.take(context.viewer, context.allowance.requests_per_minute, now=time.monotonic())

    def enter(self, context: Context) -> Callable[[], None]:
        """One connection more, until what is given back is called. Raises TooManyConnections."""
        return self._connections.enter(context.viewer, self.running.settings.connections_per_token)

    def _allowance(self, viewer: Viewer) -> Allowance:
        """Of few kinds: those with a token of a partner that has limits of its own, and everybody else, by role."""
        settings = self.running.settings
        if settings is not self._settings:
            self._settings, self._allowances = settings, {}
        kind = (viewer.role, viewer.partner_id if viewer.partner_id in settings.partner_limits else None)
        if (known := self._allowances.get(kind)) is None:
            known = self._allowances[kind] = allowance_of(viewer, settings)
        return known

    def clock(self, headers: Headers) -> Callable[[], datetime]:
        """The test clock: in development only, a header says which moment a request is played at (R-068)."""
        told = headers.get(TEST_CLOCK) if self.development else None
        if told is None:
            return utc_now
        try:
            moment = datetime.fromisoformat(told)
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ClockMalformed from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ClockMalformed
        return lambda: moment


def locale_of(headers: Headers) -> str:
    """That of Accept-Language; an argument `locale` wins over it."""
    return language_for(headers.get("accept-language"))


def locale_told(told: Any, otherwise: str) -> str:
    return language_of(told if isinstance(told, str) else otherwise)


def _bearer(header: Any) -> str:
    if not isinstance(header, str):
        return ""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
