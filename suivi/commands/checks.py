"""What `suivi doctor` looks at, a function a part. Each tells what it found and what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import httpx
from aiosmtplib import SMTPException
from tortoise.exceptions import BaseORMException

from suivi import parts
from suivi.core.access.keys import secret_key
from suivi.core.access.tokens import verifier_for
from suivi.core.database import is_sqlite
from suivi.core.events.feed import open_feed
from suivi.core.evidence.objects import StoreUnavailable
from suivi.core.registry import Registry
from suivi.plugins.email.mail import sender_address
from suivi.plugins.email.sending import Route, Session
from suivi.problems import explain
from suivi.settings import Settings
from suivi.storage import open_store

SECONDS = 20
"""After which a part counts as not answering."""


class State(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Works, but somebody should know."""
    DOWN = "down"


@dataclass(frozen=True, kw_only=True)
class Check:
    part: str
    state: State
    found: str
    remedy: str = ""


async def check_all(chosen: Settings) -> list[Check]:
    checks = (_plugins, _keys, _signing, _database, _storage, _feed, _mail, _identity, _documents, _delivery, _address)
    # One after the other: the database connection is the process's one.
    return [await _within_time(check, chosen) for check in checks]


async def _within_time(check: Callable[[Settings], Awaitable[Check]], chosen: Settings) -> Check:
    part = check.__name__.strip("_")
    try:
        async with asyncio.timeout(SECONDS):
            return await check(chosen)
    except TimeoutError:
        return Check(part=part, state=State.DOWN, found=f"no answer within {SECONDS} seconds")
    # One broken part must not hide the others: that is what this command is for.
    except Exception as error:
        return Check(part=part, state=State.DOWN, found=explain(error) or type(error).__name__)


async def _plugins(chosen: Settings) -> Check:
    loaded = Registry.load(choices=chosen.specialties).plugins
    return Check(part="plugins", state=State.OK, found=", ".join(f"{plugin.id} {plugin.version}" for plugin in loaded))


async def _keys(chosen: Settings) -> Check:
    for name in ("link.key", "audit.key"):
        secret_key(chosen.data_dir / name)
    many = not is_sqlite(chosen.database_address)
    if chosen.audit_key is None and many:
        remedy = "Set SUIVI_AUDIT_KEY to the same secret on every server and worker."
        return Check(
            part="keys", state=State.NOTE, found=f"the audit key is a file in {chosen.data_dir}", remedy=remedy
        )
    return Check(part="keys", state=State.OK, found=f"in {chosen.data_dir}; keep a copy, the audit needs them")


async def _signing(chosen: Settings) -> Check:
    signing = chosen.signing
    own = signing.key.certificate
    named = f"{own.subject.rfc4514_string()}, until {own.not_valid_after_utc:%Y-%m-%d}"
    if own.not_valid_after_utc < datetime.now(UTC):
        remedy = (
            "Set SUIVI_SIGNING_KEY to a key with a certificate that is valid, and SUIVI_SIGNING_FORMER to this one."
        )
        return Check(part="signing", state=State.DOWN, found=f"{named}: no longer valid", remedy=remedy)
    real = chosen.environment == "production" or not is_sqlite(chosen.database_address)
    if signing.is_own and real:
        remedy = "Set SUIVI_SIGNING_KEY, the same on every server, so that others can tell whose signature it is."
        found = f"a key of its own making in {chosen.data_dir}"
        return Check(part="signing", state=State.NOTE, found=found, remedy=remedy)
    return Check(part="signing", state=State.OK, found=named)


async def _database(chosen: Settings) -> Check:
    where = parts.shown(chosen.database_address)
    await parts.require_database(chosen)
    file = parts.database_file(chosen)
    if file is not None and not file.exists():
        found = f"none yet at {file}"
        return Check(
            part="database", state=State.NOTE, found=found, remedy="`suivi serve` or `suivi migrate` makes it."
        )
    try:
        pending = await parts.pending_migrations(chosen)
    except BaseORMException as error:
        return Check(part="database", state=State.DOWN, found=f"{where}: {type(error).__name__}")
    if pending:
        remedy = "Run `suivi migrate`; `suivi serve` also does it when it starts."
        return Check(part="database", state=State.NOTE, found=f"{where} lacks {', '.join(pending)}", remedy=remedy)
    return Check(part="database", state=State.OK, found=f"{where}, up to date")


async def _storage(chosen: Settings) -> Check:
    parts.require_addresses(chosen)
    url = None if chosen.storage_url is None else chosen.storage_url.get_secret_value()
    where = parts.shown(url) if url else str(chosen.data_dir / "storage")
    store = open_store(url, data_dir=chosen.data_dir, base_url=chosen.base_url, link_key=bytes(32))
    try:
        await store.start()
        await store.check()
    except StoreUnavailable as error:
        remedy = (
            "Start it, or correct SUIVI_STORAGE_URL." if url else "Make the folder writable, or set SUIVI_DATA_DIR."
        )
        return Check(part="storage", state=State.DOWN, found=f"{where}: {error}", remedy=remedy)
    finally:
        await store.close()
    return Check(part="storage", state=State.OK, found=f"{where}, wrote and removed an object")


async def _feed(chosen: Settings) -> Check:
    parts.require_addresses(chosen)
    if chosen.feed_url is None:
        if is_sqlite(chosen.database_address):
            return Check(part="feed", state=State.OK, found="in process")
        remedy = "Set SUIVI_FEED_URL once there is more than one server or a worker."
        return Check(part="feed", state=State.NOTE, found="in process: live events stay within one", remedy=remedy)
    url = chosen.feed_url.get_secret_value()
    feed = open_feed(url)
    try:
        await feed.check()
    except Exception as error:
        found = f"{parts.shown(url)}: {type(error).__name__}"
        return Check(part="feed", state=State.DOWN, found=found, remedy="Start it, or correct SUIVI_FEED_URL.")
    finally:
        await feed.close()
    return Check(part="feed", state=State.OK, found=parts.shown(url))


async def _mail(chosen: Settings) -> Check:
    if chosen.smtp_url is None:
        found = "no mail server: notices to clinics that are reached by e-mail wait, none is lost"
        return Check(part="mail", state=State.NOTE, found=found, remedy="Set SUIVI_SMTP_URL and SUIVI_MAIL_FROM.")
    url = chosen.smtp_url.get_secret_value()
    try:
        route, sender = Route.parse(url), sender_address(chosen.mail_from)
    except ValueError as error:
        return Check(part="mail", state=State.DOWN, found=str(error), remedy="Correct it.")
    session = _session(route, sender.domain)
    try:
        await session.connect()
        protected = route.tls or session.get_transport_info("sslcontext") is not None
        with suppress(SMTPException, OSError):
            await session.quit(timeout=1)
    except (SMTPException, OSError) as error:
        remedy = "Start it, or correct SUIVI_SMTP_URL (user, password, starttls, ca)."
        found = f"{parts.shown(url)}: {type(error).__name__}"
        return Check(part="mail", state=State.DOWN, found=found, remedy=remedy)
    finally:
        session.close()
    return _mail_reached(f"{parts.shown(url)}, from {chosen.mail_from}", protected=protected, login=bool(route.user))


def _mail_reached(where: str, *, protected: bool, login: bool) -> Check:
    how = [words for words, yes in (("encrypted", protected), ("logged in", login)) if yes]
    found = ", ".join([where, *how])
    if protected:
        return Check(part="mail", state=State.OK, found=found)
    remedy = "Fine for a server on this machine; elsewhere add ?starttls=require or use smtps://."
    return Check(part="mail", state=State.NOTE, found=f"{found}, not encrypted", remedy=remedy)


def _session(route: Route, name: str) -> Session:
    return Session(
        hostname=route.host,
        port=route.port,
        username=route.user,
        password=route.password,
        use_tls=route.tls,
        start_tls=route.start_tls.value,
        tls_context=route.trust,
        timeout=10,
        local_hostname=name,
    )


async def _identity(chosen: Settings) -> Check:
    production = chosen.environment == "production"
    key = chosen.data_dir / "dev-key.json"
    verifier_for(production=production, issuer=chosen.oidc_issuer, audience=chosen.oidc_audience, dev_key=key)
    if chosen.oidc_issuer is None:
        remedy = "Before real use set SUIVI_ENVIRONMENT=production and SUIVI_OIDC_ISSUER."
        return Check(part="identity", state=State.NOTE, found="development tokens only (`suivi token`)", remedy=remedy)
    try:
        keys = await _published_keys(chosen.oidc_issuer)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        found = f"{chosen.oidc_issuer}: {error if type(error) is ValueError else type(error).__name__}"
        return Check(part="identity", state=State.DOWN, found=found, remedy="Start it, or correct SUIVI_OIDC_ISSUER.")
    return Check(part="identity", state=State.OK, found=f"{chosen.oidc_issuer}, {keys} keys published")


async def _published_keys(issuer: str) -> int:
    """How many keys the issuer publishes. Raises ValueError with a sentence when it is another issuer."""
    async with httpx.AsyncClient(timeout=5) as client:
        told = await client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        discovery = told.raise_for_status().json()
        if discovery["issuer"] != issuer:
            raise ValueError("its discovery document names another issuer; the two must be equal to the letter")
        keys = await client.get(discovery["jwks_uri"])
        return len(keys.raise_for_status().json()["keys"])


async def _documents(chosen: Settings) -> Check:
    required = chosen.trusted_only or any(limits.trusted_only for limits in chosen.partner_limits.values())
    if chosen.trusted_documents is None and not required:
        return Check(part="documents", state=State.OK, found="any may be sent")
    # Here, because the schema takes a second to make and most servers have no manifest.
    from suivi.graphql.limits.trusted import Trusted
    from suivi.graphql.schema import schema

    trusted = Trusted.of(chosen, schema.documents.schema)
    who = _held_to_manifests(chosen)
    found = f"{len(trusted.texts)} trusted in {chosen.trusted_documents}, {who}"
    return Check(part="documents", state=State.OK, found=found)


def _held_to_manifests(chosen: Settings) -> str:
    held = [limits.trusted_only for limits in chosen.partner_limits.values()]
    if chosen.trusted_only:
        free = held.count(False)
        return "and no others from anybody but operators" + (f" and {free} partners" if free else "")
    return f"and no others from {held.count(True)} partners" if True in held else "others too"


async def _delivery(chosen: Settings) -> Check:
    if chosen.deliver:
        return Check(part="delivery", state=State.OK, found="by the server itself")
    remedy = "Keep at least one `suivi worker` running, with the same settings."
    return Check(part="delivery", state=State.NOTE, found="not by the server (SUIVI_DELIVER=false)", remedy=remedy)


async def _address(chosen: Settings) -> Check:
    unset = chosen.public_url is None and (chosen.environment == "production" or chosen.host in ("0.0.0.0", "::"))  # noqa: S104
    if unset:
        remedy = "Set SUIVI_PUBLIC_URL to the address clients use."
        return Check(part="address", state=State.NOTE, found=f"links start with {chosen.base_url}", remedy=remedy)
    return Check(part="address", state=State.OK, found=f"links start with {chosen.base_url}")
