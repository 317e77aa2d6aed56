"""The shape of a specialty: procedures, phases, signs, thresholds, warranties, each figure with its source.

A plugin's `protocol.yaml` is read into these models by `suivi.core.specialties.reader`. Days count from the
procedure's `anchors.day0` unless an entry names another anchor; both ends of a day range are included, None is open.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Literal["high", "medium", "low"]
Urgency = Literal["emergency_now", "same_day", "within_48h", "routine"]
CaseClass = Literal["normal_evolution", "medical_complication", "objective_insufficiency", "subjective_dissatisfaction"]
Where = Literal["on_site", "remote", "local_clinician", "clinic_or_local", "clinic_or_remote"]
DayRange = tuple[int | None, int | None]


class Data(BaseModel):
    """Immutable, and refusing keys it does not know: a misspelt key in a protocol file is an error, not silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cited(Data):
    """Anything that carries a figure says where it comes from and how far to trust it."""

    src: tuple[str, ...] = ()
    conf: Confidence | None = None


class Text(Data):
    """One text in several languages. English is always there."""

    by_locale: Mapping[str, str]

    def read(self, locale: str) -> tuple[str, str]:
        """The text and the locale it is really in: the one asked for, its base language, else English."""
        for candidate in (locale, locale.split("-")[0], "en"):
            if candidate in self.by_locale:
                return self.by_locale[candidate], candidate
        raise KeyError("en")


class Source(Data):
    title: str
    kind: str
    url: str | None = None
    note: str | None = None


class Phase(Cited):
    id: str
    days: DayRange
    text: Text
    anchor: str | None = None


class Stabilisation(Cited):
    """When a result may be judged: `min` earliest, `typical` default, `max` latest, in days or in cycles."""

    unit: Literal["day", "cycle"] = "day"
    min: int
    typical: int
    max: int | None = None
    anchor: str | None = None


class NormalSign(Cited):
    """Expected only inside `days`; afterwards the same sign wants a clinician."""

    id: str
    sign: Text
    days: DayRange
    anchor: str | None = None
    peak_day: int | None = None
    note: Text | None = None


class RedFlag(Cited):
    """A sign that must not wait. `suspect` is a note for clinicians and is never shown to patients."""

    id: str
    symptom: Text
    days: DayRange
    urgency: Urgency
    suspect: str
    anchor: str | None = None


class CheckUp(Cited):
    day: int
    window: tuple[int, int]
    where: Where
    checks: tuple[str, ...] = ()
    photos: str | None = None
    anchor: str | None = None
    repeat_every_days: int | None = None
    only_if: str | None = None


class OnSite(Cited):
    """`min_days` shortest stay, `flight_after_days` no air travel before; the earliest flight is the later of both."""

    min_days: int
    typical_days: int | None = None
    flight_after_days: int | None = None
    note: str | None = None


class Measurement(Cited):
    id: str
    name: Text
    type: Literal["quantity", "score", "ordinal", "coded", "boolean", "count"]
    unit: str | None = None
    range: tuple[float, float] | None = None
    values: tuple[str | int, ...] = ()
    better: str | int | None = None
    per: str
    baseline: str | None = None
    precision: float | None = None
    note: str | None = None


class PhotoSet(Cited):
    id: str
    standard: str
    views: tuple[str, ...] = ()
    radiographs: tuple[str, ...] = ()
    capture: Mapping[str, str] = Field(default_factory=dict)
    limits: str | None = None


class Site(Data):
    """How one treated object is located: an FDI tooth, a side, an arch, ..."""

    scheme: str
    unit: str
    multiple: bool = False
    device: bool = False
    values: tuple[str, ...] = ()
    note: str | None = None


class Anchors(Data):
    """Named dates that clocks start from. `day0` is the one day numbers count from."""

    day0: str
    other: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        return (self.day0, *self.other)


class Procedure(Data):
    """One procedure of a specialty. `raw` keeps what later features read: outcomes, hints, codes, benchmarks."""

    id: str
    specialty: str
    names: Text
    site: Site
    anchors: Anchors
    phases: tuple[Phase, ...] = ()
    stabilisation: Stabilisation
    prosthetic: Stabilisation | None = None
    """A second result on the same treatment with a clock of its own, such as the crown on an implant."""
    on_site: OnSite | None = None
    check_ups: tuple[CheckUp, ...] = ()
    normal_signs: tuple[NormalSign, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    warranties: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    raw: Mapping[str, Any] = Field(default_factory=dict, repr=False)


class Manifest(Data):
    """What a plugin says of itself, checked at start-up before anything it supplies is used."""

    id: str
    version: str
    hooks: str
    """The hook version it speaks, such as "1"."""
    locales: tuple[str, ...] = ("en",)
    reviewer: str | None = None
    reviewed_on: str | None = None


class Specialty(Data):
    id: str
    version: str
    names: Text
    sources: Mapping[str, Source]
    procedures: Mapping[str, Procedure]
    measurements: Mapping[str, Measurement] = Field(default_factory=dict)
    photo_sets: Mapping[str, PhotoSet] = Field(default_factory=dict)
    duties: Mapping[str, Any] = Field(default_factory=dict)
    exclusions: Mapping[str, Any] = Field(default_factory=dict)
    warranty_templates: Mapping[str, Any] = Field(default_factory=dict)
    reference_period: str | None = None
    """ISO 8601 duration that overrides the nine-month default for every procedure of the specialty."""
