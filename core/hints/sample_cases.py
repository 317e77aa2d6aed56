"""Sample cases: the format of dry runs and of a plugin's golden cases. `docs/sample-cases.md` describes it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from suivi.core.specialties.document import BrokenProtocol, Document, Loc, item, open_document, said_of
from suivi.core.specialties.hints import CaseFacts, CheckUpsOnFile, Documentation, Measured
from suivi.core.specialties.model import CaseClass, Urgency

_ABSENT: Final = object()

ClassOrNone = Literal["none"] | CaseClass


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _named(value: Any) -> Any:
    """A sign by its id alone will do."""
    return {"id": value} if isinstance(value, str) else value


def _measured(value: Any) -> Any:
    """A value alone will do where there is neither a baseline nor a target."""
    return value if isinstance(value, Mapping) else {"value": value}


def _one_of(value: Any) -> Any:
    return value if isinstance(value, Mapping) and "any_of" in value else {"any_of": [value]}


class GivenSign(_Strict):
    """A sign by id, or something in the patient's own words, which no rule reads."""

    id: str | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.id is None and self.text is None:
            raise ValueError("a sign has an id or a text")
        return self


class GivenMeasurement(_Strict):
    value: bool | int | float | str
    baseline: bool | int | float | str | None = None
    target: bool | int | float | str | None = None


class GivenDocumentation(_Strict):
    before_photos: bool = False
    follow_up_photos: bool = False
    check_ups: CheckUpsOnFile = "none"
    documents: tuple[str, ...] = ()


class _SiteGiven(_Strict):
    site: str | None = None
    day: int | None = None
    signs: tuple[Annotated[GivenSign, BeforeValidator(_named)], ...] = ()
    measurements: Mapping[str, Annotated[GivenMeasurement, BeforeValidator(_measured)]] = Field(default_factory=dict)
    patient_dissatisfied: bool = False
    anchor_days: Mapping[str, int] = Field(default_factory=dict)
    facts: Mapping[str, Any] = Field(default_factory=dict)
    documentation: GivenDocumentation | None = None


class GivenSite(_SiteGiven):
    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.site is None:
            raise ValueError("site is missing")
        return self


class GivenCase(_SiteGiven):
    """What is known of a case. `day` is days since day 0; with `sites`, each may have its own."""

    specialty: str
    procedure: str
    variant: str | None = None
    cycle: int | None = Field(default=None, ge=1)
    sites: tuple[GivenSite, ...] = ()

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.day is None and any(site.day is None for site in self.sites or (self,)):
            raise ValueError("day is missing: days since day 0")
        names = [site.site for site in self.sites]
        if len(names) != len(set(names)):
            raise ValueError("a site is given twice")
        return self

    def facts_by_site(self) -> tuple[CaseFacts, ...]:
        """One a site; one for the whole treatment where no sites are given."""
        return tuple(self._facts(site) for site in self.sites) if self.sites else (self._facts(self),)

    def _facts(self, site: _SiteGiven) -> CaseFacts:
        """What is said of the whole case holds at each of its sites, and a site may say more."""
        filed = site.documentation or self.documentation or GivenDocumentation()
        day = self.day if site.day is None else site.day
        signs = site.signs if site is self else (*self.signs, *site.signs)
        measured = {**self.measurements, **site.measurements}
        return CaseFacts(
            procedure=self.procedure,
            day=day or 0,
            variant=self.variant,
            cycle=self.cycle,
            anchor_days={**self.anchor_days, **site.anchor_days},
            site=site.site,
            signs=tuple(sign.id for sign in signs if sign.id is not None),
            described=any((sign.text or "").strip() for sign in signs),
            measurements={key: Measured(**given.model_dump()) for key, given in measured.items()},
            patient_dissatisfied=self.patient_dissatisfied or site.patient_dissatisfied,
            facts={**self.facts, **site.facts},
            documentation=Documentation(**{**filed.model_dump(), "documents": frozenset(filed.documents)}),
        )


class ExpectedClass(_Strict):
    any_of: tuple[ClassOrNone | None, ...]


class ExpectedUrgency(_Strict):
    any_of: tuple[Urgency | None, ...]


class ExpectedMissing(_Strict):
    any_of: tuple[tuple[str, ...], ...]


OneClass = Annotated[ExpectedClass | None, BeforeValidator(_one_of)]
OneUrgency = Annotated[ExpectedUrgency | None, BeforeValidator(_one_of)]
OneMissing = Annotated[ExpectedMissing | None, BeforeValidator(_one_of)]


class ExpectedSite(_Strict):
    """What a golden case says should come out; what it leaves out may be anything."""

    top_class: OneClass = None
    highest_urgency: OneUrgency = None
    """None is not compared; `null` in the file expects that there is none."""
    must_not: tuple[CaseClass, ...] = ()
    missing: OneMissing = None


class Expected(ExpectedSite):
    per_site: Mapping[str, ExpectedSite] = Field(default_factory=dict)
    case_highest_urgency: OneUrgency = None


class SampleCase(_Strict):
    id: Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int | float | date) else value)]
    given: GivenCase
    expect: Expected | None = None


class SampleCases(_Strict):
    cases: tuple[SampleCase, ...]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [case.id for case in self.cases]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"given twice: {', '.join(twice)}")
        return self


def read_cases(path: Path) -> tuple[SampleCase, ...]:
    """Raises BrokenProtocol, which names every problem with its line."""
    document = open_document(path)
    cases: tuple[SampleCase, ...] = ()
    try:
        cases = SampleCases.model_validate(document.data).cases
    except ValidationError as error:
        for problem in error.errors():
            document.report(_place(problem["loc"], document), said_of(problem))
    if document.problems:
        raise BrokenProtocol(path, [says for _, says in sorted(document.problems)])
    return cases


def _place(loc: Loc, document: Document) -> Loc:
    """Where it stands in the file: what the models put between is left out."""
    here: Any = document.data
    place: Loc = ()
    for step in loc:
        if isinstance(here, dict | list):
            inner = item(here, step, absent=_ABSENT)
            place, here = ((*place, step), inner) if inner is not _ABSENT else (place, here)
    return place if place == loc or isinstance(loc[-1], int) else (*place, loc[-1])
