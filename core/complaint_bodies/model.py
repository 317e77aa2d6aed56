"""The shape of the complaint-body directory: who hears complaints where, about what, from whom, and how sure we are.

A plugin's `bodies.yaml` is read into these models by `suivi.core.complaint_bodies.reader`. What a source only says in
prose is kept as prose, and the entry says that a person has to read it.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

import pycountry
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, HttpUrl, TypeAdapter, ValidationError, model_validator

from suivi.core.clocks.periods import Period, UnreadablePeriod
from suivi.core.specialties.model import Cited, Data, Source, Text

EUROPEAN_UNION = "EU"
EVERYWHERE = "*"

_ADDRESS = TypeAdapter(HttpUrl)
_SHORT_CODE = re.compile(r"(\+\d{1,3}[- ])?\d{3,6}", re.ASCII)


def _country(code: str) -> str:
    if code != EUROPEAN_UNION and pycountry.countries.get(alpha_2=code) is None:
        raise ValueError(f"{code!r} is no ISO 3166-1 alpha-2 code")
    return code


def _country_or_any(code: str) -> str:
    return code if code == EVERYWHERE else _country(code)


def _region(code: str) -> str:
    if pycountry.subdivisions.get(code=code) is None:  # type: ignore[no-untyped-call]
        raise ValueError(f"{code!r} is no ISO 3166-2 code")
    return code


def _language(tag: str) -> str:
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError(f"{tag!r} is no BCP 47 tag we know") from error
    return tag


def _currency(code: str) -> str:
    if pycountry.currencies.get(alpha_3=code) is None:
        raise ValueError(f"{code!r} is no ISO 4217 code")
    return code


def _secure_address(url: str) -> str:
    try:
        address = _ADDRESS.validate_python(url)
    except ValidationError as error:
        raise ValueError(f"{url!r} is no address of a web page") from error
    if address.scheme != "https":
        raise ValueError(f"{url!r} does not begin with https://")
    return url


def _mailbox(address: str) -> str:
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{address!r} is no e-mail address") from error


def _length(text: str) -> str:
    try:
        return str(Period.parse(text))
    except UnreadablePeriod as error:
        raise ValueError(f"{text!r} is no ISO 8601 length such as P3Y") from error


Country = Annotated[str, AfterValidator(_country)]
Region = Annotated[str, AfterValidator(_region)]
Language = Annotated[str, AfterValidator(_language)]
Length = Annotated[str, AfterValidator(_length)]


class BodyKind(StrEnum):
    MEDICAL_MEDIATION = "medical_mediation"
    CONSUMER_BODY = "consumer_body"
    PATIENT_OMBUDSMAN = "patient_ombudsman"
    REGULATOR = "regulator"
    PROFESSIONAL_ORDER = "professional_order"
    COMPENSATION_FUND = "compensation_fund"
    INFORMATION_LINE = "information_line"
    VIGILANCE = "vigilance"
    CROSS_BORDER_CONTACT = "cross_border_contact"
    COURT_OR_TRIBUNAL = "court_or_tribunal"


class Filer(StrEnum):
    """Who may apply. A representative brings a power of attorney; a payer is a consumer who paid for the treatment."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    RELATIVE = "relative"
    HEIR = "heir"
    GUARDIAN = "guardian"
    COMPANION = "companion"
    PAYER = "payer"
    CLINIC = "clinic"
    ANYONE = "anyone"


class Aesthetic(StrEnum):
    """Whether purely aesthetic care is heard: care without preventive, therapeutic or reconstructive purpose."""

    COVERED = "covered"
    EXCLUDED = "excluded"
    NOT_STATED = "not_stated"


class Criterion(Data):
    """`value` is in percent or months, by `kind`; None where the kind alone says it."""

    kind: Literal["permanent_harm_pct", "off_work_months", "serious_disruption", "very_serious", "death"]
    op: Literal["gt", "gte"] | None = None
    value: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        counted = self.kind.endswith(("_pct", "_months"))
        if counted != (self.value is not None) or counted != (self.op is not None):
            raise ValueError(f"{self.kind} {'needs' if counted else 'takes no'} op and value")
        return self


class Severity(Data):
    """How much harm there must be: one of `any_of` is enough.

    `only_without_fault` is for bodies that hear harm by fault at any size, and other harm only from here on.
    """

    any_of: tuple[Criterion, ...] = Field(min_length=1)
    only_without_fault: bool = False
    words: Text


class Scope(Data):
    """What a body hears, as far as its source says. An empty list leaves nothing out."""

    specialties: tuple[str, ...] = ()
    """The only specialties it hears."""
    excluded_specialties: tuple[str, ...] = ()
    aesthetic: Aesthetic = Aesthetic.NOT_STATED
    aesthetic_words: Text | None = None
    severity: Severity | None = None
    foreigners: bool
    """Whether people who live abroad may apply."""
    foreign_patients_only: bool = False
    residents_only: bool = False
    public_providers_only: bool = False
    private_providers_only: bool = False
    hospital_stays_only: bool = False
    cross_border_eu_only: bool = False
    provider_must_agree: bool = False
    clinic_first: bool = False
    """Whether the clinic's own complaint procedure comes before."""
    treated_since: date | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if set(self.specialties) & set(self.excluded_specialties):
            raise ValueError("a specialty is both covered and excluded")
        if self.public_providers_only and self.private_providers_only:
            raise ValueError("only public and only private providers leaves nobody")
        if self.foreign_patients_only and not self.foreigners:
            raise ValueError("only for foreign patients, and not for foreigners")
        return self


class Cost(Data):
    """`free` is None where it depends or is not stated; `least` is the smallest fee, in `currency`."""

    free: bool | None = None
    least: float | None = Field(default=None, gt=0)
    currency: Annotated[str, AfterValidator(_currency)] | None = None
    words: Text | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.least is None) != (self.currency is None):
            raise ValueError("an amount needs its currency")
        if self.free and self.least:
            raise ValueError("free, and yet there is a fee")
        return self


class TimeLimit(Cited):
    """`filing` is the patient's; the others say how long an answer, a decision or an appeal takes."""

    of: Literal["filing", "provider_answer", "handling", "appeal"]
    period: Length
    counts_from: Literal["event", "knowledge", "stabilisation_of_harm", "receipt", "decision"] | None = None
    working_days: bool | None = None
    """Whether days are working days; None where the source leaves it open."""
    may_add: Length | None = None


class Website(Cited):
    url: Annotated[str, AfterValidator(_secure_address)]
    of: str | None = None
    """Whose page it is, where one entry speaks of several."""


class Email(Cited):
    address: Annotated[str, AfterValidator(_mailbox)]


class Phone(Cited):
    """A number as it is dialled: from abroad with `+`, or inside `country`.

    A `short_code` works on networks that know it and is not checked further.
    """

    number: str
    reach: Literal["international", "domestic"]
    country: Country
    short_code: bool = False

    @model_validator(mode="after")
    def _can_be_dialled(self) -> Self:
        if (self.reach == "international") != self.number.startswith("+"):
            raise ValueError(f"{self.number!r}: from abroad a number begins with +, inside the country it does not")
        if not (_SHORT_CODE.fullmatch(self.number) if self.short_code else self._is_valid()):
            raise ValueError(f"{self.number!r} is no telephone number of {self.country}")
        return self

    def _is_valid(self) -> bool:
        # Its tables take a quarter of a second to import: only where a number is checked.
        import phonenumbers

        try:
            parsed = phonenumbers.parse(self.number, None if self.reach == "international" else self.country)
        except phonenumbers.NumberParseException:
            return False
        return phonenumbers.is_valid_number_for_region(parsed, self.country)


class Contacts(Data):
    """The first of each list is the one to show; the others are alternatives."""

    websites: tuple[Website, ...] = ()
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()

    def by_reach(self, reach: str) -> tuple[Phone, ...]:
        return tuple(phone for phone in self.phones if phone.reach == reach)


class Claim(Data):
    """What one source says."""

    value: str
    src: tuple[str, ...] = Field(min_length=1)


class Conflict(Data):
    """Sources that do not agree. Both are shown until somebody has verified one."""

    field: str
    claims: tuple[Claim, ...] = Field(min_length=2)
    note: Text

    @model_validator(mode="after")
    def _disagrees(self) -> Self:
        if len({claim.value for claim in self.claims}) < 2:
            raise ValueError("the claims agree")
        return self


class ComplaintBody(Cited):
    """One body, or one kind of office where every region has its own (`by_region`).

    `verified_on` is the day a person compared the entry with the body's own page; None: nobody has. `needs_person`
    says that `reasons` hold what the source only has in prose. `hold_back` entries are not to be shown to patients
    before somebody has verified them.
    """

    id: str = Field(pattern=r"^[a-z]{2}_[a-z0-9_]+$")
    country: Country
    regions: tuple[Region, ...] = ()
    except_regions: tuple[Region, ...] = ()
    by_region: bool = False
    name: Text
    kind: BodyKind
    remit: Text
    who_may_file: tuple[Filer, ...] = ()
    filing: Text | None = None
    """How and by whom an application is made, in words."""
    scope: Scope
    languages: tuple[Language, ...] = ()
    language_words: Text | None = None
    forms: Text | None = None
    cost: Cost | None = None
    time_limits: tuple[TimeLimit, ...] = ()
    time_limit_words: Text | None = None
    binding: Literal["binding", "if_both_agree", "not_binding"] | None = None
    """The effect of what it decides; None: not stated."""
    awards_compensation: bool | None = None
    contacts: Contacts = Contacts()
    conflicts: tuple[Conflict, ...] = ()
    verified_on: date | None = None
    closed_on: date | None = None
    hold_back: bool = False
    needs_person: bool = False
    reasons: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _says_why_a_person_is_needed(self) -> Self:
        if self.needs_person != (self.reasons is not None):
            raise ValueError("needs_person and reasons come together")
        return self

    @model_validator(mode="after")
    def _regions_of_the_country(self) -> Self:
        for code in (*self.regions, *self.except_regions):
            if not code.startswith(f"{self.country}-"):
                raise ValueError(f"{code!r} is no region of {self.country}")
        return self


class LegalNote(Cited):
    """`country` is `*` where the note is about every one."""

    id: str
    country: Annotated[str, AfterValidator(_country_or_any)]
    topic: str
    text: Text


class EmergencyNumber(Data):
    number: Annotated[str, Field(pattern=r"^\d{2,4}$")]
    of: str | None = None


class EmergencyNumbers(Cited):
    """Ambulances. Any of `numbers` may be dialled; `verified_on` as of a body."""

    countries: tuple[Country, ...] = Field(min_length=1)
    numbers: tuple[EmergencyNumber, ...] = Field(min_length=1)
    verified_on: date | None = None


class Routing(Data):
    """How to go through the directory. `text` has the rules in words, by the name of the field they explain."""

    jurisdiction: Literal["place_of_treatment", "patient_home"]
    regions_needed: tuple[Country, ...]
    emergency: Literal["where_the_patient_is", "place_of_treatment"]
    order: tuple[
        Literal["clinic_written_reply", "platform_mediation", "country_body", "device_vigilance", "legal_advice"], ...
    ]
    text: Mapping[Literal["jurisdiction", "regions_needed", "emergency", "order"], Text]


class ComplaintBodies(Data):
    """The directory of one plugin, or of all of them. `kinds` names the kinds of bodies for people."""

    sources: Mapping[str, Source] = Field(default_factory=dict)
    kinds: Mapping[BodyKind, Text] = Field(default_factory=dict)
    bodies: Mapping[str, ComplaintBody] = Field(default_factory=dict)
    legal_notes: Mapping[str, LegalNote] = Field(default_factory=dict)
    emergency_numbers: tuple[EmergencyNumbers, ...] = ()
    routing: Routing | None = None

    @model_validator(mode="after")
    def _known_by_their_own_ids(self) -> Self:
        names = {key: body.id for key, body in self.bodies.items()}
        names |= {key: note.id for key, note in self.legal_notes.items()}
        for key, own in names.items():
            if key != own:
                raise ValueError(f"what is under {key!r} calls itself {own!r}")
        return self
