"""What evidence needs of an object store. `suivi.storage` has the classes that do it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """A form that lets its holder put exactly one object: POST `fields` and then `file`, as multipart/form-data."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    key: str
    size: int


class StoreUnavailable(Exception):  # noqa: N818
    """The object store did not answer; the same call may succeed later."""


class KeyTaken(Exception):  # noqa: N818
    """Another object already stands under the target key; a sealed object is never overwritten (R-244)."""


class ObjectStore(Protocol):
    """Objects by key. Bytes go between the client and the store; Suivi only reads them to check them.

    Every asynchronous method raises `StoreUnavailable` when the store cannot be reached. A key is segments of ASCII
    letters, digits, `.`, `_` and `-` joined by `/`, none starting with a dot or over 128 characters, 512 in all; any
    other key raises ValueError. Keys and file names end up in addresses and access logs: no personal data in either.
    """

    async def start(self) -> None:
        """Make the bucket or folder ready. Called once, before anything else."""
        ...

    async def close(self) -> None: ...

    async def check(self) -> None:
        """Return when the store is reachable and writable, else raise `StoreUnavailable`."""
        ...

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_at: datetime) -> UploadForm:
        """A form for one object of 1 to `max_bytes` bytes under exactly this key and type. Pure computation, no I/O.

        It can be used again until it expires. So finalise moves first and checks what it moved: nobody holds a form
        for the new key, and what was checked is what is kept.
        """
        ...

    async def stat(self, key: str) -> StoredObject | None: ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """The object's bytes in chunks. Raises KeyError when there is no such object."""
        ...

    async def move(self, source: str, target: str) -> None:
        """Move within the store; the target appears whole or not at all.

        Raises KeyError without a source, or when somebody deletes the target meanwhile, and `KeyTaken` when something
        else stands under the target. After `StoreUnavailable` the same call finishes what it began; after a crash,
        `stat(target)` tells whether it had.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove the object; no error when there is none."""
        ...

    def link(self, key: str, *, expires_in: timedelta, content_type: str, filename: str) -> str:
        """A signed address that serves the object to whoever holds it until it expires. Pure computation, no I/O.

        From one second to seven days; anything else raises ValueError.
        """
        ...
