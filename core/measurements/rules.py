"""What a measurement may be: a key of the specialty, a value of its type, in its unit and range, at its site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.sites import LocalDate, dates_at
from suivi.core.measurements.models import Purpose
from suivi.core.refusals import Refusal
from suivi.core.specialties.hints import Measured
from suivi.core.specialties.model import Measurement, Procedure, Specialty

MAX_AT_ONCE = 100
OF_THE_PATIENT = frozenset({"patient", "cycle", "dose"})
"""What `per` says of measurements that have no site."""
UNBOUNDED = (-(10**12), 10**12)
"""For numbers whose specialty gives no range: what every database keeps exactly."""
_LONGEST_KEY = 60

Value = bool | int | float | Decimal | str
Kept = bool | int | float | str


class UnknownMeasurement(Refusal):
    """The specialty {specialty} has no measurement of that key. Nearest: {nearest}."""

    code = "UNKNOWN_MEASUREMENT"
    remedy = "Use a key of `procedure { allMeasurements }`."


class ValueNotOfType(Refusal):
    """The measurement {measurement} takes {takes}."""

    code = "VALUE_NOT_OF_TYPE"
    remedy = "See `type` in `procedure { allMeasurements }`; a number goes into `number`, a word into `choice`."


class ValueNotOnScale(Refusal):
    """The measurement {measurement} takes one of these: {values}."""

    code = "VALUE_NOT_ON_SCALE"
    remedy = "Send one of its `values` in `procedure { allMeasurements }`, exactly as it stands there."


class ValueOutOfRange(Refusal):
    """The measurement {measurement} lies between {least} and {most}. Its unit is {unit}."""

    code = "VALUE_OUT_OF_RANGE"
    remedy = "Look for a misplaced decimal point or another unit. The range finds typing errors; it judges nothing."


class UnitNotExpected(Refusal):
    """The measurement {measurement} is recorded in the unit {unit}."""

    code = "UNIT_NOT_EXPECTED"
    remedy = "Convert the value and send it in that unit (UCUM), or leave the unit out; nothing is converted here."


class MeasurementSiteMissing(Refusal):
    """The measurement {measurement} is taken at one site, and the treatment has several."""

    code = "MEASUREMENT_SITE_MISSING"
    remedy = "Name the site; of several sites, send one measurement each."


class MeasurementHasNoSite(Refusal):
    """The measurement {measurement} is about the whole patient and has no site."""

    code = "MEASUREMENT_HAS_NO_SITE"
    remedy = "Leave the site out; `perSite` of a measurement says whether it takes one."


class MeasuredInFuture(Refusal):
    """A measurement is taken today or earlier."""

    code = "MEASURED_IN_FUTURE"
    remedy = "Give the day it was measured."


class MeasuredAfterTreatment(Refusal):
    """A baseline or a target dates from before the treatment, and this day lies after it."""

    code = "MEASURED_AFTER_TREATMENT"
    remedy = "Record it as a follow-up, or correct the day or the anchor of the treatment."


class MeasuredBeforeTreatment(Refusal):
    """A follow-up is measured during or after the treatment, and this day lies before it."""

    code = "MEASURED_BEFORE_TREATMENT"
    remedy = "Record it as a baseline, or correct the day or the anchor of the treatment."


class MeasurementsMissing(Refusal):
    """One to {limit} measurements are recorded at a time."""

    code = "MEASUREMENTS_MISSING"
    remedy = "Send at least one, and what is more in another request."


class MeasurementRepeated(Refusal):
    """The same measurement is given twice for one site, purpose and day."""

    code = "MEASUREMENT_REPEATED"
    remedy = "Send the one that counts; a later request may correct it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A measurement as the sender gives it. `measured_on` None is today."""

    key: str
    value: Value
    purpose: Purpose
    unit: str | None = None
    site: str | None = None
    measured_on: str | None = None
    evidence_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Ready to be kept: the value as its scale has it, the specialty's unit, the one site it can be about."""

    key: str
    value: Kept
    unit: str | None
    site: str | None
    purpose: Purpose
    measured_on: PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The treatment that is measured, and the rules it is pinned to."""

    specialty: Specialty
    procedure: Procedure
    sites: Sequence[str]
    anchors: Mapping[str, PartialDate] = field(default_factory=dict)
    local: Sequence[LocalDate] = ()


def checked_measurement(asked: Asked, setting: Setting, *, on: date, at: str = "") -> Checked:
    """`on` is the day at the clinic; `at` stands before the name of the input that a refusal is about.

    Raises UnknownMeasurement, ValueNotOfType, ValueNotOnScale, ValueOutOfRange, UnitNotExpected, UnreadableDate,
    MeasurementSiteMissing, MeasurementHasNoSite, SiteNotTreated, MeasuredInFuture, MeasuredAfterTreatment and
    MeasuredBeforeTreatment.
    """
    measurement = _known(asked.key, setting.specialty, f"{at}key")
    if asked.unit is not None and asked.unit != measurement.unit:
        raise UnitNotExpected(field=f"{at}unit", measurement=measurement.id, unit=measurement.unit or "none")
    site = _site(asked.site, measurement, setting.sites, f"{at}site")
    measured_on = PartialDate.parse(asked.measured_on or str(on), field=f"{at}measuredOn")
    if measured_on.is_after(on):
        raise MeasuredInFuture(field=f"{at}measuredOn", available_from=measured_on.earliest)
    _require_in_time(asked.purpose, measured_on, measurement, setting, site, f"{at}measuredOn")
    return Checked(
        key=measurement.id,
        value=_value(asked.value, measurement, f"{at}value"),
        unit=measurement.unit,
        site=site,
        purpose=asked.purpose,
        measured_on=measured_on,
    )


def checked_value(value: Value, key: str, specialty: Specialty, *, at: str = "", name: str = "value") -> Kept:
    """A value of which neither site nor day is known. Raises as `checked_measurement` does of key and value."""
    return _value(value, _known(key, specialty, f"{at}key"), f"{at}{name}")


def per_site(measurement: Measurement) -> bool:
    """Whether it is taken of one eye, tooth, implant, ..., and not of the whole patient."""
    return measurement.per not in OF_THE_PATIENT


def on_scale(value: Value, measurement: Measurement) -> str | int | float | None:
    """The step of an ordinal or coded measurement that is meant; a number may be given as text and the reverse."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return next((step for step in measurement.values if str(step) == value.strip()), None)
    return next((step for step in measurement.values if not isinstance(step, str) and step == value), None)


def measured_at(rows: Sequence[Any], site: str | None, *, since: date | None = None) -> dict[str, Measured]:
    """What is on file for a site, with what was measured of the whole patient: the latest follow-up of each key.

    `rows` are in the order they were recorded: the later recorded counts unless it was certainly measured before the
    other. A key without a follow-up is left out. `since` is day 0, from which the day of a measurement is counted.
    """
    latest: dict[tuple[str, Purpose], Any] = {}
    for row in (row for row in rows if row.site in (None, site)):
        place = (row.key, Purpose(row.purpose))
        if place not in latest or not _certainly_before(row, latest[place]):
            latest[place] = row
    return {
        key: Measured(
            value=row.value["value"],
            baseline=_value_of(latest.get((key, Purpose.BASELINE))),
            target=_value_of(latest.get((key, Purpose.TARGET))),
            day=_day_of(row, since),
        )
        for (key, purpose), row in latest.items()
        if purpose is Purpose.FOLLOW_UP
    }


def _value_of(row: Any | None) -> Any:
    return None if row is None else row.value["value"]


def _day_of(row: Any, since: date | None) -> int | None:
    taken = PartialDate.parse(row.measured_on).latest
    return None if since is None or taken is None else (taken - since).days


def _certainly_before(row: Any, other: Any) -> bool:
    last, first = PartialDate.parse(row.measured_on).latest, PartialDate.parse(other.measured_on).earliest
    return last is not None and first is not None and last < first


def _known(key: str, specialty: Specialty, field: str) -> Measurement:
    found = specialty.measurements.get(key)
    if found is None:
        nearest = get_close_matches(key[:_LONGEST_KEY], specialty.measurements)
        raise UnknownMeasurement(field=field, specialty=specialty.id, nearest=", ".join(nearest) or "none")
    return found


def _value(value: Value, measurement: Measurement, field: str) -> Kept:
    match measurement.type:
        case "boolean":
            if isinstance(value, bool):
                return value
            raise ValueNotOfType(field=field, measurement=measurement.id, takes="true or false")
        case "ordinal" | "coded":
            step = on_scale(value, measurement)
            if step is None:
                values = ", ".join(str(step) for step in measurement.values)
                raise ValueNotOnScale(field=field, measurement=measurement.id, values=values)
            return step
        case _:
            return _number(value, measurement, field)


def _number(value: Value, measurement: Measurement, field: str) -> int | float:
    """Whole numbers are kept as such. Compared in decimals: 0.3 is not more than 0.3."""
    whole = measurement.type == "count"
    if isinstance(value, bool | str):
        raise ValueNotOfType(field=field, measurement=measurement.id, takes="a whole number" if whole else "a number")
    exact = Decimal(str(value))
    least, most = (Decimal(str(end)) for end in measurement.range or UNBOUNDED)
    if not exact.is_finite() or not least <= exact <= most:
        raise ValueOutOfRange(
            field=field,
            measurement=measurement.id,
            least=f"{least.normalize():f}",
            most=f"{most.normalize():f}",
            unit=(measurement.unit or "1").strip("{}"),
        )
    if exact == exact.to_integral_value():
        return int(exact)
    if whole:
        raise ValueNotOfType(field=field, measurement=measurement.id, takes="a whole number")
    return float(exact)


def _site(site: str | None, measurement: Measurement, sites: Sequence[str], field: str) -> str | None:
    if not per_site(measurement):
        if site is not None:
            raise MeasurementHasNoSite(field=field, measurement=measurement.id)
        return None
    if site is not None:
        if site not in sites:
            raise SiteNotTreated(field=field)
        return site
    if len(sites) > 1:
        raise MeasurementSiteMissing(field=field, measurement=measurement.id)
    return sites[0] if sites else None


def _require_in_time(
    purpose: Purpose, measured: PartialDate, measurement: Measurement, setting: Setting, site: str | None, field: str
) -> None:
    """Refused only when it is certain: a date known in part may lie on either side."""
    dates = dates_at(setting.anchors, setting.local, site=site)
    day0 = dates.get(setting.procedure.anchors.day0, PartialDate())
    if purpose is Purpose.FOLLOW_UP:
        begun = _begun(setting.procedure, dates)
        if begun and measured.latest and measured.latest < begun:
            raise MeasuredBeforeTreatment(field=field, available_from=begun)
    elif day0.latest and measured.is_after(day0.latest) and not _later_baseline(purpose, measurement):
        raise MeasuredAfterTreatment(field=field)


def _later_baseline(purpose: Purpose, measurement: Measurement) -> bool:
    """A specialty that says in words which baseline it means may mean a later stage: the crown on an implant."""
    return purpose is Purpose.BASELINE and measurement.baseline is not None


def _begun(procedure: Procedure, dates: Mapping[str, PartialDate]) -> date | None:
    """The first day that can belong to the treatment: its earliest anchor, or a check-up planned before day 0."""
    day0 = dates.get(procedure.anchors.day0)
    if day0 is None or day0.earliest is None:
        return None
    ahead = [due.window[0] for due in procedure.check_ups if due.anchor in (None, procedure.anchors.day0)]
    planned = day0.earliest + timedelta(days=min([0, *ahead]))
    return min([planned, *(on.earliest for on in dates.values() if on.earliest)])
