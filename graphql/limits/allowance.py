"""How much one caller may ask for, by settings, partner and role."""

import sys
from dataclasses import dataclass, replace
from typing import Any

from suivi.core.access.viewer import Role, Viewer
from suivi.settings import Settings

MAY_INTROSPECT_IN_PRODUCTION = (Role.OPERATOR, Role.FRONTEND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    depth: int = 20
    """Fields inside one another."""
    cost: int = 50_000
    """Values an answer may hold at most."""
    aliases: int = 100
    directives: int = 100
    tokens: int = 2_000
    requests_per_minute: int | None = None
    """Operations, whatever they come over; None is without limit."""
    execution_seconds: float = 30
    may_introspect: bool = True
    """And so is told what exactly is wrong with a document."""
    trusted_only: bool = False
    """Executes documents of the manifests and no others."""


def allowance_of(viewer: Viewer, settings: Settings) -> Allowance:
    common = replace(_for_everyone(settings), trusted_only=settings.trusted_only and viewer.role is not Role.OPERATOR)
    return replace(common, **_of_partner(viewer, settings), may_introspect=_may(viewer.role, settings))


def widest(settings: Settings) -> Allowance:
    """Of each limit the highest that anybody has; what comes of variables, the cost, is without one."""
    everyone = _for_everyone(settings)
    own = [limits.model_dump(exclude_none=True) for limits in settings.partner_limits.values()]
    highest = {
        name: max(getattr(everyone, name), *(limits.get(name, 0) for limits in own), 0)
        for name in ("depth", "aliases", "directives", "tokens")
    }
    return replace(everyone, **highest, cost=sys.maxsize)


def _for_everyone(settings: Settings) -> Allowance:
    return Allowance(
        depth=settings.query_depth,
        cost=settings.query_cost,
        aliases=settings.query_aliases,
        directives=settings.query_directives,
        tokens=settings.query_tokens,
        requests_per_minute=_rate(settings),
        execution_seconds=settings.execution_seconds,
    )


def _rate(settings: Settings) -> int | None:
    """Without a setting, production has a limit and development, where tests and scripts run, has none."""
    if settings.requests_per_minute is not None:
        return settings.requests_per_minute
    return 1200 if settings.environment == "production" else None


def _of_partner(viewer: Viewer, settings: Settings) -> dict[str, Any]:
    own = settings.partner_limits.get(viewer.partner_id) if viewer.partner_id else None
    return own.model_dump(exclude_none=True) if own else {}


def _may(role: Role, settings: Settings) -> bool:
    if settings.introspection_roles is not None:
        return role in settings.introspection_roles
    return settings.environment == "development" or role in MAY_INTROSPECT_IN_PRODUCTION
