"""Files of confirmations over HTTP: the signature in the address is the permission, and no token or cookie is asked."""

import logging
from uuid import UUID

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from suivi.core.acting import House
from suivi.core.confirmations.models import Confirmation
from suivi.core.confirmations.opening import (
    CONTENT_TYPES,
    PLACE,
    FileFormat,
    file_name,
    file_of,
    has_expired,
    is_granted,
)
from suivi.core.documents.signing import CertificateEnded
from suivi.graphql.running import Running

log = logging.getLogger(__name__)

_ANY_ORIGIN = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "HEAD"],
    allow_headers=["*"],
    expose_headers=["Content-Disposition", "Content-Length"],
)


def download_routes(running: Running) -> list[BaseRoute]:
    async def confirmation(request: Request) -> Response:
        return await _confirmation(running.house, request)

    # OPTIONS reaches the middleware, which answers preflights.
    return [
        Route(
            f"{PLACE}/{{confirmation_id:uuid}}.{{file_format}}",
            confirmation,
            methods=["GET", "OPTIONS"],
            middleware=[_ANY_ORIGIN],
        )
    ]


async def _confirmation(house: House, request: Request) -> Response:
    expires, signature = request.query_params.get("expires", ""), request.query_params.get("signature", "")
    if not is_granted(house, request.url.path, expires=expires, signature=signature):
        return _denied("This address was not made here, or was changed.", 403)
    if has_expired(house, expires):
        return _denied("This link has expired; open the confirmation again for a new one.", 403)
    identity: UUID = request.path_params["confirmation_id"]
    found = await Confirmation.get_or_none(id=identity)
    if found is None:
        return _denied("There is no such confirmation.", 404)
    file_format = FileFormat(request.path_params["file_format"])
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'inline; filename="{file_name(found, file_format)}"',
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    try:
        content = await file_of(house, found, file_format)
    except CertificateEnded as ended:
        log.error("a confirmation cannot be signed: %s", ended)
        return _denied("This document cannot be signed at the moment. Ask whoever runs this server.", 503)
    return Response(content, headers=headers, media_type=CONTENT_TYPES[file_format])


def _denied(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers={"Cache-Control": "no-store"})
