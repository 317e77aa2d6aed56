"""The embedded store: objects are files under the data folder, uploaded and served by `suivi.storage.routes`."""

import asyncio
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, ParamSpec, TypeVar
from urllib.parse import quote

from suivi.core.evidence.objects import KeyTaken, StoredObject, StoreUnavailable, UploadForm
from suivi.storage.names import checked_key
from suivi.storage.tickets import Denied, Grant, Serving, Tickets

P = ParamSpec("P")
T = TypeVar("T")

_CHUNK_BYTES = 256 * 1024
_STALE_SECONDS = 24 * 60 * 60


def utc_now() -> datetime:
    return datetime.now(UTC)


class DiskStore:
    """Objects in `folder/kept`; uploads grow in `folder/incoming` and are renamed when whole."""

    def __init__(self, folder: Path, *, base_url: str, link_key: bytes, now: Callable[[], datetime] = utc_now) -> None:
        self.tickets = Tickets(link_key)
        self.now = now
        self._kept = folder.absolute() / "kept"
        self._incoming = folder.absolute() / "incoming"
        self._url = f"{base_url.rstrip('/')}/objects"

    async def start(self) -> None:
        await _on_disk(self._make_ready)

    async def close(self) -> None:
        return

    async def check(self) -> None:
        await _on_disk(self._try_writing)

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_at: datetime) -> UploadForm:
        grant = Grant(
            key=checked_key(key), content_type=content_type, max_bytes=max_bytes, expires=expires_at.timestamp()
        )
        return UploadForm(url=self._url, fields=self.tickets.form_fields(grant), expires_at=expires_at)

    def link(self, key: str, *, expires_in: timedelta, content_type: str, filename: str) -> str:
        serving = Serving(content_type=content_type, filename=filename)
        query = self.tickets.link_query(checked_key(key), serving, now=self.now(), expires_in=expires_in)
        return f"{self._url}/{quote(key)}?{query}"

    async def stat(self, key: str) -> StoredObject | None:
        found = await self.locate(key)
        return None if found is None else StoredObject(key=key, size=found[1].st_size)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        file = await _on_disk(self._open, key)
        with file:
            while chunk := await _on_disk(file.read, _CHUNK_BYTES):
                yield chunk

    async def move(self, source: str, target: str) -> None:
        await _on_disk(self._move, source, target)

    async def delete(self, key: str) -> None:
        await _on_disk(self._delete, key)

    async def locate(self, key: str) -> tuple[Path, os.stat_result] | None:
        """The object's file, for the routes that serve it."""
        return await _on_disk(self._find, key)

    async def receive(self, key: str, chunks: AsyncIterator[bytes], *, max_bytes: int) -> None:
        """Keep an upload whole, or nothing of it. Raises `Denied` when it is empty or larger than allowed."""
        with _as_store_errors(), self._incoming_file() as file:
            size = 0
            async for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise Denied("EntityTooLarge", "The upload exceeds the maximum allowed size.", status=400)
                await asyncio.to_thread(file.write, chunk)
            if size == 0:
                raise Denied("EntityTooSmall", "The upload is empty.", status=400)
            await asyncio.to_thread(self._keep, file, key)

    def _path(self, key: str) -> Path:
        return self._kept / checked_key(key)

    def _make_ready(self) -> None:
        for folder in (self._kept, self._incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Left by a process that was killed during an upload.
        for left in self._incoming.iterdir():
            if left.stat().st_mtime < self.now().timestamp() - _STALE_SECONDS:
                left.unlink(missing_ok=True)

    def _try_writing(self) -> None:
        self._require_folder()
        with tempfile.TemporaryFile(dir=self._incoming) as file:
            file.write(b"ok")

    def _require_folder(self) -> None:
        if not self._kept.is_dir():
            raise FileNotFoundError("the folder of the object store is gone")

    def _find(self, key: str) -> tuple[Path, os.stat_result] | None:
        path = self._path(key)
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self._require_folder()
            return None
        return (path, found) if stat.S_ISREG(found.st_mode) else None

    def _open(self, key: str) -> IO[bytes]:
        if self._find(key) is None:
            raise KeyError(key)
        return self._path(key).open("rb")

    def _delete(self, key: str) -> None:
        if found := self._find(key):
            found[0].unlink(missing_ok=True)

    def _move(self, source: str, target: str) -> None:
        here, there = self._path(source), self._path(target)
        if self._find(source) is None:
            raise KeyError(source)
        _make_parent(there)
        try:
            # A second name, then the first removed: unlike a rename, this never replaces what is there.
            _second_name(here, there)
        except FileExistsError as error:
            raise KeyTaken(target) from error
        except FileNotFoundError as error:
            # Somebody else moved it in the meantime.
            raise KeyError(source) from error
        here.unlink(missing_ok=True)

    @contextmanager
    def _incoming_file(self) -> Iterator[IO[bytes]]:
        with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)

    def _keep(self, file: IO[bytes], key: str) -> None:
        target = self._path(key)
        file.flush()
        os.fsync(file.fileno())
        _make_parent(target)
        Path(file.name).replace(target)


def _second_name(here: Path, there: Path) -> None:
    """Raises FileExistsError for another file of that name, FileNotFoundError when `here` is gone."""
    try:
        there.hardlink_to(here)
    except FileExistsError:
        if not there.samefile(here):
            raise


def _make_parent(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


@contextmanager
def _as_store_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"the data folder: {error.strerror or error}") from error


async def _on_disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with _as_store_errors():
        return await asyncio.to_thread(work, *args, **kwargs)
