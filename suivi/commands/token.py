"""`suivi token`: development tokens, signed with the key in the data folder."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

from strawberry.relay.utils import from_base64

from suivi import parts
from suivi.core.access.keys import LocalKey
from suivi.core.access.tokens import TokenVerifier, Unauthenticated
from suivi.core.access.viewer import Role
from suivi.problems import Problem
from suivi.settings import Settings


def run(role: str, subject: str, *, partner: str | None, frontend: str | None, hours: int) -> None:
    chosen = parts.settings()
    if chosen.environment == "production":
        raise Problem(
            "Development tokens are refused in production: have your identity provider (SUIVI_OIDC_ISSUER) issue one."
        )
    now = datetime.now(UTC)
    key = LocalKey.load(chosen.data_dir / "dev-key.json")
    token = key.mint(
        subject=subject,
        role=_role(role),
        partner_id=None if partner is None else _partner(partner),
        frontend=frontend,
        audience=chosen.oidc_audience,
        lives=timedelta(hours=hours),
        now=now,
    )
    asyncio.run(_require_usable(token, key, chosen, now))
    print(token)  # noqa: T201
    if sys.stdout.isatty():
        print(f"Send it as `Authorization: Bearer …`; it is valid for {hours} hours.", file=sys.stderr)  # noqa: T201


async def _require_usable(token: str, key: LocalKey, chosen: Settings, now: datetime) -> None:
    verifier = TokenVerifier(issuer=None, audience=chosen.oidc_audience, local_key=key)
    try:
        await verifier.verify(token, now=now)
    except Unauthenticated as refused:
        raise Problem(f"Such a token would be refused. {refused.sentence}") from refused


def _role(text: str) -> Role:
    try:
        return Role(text.lower())
    except ValueError as error:
        raise Problem(f"There is no role {text}. The roles are {', '.join(Role)}.") from error


def _partner(text: str) -> UUID:
    """From a UUID, or from the id the API gives."""
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        noun, identity = from_base64(text)
        if noun == "Partner":
            return UUID(identity)
    except ValueError:
        pass
    raise Problem("--partner takes the id of a Partner as the API gives it, or its UUID.")
