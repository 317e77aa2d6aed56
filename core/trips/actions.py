"""Planning trips."""

from datetime import date
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.narrowing import fetch
from suivi.core.acting import Acting, action
from suivi.core.events.log import append
from suivi.core.patients.models import Patient
from suivi.core.trips.models import Trip


@action(Trip)
async def plan_trip(
    by: Acting, patient_id: UUID, *, country: str, arrives_on: date | None, leaves_on: date | None
) -> Trip:
    patient = await fetch(Patient, by.viewer, patient_id, on=by.on, verb="plan_trip")
    inputs.in_order(arrives_on, leaves_on, field="leavesOn")
    trip = Trip(
        patient_id=patient.id,
        country=inputs.country(country, field="country"),
        arrives_on=arrives_on,
        leaves_on=leaves_on,
        planned_at=by.at,
    )
    await append(by, patient, "trip_planned", {"trip": str(trip.id)}, new=[trip])
    return trip
