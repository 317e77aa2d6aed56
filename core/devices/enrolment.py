"""What a manufacturer's warranty gives to those alone who enrolled in time (R-137, R-138)."""

from enum import StrEnum

from suivi.core.coverage.content import Content
from suivi.core.devices.rules import Standing, StepState

ENROLLED = "registered_device"
"""The obligation to enrol (a code of `warranty_conditions`): the components it is about depend on it, none: all."""


class Hindrance(StrEnum):
    """What stands against cover that depends, or may depend, on enrolment."""

    NOT_ENROLLED = "not_enrolled"
    ENROLLED_LATE = "enrolled_late"
    """Whether the manufacturer took it is not on record."""
    DOUBTFUL = "enrolment_doubtful"
    """Whether it was in time depends on a date that is known in part, or not at all."""
    NOT_STATED = "enrolment_not_stated"
    """It was not in time, and what for it is needed is not stated."""


def hindrance(enrolment: Standing | None, content: Content, component: str) -> Hindrance | None:
    """None: nothing stands against it, as far as enrolment goes; `enrolment` is None where none is asked for."""
    found = _found(enrolment)
    if found is None:
        return None
    clauses = [one for one in content.clauses if one.code == ENROLLED]
    if not clauses:
        return Hindrance.NOT_STATED
    return found if any(not one.components or component in one.components for one in clauses) else None


def _found(enrolment: Standing | None) -> Hindrance | None:
    if enrolment is None or enrolment.days is None:
        return None
    if enrolment.state is StepState.MET:
        return {True: Hindrance.ENROLLED_LATE, None: Hindrance.DOUBTFUL}.get(enrolment.late)
    found = {StepState.MISSED: Hindrance.NOT_ENROLLED, StepState.NEEDS_REVIEW: Hindrance.DOUBTFUL}
    return found.get(enrolment.state)
