"""Any S3 service, through the `minio` SDK."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any, TypeVar

from minio import Minio
from minio.commonconfig import CopySource
from minio.datatypes import Object, PostPolicy
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from suivi.core.evidence.objects import KeyTaken, StoredObject, StoreUnavailable, UploadForm
from suivi.storage.address import S3Address
from suivi.storage.disk import utc_now
from suivi.storage.names import checked_key, shown_inline

T = TypeVar("T")

_CHUNK_BYTES = 256 * 1024
_THREADS = 4
_CHECK_KEY = "suivi-check"


class S3Store:
    """Objects in one private bucket. A browser needs the bucket's CORS rules to allow POST and GET."""

    def __init__(self, address: S3Address, *, now: Callable[[], datetime] = utc_now) -> None:
        self._address = address
        self._now = now
        self._http = PoolManager(
            maxsize=_THREADS,
            cert_reqs="CERT_REQUIRED",
            timeout=Timeout(connect=2, read=15),
            retries=Retry(total=2, backoff_factor=0.1, status_forcelist=[500, 502, 503, 504]),
        )
        self._client = self._connect(address.host, secure=address.tls)
        self._signer = self._connect(address.public_host, secure=address.public_tls)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="suivi-s3")

    def __repr__(self) -> str:
        return f"S3Store({self._address.host}/{self._address.bucket})"

    async def start(self) -> None:
        bucket = self._address.bucket
        if await self._run(self._client.bucket_exists, bucket_name=bucket):
            return
        try:
            await self._run(self._client.make_bucket, bucket_name=bucket, location=self._address.region)
        except StoreUnavailable:
            # Another replica that starts at the same time may have made it.
            if not await self._run(self._client.bucket_exists, bucket_name=bucket):
                raise

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._http.clear()

    async def check(self) -> None:
        await self._on_object(self._client.put_object, _CHECK_KEY, data=BytesIO(b"ok"), length=2)
        await self.delete(_CHECK_KEY)

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_at: datetime) -> UploadForm:
        policy = PostPolicy(bucket_name=self._address.bucket, expiration=expires_at.astimezone(UTC))
        policy.add_equals_condition(element="key", value=checked_key(key))
        policy.add_equals_condition(element="Content-Type", value=content_type)
        policy.add_content_length_range_condition(lower_limit=1, upper_limit=max_bytes)
        with warnings.catch_warnings():
            # The SDK signs with datetime.utcnow(), deprecated since Python 3.12.
            warnings.filterwarnings("ignore", message=r".*utcnow", category=DeprecationWarning)
            signed = self._signer.presigned_post_policy(policy=policy)
        fields = {"key": key, "Content-Type": content_type, **signed}
        return UploadForm(url=self._address.upload_url(), fields=fields, expires_at=expires_at)

    def link(self, key: str, *, expires_in: timedelta, content_type: str, filename: str) -> str:
        return self._signer.get_presigned_url(
            method="GET",
            bucket_name=self._address.bucket,
            object_name=checked_key(key),
            expires=expires_in,
            request_date=self._now(),
            response_headers={
                "response-cache-control": "private, no-store",
                "response-content-disposition": shown_inline(filename),
                "response-content-type": content_type,
            },
        )

    async def stat(self, key: str) -> StoredObject | None:
        found = await self._find(key)
        return None if found is None else StoredObject(key=key, size=found.size or 0)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        response = await self._on_object(self._client.get_object, key)
        try:
            while chunk := await self._run(response.read, amt=_CHUNK_BYTES):
                yield chunk
        finally:
            response.close()
            response.release_conn()

    async def move(self, source: str, target: str) -> None:
        held = await self._find(target)
        found = await self._on_object(self._client.stat_object, source)
        if held is None:
            await self._copy(found, target)
        elif held.etag != found.etag:
            raise KeyTaken(target)
        # The same object at both keys: an earlier call copied it and was cut off.
        await self.delete(source)

    async def delete(self, key: str) -> None:
        await self._on_object(self._client.remove_object, key)

    async def _find(self, key: str) -> Object | None:
        try:
            return await self._on_object(self._client.stat_object, key)
        except KeyError:
            return None

    async def _copy(self, found: Object, target: str) -> None:
        source = CopySource(
            bucket_name=self._address.bucket, object_name=found.object_name or "", match_etag=found.etag
        )
        await self._on_object(self._client.copy_object, target, source=source)
        # Not there any more: dropped in between, by whoever moved the same object at the same time.
        copy = await self._on_object(self._client.stat_object, target)
        if copy.size != found.size:
            await self.delete(target)
            raise StoreUnavailable("the copy is not whole")

    async def _on_object(self, call: Callable[..., T], key: str, **arguments: Any) -> T:
        return await self._run(call, bucket_name=self._address.bucket, object_name=checked_key(key), **arguments)

    async def _run(self, call: Callable[..., T], **arguments: Any) -> T:
        """One blocking call of the SDK on the store's own threads. Raises KeyError when the object is not there."""
        work = partial(call, **arguments)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except S3Error as error:
            if error.code == "NoSuchKey":
                raise KeyError(arguments.get("object_name")) from error
            raise StoreUnavailable(f"the object store answered {error.code}") from error
        except ValueError as error:
            # The SDK's own check of the bucket's name or the key.
            raise StoreUnavailable("the address or its bucket cannot be used") from error
        except (MinioException, HTTPError) as error:
            raise StoreUnavailable(f"no answer from the object store: {type(error).__name__}") from error

    def _connect(self, host: str, *, secure: bool) -> Minio:
        return Minio(
            endpoint=host,
            access_key=self._address.access_key,
            secret_key=self._address.secret_key,
            secure=secure,
            region=self._address.region,
            http_client=self._http,
        )
