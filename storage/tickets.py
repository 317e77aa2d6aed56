"""Upload forms and links of the disk store: who may put or read which object, until when, signed with HMAC-SHA256."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

_FORM_FIELDS = {"key", "Content-Type", "policy", "signature"}
_LONGEST_LINK = timedelta(days=7)


class Denied(Exception):  # noqa: N818
    """The answer to an upload or a download that may not be: an S3 error code, a sentence, an HTTP status."""

    def __init__(self, code: str, message: str, *, status: int = 403) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Leave to put one object; `expires` is in seconds since 1970."""

    key: str
    content_type: str
    max_bytes: int
    expires: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How a link serves its object."""

    content_type: str
    filename: str


class Tickets:
    """Signs and checks. The signing keys of forms and links differ, so that neither passes for the other."""

    def __init__(self, link_key: bytes) -> None:
        self._form_key = hmac.digest(link_key, b"suivi upload form", "sha256")
        self._link_key = hmac.digest(link_key, b"suivi object link", "sha256")

    def form_fields(self, grant: Grant) -> dict[str, str]:
        policy = urlsafe_b64encode(json.dumps(asdict(grant)).encode()).decode()
        signature = _signature(self._form_key, policy)
        return {"key": grant.key, "Content-Type": grant.content_type, "policy": policy, "signature": signature}

    def grant(self, fields: Mapping[str, str], *, now: datetime) -> Grant:
        """What the form's fields allow. Raises `Denied`."""
        policy = fields.get("policy", "")
        _require_signature(_signature(self._form_key, policy), fields.get("signature", ""))
        grant = Grant(**json.loads(urlsafe_b64decode(policy)))
        if now.timestamp() >= grant.expires:
            raise Denied("AccessDenied", "Invalid according to Policy: Policy expired")
        if fields.keys() - _FORM_FIELDS:
            raise Denied("AccessDenied", "Invalid according to Policy: Extra input fields")
        if (fields.get("key"), fields.get("Content-Type")) != (grant.key, grant.content_type):
            raise Denied("AccessDenied", "Invalid according to Policy: Policy Condition failed")
        return grant

    def link_query(self, key: str, serving: Serving, *, now: datetime, expires_in: timedelta) -> str:
        if not timedelta(seconds=1) <= expires_in <= _LONGEST_LINK:
            raise ValueError("a link lasts from one second to seven days")
        expires = str(int((now + expires_in).timestamp()))
        facts = {"expires": expires, "type": serving.content_type, "name": serving.filename}
        return urlencode({**facts, "signature": self._link_signature(key, facts)})

    def serving(self, key: str, query: Mapping[str, str], *, now: datetime) -> Serving:
        """How the link's object is to be served. Raises `Denied`."""
        facts = {name: query.get(name, "") for name in ("expires", "type", "name")}
        _require_signature(self._link_signature(key, facts), query.get("signature", ""))
        if now >= datetime.fromtimestamp(int(facts["expires"]), UTC):
            raise Denied("AccessDenied", "Request has expired")
        return Serving(content_type=facts["type"], filename=facts["name"])

    def _link_signature(self, key: str, facts: Mapping[str, str]) -> str:
        return _signature(self._link_key, json.dumps([key, facts["expires"], facts["type"], facts["name"]]))


def _signature(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def _require_signature(right: str, given: str) -> None:
    # Compared as bytes: compare_digest raises on text that is not ASCII.
    if not hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass")):
        raise Denied("SignatureDoesNotMatch", "The signature does not match what was signed.")
