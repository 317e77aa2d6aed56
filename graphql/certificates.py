"""Where anybody fetches the certificates that documents are verified with."""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from suivi.core.documents.signing import Signing

PATH = "/certificate.pem"
_SECONDS = 3600


def certificate_route(signing: Signing) -> Route:
    """Public: a certificate says whose signature it is, and is no secret."""

    async def certificate(request: Request) -> Response:
        # In a thread, because the first one to ask may have a key made.
        pem = await asyncio.to_thread(lambda: signing.pem)
        kept = {"Cache-Control": f"public, max-age={_SECONDS}", "Access-Control-Allow-Origin": "*"}
        return PlainTextResponse(pem, media_type="application/x-pem-file", headers=kept)

    return Route(PATH, certificate, methods=["GET"])
