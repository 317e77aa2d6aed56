"""`suivi verify`: whether a document is as it was signed. `suivi certificate`: what others verify with."""

import json
import sys
from pathlib import Path
from typing import Any

from suivi.core.documents.canonical import instant
from suivi.core.documents.faults import Fault
from suivi.core.documents.signing import OWN_FILE, Certificates, read_certificates
from suivi.core.documents.verifying import MOST_BYTES, Verification, verify

INTACT, NOT_INTACT, UNREADABLE = 0, 1, 2
_UNREADABLE = (Fault.NOT_A_DOCUMENT, Fault.TOO_LARGE)


class Unusable(Exception):  # noqa: N818 - named for what is found
    """There is nothing to verify, or nothing to verify with, and why."""


def run(file: Path, certificate: Path | None, *, as_json: bool) -> int:
    """0 for a document as it was signed, 1 for one that is not, 2 where there is nothing to verify or verify with."""
    try:
        content, certificates = _content(file), _certificates(certificate)
    except Unusable as problem:
        return _unreadable(file, str(problem), as_json=as_json)
    found = verify(content, certificates)
    print(json.dumps(_as_json(file, found), indent=2) if as_json else _told(found))  # noqa: T201
    if found.intact:
        return INTACT
    return UNREADABLE if found.fault in _UNREADABLE else NOT_INTACT


def show_certificate() -> None:
    """On standard output, as PEM."""
    from suivi import parts

    print(parts.settings().signing.pem, end="")  # noqa: T201


def _content(file: Path) -> bytes:
    """No more than is needed to see that it is too much."""
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.") from error


def _certificates(given: Path | None) -> Certificates:
    return _configured() if given is None else _from_file(given)


def _configured() -> Certificates:
    # Here, because whoever has the certificate needs nothing of a server, which takes a second to import.
    from suivi import parts
    from suivi.problems import explain

    try:
        chosen = parts.settings()
        if chosen.signing_key is not None or (chosen.data_dir / OWN_FILE).exists():
            return chosen.signing.certificates
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        raise Unusable(sentence) from error
    raise Unusable(
        "There is no certificate to verify with. Give the platform's with --certificate: its server has it at "
        "/certificate.pem, and prints it with `suivi certificate`."
    )


def _from_file(path: Path) -> Certificates:
    try:
        return read_certificates(path.read_bytes())
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise Unusable(f"{path} has no certificate as PEM.") from error


def _unreadable(file: Path, sentence: str, *, as_json: bool) -> int:
    if as_json:
        answer = {"file": str(file), "intact": False, "code": "UNREADABLE", "sentence": sentence}
        print(json.dumps(answer, indent=2))  # noqa: T201
    else:
        print(f"suivi: {sentence}", file=sys.stderr)  # noqa: T201
    return UNREADABLE


def _as_json(file: Path, found: Verification) -> dict[str, Any]:
    return {
        "file": str(file),
        "intact": found.intact,
        "code": found.fault.value if found.fault else None,
        "sentence": found.fault.sentence() if found.fault else None,
        "kind": found.kind,
        "digest": found.digest,
        "signed_at": instant(found.signed_at) if found.signed_at else None,
        "certificate": found.fingerprint,
        "document": found.document,
    }


def _told(found: Verification) -> str:
    verdict = "Intact: it is as it was signed." if found.fault is None else f"{found.fault}: {found.fault.sentence()}"
    return "\n".join([verdict, *(f"{label:<12} {_shown(value)}" for label, value in _facts(found) if value)])


def _facts(found: Verification) -> list[tuple[str, str | None]]:
    if found.document is None or found.signed_at is None:
        return []
    clinic, by = found.document.get("clinic", {}), found.document.get("signatory", {})
    signed, sealed = found.document.get("signed_at"), instant(found.signed_at)
    return [
        ("document", found.document.get("number")),
        ("format", found.document.get("format")),
        ("clinic", ", ".join(clinic[part] for part in ("name", "city", "country") if part in clinic)),
        ("signatory", ", ".join(by[part] for part in ("name", "role") if part in by)),
        ("signed", signed),
        # Another instant where the key is newer than the document.
        ("sealed", None if sealed == signed else sealed),
        ("sha-256", found.digest),
        ("certificate", found.fingerprint),
    ]


def _shown(value: str) -> str:
    """Without what a terminal would obey, or has no letters for: a name is no reason to end as if it were changed."""
    encoding = sys.stdout.encoding or "utf-8"
    return "".join(one if one.isprintable() else "?" for one in value).encode(encoding, "replace").decode(encoding)
