"""What may be published."""

from datetime import date

from suivi.core.refusals import Refusal


class TermsBackdated(Refusal):
    """Terms take effect on the day they are published or later."""

    code = "TERMS_BACKDATED"
    remedy = "Give today or a later day; earlier treatments keep the terms they pinned."


class TermsOverlap(Refusal):
    """A version that takes effect later has already been published."""

    code = "TERMS_OVERLAP"
    remedy = "Give the day that version takes effect, or a later one."


def require_publishable(effective_from: date, *, latest: date | None, today: date) -> None:
    """`latest` is when the newest version of the same scope takes effect, `today` the day at the clinic.

    Each version is in force until the next one of its scope is, so that two never overlap. Raises TermsBackdated and
    TermsOverlap.
    """
    if effective_from < today:
        raise TermsBackdated(field="effectiveFrom", available_from=today)
    if latest is not None and effective_from < latest:
        raise TermsOverlap(field="effectiveFrom", available_from=latest)
