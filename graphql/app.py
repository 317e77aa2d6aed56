"""The ASGI application: the GraphQL endpoint, the embedded object store, health, the page of a notice's link."""

import logging
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from suivi.core.partners.models import Partner
from suivi.core.registry import Registry
from suivi.graphql.certificates import certificate_route
from suivi.graphql.downloads import download_routes
from suivi.graphql.endpoint.callers import TEST_CLOCK
from suivi.graphql.endpoint.http import PREFLIGHT, Endpoint
from suivi.graphql.running import Running, living, make_deliverer, make_house, starting
from suivi.settings import Settings
from suivi.storage import object_routes

__all__ = ["Running", "create_app", "living", "make_deliverer", "make_house", "starting"]

log = logging.getLogger(__name__)

PAGES = Path(__file__).parent / "pages"


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


class Application(Starlette):
    """Starlette, with a short way for what nearly every request is: a document posted by no page of another site.

    And for WebSockets, which look at origins themselves and stay for hours with whatever is between.
    """

    def __init__(self, endpoint: Endpoint, **rest: Any) -> None:
        super().__init__(**rest)
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_plain(scope) or (scope["type"] == "websocket" and scope["path"] == "/graphql"):
            await self._endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def is_plain(scope: Scope) -> bool:
    """Whether neither routes nor cross-origin rules have anything to say about a request."""
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/graphql":
        return False
    for name, _ in scope["headers"]:  # noqa: SIM110 - a generator takes several times as long
        if name == b"origin":
            return False
    return True


def create_app(settings: Settings | None = None, *, registry: Registry | None = None) -> Starlette:
    """The application for these settings, or for those of the environment."""
    settings = settings or Settings()
    running = Running.of(settings, registry)
    endpoint = Endpoint(running)
    routes: list[BaseRoute] = [
        Route("/", home),
        Route("/health", health),
        Route("/open/{delivery}", opened_notice),
        Route("/graphql", endpoint, middleware=[_browsers(settings)]),
        WebSocketRoute("/graphql", endpoint),
        certificate_route(running.house.signing),
        *object_routes(running.house.store),
        *download_routes(running),
    ]
    app = Application(endpoint, routes=routes, lifespan=lambda _: starting(running))
    app.state.running = running
    return app


def _browsers(settings: Settings) -> Middleware:
    """Pages on these origins may call: the bearer token is the permission, and no cookie takes part."""
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type", "accept-language", TEST_CLOCK, *PREFLIGHT],
        expose_headers=["retry-after"],
    )


def __getattr__(name: str) -> Any:
    """`app`, made from the environment when a server asks for it: `uvicorn suivi.graphql.app:app`."""
    if name == "app":
        return create_app()
    raise AttributeError(name)
