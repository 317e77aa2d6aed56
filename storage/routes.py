"""What a server mounts for the disk store: `POST /objects` takes uploads, `GET /objects/KEY` serves links.

It answers as S3 does (204, and XML errors), so that a frontend need not know which store it talks to. Any origin may
call: the signature is the permission, and no cookie takes part.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from suivi.core.evidence.objects import ObjectStore, StoreUnavailable
from suivi.storage.disk import DiskStore
from suivi.storage.multipart import ReceivedForm
from suivi.storage.names import shown_inline
from suivi.storage.tickets import Denied

Handler = Callable[[Request], Awaitable[Response]]

_FIELDS_SECONDS = 10
"""For what comes before the file: only then is it known whether anybody was given leave to send one."""
_LINGER_BYTES = 16 * 1024 * 1024
_LINGER_SECONDS = 60
_ANY_ORIGIN = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "HEAD", "POST"],
    allow_headers=["*"],
    expose_headers=["Content-Disposition", "Content-Length", "Content-Range", "ETag"],
)


def object_routes(store: ObjectStore) -> list[BaseRoute]:
    """Routes for the disk store; an S3 store serves itself and needs none."""
    if not isinstance(store, DiskStore):
        return []

    async def upload(request: Request) -> Response:
        return await _take_upload(store, request)

    async def serve(request: Request) -> Response:
        return await _serve(store, request)

    # OPTIONS reaches the middleware, which answers preflights.
    return [
        Route("/objects", _answering(upload), methods=["POST", "OPTIONS"], middleware=[_ANY_ORIGIN]),
        Route("/objects/{key:path}", _answering(serve), methods=["GET", "OPTIONS"], middleware=[_ANY_ORIGIN]),
    ]


async def _take_upload(store: DiskStore, request: Request) -> Response:
    form = ReceivedForm(request.headers.get("content-type", ""), request.stream())
    try:
        async with asyncio.timeout(_FIELDS_SECONDS):
            fields = await form.fields()
        grant = store.tickets.grant(fields, now=store.now())
        async with aclosing(form.file()) as chunks:
            await store.receive(grant.key, chunks, max_bytes=grant.max_bytes)
    except Denied as denied:
        return _error(denied, hang_up=not await _drained(form))
    except TimeoutError:
        return _error(Denied("RequestTimeout", "The fields of the form did not arrive.", status=400), hang_up=True)
    return Response(status_code=204)


async def _drained(form: ReceivedForm) -> bool:
    try:
        async with asyncio.timeout(_LINGER_SECONDS):
            return await form.drain(_LINGER_BYTES)
    except TimeoutError:
        return False


async def _serve(store: DiskStore, request: Request) -> Response:
    key = request.path_params["key"]
    serving = store.tickets.serving(key, request.query_params, now=store.now())
    found = await store.locate(key)
    if found is None:
        raise Denied("NoSuchKey", "There is no such object.", status=404)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": shown_inline(serving.filename),
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(found[0], headers=headers, media_type=serving.content_type, stat_result=found[1])


def _answering(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Denied as denied:
            return _error(denied)
        except StoreUnavailable:
            return _error(Denied("ServiceUnavailable", "The store does not answer now.", status=503))
        except ClientDisconnect:
            # Nobody is left to read it.
            return Response(status_code=400)

    return answer


def _error(denied: Denied, *, hang_up: bool = False) -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{denied.code}</Code><Message>{denied.message}</Message></Error>"
    )
    headers = {"Cache-Control": "no-store"}
    if hang_up:
        # Without it the server would go on taking in the rest of the body.
        headers["Connection"] = "close"
    return Response(body, status_code=denied.status, headers=headers, media_type="application/xml")
