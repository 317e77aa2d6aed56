"""The ASGI application: GraphQL over HTTP and WebSocket, the embedded object store, health, the explorer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cross_web import HTTPException
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from suivi.core import database
from suivi.core.access.keys import secret_key
from suivi.core.access.tokens import TokenVerifier, Unauthenticated, verifier_for
from suivi.core.acting import House
from suivi.core.deliveries.worker import Deliverer
from suivi.core.events.feed import open_feed
from suivi.core.partners.models import Partner
from suivi.core.registry import Registry
from suivi.core.texts import language_of
from suivi.graphql.context import Context
from suivi.graphql.schema import schema
from suivi.settings import Settings
from suivi.storage import object_routes, open_store

log = logging.getLogger(__name__)

TEST_CLOCK = "suivi-clock"
MAX_REQUEST_BYTES = 2 * 1024 * 1024
PAGES = Path(__file__).parent / "pages"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Running:
    """The parts of a running server that outlive a request."""

    settings: Settings
    house: House
    verifier: TokenVerifier
    deliverer: Deliverer | None

    @classmethod
    def of(cls, settings: Settings, registry: Registry | None = None) -> "Running":
        """Raises PluginProblem, IdentityMisconfigured, BrokenKeyFile or ValueError, each with what to do."""
        house = make_house(settings, registry)
        verifier = verifier_for(
            production=settings.environment == "production",
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            dev_key=settings.data_dir / "dev-key.json",
        )
        return cls(
            settings=settings,
            house=house,
            verifier=verifier,
            deliverer=make_deliverer(settings, house) if settings.deliver else None,
        )

    def wake(self) -> None:
        if self.deliverer is not None:
            self.deliverer.wake()


def make_house(settings: Settings, registry: Registry | None = None) -> House:
    """`registry` in place of the installed plugins."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return House(
        registry=registry or Registry.load(choices=settings.specialties),
        store=open_store(
            _told(settings.storage_url),
            data_dir=settings.data_dir,
            base_url=settings.base_url,
            link_key=secret_key(settings.data_dir / "link.key"),
        ),
        feed=open_feed(_told(settings.feed_url)),
        wall_clock=utc_now,
        audit_key=settings.audit_secret,
    )


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def make_deliverer(settings: Settings, house: House) -> Deliverer:
    def link(delivery_id: UUID) -> str:
        return settings.notice_link.format(delivery=delivery_id)

    return Deliverer(house.registry, house.feed, house.audit_key, link)


@dataclass(kw_only=True)
class Connection:
    """What a WebSocket knows before and after `connection_init`; each operation gets a context of its own."""

    locale: str
    clock: Callable[[], datetime]
    running: Running
    connection_params: dict[str, Any] = field(default_factory=dict, repr=False)
    context: Context | None = None

    def for_operation(self) -> Context:
        assert self.context is not None, "no operation runs before connection_init is accepted"  # noqa: S101
        return self.context.for_operation()


class Endpoint(GraphQL[Any, None]):
    """Strawberry's view with our authentication in front."""

    def __init__(self, running: Running) -> None:
        development = running.settings.environment == "development"
        super().__init__(
            schema,
            graphql_ide="graphiql" if development else None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=10),
            allowed_origins=running.settings.allowed_origins,
        )
        self.running = running
        self.development = development

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            _require_small(request)
            if not self._wants_explorer(request.scope):
                request.scope["suivi.context"] = await self._context(request)
            return await self.run(request)
        except Unauthenticated as refused:
            return _unauthenticated(refused)
        except HTTPException as error:
            answer = {"message": error.reason, "extensions": {"code": "BAD_REQUEST"}}
            return JSONResponse({"errors": [answer]}, status_code=error.status_code)

    def parse_json(self, data: str | bytes) -> Any:
        """Raises HTTPException (400) for JSON that is no request, which Strawberry would trip over."""
        try:
            request = super().parse_json(data)
        except (UnicodeDecodeError, RecursionError) as error:
            raise HTTPException(400, "Unable to parse request body as JSON") from error
        if not isinstance(request, dict | list):
            raise HTTPException(400, "A request is a JSON object with a query.")
        return request

    def _wants_explorer(self, scope: Any) -> bool:
        return self.development and scope["method"] == "GET"

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        if isinstance(request, WebSocket):
            return Connection(locale=_locale(request), clock=self._connection_clock(request), running=self.running)
        return request.scope.get("suivi.context")

    async def _context(self, request: Request) -> Context:
        viewer = await self.running.verifier.verify(_bearer(request.headers.get("authorization")), now=utc_now())
        return Context(
            viewer=viewer,
            house=self.running.house,
            clock=self._clock(request),
            locale=_locale(request),
            after_commit=self.running.wake,
        )

    def _connection_clock(self, request: WebSocket) -> Callable[[], datetime]:
        """A handshake cannot be told what is wrong with its header: real time it is then."""
        try:
            return self._clock(request)
        except HTTPException:
            return utc_now

    def _clock(self, request: Request | WebSocket) -> Callable[[], datetime]:
        """The test clock: in development only, a header says which moment a request is played at (R-068)."""
        told = request.headers.get(TEST_CLOCK) if self.development else None
        if told is None:
            return utc_now
        try:
            moment = datetime.fromisoformat(told)
        except ValueError as error:
            raise HTTPException(400, f"{TEST_CLOCK} is an instant in ISO 8601, such as 2026-03-13T18:00Z.") from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return lambda: moment.astimezone(UTC)

    async def on_ws_connect(self, context: Any) -> Any:
        params = context.connection_params
        token = next((value for name, value in params.items() if name.lower() == "authorization"), None)
        try:
            viewer = await self.running.verifier.verify(_bearer(token), now=utc_now())
        except Unauthenticated as refused:
            raise ConnectionRejectionError({"code": refused.code}) from refused
        context.context = Context(
            viewer=viewer,
            house=self.running.house,
            clock=context.clock,
            locale=language_of(told if isinstance(told := params.get("locale"), str) else context.locale),
            after_commit=self.running.wake,
        )
        return await super().on_ws_connect(context)


def _require_small(request: Request) -> None:
    """Files never pass through here, so that no request is large."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > MAX_REQUEST_BYTES:
        raise HTTPException(413, f"A request has at most {MAX_REQUEST_BYTES} bytes; files go to the object store.")


def _bearer(header: Any) -> str:
    if not isinstance(header, str):
        return ""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _locale(request: Request | WebSocket) -> str:
    """The first language of Accept-Language; an argument `locale` wins over it."""
    first = request.headers.get("accept-language", "en").split(",")[0].split(";")[0].strip()
    return first if first and first != "*" else "en"


def _unauthenticated(refused: Unauthenticated) -> Response:
    status = 503 if refused.code == "ISSUER_UNREACHABLE" else 401
    error = {"message": refused.sentence, "extensions": {"code": refused.code}}
    return JSONResponse({"errors": [error]}, status_code=status, headers={"WWW-Authenticate": "Bearer"})


async def health(request: Request) -> Response:
    """Alive, and able to reach its database."""
    try:
        await Partner.exists()
    except Exception:
        log.exception("the database does not answer")
        return JSONResponse({"status": "unavailable"}, status_code=503)
    return JSONResponse({"status": "ok"})


async def opened_notice(request: Request) -> Response:
    """Where the link of a notice leads when no frontend has been set for it: words, and nothing about anybody."""
    page = (PAGES / "notice.html").read_text(encoding="utf-8")
    return HTMLResponse(page, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


async def home(request: Request) -> Response:
    return RedirectResponse("/graphql")


def create_app(settings: Settings | None = None, *, registry: Registry | None = None) -> Starlette:
    """The application for these settings, or for those of the environment."""
    settings = settings or Settings()
    running = Running.of(settings, registry)
    endpoint = Endpoint(running)
    routes: list[BaseRoute] = [
        Route("/", home),
        Route("/health", health),
        Route("/open/{delivery}", opened_notice),
        Route("/graphql", endpoint, methods=["GET", "POST", "OPTIONS"], middleware=[_browsers(settings)]),
        WebSocketRoute("/graphql", endpoint),
        *object_routes(running.house.store),
    ]
    app = Starlette(routes=routes, lifespan=lambda _: starting(running))
    app.state.running = running
    return app


def _browsers(settings: Settings) -> Middleware:
    """Pages on these origins may call: the bearer token is the permission, and no cookie takes part."""
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["POST"],
        allow_headers=["authorization", "content-type", "accept-language", TEST_CLOCK],
    )


@asynccontextmanager
async def starting(running: Running) -> AsyncIterator[None]:
    """For a server that knows nothing of Suivi: brings the database up to date, however many start at once."""
    await database.migrate(running.settings.database_address)
    async with living(running):
        yield


@asynccontextmanager
async def living(running: Running) -> AsyncIterator[None]:
    """Connects on the way in; on the way out finishes what is in hand, then disconnects."""
    settings, house = running.settings, running.house
    async with AsyncExitStack() as stack:
        await database.connect(settings.database_address, pool=settings.database_pool)
        stack.push_async_callback(database.disconnect)
        await house.store.start()
        stack.push_async_callback(house.store.close)
        await house.feed.start()
        stack.push_async_callback(house.feed.close)
        if running.deliverer is not None:
            await stack.enter_async_context(delivering(running.deliverer))
        yield


@asynccontextmanager
async def delivering(deliverer: Deliverer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(deliverer.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


def __getattr__(name: str) -> Any:
    """`app`, made from the environment when a server asks for it: `uvicorn suivi.graphql.app:app`."""
    if name == "app":
        return create_app()
    raise AttributeError(name)
