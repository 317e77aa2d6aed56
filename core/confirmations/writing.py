"""The document of a confirmation: who signed what for whom, item by item, in the languages of both (R-133, R-134)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from babel import Locale

from suivi.core.clinics.models import Clinic, Member
from suivi.core.confirmations.about import asks_about_all_fees, is_about_all
from suivi.core.confirmations.lines import Line, Writer, worded
from suivi.core.confirmations.models import AnswerKind, ConfirmationItem, ConfirmationRequest
from suivi.core.confirmations.rules import ItemAnswer, NotConfirmed
from suivi.core.coverage.content import Content, content_of
from suivi.core.coverage.models import Terms
from suivi.core.coverage.vocabulary import Vocabulary
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
from suivi.core.documents.words import spoken_by, unavailable_of
from suivi.core.patients.models import Patient
from suivi.core.registry import Registry
from suivi.core.specialties.common import common


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInFull(ConfirmedItem):
    """`lines` say in words what `content`, `reference_period` and `reason_code` say in codes.

    `number` is the item's in the request.
    """

    number: int
    lines: tuple[Line, ...] = ()
    content: Mapping[str, Any] | None = None
    reference_period: str | None = None
    reason_code: NotConfirmed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with all that surrounds it."""

    request: ConfirmationRequest
    items: Sequence[ConfirmationItem]
    patient: Patient
    clinic: Clinic
    terms: Terms | None
    """The version asked about; None: none was published."""

    @property
    def stated(self) -> Content:
        return Content() if self.terms is None else content_of(self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The clinic's side of a confirmation, about to be frozen. `language` is that of the clinic's words."""

    id: UUID
    number: str
    at: datetime
    by: Member
    language: str
    answers: Mapping[int, ItemAnswer]


def languages_of(asked: Asked, signing: Signing) -> tuple[str, ...]:
    """Those the document is written in: the patient's, then the clinic's, or what is spoken instead."""
    return spoken_by(_read_in(asked, signing))


def _read_in(asked: Asked, signing: Signing) -> tuple[str, str]:
    return asked.request.language, signing.language


def document_of(asked: Asked, signing: Signing, registry: Registry) -> ConfirmationDocument:
    languages = languages_of(asked, signing)
    writing = _Writing(asked, signing, languages, vocabulary_of(asked.request, registry))
    request, clinic, treatment_id = asked.request, asked.clinic, asked.request.treatment_id
    return ConfirmationDocument(
        number=signing.number,
        id=str(signing.id),
        clinic=ClinicParty(id=str(clinic.id), name=clinic.name, city=clinic.city, country=clinic.country),
        signatory=Signatory(id=str(signing.by.id), name=signing.by.name, role=signing.by.kind.value),
        patient=PatientParty(pseudonym=asked.patient.reference),
        languages=languages,
        requested_at=request.asked_at,
        signed_at=signing.at,
        items=tuple(writing.item(item) for item in asked.items if item.number in signing.answers),
        notices=tuple(registry.notice_of(language) for language in languages),
        terms=() if asked.terms is None else (writing.reference(asked.terms),),
        treatment_id=None if treatment_id is None else str(treatment_id),
        procedure=writing.procedure(request.procedure),
        unavailable=tuple(_language_named(tag, languages) for tag in unavailable_of(_read_in(asked, signing))),
    )


def vocabulary_of(request: ConfirmationRequest, registry: Registry) -> Vocabulary:
    return Vocabulary(specialty=registry.specialty(request.specialty), procedure=registry.procedure(request.procedure))


@dataclass(frozen=True, slots=True)
class _Writing:
    asked: Asked
    signing: Signing
    languages: tuple[str, ...]
    vocabulary: Vocabulary

    def item(self, item: ConfirmationItem) -> ItemInFull:
        answer, terms = self.signing.answers[item.number], self.asked.terms
        return ItemInFull(
            number=item.number,
            what=self._what(item),
            answer=Answer[answer.answer.name],
            asked=_saying(item.question, self.asked.request.language),
            stated=_saying(answer.text, self.signing.language),
            terms=None if terms is None else str(terms.id),
            lines=(*self._reason(answer), *self._confirmed(item, answer)),
            content=None if answer.content is None else answer.content.plain(),
            reference_period=answer.reference_period,
            reason_code=answer.reason,
        )

    def reference(self, terms: Terms) -> TermsReference:
        return TermsReference(
            id=str(terms.id),
            procedure=self.procedure(terms.procedure),
            number=terms.number,
            effective_from=terms.effective_from,
        )

    def procedure(self, code: str) -> Named:
        """The specialty's name where terms are about all of its procedures."""
        specialty, known = self.vocabulary.specialty, self.vocabulary.procedure
        names = known.names if known and code else specialty.names if specialty else None
        return Named(
            code=code or self.asked.request.specialty,
            names={language: names.read(language)[0] for language in self.languages} if names else {},
        )

    def _what(self, item: ConfirmationItem) -> Named:
        def named(language: str) -> str:
            kind = worded("kinds", item.kind.value, language)
            return f"{kind} ({self._subject(item.subject, language)})" if item.subject else kind

        return Named(code=item.kind.value, names={language: named(language) for language in self.languages})

    def _subject(self, subject: str, language: str) -> str:
        """A kind of fee, or the object of a component."""
        if subject in common().fee_kinds:
            return common().fee_kinds[subject].text.read(language)[0]
        components = self.asked.stated.components
        code = next((component.object for component in components if component.id == subject), subject)
        named = self.vocabulary.object(code)
        return code if named is None else named.read(language)[0]

    def _reason(self, answer: ItemAnswer) -> tuple[Line, ...]:
        if answer.reason is None:
            return ()
        said = {language: worded("reasons", answer.reason.value, language) for language in self.languages}
        label = {language: worded("lines", "reason", language) for language in self.languages}
        return (Line(what=Named(code="reason", names=label), stated=Named(code=answer.reason.value, names=said)),)

    def _confirmed(self, item: ConfirmationItem, answer: ItemAnswer) -> tuple[Line, ...]:
        """The terms' own lines have the words of the terms; where all of them are confirmed, all of their words."""
        terms, own = self.asked.terms, answer.answer is AnswerKind.CONFIRMED
        said_in = terms.language if own and terms else self.signing.language
        writer = Writer(vocabulary=self.vocabulary, languages=self.languages, said_in=said_in)
        text = terms.text if own and terms and is_about_all(item) else None
        lines = writer.lines(answer.content, answer.reference_period, text)
        if own and terms and is_about_all(item):
            lines = (*lines, *writer.response_time(terms.response_days))
        return (*lines, writer.silence()) if asks_about_all_fees(item) and answer.content else lines


def _language_named(tag: str, languages: Sequence[str]) -> Named:
    """A language that Babel has no name for is its tag."""
    base = tag.split("-")[0]
    return Named(code=tag, names={language: _display(base, language) for language in languages})


def _display(base: str, language: str) -> str:
    return str(Locale.parse(language).languages.get(base, base))


def _saying(text: str | None, language: str) -> Saying | None:
    return None if text is None else Saying(text=text, language=language)
