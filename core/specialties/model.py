"""The shape of a specialty: procedures, phases, signs, thresholds, warranties, each figure with its source.

A plugin's `protocol.yaml` is read into these models by `suivi.core.specialties.reader`. Days count from the
procedure's `anchors.day0` unless an entry names another anchor; both ends of a day range are included, None is open.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Confidence = Literal["high", "medium", "low"]
Urgency = Literal["emergency_now", "same_day", "within_48h", "routine"]
CaseClass = Literal["normal_evolution", "medical_complication", "objective_insufficiency", "subjective_dissatisfaction"]
Where = Literal["on_site", "remote", "local_clinician", "clinic_or_local", "clinic_or_remote"]
Level = Literal["review", "insufficiency", "gate", "cycle_failed"]
Operator = Literal[
    "gt",
    "gte",
    "lt",
    "lte",
    "eq",
    "in",
    "abs_gt",
    "abs_lte",
    "gt_baseline",
    "gte_baseline",
    "lte_baseline",
    "lt_target",
]
Strength = Literal["strong", "moderate", "weak"]
LOCALE = r"^[a-z]{2}(-[A-Z]{2})?$"


def _in_order(ends: tuple[Any, Any]) -> tuple[Any, Any]:
    first, last = ends
    if first is not None and last is not None and first > last:
        raise ValueError("range reversed")
    return ends


DayRange = Annotated[tuple[int | None, int | None], AfterValidator(_in_order)]


class Data(BaseModel):
    """Immutable, and refusing keys it does not know: a misspelt key in a protocol file is an error, not silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cited(Data):
    """Anything that carries a figure says where it comes from and how far to trust it."""

    src: tuple[str, ...] = ()
    conf: Confidence | None = None


class Text(Data):
    """One text in several languages. English is always there."""

    by_locale: Mapping[Annotated[str, Field(pattern=LOCALE)], Annotated[str, Field(min_length=1)]]

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        """An English string, or languages by code, will do."""
        if isinstance(given, str):
            return {"by_locale": {"en": given}}
        if isinstance(given, Mapping) and "by_locale" not in given:
            return {"by_locale": given}
        return given

    @model_validator(mode="after")
    def _has_english(self) -> Self:
        if "en" not in self.by_locale:
            raise ValueError("English text is missing")
        return self

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


class StableMeasurement(Cited):
    """A result that counts as settled only once it was measured so: `times` values of `measure` in a row, each at
    least `apart_days` after the one before, all within `within` (in the measurement's unit) of each other."""

    measure: str
    within: float = Field(ge=0)
    times: int = Field(default=2, ge=2)
    apart_days: int = Field(ge=1)


class Stabilisation(Cited):
    """When a result may be judged: `min` earliest, `typical` default, `max` latest, in days or in cycles."""

    unit: Literal["day", "cycle"] = "day"
    min: int
    typical: int
    max: int | None = None
    anchor: str | None = None
    late_tail_days: int | None = None
    """How long literature saw results still change, beyond `max`."""
    per_cycle_resolution: Mapping[str, Any] | None = None
    """When one cycle is known to have failed: `{anchor, day}`."""
    measured: StableMeasurement | None = None
    """What must have been measured besides, before anyone may judge."""
    variants: Mapping[str, Any] = Field(default_factory=dict)
    """By variant of the procedure, the `min`, `typical` and `max` that replace the ones above."""
    seed: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.min <= self.typical <= (self.typical if self.max is None else self.max):
            raise ValueError("min <= typical <= max does not hold")
        return self


class Escalation(Cited):
    """From `from_day` on, in the days of the sign it belongs to, the sign is at least this urgent."""

    from_day: int
    urgency: Urgency


class NormalSign(Cited):
    """Expected only inside `days`; afterwards the same sign wants a clinician, as soon as `escalates` says."""

    id: str
    sign: Text
    days: DayRange
    anchor: str | None = None
    peak_day: int | None = None
    escalates: tuple[Escalation, ...] = ()
    """After the last normal day, `within_48h` where nothing is stated."""
    note: Text | None = None


class RedFlag(Cited):
    """A sign that must not wait. `suspect` is a note for clinicians and is never shown to patients."""

    id: str
    symptom: Text
    days: DayRange
    urgency: Urgency
    suspect: str
    anchor: str | None = None
    escalates: tuple[Escalation, ...] = ()
    note: str | None = None


class CheckUp(Cited):
    """A planned control on `day`, acceptable inside `window`. `only_if` is prose that a clinician reads."""

    day: int
    window: Annotated[tuple[int, int], AfterValidator(_in_order)]
    where: Where
    checks: tuple[str, ...] = ()
    photos: str | None = None
    anchor: str | None = None
    repeat_every_days: int | None = None
    only_if: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _day_in_window(self) -> Self:
        if not self.window[0] <= self.day <= self.window[1]:
            raise ValueError(f"day {self.day} is outside its window")
        return self


class OnSite(Cited):
    """`min_days` shortest stay, `flight_after_days` no air travel before; the earliest flight is the later of both."""

    min_days: int
    typical_days: int | None = None
    flight_after_days: int | None = None
    flight_range_days: DayRange | None = None
    """How far sources disagree about flying."""
    second_trip_days: DayRange | None = None
    anchor: str | None = None
    breakdown: str | None = None
    flight_note: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        if self.typical_days is not None and self.typical_days < max(self.min_days, self.flight_after_days or 0):
            raise ValueError("the typical stay ends before the earliest flight home")
        return self


class Measurement(Cited):
    id: str
    name: Text
    type: Literal["quantity", "score", "ordinal", "coded", "boolean", "count"]
    unit: str | None = None
    range: Annotated[tuple[float, float], AfterValidator(_in_order)] | None = None
    """For refusing typing errors, not for judging."""
    values: tuple[str | int | float, ...] = ()
    better: str | int | float | None = None
    per: str = "patient"
    baseline: str | None = None
    precision: float | None = None
    licence: str | None = None
    derived: str | None = None
    method: str | None = None
    compare: str | None = None
    bands: Mapping[str, Any] | None = None
    note: str | None = None


class PhotoSet(Cited):
    id: str
    standard: str
    views: tuple[str, ...] = ()
    radiographs: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    video: tuple[str, ...] = ()
    capture: Mapping[str, str] = Field(default_factory=dict)
    limits: str | None = None
    note: str | None = None


class Site(Data):
    """How one treated object is located: an FDI tooth, a side, an arch, ..."""

    scheme: str
    unit: str
    multiple: bool = False
    device: bool = False
    values: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()
    note: str | None = None


class Anchors(Data):
    """Named dates that clocks start from. `day0` is the one day numbers count from."""

    day0: str
    other: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        return (self.day0, *self.other)


class Comparison(Data):
    """`measure` compared with `value`: in its own unit, or against the stored baseline or target where `op` says so."""

    measure: str
    op: Operator
    value: Any


class Requirement(Data):
    """A fact that must hold, such as `weight_change_pct` within 5 of zero.

    Where nobody gave the fact, a measurement of the same id stands in for it, else the baseline of `baseline_of`. An
    `optional` fact counts only against: unknown, it is taken to hold.
    """

    fact: str
    op: Operator
    value: Any
    baseline_of: str | None = None
    optional: bool = False


class Threshold(Cited):
    """An outcome worth a look. It counts only from `from_day`, with baseline and agreed target on record.

    Either one `measure` with `op` and `value`, or `all_of` several. `requires` are the facts that must hold;
    `condition` says the same in words, `documents` what has to be on file besides photos and check-ups.
    """

    id: str
    level: Level
    measure: str | None = None
    op: Operator | None = None
    value: Any = None
    from_day: int | None = None
    to_confirm_day: int | None = None
    unit: Literal["day", "cycle"] = "day"
    anchor: str | None = None
    condition: str | None = None
    requires: tuple[Requirement, ...] = ()
    documents: tuple[str, ...] = ()
    compare: str | None = None
    """What the value is compared with, in words."""
    needs: tuple[Literal["baseline", "target"], ...] = ()
    """What of the measurement must be on record besides what `op` asks for."""
    class_hint: str | None = None
    """A case class, or a fact such as `device_failure`."""
    all_of: tuple[Comparison, ...] = ()
    note: str | None = None

    @model_validator(mode="after")
    def _measures_something(self) -> Self:
        if not self.all_of and (self.measure is None or self.op is None or self.value is None):
            raise ValueError("measure, op and value, or all_of, are needed")
        if self.from_day is None and self.unit == "day":
            raise ValueError("from_day is missing")
        return self

    def comparisons(self) -> tuple[Comparison, ...]:
        """What has to be exceeded, all of it."""
        if self.measure is None or self.op is None:
            return self.all_of
        return (Comparison(measure=self.measure, op=self.op, value=self.value),)


class Given(Data):
    """The facts a hint of a specialty rests on. All that is stated must hold; of `signs`, one is enough."""

    signs: tuple[str, ...] = ()
    days: DayRange = (None, None)
    anchor: str | None = None
    cycles: DayRange = (None, None)
    variants: tuple[str, ...] = ()
    measurements: tuple[Comparison, ...] = ()
    facts: tuple[Requirement, ...] = ()
    patient_dissatisfied: bool | None = None


class ClassHint(Cited):
    """Helps to sort a queue and never decides. `when` is for readers; without `given` nothing evaluates it."""

    id: str | None = None
    """Without one, `when` is English only."""
    when: Text
    given: Given | None = None
    suggests: CaseClass | None
    strength: Strength
    note: str | None = None


class Fact(Data):
    """What a threshold or a hint asks for beside signs and measurements, as a question that a form can put."""

    id: str
    question: Text
    type: Literal["quantity", "boolean", "coded", "count"]
    unit: str | None = None
    range: Annotated[tuple[float, float], AfterValidator(_in_order)] | None = None
    values: tuple[str, ...] = ()
    stands_for: str | None = None
    """The red flag that the answer yes reports, such as `g_fever` for "is there fever?"."""


class Series(Cited):
    """A result reached over several cycles, sessions or uses.

    A new one begins with the anchor `starts`; it counts once `counts_from` has happened, and one that was cancelled
    before counts only where `cancelled_counts` says so. `continued_by` are procedures that go on with the same one,
    such as the transfer of embryos that were frozen.
    """

    unit: Literal["cycle", "session", "use"]
    count: Mapping[Literal["min", "typical", "max"], int] = Field(default_factory=dict)
    interval_days: DayRange = (None, None)
    starts: str | None = None
    counts_from: str | None = None
    cancelled_counts: bool = False
    continued_by: tuple[str, ...] = ()
    note: Text | None = None


class Duty(Cited):
    id: str
    text: Text


class Exclusion(Cited):
    id: str
    text: Text


class WarrantyDuration(Data):
    """`min` to `max` of what the market offers. `parts` keeps durations of parts and brands that fit no range."""

    unit: Literal["day", "month", "year", "cycle", "lifetime"] | None = None
    min: int | None = None
    typical: int | None = None
    max: int | None = None
    or_more: bool = False
    parts: Mapping[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        given = [number for number in (self.min, self.typical, self.max) if number is not None]
        if given != sorted(given):
            raise ValueError("min <= typical <= max does not hold")
        return self


class WarrantyTemplate(Cited):
    """What the market offers. A clinic's own published, dated text always replaces it.

    A condition or exclusion without a space is an id; one with spaces is free text.
    """

    id: str
    grantor: Literal["clinic", "manufacturer", "law", "clinic_or_financier", "clinic_or_cell_lab"]
    object: str
    duration: WarrantyDuration
    starts: str | None = None
    """An anchor; `a_or_b` is the later of the two; none is `anchors.day0`."""
    covers: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()
    usually_free: tuple[str, ...] = ()
    patient_may_pay: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    beneficiary: str | None = None
    example: str | None = None
    brand: str | None = None
    """Whose it is, where it is one maker's: attached to no other maker's device."""
    makers: tuple[str, ...] = ()
    """Other names that maker has on labels and in records."""
    region: str | None = None
    scope: str | None = None
    amounts: Mapping[str, Any] = Field(default_factory=dict)
    deadlines: Mapping[str, Any] = Field(default_factory=dict)
    note: str | None = None


class Labels(Data):
    """What a patient reads where the protocol only has an id."""

    views: Mapping[str, Text] = Field(default_factory=dict)
    """Photo views, radiographs, videos and documents of photo sets."""
    checks: Mapping[str, Text] = Field(default_factory=dict)
    """Tasks of check-ups that are no measurement."""
    anchors: Mapping[str, Text] = Field(default_factory=dict)
    variants: Mapping[str, Text] = Field(default_factory=dict)
    sites: Mapping[str, Text] = Field(default_factory=dict)
    """Values and details of sites; teeth need none."""
    values: Mapping[str, Text] = Field(default_factory=dict)
    """Values of coded measurements and facts, as `rupture.confirmed_imaging`."""
    coverage: Mapping[str, Text] = Field(default_factory=dict)
    """Objects, covered events and remedies of warranty templates."""


class Procedure(Data):
    """One procedure of a specialty. `raw` keeps what later features read: outcomes, hints, codes, benchmarks."""

    id: str
    specialty: str
    names: Text
    site: Site
    anchors: Anchors
    phases: tuple[Phase, ...] = ()
    stabilisation: Stabilisation
    variants: tuple[str, ...] = ()
    series: Series | None = None
    general_red_flags: bool = True
    """Whether core's general red flags apply: not where neither anaesthesia nor sedation is ever given."""
    prosthetic: Stabilisation | None = None
    """A second result on the same treatment with a clock of its own, such as the crown on an implant."""
    on_site: OnSite | None = None
    check_ups: tuple[CheckUp, ...] = ()
    normal_signs: tuple[NormalSign, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    warranties: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    outcomes: tuple[Threshold, ...] = ()
    hints: tuple[ClassHint, ...] = ()
    raw: Mapping[str, Any] = Field(default_factory=dict, repr=False)

    def sign_ids(self) -> frozenset[str]:
        """Everything that can be ticked when reporting."""
        return frozenset(sign.id for sign in self.normal_signs) | {flag.id for flag in self.red_flags}


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
    """`sources`, `duties` and `exclusions` also hold what the specialty uses of core's own lists."""

    id: str
    version: str
    names: Text
    sources: Mapping[str, Source]
    procedures: Mapping[str, Procedure]
    measurements: Mapping[str, Measurement] = Field(default_factory=dict)
    facts: Mapping[str, Fact] = Field(default_factory=dict)
    photo_sets: Mapping[str, PhotoSet] = Field(default_factory=dict)
    duties: Mapping[str, Duty] = Field(default_factory=dict)
    exclusions: Mapping[str, Exclusion] = Field(default_factory=dict)
    warranty_templates: Mapping[str, WarrantyTemplate] = Field(default_factory=dict)
    labels: Labels = Labels()
    reference_period: str | None = Field(default=None, min_length=3, pattern=r"^P(\d+Y)?(\d+M)?(\d+D)?$")
    """ISO 8601 duration that overrides the nine-month default for every procedure of the specialty."""

    @property
    def named(self) -> str:
        """With its version, as answers state it: `dental@1.1.0`."""
        return f"{self.id}@{self.version}"

    def check_label(self, check: str) -> Text | None:
        """What a patient reads for one entry of a check-up's `checks`."""
        measurement = self.measurements.get(check)
        return measurement.name if measurement else self.labels.checks.get(check)
