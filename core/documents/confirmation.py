"""The shape of a written confirmation (R-133, R-134): what a clinic's signatory answers, item by item."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from suivi.core.documents.canonical import instant
from suivi.core.notices import Notice

FORMAT = "suivi-confirmation/1"
"""The first thing a document says. Readers of old documents rely on it: another shape is another format."""


class Answer(StrEnum):
    CONFIRMED = "CONFIRMED"
    CONFIRMED_WITH_CHANGES = "CONFIRMED_WITH_CHANGES"
    NOT_CONFIRMED = "NOT_CONFIRMED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Somebody's own words, and the language they are in (BCP 47)."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicParty:
    id: str
    name: str
    city: str
    country: str
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """`role` is a code: `coordinator` or `practitioner`."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientParty:
    """`pseudonym` is the partner's reference, never a name.

    There is no id: with it, whoever holds the document could register a treatment for the patient.
    """

    pseudonym: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A code, and what it is called in the languages of the document, such as `{"en": "Crown"}`."""

    code: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsReference:
    """The published version that an answer is about."""

    id: str
    procedure: Named
    number: int
    effective_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedItem:
    """`asked` is the patient's question, `stated` what the clinic says.

    A subclass may add `lines`, which are printed below: each has `what` it is about (Named), what is `stated` of it
    (Named or None) and what was `said` (Saying or None). Whatever else it adds is in the JSON alone.
    """

    what: Named
    answer: Answer
    asked: Saying | None = None
    stated: Saying | None = None
    terms: str | None = None
    """The id of the TermsReference it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationDocument:
    """`languages` are those it is written in, one or two, the patient's first; `notices` one for each of them.

    `unavailable` are those of the patient and the clinic that documents are not written in: English stands for them.
    `number` is what people call the document by. `treatment_id` is None for somebody who has not chosen a clinic yet.
    """

    number: str
    id: str
    clinic: ClinicParty
    signatory: Signatory
    patient: PatientParty
    languages: tuple[str, ...]
    requested_at: datetime
    signed_at: datetime
    items: tuple[ConfirmedItem, ...]
    notices: tuple[Notice, ...]
    terms: tuple[TermsReference, ...] = ()
    treatment_id: str | None = None
    procedure: Named | None = None
    unavailable: tuple[Named, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For `freeze`. Instants are in UTC, to the second."""
        return {"format": FORMAT, **_plain(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
