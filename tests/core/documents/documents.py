"""Confirmations with everything in them, and keys to sign them with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from suivi.core.documents.canonical import Frozen, freeze
from suivi.core.documents.confirmation import (
    Answer,
    ClinicParty,
    ConfirmationDocument,
    ConfirmedItem,
    Named,
    PatientParty,
    Saying,
    Signatory,
    TermsReference,
)
from suivi.core.documents.signing import SigningKey, vouched_by_itself
from suivi.core.registry import Registry

SIGNED_AT = datetime(2026, 11, 23, 10, 0, 5, tzinfo=UTC)
TERMS = Named(code="terms", names={"en": "Terms and deadlines", "fr": "Conditions et délais"})
CROWN = Named(code="crown", names={"en": "Crown", "fr": "Couronne"})


def a_key() -> SigningKey:
    key = generate_private_key(65537, 2048)
    return SigningKey(key, (vouched_by_itself(key),))


def chain(key: RSAPrivateKey, *, around: datetime = SIGNED_AT) -> tuple[x509.Certificate, x509.Certificate]:
    """A certificate of the key, valid from a day before until a day after, and that of who vouches for it."""
    authority = generate_private_key(65537, 2048)
    root = vouched_by_itself(authority)
    own = (
        x509.CertificateBuilder(
            subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Duna Care")]),
            issuer_name=root.subject,
            public_key=key.public_key(),
            serial_number=7,
            not_valid_before=around - timedelta(days=1),
            not_valid_after=around + timedelta(days=1),
        )
    ).sign(authority, hashes.SHA256())
    return own, root


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    what: Named
    stated: Named | None = None
    said: Saying | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInFull(ConfirmedItem):
    number: int | None = None
    lines: tuple[Line, ...] = ()
    content: dict[str, Any] | None = None


def an_item(**given: Any) -> ConfirmedItem:
    usual: dict[str, Any] = {"what": TERMS, "answer": Answer.CONFIRMED}
    return ItemInFull(**(usual | given))


def says(text: str, language: str = "en") -> Saying:
    return Saying(text=text, language=language)


def a_confirmation(**given: Any) -> ConfirmationDocument:
    languages = given.get("languages", ("en", "fr"))
    registry = Registry.load(only=())
    usual: dict[str, Any] = {
        "number": "C-2026-17",
        "id": "Q29uZmlybWF0aW9uOjE3",
        "clinic": ClinicParty(id="c1", name="Duna Dental", city="Budapest", country="HU"),
        "signatory": Signatory(id="m1", name="Réka Nagy", role="coordinator"),
        "patient": PatientParty(pseudonym="P-0017"),
        "languages": languages,
        "requested_at": datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        "signed_at": SIGNED_AT,
        "items": (an_item(asked=says("Is the crown covered for five years?"), terms="t1"),),
        "notices": tuple(registry.notice_of(language) for language in languages),
        "terms": (TermsReference(id="t1", procedure=CROWN, number=3, effective_from=date(2026, 1, 1)),),
        "procedure": CROWN,
    }
    return ConfirmationDocument(**(usual | given))


def frozen(**given: Any) -> Frozen:
    return freeze(a_confirmation(**given).as_json())
