"""What every object store does, over real HTTP: the embedded one and a real S3 service pass the same tests."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from suivi.core.evidence.objects import KeyTaken, ObjectStore, StoredObject, StoreUnavailable
from suivi.storage import DiskStore, S3Address
from suivi.storage.s3 import S3Store
from tests.services.seaweed import SECRET_KEY
from tests.storage.conftest import Stores
from tests.storage.uploads import MEGABYTE, PHOTO, a_form, a_key, content_of, error_code, send, stored

SOON = timedelta(minutes=5)
T = TypeVar("T")


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def a_link(store: ObjectStore, key: str, filename: str = "photo.jpg") -> str:
    return store.link(key, expires_in=SOON, content_type="image/jpeg", filename=filename)


async def get(url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(url, headers=headers)


class TestUploading:
    """R-240: the form bounds key, size, type and time."""

    async def test_a_photo_sent_with_the_form_is_kept_byte_for_byte(self, store: ObjectStore) -> None:
        content = bytes(range(256)) * 4096 * 5
        key = a_key()

        answer = await send(a_form(store, key), content)

        assert answer.status_code == 204
        assert await store.stat(key) == StoredObject(key=key, size=len(content))
        assert await content_of(store, key) == content

    @pytest.mark.parametrize(
        ("size", "code"),
        [(0, "EntityTooSmall"), (20 * MEGABYTE + 1, "EntityTooLarge"), (30 * MEGABYTE, "EntityTooLarge")],
    )
    async def test_an_empty_or_too_large_file_is_refused_and_not_kept(
        self, store: ObjectStore, size: int, code: str
    ) -> None:
        key = a_key()

        answer = await send(a_form(store, key, max_bytes=20 * MEGABYTE), bytes(size))

        assert error_code(answer) == (400, code)
        assert await store.stat(key) is None

    async def test_a_file_of_exactly_the_largest_size_is_kept(self, store: ObjectStore) -> None:
        key = a_key()

        answer = await send(a_form(store, key, max_bytes=MEGABYTE), bytes(MEGABYTE))

        assert answer.status_code == 204

    @pytest.mark.parametrize("changed", [{"key": "uploads/other"}, {"Content-Type": "text/html"}])
    async def test_another_key_or_type_than_the_form_names_is_refused(
        self, store: ObjectStore, changed: dict[str, str]
    ) -> None:
        form = a_form(store)

        answer = await send(form, changed=changed)

        assert error_code(answer) == (403, "AccessDenied")
        assert await store.stat(form.fields["key"]) is None
        assert await store.stat("uploads/other") is None

    async def test_a_form_does_not_work_with_the_policy_of_another(self, store: ObjectStore) -> None:
        form, wider = a_form(store), a_form(store, max_bytes=1000 * MEGABYTE)

        answer = await send(form, changed={"policy": wider.fields["policy"]})

        assert error_code(answer) == (403, "SignatureDoesNotMatch")

    async def test_a_field_that_the_form_does_not_have_is_refused(self, store: ObjectStore) -> None:
        form = a_form(store)

        answer = await send(form, changed={"x-amz-meta-owner": "someone"})

        assert error_code(answer) == (403, "AccessDenied")
        assert await store.stat(form.fields["key"]) is None

    async def test_an_expired_form_is_refused(self, store: ObjectStore) -> None:
        form = a_form(store, expires_in=timedelta(minutes=-1))

        answer = await send(form)

        assert error_code(answer) == (403, "AccessDenied")
        assert await store.stat(form.fields["key"]) is None

    async def test_a_page_of_another_origin_may_upload(self, store: ObjectStore) -> None:
        asks = {"Origin": "https://frontend.example", "Access-Control-Request-Method": "POST"}

        async with httpx.AsyncClient() as client:
            answer = await client.options(a_form(store).url, headers=asks)

        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"


class TestLinks:
    """R-243: short-lived read addresses."""

    async def test_a_link_serves_the_photo_under_its_type_and_name_and_forbids_caching(
        self, store: ObjectStore
    ) -> None:
        key = await stored(store)

        answer = await get(a_link(store, key, "œil droit.jpg"))

        assert (answer.status_code, answer.content) == (200, PHOTO)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''%C5%93il%20droit.jpg"
        assert answer.headers["cache-control"] == "private, no-store"

    async def test_a_link_serves_a_range_of_bytes(self, store: ObjectStore) -> None:
        key = await stored(store)

        answer = await get(a_link(store, key), Range="bytes=2-4")

        assert (answer.status_code, answer.content) == (206, PHOTO[2:5])

    async def test_a_link_ends(self, stores: Stores, store: ObjectStore) -> None:
        key = await stored(store)

        answer = await get(a_link(stores.at(an_hour_ago), key))

        assert error_code(answer) == (403, "AccessDenied")

    async def test_a_link_serves_nothing_but_what_it_was_made_for(self, store: ObjectStore) -> None:
        key, other = await stored(store), await stored(store)
        link = a_link(store, key)

        tampered = [
            link.replace("image%2Fjpeg", "text%2Fhtml"),
            link.replace(key, other),
            link[:-1],
            link.split("?")[0],
        ]

        assert link not in tampered
        assert [(await get(url)).status_code for url in tampered] == [403] * 4

    async def test_a_link_to_nothing_says_so(self, store: ObjectStore) -> None:
        answer = await get(a_link(store, a_key()))

        assert error_code(answer) == (404, "NoSuchKey")

    @pytest.mark.parametrize("lasts", [timedelta(0), timedelta(days=8)])
    async def test_a_link_lasts_at_most_a_week(self, store: ObjectStore, lasts: timedelta) -> None:
        with pytest.raises(ValueError, match=r"seven|7 days"):
            store.link(a_key(), expires_in=lasts, content_type="image/jpeg", filename="photo.jpg")


class TestKeeping:
    async def test_a_moved_object_is_only_at_its_new_place(self, store: ObjectStore) -> None:
        upload, sealed = await stored(store), a_key("sealed")

        await store.move(upload, sealed)

        assert await store.stat(upload) is None
        assert await content_of(store, sealed) == PHOTO

    async def test_a_sealed_photo_cannot_be_replaced_with_the_form_it_came_by(self, store: ObjectStore) -> None:
        """R-244"""
        form, sealed = a_form(store), a_key("sealed")
        await send(form)
        await store.move(form.fields["key"], sealed)

        again = await send(form, b"another photo")
        at_the_sealed_key = await send(form, b"another photo", changed={"key": sealed})

        assert again.status_code == 204
        assert error_code(at_the_sealed_key) == (403, "AccessDenied")
        assert await content_of(store, sealed) == PHOTO

    async def test_nothing_is_moved_over_a_sealed_photo(self, store: ObjectStore) -> None:
        """R-244"""
        sealed, other = await stored(store, folder="sealed"), await stored(store, b"another photo")

        with pytest.raises(KeyTaken):
            await store.move(other, sealed)

        assert await content_of(store, sealed) == PHOTO
        assert await content_of(store, other) == b"another photo"

    async def test_a_deleted_object_is_gone_and_deleting_it_again_does_nothing(self, store: ObjectStore) -> None:
        key = await stored(store)

        await store.delete(key)
        await store.delete(key)

        assert await store.stat(key) is None

    async def test_what_is_not_there_is_not_found(self, store: ObjectStore) -> None:
        key = a_key()

        assert await store.stat(key) is None
        with pytest.raises(KeyError):
            await content_of(store, key)
        with pytest.raises(KeyError):
            await store.move(key, a_key("sealed"))

    async def test_a_reader_may_stop_early(self, store: ObjectStore) -> None:
        key = await stored(store, bytes(3 * MEGABYTE))

        chunks = store.read(key)
        first = await anext(chunks)
        await chunks.aclose()  # type: ignore[attr-defined]

        assert 0 < len(first) < 3 * MEGABYTE

    @pytest.mark.parametrize(
        "key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.b", "a\\b", "a\0", "é", "a" * 513]
    )
    async def test_a_key_that_could_lead_elsewhere_is_refused(self, store: ObjectStore, key: str) -> None:
        with pytest.raises(ValueError, match="not an object key"):
            a_form_for_key(store, key)
        with pytest.raises(ValueError, match="not an object key"):
            a_link(store, key)
        with pytest.raises(ValueError, match="not an object key"):
            await store.stat(key)
        with pytest.raises(ValueError, match="not an object key"):
            await store.move("uploads/a", key)

    async def test_a_store_that_works_passes_its_check(self, store: ObjectStore) -> None:
        await store.check()


def a_form_for_key(store: ObjectStore, key: str) -> None:
    store.upload_form(key, content_type="image/jpeg", max_bytes=1, expires_at=datetime.now(UTC))


class TestOutage:
    """A store that is down is told apart from an object that is not there."""

    @pytest.fixture(params=["disk", "s3"])
    async def broken(
        self, request: pytest.FixtureRequest, tmp_path: Path, free_port: int
    ) -> AsyncIterator[ObjectStore]:
        if request.param == "disk":
            (tmp_path / "a-file").write_text("where the folder should be")
            yield DiskStore(tmp_path / "a-file", base_url="http://suivi.example", link_key=b"key")
            return
        store = S3Store(S3Address.parse(f"s3://key:{SECRET_KEY}@127.0.0.1:{free_port}/suivi?tls=0"))
        yield store
        await store.close()

    async def test_every_call_says_that_the_store_is_unavailable(self, broken: ObjectStore) -> None:
        calls: list[Any] = [
            broken.start(),
            broken.check(),
            broken.stat("a"),
            content_of(broken, "a"),
            broken.move("a", "b"),
            broken.delete("a"),
        ]

        for call in calls:
            with pytest.raises(StoreUnavailable) as refusal:
                await call
            assert SECRET_KEY not in f"{refusal.value!r} {refusal.value.__cause__!r}"


class DroppingCopies(S3Store):
    """Beside it somebody else drops every copy as soon as it is made."""

    async def _on_object(self, call: Callable[..., T], key: str, **arguments: Any) -> T:
        answer = await super()._on_object(call, key, **arguments)
        if call == self._client.copy_object:
            await self.delete(key)
        return answer


class TestS3:
    async def test_a_move_that_was_cut_off_after_the_copy_is_finished_by_the_same_call(self, seaweed_url: str) -> None:
        store = S3Store(S3Address.parse(seaweed_url))
        await store.start()
        upload, sealed = await stored(store), a_key("sealed")
        found = await store._find(upload)
        assert found
        await store._copy(found, sealed)

        await store.move(upload, sealed)

        assert await store.stat(upload) is None
        assert await content_of(store, sealed) == PHOTO
        await store.close()

    async def test_a_copy_that_somebody_drops_at_once_is_gone_and_no_fault_of_the_store(self, seaweed_url: str) -> None:
        """R-240: of two who finish a bad upload at the same time, one drops it while the other still moves it."""
        store = DroppingCopies(S3Address.parse(seaweed_url))
        await store.start()
        upload, sealed = await stored(store), a_key("sealed")

        with pytest.raises(KeyError):
            await store.move(upload, sealed)

        assert await content_of(store, upload) == PHOTO
        await store.close()

    async def test_wrong_credentials_make_the_store_unavailable_without_telling_them(self, seaweed_url: str) -> None:
        address = replace(S3Address.parse(seaweed_url), secret_key="a-wrong-secret")
        store = S3Store(address)

        with pytest.raises(StoreUnavailable) as refusal:
            await store.check()

        told = f"{refusal.value} {refusal.value.__cause__} {address!r} {store!r}"
        assert "a-wrong-secret" not in told
        await store.close()

    async def test_clients_are_sent_to_the_public_address(self) -> None:
        url = "s3://key:secret@10.0.0.5:8333/suivi?tls=0&public=https://files.example.org"
        store = S3Store(S3Address.parse(url))

        assert a_form(store).url == "https://files.example.org/suivi"
        assert a_link(store, "sealed/a").startswith("https://files.example.org/suivi/sealed/a?")
        await store.close()

    def test_credentials_may_hold_any_character(self) -> None:
        address = S3Address.parse("s3://k%2Fey:p%40ss%3Aword@host/bucket?region=eu-west-3")

        assert (address.access_key, address.secret_key) == ("k/ey", "p@ss:word")
        assert (address.host, address.tls, address.region) == ("host", True, "eu-west-3")

    @pytest.mark.parametrize(
        "url",
        [
            "https://key:hidden@host/bucket",
            "s3://host/bucket",
            "s3://key:hidden@host/",
            "s3://key:hidden@host/bucket?tls=yes",
            "s3://key:hidden@host/bucket?secret=1",
        ],
    )
    def test_a_wrong_address_is_explained_without_its_secret(self, url: str) -> None:
        with pytest.raises(ValueError, match="storage address") as refusal:
            S3Address.parse(url)

        assert "hidden" not in str(refusal.value)
