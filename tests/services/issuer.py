"""A small OpenID Connect issuer on a local port, with discovery, published keys, rotation and outages.

with LocalIssuer() as issuer:
    token = issuer.token(subject="dr-kim", role="practitioner", now=now)
"""

import json
from collections import Counter
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Literal, Self

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Algorithm = Literal["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]


class LocalIssuer:
    """`requests` counts what was asked for, by path; `discovery` and `extra_keys` are there to be spoilt by a test."""

    def __init__(self, algorithm: Algorithm = "ES256") -> None:
        self.requests: Counter[str] = Counter()
        self.discovery: dict[str, Any] = {}
        self.extra_keys: list[dict[str, Any]] = []
        self._port = 0
        self._made = 0
        self.start()
        self._keys = [self._new_key(algorithm)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def key(self) -> Key:
        """The newest key, which signs."""
        return self._keys[-1]

    def start(self) -> None:
        """Answer again, at the same address as before."""
        self._server = _Server(("127.0.0.1", self._port), _Answers)
        self._server.issuer = self
        self._port = int(self._server.server_address[1])
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections, as in an outage. A second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def rotate(self, algorithm: Algorithm = "ES256", *, keep_old: bool = True) -> None:
        """Sign with a new key; without `keep_old` the earlier ones are no longer published."""
        self._keys = [*(self._keys if keep_old else []), self._new_key(algorithm)]

    def token(
        self,
        *,
        subject: str = "patient-1",
        role: str = "patient",
        now: datetime,
        lives: timedelta = timedelta(minutes=15),
        audience: str | list[str] = "suivi",
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A signed token; a further claim overrides the usual one, and None leaves it out."""
        usual = {
            "iss": self.url,
            "aud": audience,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int((now + lives).timestamp()),
            "suivi_role": role,
        }
        content = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return self.sign(content, **(header or {}))

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Any content under any header; a header of None is left out."""
        named = {"alg": self.key.alg, "kid": self.key.kid, "typ": "at+jwt", **header}
        present = {name: value for name, value in named.items() if value is not None}
        return jwt.encode(present, claims, self.key, registry=_Anything(), default_type=None)

    def answer(self, path: str) -> dict[str, Any] | None:
        self.requests[path] += 1
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.discovery}
        if path == "/keys":
            return {"keys": [*self.extra_keys, *(key.as_dict(private=False) for key in self._keys)]}
        return None

    def _new_key(self, algorithm: Algorithm) -> Key:
        self._made += 1
        kid = f"key-{self._made}"
        if algorithm == "ES256":
            return ECKey.generate_key("P-256", {"use": "sig", "alg": algorithm, "kid": kid})
        if algorithm in ("Ed25519", "EdDSA"):
            return OKPKey.generate_key("Ed25519", {"use": "sig", "alg": algorithm, "kid": kid})
        return RSAKey.generate_key(2048, {"use": "sig", "alg": algorithm, "kid": kid})


class _Anything(JWSRegistry):
    def __init__(self) -> None:
        super().__init__(strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


class _Server(ThreadingHTTPServer):
    issuer: LocalIssuer


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        answer = self.server.issuer.answer(self.path)
        body = json.dumps(answer or {}).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Quiet."""
