"""Bearer tokens become a `Viewer`, or `Unauthenticated` says why not.

A verified token is remembered for at most 60 seconds (`RecentTokens`), and an issuer's keys are asked for again after
5 minutes (`IssuerKeys`): a key its issuer has withdrawn is refused 6 minutes later at most, while the issuer answers.
"""

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from ssl import SSLContext
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key
from joserfc.jws import CompactSignature, JWSRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from suivi.core.access.keys import LOCAL_ISSUER, LocalKey
from suivi.core.access.viewer import Role, Viewer

LONGEST_TOKEN = 8192
LEEWAY = timedelta(seconds=30)
TYPES = ("jwt", "at+jwt", "application/at+jwt")
# Ed25519 is the name RFC 9864 gives to what most issuers still call EdDSA.
KEY_TYPE_OF = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
CURVES = (None, "P-256", "Ed25519")
SHORTEST_RSA_MODULUS = 342
"""Characters of base64url: 2048 bits."""
HOSTILE_INPUT = (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What parsing can raise on bytes chosen by a stranger: joserfc lets some of Python's own errors through."""

log = logging.getLogger(__name__)

Code = Literal[
    "TOKEN_MISSING",
    "TOKEN_MALFORMED",
    "TOKEN_EXPIRED",
    "TOKEN_NOT_YET_VALID",
    "TOKEN_SIGNATURE",
    "TOKEN_ISSUER",
    "TOKEN_AUDIENCE",
    "TOKEN_CLAIMS",
    "ISSUER_UNREACHABLE",
]


class Unauthenticated(Exception):  # noqa: N818 - an answer to the caller, not a fault of ours
    """Nobody is authenticated by this token. The sentence quotes nothing from the token."""

    def __init__(self, code: Code, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(f"{code}: {sentence}")


class IdentityMisconfigured(Exception):  # noqa: N818 - named for what the operator will find
    """The server cannot start: nobody could be authenticated, or not safely."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def verifier_for(*, production: bool, issuer: str | None, audience: str, dev_key: Path) -> "TokenVerifier":
    """The verifier a server starts with. `dev_key` is made when missing, and not looked at in production.

    Raises `IdentityMisconfigured` and `BrokenKeyFile`.
    """
    if not production:
        return TokenVerifier(issuer=issuer, audience=audience, local_key=LocalKey.load(dev_key))
    if issuer is not None and not _is_private_channel(issuer):
        raise IdentityMisconfigured("In production SUIVI_OIDC_ISSUER must be an https:// address.")
    return TokenVerifier(issuer=issuer, audience=audience, local_key=None)


class TokenVerifier:
    """Verifies tokens of one OpenID Connect issuer, of the local development key, or of both.

    One per process and event loop. Raises `IdentityMisconfigured` when given neither.
    """

    def __init__(self, *, issuer: str | None, audience: str, local_key: LocalKey | None) -> None:
        if not issuer and local_key is None:
            raise IdentityMisconfigured(
                "No identity provider is configured: set SUIVI_OIDC_ISSUER to the issuer whose tokens are accepted."
            )
        self._audience = audience
        self._recent = RecentTokens()
        self._sources: dict[str, KeySource] = {}
        if issuer:
            self._sources[issuer] = IssuerKeys(issuer)
        if local_key is not None:
            self._sources[LOCAL_ISSUER] = DevelopmentKey(local_key)

    async def verify(self, token: str, *, now: datetime) -> Viewer:
        """Who the token stands for at `now`, an aware instant of the real clock. Raises `Unauthenticated`."""
        if not token.strip():
            raise Unauthenticated("TOKEN_MISSING", "Send a bearer token in the Authorization header.")
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("TOKEN_MALFORMED", f"A bearer token has at most {LONGEST_TOKEN} characters.")
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        if (remembered := self._recent.get(digest, now=now)) is not None:
            return remembered
        signed = _parse(token)
        issuer = _issuer_of(signed)
        await self._require_signature(signed, issuer, now=now)
        viewer = _viewer(_claims_of(signed, issuer), self._audience, now=now)
        self._recent.add(digest, viewer, now=now)
        return viewer

    async def _require_signature(self, signed: CompactSignature, issuer: str | None, *, now: datetime) -> None:
        source = self._sources.get(issuer) if issuer is not None else None
        if source is None:
            raise Unauthenticated("TOKEN_ISSUER", "The token comes from an issuer that this server does not accept.")
        header = signed.headers()
        key = await source.find(header.get("kid"), header["alg"], now=now)
        try:
            genuine = jws.validate_compact(signed, key, registry=_SIGNATURES)
        except HOSTILE_INPUT:
            genuine = False
        if not genuine:
            raise Unauthenticated("TOKEN_SIGNATURE", "The token's signature does not match its content.")


class RecentTokens:
    """Tokens verified in the last minute, by SHA-256: the oldest used goes first when there are more than `SIZE`."""

    SIZE = 4096
    KEPT = timedelta(seconds=60)

    def __init__(self) -> None:
        self._entries: OrderedDict[bytes, tuple[datetime, Viewer]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: bytes, *, now: datetime) -> Viewer | None:
        if (entry := self._entries.get(digest)) is None:
            return None
        verified_at, viewer = entry
        expired = viewer.expires_at is not None and now >= viewer.expires_at
        if expired or not _within(self.KEPT, verified_at, now):
            del self._entries[digest]
            return None
        self._entries.move_to_end(digest)
        return viewer

    def add(self, digest: bytes, viewer: Viewer, *, now: datetime) -> None:
        self._entries[digest] = (now, viewer)
        if len(self._entries) > self.SIZE:
            self._entries.popitem(last=False)


class _Signatures(JWSRegistry):
    max_header_length = LONGEST_TOKEN
    max_signature_length = LONGEST_TOKEN

    def get_alg(self, name: str) -> Any:
        # joserfc's own lookup warns at each use of the name EdDSA; `_parse` has already refused what is not listed.
        return self.algorithms[name]


# RFC 7515 wants unknown header parameters ignored; the critical ones are refused in `_parse`.
_SIGNATURES = _Signatures(algorithms=tuple(KEY_TYPE_OF), strict_check_header=False)


def _parse(token: str) -> CompactSignature:
    malformed = Unauthenticated("TOKEN_MALFORMED", "The bearer token is not a signed JSON Web Token.")
    try:
        signed = jws.extract_compact(token.encode("ascii"), None, _SIGNATURES)
        header = signed.headers()
        kind, kid = header.get("typ", "JWT"), header.get("kid", "")
    except HOSTILE_INPUT:
        raise malformed from None
    if "crit" in header or "b64" in header or not isinstance(kid, str):
        raise malformed
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise Unauthenticated("TOKEN_MALFORMED", "The token is not an access token: its type is not at+jwt or JWT.")
    if not isinstance(header["alg"], str) or header["alg"] not in KEY_TYPE_OF:
        raise Unauthenticated("TOKEN_SIGNATURE", f"Tokens must be signed with one of {', '.join(KEY_TYPE_OF)}.")
    return signed


def _issuer_of(signed: CompactSignature) -> str | None:
    try:
        issuer = json.loads(signed.payload or b"").get("iss")
    except HOSTILE_INPUT:
        raise Unauthenticated("TOKEN_MALFORMED", "The token's content is not a JSON object.") from None
    return issuer if isinstance(issuer, str) else None


NumericDate = Annotated[float, Field(ge=0, le=253_402_300_799, allow_inf_nan=False)]
"""Seconds since 1970, up to the end of the year 9999."""
Subject = Annotated[str, Field(max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]


class _Actor(BaseModel):
    model_config = ConfigDict(strict=True)

    sub: Subject


class _Claims(BaseModel):
    model_config = ConfigDict(strict=True)

    iss: str
    sub: Subject
    aud: str | list[str] = Field(default_factory=list)
    exp: NumericDate
    nbf: NumericDate | None = None
    iat: NumericDate | None = None
    suivi_role: Role
    suivi_partner: UUID | None = None
    act: _Actor | None = None
    scope: str | None = None


def _claims_of(signed: CompactSignature, issuer: str | None) -> _Claims:
    try:
        claims = _Claims.model_validate_json(signed.payload or b"")
    except ValidationError as error:
        # The chain is cut because pydantic quotes the values it refused.
        named = next((str(fault["loc"][0]) for fault in error.errors() if fault["loc"]), "iss")
        raise _unusable(f"The token's claim {named} is missing or not usable.") from None
    if claims.iss != issuer:
        raise _unusable("The token names its issuer twice.")
    return claims


def _viewer(claims: _Claims, audience: str, *, now: datetime) -> Viewer:
    _require_addressed(claims, audience)
    _require_in_time(claims, now=now)
    _require_partner(claims)
    return Viewer(
        role=claims.suivi_role,
        subject=claims.sub,
        partner_id=claims.suivi_partner,
        frontend=claims.act.sub if claims.act else None,
        scopes=frozenset((claims.scope or "").split()),
        expires_at=datetime.fromtimestamp(claims.exp, UTC),
    )


def _require_addressed(claims: _Claims, audience: str) -> None:
    named = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if audience not in named:
        raise Unauthenticated("TOKEN_AUDIENCE", f"The token was issued for another service: its aud lacks {audience}.")


def _require_in_time(claims: _Claims, *, now: datetime) -> None:
    seconds = now.timestamp()
    if seconds >= claims.exp:
        raise Unauthenticated("TOKEN_EXPIRED", "The token has expired: sign in again or refresh it.")
    latest = seconds + LEEWAY.total_seconds()
    if (claims.nbf or 0) > latest or (claims.iat or 0) > latest:
        raise Unauthenticated("TOKEN_NOT_YET_VALID", "The token is not valid yet: compare the clocks of both servers.")


def _require_partner(claims: _Claims) -> None:
    if claims.suivi_role is Role.FRONTEND and claims.act is not None:
        raise _unusable("A frontend acts on behalf of a person: use that person's role, or leave out act.")
    if claims.suivi_partner is not None:
        return
    if claims.suivi_role is Role.FRONTEND:
        raise _unusable("A frontend's token names its partner in suivi_partner.")
    if claims.act is not None:
        raise _unusable("A token used on someone's behalf names the frontend's partner in suivi_partner.")


def _unusable(sentence: str) -> Unauthenticated:
    return Unauthenticated("TOKEN_CLAIMS", sentence)


class KeySource(Protocol):
    async def find(self, kid: str | None, alg: str, *, now: datetime) -> Key:
        """The public key to try. Raises `Unauthenticated`."""
        ...


class DevelopmentKey:
    def __init__(self, local_key: LocalKey) -> None:
        self._key = local_key.key

    async def find(self, kid: str | None, alg: str, *, now: datetime) -> Key:
        if kid != self._key.kid:
            raise Unauthenticated(
                "TOKEN_SIGNATURE", "The token was made with another development key: make a new one with `suivi token`."
            )
        return self._key


class IssuerKeys:
    """The keys an OpenID Connect issuer publishes.

    Asked for again when `FRESH` has passed or a token names an unknown key, and then at most once in `PAUSE`, however
    many bad tokens arrive. While the issuer does not answer, the last keys stay good for `STALE`.
    """

    FRESH = timedelta(minutes=5)
    PAUSE = timedelta(seconds=10)
    STALE = timedelta(hours=24)

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._keys: tuple[Key, ...] = ()
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str | None, alg: str, *, now: datetime) -> Key:
        key = self._known(kid, alg, now)
        if key is None or not _within(self.FRESH, self._fetched_at, now):
            self._refresh(now)
            # In an outage nobody waits for an answer that will not come, as long as an older key will do.
            if self._fetching is not None and not (key is not None and self._failed):
                # Shielded: one caller giving up must not end the fetch that the others wait for.
                await asyncio.shield(self._fetching)
            key = self._known(kid, alg, now)
        if key is None:
            raise self._no_key()
        return key

    def _known(self, kid: str | None, alg: str, now: datetime) -> Key | None:
        if self._fetched_at is None or now - self._fetched_at > self.STALE:
            return None
        fitting = [key for key in self._keys if key.key_type == KEY_TYPE_OF[alg] and key.alg in (None, alg)]
        if kid is None:
            return fitting[0] if len(fitting) == 1 else None
        return next((key for key in fitting if key.kid == kid), None)

    def _refresh(self, now: datetime) -> None:
        if self._fetching is None and not _within(self.PAUSE, self._tried_at, now):
            self._tried_at = now
            self._fetching = asyncio.create_task(self._fetch(now))

    async def _fetch(self, now: datetime) -> None:
        try:
            async with asyncio.timeout(5):
                self._keys = await _published_keys(self._issuer)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            self._failed = True
            log.warning("The keys of the issuer %s could not be fetched: %s", self._issuer, _reason(error))
        else:
            self._failed = False
            self._fetched_at = now
        finally:
            self._fetching = None

    def _no_key(self) -> Unauthenticated:
        if self._failed or self._fetched_at is None:
            return Unauthenticated("ISSUER_UNREACHABLE", "The identity provider does not answer: try again shortly.")
        return Unauthenticated("TOKEN_SIGNATURE", "The token is signed with a key that its issuer does not publish.")


class _Discovery(BaseModel):
    issuer: str
    jwks_uri: str


class _PublishedKeys(BaseModel):
    keys: list[dict[str, Any]]


async def _published_keys(issuer: str) -> tuple[Key, ...]:
    """Raises `httpx.HTTPError` or `ValueError`."""
    async with httpx.AsyncClient(timeout=httpx.Timeout(3, connect=2), verify=_trusted_authorities()) as client:
        document = await client.get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        discovery = _Discovery.model_validate_json(document.raise_for_status().content)
        if discovery.issuer != issuer:
            raise ValueError(f"its discovery document names another issuer, {discovery.issuer}")
        if urlsplit(issuer).scheme == "https" and urlsplit(discovery.jwks_uri).scheme != "https":
            raise ValueError("its keys are not at an https:// address")
        response = await client.get(discovery.jwks_uri)
    published = _PublishedKeys.model_validate_json(response.raise_for_status().content).keys
    keys = tuple(key for key in map(_usable_key, published) if key is not None)
    if not keys:
        raise ValueError("it publishes no key that is usable here")
    return keys


@cache
def _trusted_authorities() -> SSLContext:
    # Reading the authorities takes tens of milliseconds in which nothing else is served: once is enough.
    return httpx.create_ssl_context()


def _usable_key(published: dict[str, Any]) -> Key | None:
    """None for keys that are not ours to use: issuers also publish encryption keys and kinds we do not know."""
    if published.get("kty") not in KEY_TYPE_OF.values() or published.get("use", "sig") != "sig":
        return None
    if published.get("crv") not in CURVES:
        return None
    try:
        if published["kty"] == "RSA" and len(published["n"]) < SHORTEST_RSA_MODULUS:
            return None
        return import_key(published)
    except HOSTILE_INPUT:
        return None


def _is_private_channel(url: str) -> bool:
    parts = urlsplit(url)
    # Plain HTTP never leaves the machine when it goes to a side-car on the loopback address.
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "a document it answers with is not what OpenID Connect asks for"
    return f"{type(error).__name__} {error}".strip()


def _within(span: timedelta, since: datetime | None, now: datetime) -> bool:
    # A clock that was set back counts as having moved: nothing may stay fresh for years.
    return since is not None and timedelta(0) <= now - since < span
