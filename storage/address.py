"""Where an S3 service is, read off its URL."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_FORM = "s3://key:secret@host:port/bucket?region=us-east-1&tls=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Address:
    """Where the bucket is. `public` is the address clients use where it differs: `host:port` or `https://host`."""

    host: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str
    tls: bool
    public_host: str
    public_tls: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """Reads `s3://key:secret@host:port/bucket?region=us-east-1&tls=0`. Raises ValueError without the secret."""
        parts = urlsplit(url)
        query = _options(parts)
        host, bucket = parts.netloc.rpartition("@")[2], parts.path.strip("/")
        if parts.scheme != "s3" or not (parts.username and parts.password and host and bucket):
            raise ValueError(f"a storage address looks like {_FORM}")
        tls = query.get("tls", "1") == "1"
        scheme, separator, public_host = query.get("public", host).rpartition("://")
        return cls(
            host=host,
            bucket=bucket,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
            region=query.get("region", "us-east-1"),
            tls=tls,
            public_host=public_host,
            public_tls=scheme == "https" if separator else tls,
        )

    def upload_url(self) -> str:
        return f"{'https' if self.public_tls else 'http'}://{self.public_host}/{self.bucket}"


def _options(parts: SplitResult) -> dict[str, str]:
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := query.keys() - {"region", "tls", "public"}:
        raise ValueError(f"a storage address has no {', '.join(sorted(unknown))}; it looks like {_FORM}")
    if query.get("tls", "1") not in {"0", "1"}:
        raise ValueError("tls is 0 or 1 in a storage address")
    return query
