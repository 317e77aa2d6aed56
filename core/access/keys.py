"""Key files in the data folder: made on first use, readable by their owner only, never written twice."""

import json
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from suivi.core.access.viewer import Role

LOCAL_ISSUER = "suivi-local"
SECRET_BYTES = 32


class BrokenKeyFile(Exception):  # noqa: N818 - named for what the operator will find
    """A key file is there but holds no key. It is never replaced silently: what it protected would be lost."""

    def __init__(self, path: Path, holds: str) -> None:
        self.path = path
        self.sentence = f"The file {path} should hold {holds} and does not. Restore it, or remove it to have a new one."
        super().__init__(self.sentence)


def secret_key(path: Path) -> bytes:
    """The 32 secret bytes kept in `path`. Raises `BrokenKeyFile`, or `OSError` where the folder cannot be written."""
    secret = kept(path, lambda: secrets.token_bytes(SECRET_BYTES))
    if len(secret) != SECRET_BYTES:
        raise BrokenKeyFile(path, f"exactly {SECRET_BYTES} bytes")
    return secret


@dataclass(frozen=True, slots=True)
class LocalKey:
    """Signs and verifies development tokens (ES256). Production never loads one."""

    key: ECKey

    @classmethod
    def load(cls, path: Path) -> "LocalKey":
        """The key in `path`. Raises `BrokenKeyFile`, or `OSError` where the folder cannot be written."""
        broken = BrokenKeyFile(path, "a private ES256 key as a JSON Web Key")
        try:
            key = ECKey.import_key(json.loads(kept(path, _new_signing_key)))
            key.ensure_kid()
        except (JoseError, ValueError, TypeError, LookupError, AttributeError):
            # The chain is cut because an error may quote the key.
            raise broken from None
        if not key.is_private or key.curve_name != "P-256":
            raise broken
        return cls(key)

    def mint(
        self,
        *,
        subject: str,
        role: Role,
        partner_id: UUID | None = None,
        frontend: str | None = None,
        scopes: Iterable[str] = (),
        audience: str = "suivi",
        lives: timedelta,
        now: datetime,
    ) -> str:
        """A signed token. Whether its claims make sense together is judged when it is verified."""
        claims: dict[str, Any] = {
            "iss": LOCAL_ISSUER,
            "aud": audience,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int((now + lives).timestamp()),
            "suivi_role": role.value,
            "scope": " ".join(scopes),
        }
        if partner_id is not None:
            claims["suivi_partner"] = str(partner_id)
        if frontend is not None:
            claims["act"] = {"sub": frontend}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt"}, claims, self.key)


def _new_signing_key() -> bytes:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return json.dumps(key.as_dict(private=True)).encode()


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write_privately(draft, make())
    try:
        # A link appears whole or not at all and never replaces: of processes starting together, the first one wins.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return path.read_bytes()


def _write_privately(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
