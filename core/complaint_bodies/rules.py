"""Which entries of the directory are asked for, and which of them somebody has verified lately."""

from collections.abc import Iterable
from datetime import date

from suivi.core.clocks.periods import Period
from suivi.core.complaint_bodies.model import BodyKind, ComplaintBody

STAYS_VERIFIED = Period(months=12)
"""Contacts age: an entry that nobody has looked at for longer counts as unverified."""


def is_verified(body: ComplaintBody, on: date) -> bool:
    """Until the same day a year later, included."""
    return body.verified_on is not None and body.verified_on <= on <= STAYS_VERIFIED.add_to(body.verified_on)


def hears(body: ComplaintBody, specialty: str) -> bool:
    """Whether the entry leaves the specialty in. Says nothing of whether a case would be accepted."""
    only = body.scope.specialties
    return specialty not in body.scope.excluded_specialties and (not only or specialty in only)


def listed(
    bodies: Iterable[ComplaintBody], *, country: str | None, specialty: str | None, kind: BodyKind | None
) -> list[ComplaintBody]:
    """Those that fit all that is asked for, in the order of the directory."""
    return [
        body
        for body in bodies
        if country in (None, body.country)
        and kind in (None, body.kind)
        and (specialty is None or hears(body, specialty))
    ]
