"""What may be published."""

from datetime import date

from suivi.core.clocks.periods import add_months
from suivi.core.inputs import OutOfRange
from suivi.core.refusals import Refusal

MONTHS_AHEAD = 24
"""How far ahead terms may be published: a mistyped century would keep every later version of its scope out."""


class TermsBackdated(Refusal):
    """Terms take effect on the day they are published or later."""

    code = "TERMS_BACKDATED"
    remedy = "Give today or a later day; earlier treatments keep the terms they pinned."


class TermsOverlap(Refusal):
    """A version that takes effect later has already been published."""

    code = "TERMS_OVERLAP"
    remedy = "Give the day that version takes effect, or a later one; or withdraw it first with `withdrawTerms`."


def require_publishable(effective_from: date, *, latest: date | None, today: date) -> None:
    """`latest` is when the newest version of the same scope takes effect, `today` the day at the clinic.

    Each version is in force until the next one of its scope is, so that two never overlap. Raises TermsBackdated,
    OutOfRange and TermsOverlap.
    """
    last = add_months(today, MONTHS_AHEAD)
    if effective_from < today:
        raise TermsBackdated(field="effectiveFrom", available_from=today)
    if effective_from > last:
        raise OutOfRange(field="effectiveFrom", least=str(today), most=str(last))
    if latest is not None and effective_from < latest:
        raise TermsOverlap(field="effectiveFrom", available_from=latest)
