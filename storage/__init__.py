"""Where files are kept: local disk, or any S3 service. Both do what `suivi.core.evidence.objects` asks for."""

from pathlib import Path

from suivi.core.evidence.objects import KeyTaken, ObjectStore, StoredObject, StoreUnavailable, UploadForm
from suivi.storage.address import S3Address
from suivi.storage.disk import DiskStore
from suivi.storage.routes import object_routes

__all__ = [
    "DiskStore",
    "KeyTaken",
    "ObjectStore",
    "S3Address",
    "StoreUnavailable",
    "StoredObject",
    "UploadForm",
    "object_routes",
    "open_store",
]


def open_store(url: str | None, *, data_dir: Path, base_url: str, link_key: bytes) -> ObjectStore:
    """The S3 store at the address, or the disk store in the data folder. Raises ValueError for a wrong address.

    `base_url` is where clients reach the server that mounts `object_routes(store)`.
    """
    if url is not None:
        # Half a second of imports, which nobody waits for who keeps files on disk.
        from suivi.storage.s3 import S3Store

        return S3Store(S3Address.parse(url))
    return DiskStore(data_dir / "storage", base_url=base_url, link_key=link_key)
