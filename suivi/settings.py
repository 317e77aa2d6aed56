"""Settings from the environment. `suivi doctor` shows what is in force, without secrets.

Every setting is `SUIVI_` and the upper-case name; none is needed to run on the embedded parts.
"""

import re
from functools import cached_property
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from suivi.core.access.keys import secret_key
from suivi.core.access.viewer import Role
from suivi.core.database import sqlite_url
from suivi.core.documents.signing import Signing


class PartnerLimits(BaseModel):
    """What the tokens of one partner may do in place of the settings for everyone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    depth: int | None = Field(default=None, ge=1)
    cost: int | None = Field(default=None, ge=1)
    aliases: int | None = Field(default=None, ge=0)
    directives: int | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=1)
    requests_per_minute: int | None = Field(default=None, ge=1)
    trusted_only: bool | None = None


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SUIVI_", env_file=None, frozen=True, extra="forbid")

    environment: Literal["development", "production"] = Field(
        default="development",
        description="`production` refuses development tokens, the test clock and the explorer page.",
    )
    data_dir: Path = Field(
        default=Path(".suivi"), description="Folder of the embedded database, object store and keys."
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on.")
    public_url: str | None = Field(
        default=None, description="Address clients reach the server under; links start with it."
    )
    allowed_origins: list[str] = Field(
        default=["*"],
        description='JSON list of the web origins whose pages may call, such as `["https://app.example"]`; `*` is any.',
    )
    database_url: SecretStr | None = Field(
        default=None, description="`postgresql://user:password@host/name`; without it, SQLite in the data folder."
    )
    database_pool: int = Field(default=20, ge=1, le=500, description="Connections kept to PostgreSQL by one process.")
    storage_url: SecretStr | None = Field(
        default=None,
        description="`s3://key:secret@host:port/bucket?region=us-east-1&tls=1`; without it, the data folder.",
    )
    feed_url: SecretStr | None = Field(
        default=None,
        description="`valkey://host:port/0` carries live events between processes; without it, one process.",
    )
    smtp_url: SecretStr | None = Field(
        default=None, description="`smtp://user:password@host:587` or `smtps://host:465`; without it, notices wait."
    )
    mail_from: str = Field(default="suivi@localhost.localdomain", description="Sender of notices.")
    oidc_issuer: str | None = Field(default=None, description="OpenID Connect issuer whose tokens are accepted.")
    oidc_audience: str = Field(default="suivi", description="Audience that tokens must name.")
    audit_key: SecretStr | None = Field(
        default=None,
        description="Key of the event log's hash chain: 64 hexadecimal digits or more, such as `openssl rand -hex 32` "
        "prints; without it, one is made in the data folder.",
    )
    signing_key: Path | None = Field(
        default=None,
        description="PEM or PKCS #12 file of the RSA key that documents are signed with, its certificate, and those "
        "that vouch for it; without it, one is made in the data folder, for which nobody vouches.",
    )
    signing_key_password: SecretStr | None = Field(default=None, description="Opens the file of the signing key.")
    signing_former: Path | None = Field(
        default=None,
        description="PEM file of the certificates of earlier signing keys, whose documents still verify.",
    )
    deliver: bool = Field(
        default=True, description="Deliver notices from inside the server; turn off beside `suivi worker`."
    )
    notice_url: str | None = Field(
        default=None,
        description="Where a notice's link leads, `{delivery}` standing for its id; a page of the server by default.",
    )
    specialties: dict[str, str] = Field(
        default_factory=dict,
        description='JSON that settles two plugins claiming one procedure: `{"crown": "dental"}`.',
    )
    introspection_roles: list[Role] | None = Field(
        default=None,
        description="JSON list of the roles that may introspect and are told what is wrong with a document; without "
        'it, `["operator", "frontend"]` in production and all in development.',
    )
    query_depth: int = Field(default=20, ge=1, description="Fields inside one another in a document, at most.")
    query_cost: int = Field(
        default=50_000,
        ge=1,
        description="Values that a document may ask for: pages at the size asked for, lists of the reference as long "
        "as they are, others as five, and every ten characters of a text that the linter is to read as one.",
    )
    query_aliases: int = Field(default=100, ge=0, description="Aliases in a document, at most.")
    query_directives: int = Field(default=100, ge=0, description="Directives in a document, at most.")
    query_tokens: int = Field(default=2000, ge=1, description="Tokens (names, values, marks) of a document, at most.")
    partner_limits: dict[UUID, PartnerLimits] = Field(
        default_factory=dict,
        description='JSON by partner of what its tokens may do instead, such as `{"0190…": {"cost": 200000, '
        '"requests_per_minute": 6000}}`; also `depth`, `aliases`, `directives`, `tokens`, `trusted_only`.',
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="Manifest of the documents that may be asked for by their ids, or a folder of such `.json` files.",
    )
    trusted_only: bool = Field(
        default=False,
        description="Execute no document that is not in a manifest; operators, and partners whose limits say "
        "`trusted_only` themselves, are not meant.",
    )
    requests_per_minute: int | None = Field(
        default=None,
        ge=1,
        description="Operations of one token's holder a minute at each server process; without it, 1200 in production "
        "and any number in development.",
    )
    body_bytes: int = Field(
        default=2 * 1024 * 1024, ge=1024, description="Size of a request's body or a WebSocket message, at most."
    )
    body_seconds: float = Field(
        default=10, gt=0, description="Time that a request's headers may take to arrive, and then its body."
    )
    execution_seconds: float = Field(default=30, gt=0, description="Time a query or mutation may take.")
    compiled_execution: bool = Field(
        default=True,
        description="Execute queries and mutations by plans compiled from their documents. Without, graphql-core "
        "executes them: the same data, several times slower.",
    )
    socket_operations: int = Field(default=100, ge=1, description="Operations under way on one WebSocket, at most.")
    connections_per_token: int = Field(
        default=50,
        ge=1,
        description="WebSockets and event streams open for one token's holder at each server process, at most.",
    )

    @field_validator("audit_key")
    @classmethod
    def _hexadecimal(cls, key: SecretStr | None) -> SecretStr | None:
        # Not a `pattern`: pydantic applies that to the wrapper, and fails.
        if key is not None and not re.fullmatch(r"([0-9A-Fa-f]{2}){32,}", key.get_secret_value()):
            raise ValueError("not 64 or more hexadecimal digits")
        return key

    @property
    def audit_secret(self) -> bytes:
        """The key in force, made on first use where none is set. Raises BrokenKeyFile."""
        if self.audit_key is not None:
            return bytes.fromhex(self.audit_key.get_secret_value())
        return secret_key(self.data_dir / "audit.key")

    @cached_property
    def signing(self) -> Signing:
        """Raises UnusableSigningKey or UnusableCertificates, with what to do."""
        password = self.signing_key_password
        return Signing(
            self.data_dir,
            self.signing_key,
            None if password is None else password.get_secret_value(),
            self.signing_former,
        )

    @cached_property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def notice_link(self) -> str:
        return self.notice_url or f"{self.base_url}/open/{{delivery}}"

    @property
    def database_address(self) -> str:
        """With its secrets: never to be printed."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return sqlite_url(self.data_dir / "suivi.sqlite3")
