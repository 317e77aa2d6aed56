"""One version of a clinic's terms against another: what a reader of the second has to know who knows the first."""

from typing import Any

from suivi.core.coverage.content import content_of
from suivi.core.coverage.lines import Difference, differences
from suivi.core.specialties.model import Procedure


def between(new: Any, old: Any, procedure: Procedure | None) -> tuple[Difference, ...]:
    """Rows of terms, or a draft as `old`'s successor. Unfinished limits of a draft count as not stated."""
    return differences(
        content_of(new).without_unfinished(),
        content_of(old),
        day0=procedure.anchors.day0 if procedure else None,
        response_days=(new.response_days, old.response_days),
        reference_period=(new.reference_period, old.reference_period),
    )
