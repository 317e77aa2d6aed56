"""What may happen to a case, as seen from the case. `availableActions` and the actions ask the same functions."""

from collections.abc import Sequence

from suivi.core.cases.models import CaseState
from suivi.core.refusals import Refusal
from suivi.core.treatments.models import Treatment

MAX_TREATMENTS = 50


class CaseClosed(Refusal):
    """This case is closed."""

    code = "CASE_CLOSED"
    remedy = "Reopen it first. A complication can always be reported, and reopens the case by itself."


class CaseOpen(Refusal):
    """This case is already open."""

    code = "CASE_OPEN"
    remedy = "Nothing needs doing."


class TreatmentsMissing(Refusal):
    """A case is about 1 to {limit} treatments."""

    code = "TREATMENTS_MISSING"
    remedy = "Name the treatments the case is about; register them first."


class TreatmentsMixed(Refusal):
    """These treatments are not all of one patient at one clinic."""

    code = "TREATMENTS_MIXED"
    remedy = "Open one case for each clinic."


class TreatmentNotInCase(Refusal):
    """This treatment is not one the case is about."""

    code = "TREATMENT_NOT_IN_CASE"
    remedy = "Name one of the case's own treatments."


# Complications are reported whatever the state: that verb is on purpose in neither list.
NEEDS_OPEN = frozenset({"post_message", "add_evidence", "classify", "close", "assign"})
NEEDS_CLOSED = frozenset({"reopen"})


def obstacle(verb: str, state: CaseState) -> Refusal | None:
    """What keeps anyone from doing this to a case in that state; None when nothing does."""
    if verb in NEEDS_OPEN and state is CaseState.CLOSED:
        return CaseClosed()
    if verb in NEEDS_CLOSED and state is CaseState.OPEN:
        return CaseOpen()
    return None


def require_possible(verb: str, state: CaseState) -> None:
    refusal = obstacle(verb, state)
    if refusal is not None:
        raise refusal


def require_together(treatments: Sequence[Treatment]) -> None:
    if len({(treatment.patient_id, treatment.clinic_id) for treatment in treatments}) != 1:
        raise TreatmentsMixed(field="treatmentIds")
