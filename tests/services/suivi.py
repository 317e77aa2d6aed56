"""A whole Suivi in the test's own process, and clients that talk to it as their role."""

import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiosqlite
import httpx
from PIL import Image
from starlette.applications import Starlette

from suivi.core.access.keys import LocalKey
from suivi.core.access.viewer import Role
from suivi.core.postgres import Connection
from suivi.core.registry import Registry
from suivi.graphql.app import Running, create_app, living
from suivi.plugins import complaint_bodies
from suivi.plugins.email import EmailPlugin
from suivi.settings import Settings

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
REFUSAL = "... on Refusal { code message remedy field availableFrom conflict { currentVersion changes { kind } } }"


def jpeg(*, size: tuple[int, int] = (64, 48), colour: str = "white") -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", size, colour).save(picture, "JPEG")
    return picture.getvalue()


@dataclass(kw_only=True)
class Client:
    """Somebody with a token. `clock` is the moment they act at, by the development clock of the server."""

    http: httpx.AsyncClient
    token: str
    clock: datetime = NOW
    locale: str = "en"

    def at(self, clock: datetime) -> "Client":
        return Client(http=self.http, token=self.token, clock=clock, locale=self.locale)

    async def send(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The whole answer, errors included."""
        headers = {
            "authorization": f"Bearer {self.token}",
            "suivi-clock": self.clock.isoformat(),
            "accept-language": self.locale,
            "content-type": "application/json",
        }
        # In ASCII: half of a surrogate pair, which tests send too, has no UTF-8.
        content = json.dumps({"query": query, "variables": variables})
        answer = await self.http.post("/graphql", content=content, headers=headers)
        body: dict[str, Any] = answer.json()
        return body

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that has no errors."""
        body = await self.send(query, variables)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    async def do(self, mutation: str, fields: str = "", *, key: str | None = None, **given: Any) -> dict[str, Any]:
        """The result of one mutation: the object with `fields`, or the refusal."""
        kind = f"{mutation[0].upper()}{mutation[1:]}"
        wanted = f"__typename {fields} {REFUSAL}"
        query = f"mutation($input: {kind}Input!) {{ result: {mutation}(input: $input) {{ {wanted} }} }}"
        data = await self.ask(query, input={"idempotencyKey": key or str(uuid4()), **given})
        result: dict[str, Any] = data["result"]
        return result

    async def refused(self, mutation: str, **given: Any) -> str:
        """The code of the refusal that is expected."""
        result = await self.do(mutation, **given)
        assert result["__typename"] == "Refusal", result
        code: str = result["code"]
        return code


@dataclass(kw_only=True)
class Suivi:
    app: Starlette
    running: Running
    http: httpx.AsyncClient
    key: LocalKey = field(repr=False)

    def token(
        self,
        role: Role,
        subject: str,
        *,
        partner: UUID | None = None,
        frontend: str | None = None,
        lives: timedelta = timedelta(hours=1),
    ) -> str:
        return self.key.mint(
            subject=subject,
            role=role,
            partner_id=partner,
            frontend=frontend,
            lives=lives,
            now=datetime.now(UTC),
        )

    def as_(self, role: Role, subject: str, **claims: Any) -> Client:
        return Client(http=self.http, token=self.token(role, subject, **claims))

    async def upload(self, client: Client, begun: Mapping[str, Any], content: bytes) -> httpx.Response:
        """Send the file with the form of a `beginUpload` result that selected FORM."""
        form = begun["form"]
        fields = {item["name"]: item["value"] for item in form["fields"]}
        async with httpx.AsyncClient(transport=self._transport(form["url"]), timeout=30) as http:
            return await http.post(form["url"], data=fields, files={"file": ("photo", content)})

    async def download(self, url: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport(url)) as http:
            return await http.get(url)

    def _transport(self, url: str) -> httpx.AsyncBaseTransport | None:
        return httpx.ASGITransport(app=self.app) if url.startswith(self.running.settings.base_url) else None


FORM = "... on Upload { evidence { id } form { url fields { name value } } }"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@asynccontextmanager
async def suivi(
    *,
    data_dir: Path,
    database_url: str,
    storage_url: str | None = None,
    feed_url: str | None = None,
    smtp_url: str | None = None,
    registry: Registry | None = None,
    **settings: Any,
) -> AsyncIterator[Suivi]:
    """Running on this database, which is already migrated, until the context ends."""
    told: dict[str, Any] = {
        "data_dir": data_dir,
        "database_url": database_url,
        "storage_url": storage_url,
        "feed_url": feed_url,
        "public_url": "http://suivi.test",
    }
    chosen = Settings(**(told | settings))
    email = EmailPlugin(smtp_url, "notices@suivi.example")
    plugins = registry or Registry.load(only=["dental"], extra=[email, complaint_bodies])
    app = create_app(chosen, registry=plugins)
    running: Running = app.state.running
    async with (
        living(running),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://suivi.test") as http,
    ):
        yield Suivi(app=app, running=running, http=http, key=LocalKey.load(data_dir / "dev-key.json"))


COUNTING: ContextVar[list[str] | None] = ContextVar("counting", default=None)


class Statements:
    """Counts the SQL statements that are sent while it is entered, by this task and those it starts, not by others.

    Beginning and ending transactions is not counted.
    """

    DRIVERS: Mapping[type, tuple[str, ...]] = {
        Connection: ("execute", "executemany", "fetch", "fetchrow", "fetchval"),
        aiosqlite.Connection: ("execute", "executemany", "execute_fetchall", "execute_insert"),
    }

    def __init__(self) -> None:
        self.sent: list[str] = []

    def __enter__(self) -> "Statements":
        self._kept = [(driver, name, getattr(driver, name)) for driver, names in self.DRIVERS.items() for name in names]
        for driver, name, method in self._kept:
            setattr(driver, name, _counted(method))
        self._token = COUNTING.set(self.sent)
        return self

    def __exit__(self, *_: object) -> None:
        COUNTING.reset(self._token)
        for driver, name, method in self._kept:
            setattr(driver, name, method)

    def __len__(self) -> int:
        return len(self.sent)


def _counted(method: Callable[..., Any]) -> Callable[..., Any]:
    def send(connection: Any, query: str, *values: Any, **told: Any) -> Any:
        sent = COUNTING.get()
        if sent is not None and not query.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            sent.append(query)
        return method(connection, query, *values, **told)

    return send
