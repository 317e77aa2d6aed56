"""What a frontend does with an upload form."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import uuid4

import httpx

from suivi.core.evidence.objects import ObjectStore, UploadForm

MEGABYTE = 1024 * 1024
PHOTO = b"\xff\xd8\xff the bytes of a photo"


def a_key(folder: str = "uploads") -> str:
    return f"{folder}/{uuid4().hex}"


def a_form(
    store: ObjectStore,
    key: str | None = None,
    *,
    content_type: str = "image/jpeg",
    max_bytes: int = 20 * MEGABYTE,
    expires_in: timedelta = timedelta(minutes=5),
) -> UploadForm:
    return store.upload_form(
        key or a_key(), content_type=content_type, max_bytes=max_bytes, expires_at=datetime.now(UTC) + expires_in
    )


async def send(
    form: UploadForm, content: bytes = PHOTO, *, changed: Mapping[str, str] = MappingProxyType({})
) -> httpx.Response:
    """POST the form with some of its fields changed."""
    fields = {**form.fields, **changed}
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.post(form.url, data=fields, files={"file": ("photo.jpg", content, "image/jpeg")})


async def stored(store: ObjectStore, content: bytes = PHOTO, *, folder: str = "uploads") -> str:
    """The key of an object that has been uploaded."""
    key = a_key(folder)
    assert (await send(a_form(store, key), content)).status_code == 204
    return key


async def content_of(store: ObjectStore, key: str) -> bytes:
    return b"".join([chunk async for chunk in store.read(key)])


def error_code(response: httpx.Response) -> tuple[int, str]:
    """The status and the code in S3's XML error."""
    found = re.search("<Code>(.*)</Code>", response.text)
    return response.status_code, found[1] if found else ""
