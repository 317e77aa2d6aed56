"""Keys and file names, the same for every store."""

import re
from urllib.parse import quote

_SEGMENT = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}"  # file systems take 255 bytes
_KEY = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_MAX_KEY = 512


def checked_key(key: str) -> str:
    """The key itself. Raises ValueError for one that could leave its folder or that some store would not take."""
    if len(key) > _MAX_KEY or not _KEY.fullmatch(key):
        raise ValueError("not an object key")
    return key


def shown_inline(filename: str) -> str:
    """A Content-Disposition that any browser reads and no file name can break out of."""
    return f"inline; filename*=UTF-8''{quote(filename, safe='')}"
