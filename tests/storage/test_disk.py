"""What only the embedded store has to take care of, being its own server."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from suivi.core.evidence.objects import ObjectStore, UploadForm
from suivi.storage import DiskStore, object_routes, open_store, routes
from suivi.storage.s3 import S3Store
from tests.storage.conftest import ServedDisk
from tests.storage.test_stores import a_link
from tests.storage.uploads import MEGABYTE, PHOTO, a_form, a_key, content_of, error_code, stored

BOUNDARY = "frontier"


def a_part(name: str, content: bytes, *, filename: str = "") -> bytes:
    named = f'; filename="{filename}"' if filename else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


def the_fields(form: UploadForm) -> bytes:
    return b"".join(a_part(name, value.encode()) for name, value in form.fields.items())


THE_FILE = a_part("file", PHOTO, filename="photo.jpg")
THE_END = f"--{BOUNDARY}--\r\n".encode()


async def post(form: UploadForm, body: bytes) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return await client.post(form.url, content=body, headers=headers)


async def test_the_form_may_be_written_by_hand(disk: DiskStore) -> None:
    form = a_form(disk)

    answer = await post(form, the_fields(form) + THE_FILE + THE_END)

    assert answer.status_code == 204
    assert await content_of(disk, form.fields["key"]) == PHOTO


@pytest.mark.parametrize(
    "after",
    [
        b"",
        THE_FILE,
        THE_FILE + a_part("key", b"uploads/other") + THE_END,
        THE_FILE + THE_FILE + THE_END,
        a_part("key", b"uploads/other") + THE_FILE + THE_END,
        a_part("note", b"x" * 100_000) + THE_FILE + THE_END,
        b"".join(a_part(f"note{n}", b"x") for n in range(50)) + THE_FILE + THE_END,
        b"no part at all",
        THE_END,
    ],
    ids=["no file", "cut off", "field after file", "two files", "key twice", "long", "many", "garbage", "only fields"],
)
async def test_a_body_that_is_no_whole_form_is_refused_and_nothing_of_it_kept(
    disk: DiskStore, served_disk: ServedDisk, after: bytes
) -> None:
    form = a_form(disk)

    answer = await post(form, the_fields(form) + after)

    assert error_code(answer) == (400, "MalformedPOSTRequest")
    assert served_disk.files() == []


async def test_a_file_before_the_signature_is_refused(disk: DiskStore, served_disk: ServedDisk) -> None:
    form = a_form(disk)

    answer = await post(form, THE_FILE + the_fields(form) + THE_END)

    assert error_code(answer) in [(403, "SignatureDoesNotMatch"), (400, "MalformedPOSTRequest")]
    assert served_disk.files() == []


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", ""])
async def test_a_body_that_is_no_form_is_refused(disk: DiskStore, content_type: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(a_form(disk).url, content=b"{}", headers={"Content-Type": content_type})

    assert error_code(answer) == (400, "MalformedPOSTRequest")


@pytest.mark.parametrize("signature", ["", "é", "0" * 64])
async def test_a_form_without_its_signature_is_refused(disk: DiskStore, signature: str) -> None:
    form = a_form(disk)
    fields = b"".join(
        a_part(name, (signature if name == "signature" else value).encode()) for name, value in form.fields.items()
    )

    answer = await post(form, fields + THE_FILE + THE_END)

    assert error_code(answer) == (403, "SignatureDoesNotMatch")


async def test_a_form_of_another_server_is_refused(disk: DiskStore, served_disk: ServedDisk) -> None:
    elsewhere = DiskStore(served_disk.folder, base_url=served_disk.url, link_key=b"another key")
    form = a_form(elsewhere)

    answer = await post(form, the_fields(form) + THE_FILE + THE_END)

    assert error_code(answer) == (403, "SignatureDoesNotMatch")


async def test_a_connection_that_drops_during_an_upload_leaves_nothing(
    disk: DiskStore, served_disk: ServedDisk
) -> None:
    form = a_form(disk)
    body = the_fields(form) + a_part("file", bytes(2 * MEGABYTE), filename="photo.jpg")
    head = (
        f"POST /objects HTTP/1.1\r\nHost: suivi\r\nContent-Length: {len(body) + 100}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    address = urlsplit(form.url)

    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(head.encode() + body)
    await writer.drain()
    async with asyncio.timeout(10):
        while not served_disk.files():
            await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()

        while served_disk.files():
            await asyncio.sleep(0.01)
    assert await disk.stat(form.fields["key"]) is None


async def test_a_form_that_does_not_arrive_is_not_waited_for(disk: DiskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_FIELDS_SECONDS", 0.05)

    answer = await never_ending(disk, the_fields(a_form(disk))[:-50])

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"<Code>RequestTimeout</Code>" in answer


async def test_the_rest_of_a_refused_form_is_not_waited_for(disk: DiskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_LINGER_SECONDS", 0.05)

    answer = await never_ending(disk, b"no part at all")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"<Code>MalformedPOSTRequest</Code>" in answer


async def never_ending(disk: DiskStore, begun: bytes) -> bytes:
    """All that is answered to a body of which no more comes, until the connection is closed."""
    address = urlsplit(a_form(disk).url)
    head = (
        f"POST /objects HTTP/1.1\r\nHost: suivi\r\nContent-Length: {MEGABYTE}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(head.encode() + begun)
    async with asyncio.timeout(4):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_file_sent_far_beyond_its_limit_is_cut_off(disk: DiskStore, served_disk: ServedDisk) -> None:
    form = a_form(disk, max_bytes=10)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield the_fields(form) + a_part("file", b"", filename="photo.jpg")[:-2]
        while sent < 500 * MEGABYTE:
            sent += MEGABYTE
            yield bytes(MEGABYTE)

    async with httpx.AsyncClient() as client:
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        try:
            answer = await client.post(form.url, content=endless(), headers=headers)
        except httpx.TransportError:
            pass
        else:
            assert error_code(answer) == (400, "EntityTooLarge")

    assert sent < 100 * MEGABYTE
    assert served_disk.files() == []


async def test_a_link_answers_a_question_about_the_file_and_forbids_guessing_its_type(disk: DiskStore) -> None:
    key = await stored(disk)

    async with httpx.AsyncClient() as client:
        answer = await client.head(a_link(disk, key), headers={"Origin": "https://frontend.example"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PHOTO))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/objects/..%2f..%2fsecret", "/objects/%2e%2e/%2e%2e/secret", "/objects//etc/passwd"])
async def test_an_address_that_climbs_out_of_the_folder_is_refused(
    disk: DiskStore, served_disk: ServedDisk, path: str
) -> None:
    query = a_link(disk, a_key()).split("?")[1]

    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{served_disk.url}{path}?{query}")

    assert answer.status_code in {403, 404}


async def test_a_folder_of_objects_is_no_object(disk: DiskStore) -> None:
    key = await stored(disk)
    folder = key.split("/")[0]

    assert await disk.stat(folder) is None
    assert await disk.stat(f"{key}/below") is None


async def test_a_move_that_was_cut_off_halfway_is_finished_by_the_same_call(
    disk: DiskStore, served_disk: ServedDisk
) -> None:
    key = await stored(disk)
    (served_disk.folder / "kept" / "sealed").hardlink_to(served_disk.folder / "kept" / key)

    await disk.move(key, "sealed")

    assert served_disk.files() == ["kept/sealed"]


async def test_what_a_killed_process_left_behind_is_swept_after_a_day(disk: DiskStore, served_disk: ServedDisk) -> None:
    old, recent = served_disk.folder / "incoming" / "old", served_disk.folder / "incoming" / "recent"
    for file in (old, recent):
        file.write_bytes(b"half a photo")
    os.utime(old, (0, 0))

    await disk.start()

    assert served_disk.files() == ["incoming/recent"]


async def test_uploads_and_links_say_when_the_folder_is_gone(disk: DiskStore, served_disk: ServedDisk) -> None:
    form, link = a_form(disk), a_link(disk, a_key())
    for folder in ("kept", "incoming"):
        (served_disk.folder / folder).rmdir()

    uploaded = await post(form, the_fields(form) + THE_FILE + THE_END)
    async with httpx.AsyncClient() as client:
        served = await client.get(link)

    assert error_code(uploaded) == (503, "ServiceUnavailable")
    assert error_code(served) == (503, "ServiceUnavailable")


def test_without_an_address_objects_go_to_the_data_folder(tmp_path: Path) -> None:
    store: ObjectStore = open_store(None, data_dir=tmp_path, base_url="http://suivi.example/", link_key=b"key")

    assert isinstance(store, DiskStore)
    assert len(object_routes(store)) == 2
    assert a_link(store, "a").startswith("http://suivi.example/objects/a?")


async def test_with_an_address_objects_go_to_the_s3_service(tmp_path: Path) -> None:
    store = open_store("s3://k:s@host/bucket", data_dir=tmp_path, base_url="http://suivi.example", link_key=b"key")

    assert isinstance(store, S3Store)
    assert object_routes(store) == []
    await store.close()
