"""Which terms are in force, and what may be published."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from suivi.core.coverage.models import Terms
from suivi.core.refusals import Refusal


class TermsBackdated(Refusal):
    """Terms take effect on the day they are published or later."""

    code = "TERMS_BACKDATED"
    remedy = "Give today or a later day; earlier treatments keep the terms they pinned."


class TermsOverlap(Refusal):
    """A version that takes effect later has already been published."""

    code = "TERMS_OVERLAP"
    remedy = "Give the day that version takes effect, or a later one."


class UnknownFeeKind(Refusal):
    """A fee kind is not known. Known: {known}."""

    code = "UNKNOWN_FEE_KIND"
    remedy = "Use the known kinds, each once; a kind that is left out reads as not stated."


class FeeKindRepeated(Refusal):
    """The same fee kind was given twice."""

    code = "FEE_KIND_REPEATED"
    remedy = "Give each kind of fee once, with the one who pays it."


T = TypeVar("T")


def in_force(published: Iterable[T], *, on: date) -> T | None:
    """The version in force on a day: the latest that had taken effect, the higher number where two share the day.

    Takes models and light rows alike, and gives back what it took.
    """
    versions: list[Any] = list(published)
    effective = [terms for terms in versions if terms.effective_from <= on]
    found: T | None = max(effective, key=lambda terms: (terms.effective_from, terms.number), default=None)
    return found


def require_fee_kinds(kinds: Sequence[str], known: Iterable[str]) -> None:
    """Raises UnknownFeeKind and FeeKindRepeated."""
    if not set(kinds) <= set(known):
        raise UnknownFeeKind(field="fees", known=", ".join(sorted(known)))
    if len(set(kinds)) < len(kinds):
        raise FeeKindRepeated(field="fees")


def require_publishable(effective_from: date, earlier: Iterable[Terms], *, today: date) -> None:
    """`today` is the day at the clinic. Raises TermsBackdated and TermsOverlap."""
    if effective_from < today:
        raise TermsBackdated(field="effectiveFrom", available_from=today)
    latest = max((terms.effective_from for terms in earlier), default=effective_from)
    if effective_from < latest:
        raise TermsOverlap(field="effectiveFrom", available_from=latest)
