"""Taking back a version of terms that has not taken effect, so that another can be published in its place."""

from uuid import UUID

from suivi.core.access.locking import locked
from suivi.core.access.narrowing import fetch
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.models import Terms
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment


class TermsTakenEffect(Refusal):
    """These terms took effect on {effective_from}, and treatments may rest on them."""

    code = "TERMS_TAKEN_EFFECT"
    remedy = "Publish another version: it counts for treatments that are agreed once it is in force."


class TermsWithdrawn(Refusal):
    """These terms were withdrawn before they took effect."""

    code = "TERMS_WITHDRAWN"
    remedy = "Use a version that was not withdrawn, or publish another one."


@action(Terms)
async def withdraw_terms(by: Acting, terms_id: UUID) -> Terms:
    """It stays readable, and is never in force."""
    seen = await fetch(Terms, by.viewer, terms_id, on=by.on)
    clinic = await locked(Clinic, by.viewer, seen.clinic_id, on=by.on, verb="publish_terms")
    terms = await Terms.select_for_update().get(id=seen.id)
    require_standing(terms, field="termsId")
    begun = terms.effective_from <= day_at(zone(clinic.time_zone), by.at)
    if begun or await Treatment.filter(terms_id=terms.id).exists():
        raise TermsTakenEffect(field="termsId", effective_from=str(terms.effective_from))
    terms.withdrawn_at = by.at
    await update(terms, "withdrawn_at")
    told = {"terms": str(terms.id), "procedure": terms.procedure, "number": terms.number}
    await append(by, clinic, "terms_withdrawn", told, wrote=[terms])
    return terms


def require_standing(terms: Terms, *, field: str) -> None:
    """Raises TermsWithdrawn."""
    if terms.withdrawn_at is not None:
        raise TermsWithdrawn(field=field)
