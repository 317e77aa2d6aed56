"""Confirmations with everything in them, and keys to sign them with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

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
CROWN = Named(code="crown", names={"en": "Crown", "fr": "Couronne"})


def a_key() -> SigningKey:
    key = generate_private_key(65537, 2048)
    return SigningKey(key, (vouched_by_itself(key),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    what: Named
    stated: Named | None = None
    said: Saying | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInFull(ConfirmedItem):
    lines: tuple[Line, ...] = ()
    content: dict[str, Any] | None = None


def an_item(**given: Any) -> ConfirmedItem:
    usual: dict[str, Any] = {"what": Named(code="terms"), "answer": Answer.CONFIRMED}
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
        "patient": PatientParty(id="p1", pseudonym="P-0017"),
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
