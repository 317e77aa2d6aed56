"""What a device's dates mean for its manufacturer's warranty: until when which step, on a day at the clinic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from suivi.core.clocks.partial_dates import DateInterval, PartialDate
from suivi.core.refusals import Refusal

IMPLANTATION, EXPLANTATION = "implantation", "explantation"
"""Where a limit of a device's warranty may start, beside the anchors of the treatment: dates of this one device."""

MAX_DAYS = 3650


class Holder(StrEnum):
    """Whom a manufacturer's warranty is given to, or who may claim under it."""

    PATIENT = "patient"
    CLINIC = "clinic"
    PRACTITIONER = "practitioner"


class Gives(StrEnum):
    PRODUCT = "product"
    MONEY = "money"
    BOTH = "both"
    NOT_STATED = "not_stated"


class ClaimStart(StrEnum):
    """What the days for claiming count from."""

    EXPLANTATION = "explantation"
    NOTICING = "noticing"
    """When the event was noticed that the claim is for."""


class Step(StrEnum):
    """What somebody has to do in time, or loses the cover."""

    ENROLMENT = "enrolment"
    DEVICE_RETURN = "device_return"
    CLAIM = "claim"


class StepState(StrEnum):
    NOT_DUE = "not_due"
    """What it counts from has not happened."""
    OPEN = "open"
    MET = "met"
    """Done, in time or late."""
    MISSED = "missed"
    NEEDS_REVIEW = "needs_review"
    """It depends on a date that is known in part, or not at all."""


class DeviceOnRecord(Refusal):
    """A device with this serial number is on record for this treatment already."""

    code = "DEVICE_ON_RECORD"
    remedy = "Correct the one on record, or compare the serial number with the label."


class ExplantedBeforeImplanted(Refusal):
    """A device is explanted after it was implanted, and this date lies before."""

    code = "EXPLANTED_BEFORE_IMPLANTED"
    remedy = "Correct whichever of the two dates is wrong."


class NoticedBeforeImplanted(Refusal):
    """What happened to a device is noticed after it was implanted, and this date lies before."""

    code = "NOTICED_BEFORE_IMPLANTED"
    remedy = "Correct whichever of the two dates is wrong."


class NotExplanted(Refusal):
    """By this day the device is not on record as explanted, so there was nothing to return."""

    code = "NOT_EXPLANTED"
    remedy = "Record the explantation first, or correct its date."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one step stands. `late` is None where the deadline is in doubt, or nothing is done yet."""

    step: Step
    state: StepState
    days: int | None
    """After what it counts from; None: no deadline is stated."""
    deadline: DateInterval | None
    met_on: date | None
    late: bool | None


_COUNTED: Mapping[Step, tuple[str, str, str]] = {
    Step.ENROLMENT: ("enrolment_days", "implanted_on", "enrolled_on"),
    Step.DEVICE_RETURN: ("return_days", "explanted_on", "returned_on"),
    Step.CLAIM: ("claim_days", "explanted_on", "claimed_on"),
}


def done_column(step: Step) -> str:
    return _COUNTED[step][2]


def _counted_from(step: Step, warranty: Any) -> str:
    """A column of the device."""
    noticing = step is Step.CLAIM and warranty.claim_from == ClaimStart.NOTICING
    return "noticed_on" if noticing else _COUNTED[step][1]


def deadline_of(step: Step, warranty: Any, device: Any) -> DateInterval | None:
    """The last days in time: the day it counts from is day 0, and the last one is included. None: not known."""
    length, begun = getattr(warranty, _COUNTED[step][0]), getattr(device, _counted_from(step, warranty))
    dates = PartialDate.parse(begun).dates if begun else None
    return dates.plus_days(length) if dates and length is not None else None


def standing(step: Step, warranty: Any, device: Any, on: date) -> Standing | None:
    """On a day at the clinic. None for a step that the warranty does not ask for and that nobody has taken."""
    days, _, done = _COUNTED[step]
    met_on: date | None = getattr(warranty, done)
    if getattr(warranty, days) is None and met_on is None:
        return None
    deadline = deadline_of(step, warranty, device)
    return Standing(
        step=step,
        state=_state(deadline, bool(getattr(device, _counted_from(step, warranty))), met_on, on),
        days=getattr(warranty, days),
        deadline=deadline,
        met_on=met_on,
        late=_late(deadline, met_on),
    )


def standings(warranty: Any, device: Any, on: date) -> list[Standing]:
    """Of every step that the warranty asks for, in the order they are taken; none of one attached by mistake."""
    if warranty.withdrawn_at is not None:
        return []
    return [found for step in Step if (found := standing(step, warranty, device, on))]


def expired_when_implanted(device: Any) -> bool | None:
    """Whether it was implanted after its last day. None where that is not known."""
    implanted = PartialDate.parse(device.implanted_on).dates
    if device.expires_on is None or implanted is None:
        return None
    if implanted.latest <= device.expires_on:
        return False
    return True if implanted.earliest > device.expires_on else None


def require_in_order(device: Any, *, field: str) -> None:
    """Raises ExplantedBeforeImplanted or NoticedBeforeImplanted where that is certain."""
    for told, refusal in ((device.explanted_on, ExplantedBeforeImplanted), (device.noticed_on, NoticedBeforeImplanted)):
        if told and _lies_before(PartialDate.parse(told), PartialDate.parse(device.implanted_on)):
            raise refusal(field=field)


def require_explanted_by(on: date, device: Any, *, field: str) -> None:
    explanted = PartialDate.parse(device.explanted_on) if device.explanted_on else None
    if explanted is None or explanted.is_after(on):
        raise NotExplanted(field=field)


def _lies_before(day: PartialDate, implanted: PartialDate) -> bool:
    return bool(implanted.earliest and day.latest and day.latest < implanted.earliest)


def _state(deadline: DateInterval | None, begun: bool, met_on: date | None, on: date) -> StepState:
    if met_on is not None:
        return StepState.MET
    if not begun:
        return StepState.NOT_DUE
    if deadline is None:
        return StepState.NEEDS_REVIEW
    if on <= deadline.earliest:
        return StepState.OPEN
    return StepState.MISSED if on > deadline.latest else StepState.NEEDS_REVIEW


def _late(deadline: DateInterval | None, met_on: date | None) -> bool | None:
    if deadline is None or met_on is None:
        return None
    if met_on <= deadline.earliest:
        return False
    return True if met_on > deadline.latest else None
