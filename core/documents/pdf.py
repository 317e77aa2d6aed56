"""A frozen document as PDF/A-3a and PDF/UA-1, with the document itself attached as JSON, signed (PAdES B-B).

The same document, key and second of signing give the same bytes: nothing in it is drawn by lot and no clock is read.
Typst sees the template, the fonts it is given, and the view; not the network, and no other file.
"""

import asyncio
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

from suivi.core.documents.canonical import Frozen
from suivi.core.documents.pdf_signature import signed
from suivi.core.documents.signing import SigningKey
from suivi.core.documents.views import view_of

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
MOST_AT_ONCE = 2
"""Each takes 0.05 s of one core; more at once would take turns."""

_makers = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="documents")
_UNPRINTABLE = re.compile(r'the text (?:contains the disallowed codepoint )?`("(?:[^"\\]|\\.)*")`')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
_MOST_TRIES = 8


async def pdf_of(frozen: Frozen, *, key: SigningKey, signed_at: datetime) -> bytes:
    """Raises NoView for a document of another kind. Made in a thread, at most `MOST_AT_ONCE` at a time."""
    return await asyncio.get_running_loop().run_in_executor(_makers, make_pdf, frozen, key, signed_at)


def make_pdf(frozen: Frozen, key: SigningKey, signed_at: datetime) -> bytes:
    at = signed_at.astimezone(UTC).replace(microsecond=0)
    identity = hashlib.sha256(f"{frozen.digest} {at.isoformat()}".encode()).digest()[:16]
    # Typst ends without a line's end, and in PDF/A every object begins on a line of its own.
    return signed(typeset(frozen, at) + b"\n", key, at, identity)


def typeset(frozen: Frozen, at: datetime) -> bytes:
    """Not signed yet. What no font can show, or no archive may hold, is shown by its code."""
    unprintable: frozenset[str] = frozenset()
    for _ in range(_MOST_TRIES):
        try:
            return _compiled(frozen, at, unprintable)
        except typst.TypstError as error:
            missing = frozenset(_unprintable(error.diagnostic)) - unprintable
            if not missing:
                raise
            unprintable |= missing
    return _compiled(frozen, at, frozenset(one for one in frozen.text if not one.isascii()))


def _compiled(frozen: Frozen, at: datetime, unprintable: frozenset[str]) -> bytes:
    view = json.dumps(view_of(frozen, unprintable), ensure_ascii=False)
    made = typst.compile(
        TEMPLATES / "document.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"view": view, "document": frozen.text},
        pdf_standards=STANDARDS,
        timestamp=at,
    )
    assert isinstance(made, bytes), "one PDF is asked for, not pages"  # noqa: S101
    return made


@cache
def _fonts() -> typst.Fonts:
    """Typst's own and those of `FONT_PACKAGES`; never the machine's, which differ from one to the next."""
    found = [find_spec(name) for name in FONT_PACKAGES]
    folders = [Path(spec.origin).parent for spec in found if spec and spec.origin]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(folders))


def _unprintable(diagnostic: str) -> list[str]:
    return [_ESCAPED.sub(_unescaped, quoted[1:-1]) for quoted in _UNPRINTABLE.findall(diagnostic)]


def _unescaped(escaped: re.Match[str]) -> str:
    code, character = escaped.groups()
    return chr(int(code, 16)) if code else character
