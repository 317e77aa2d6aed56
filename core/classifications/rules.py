"""What a classification must say."""

from dataclasses import dataclass

from suivi.core.classifications.models import CaseClass
from suivi.core.refusals import Refusal


class GapMissing(Refusal):
    """An objective insufficiency needs its measurable gap: what was reasonably expected, what is found, and how."""

    code = "GAP_MISSING"
    remedy = "Fill in reference, observed and method, or choose another class."


class SiteNotTreated(Refusal):
    """This is not one of the sites that were treated."""

    code = "SITE_NOT_TREATED"
    remedy = "Name a site of the treatment, or none where it is about the treatment as a whole."


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The difference that can be measured (R-081)."""

    reference: str
    observed: str
    method: str


def require_gap(value: CaseClass, gap: Gap | None) -> None:
    stated = gap is not None and all(part.strip() for part in (gap.reference, gap.observed, gap.method))
    if value is CaseClass.OBJECTIVE_INSUFFICIENCY and not stated:
        raise GapMissing(field="gap")


def require_treated(site: str | None, sites: list[str]) -> None:
    if site is not None and site not in sites:
        raise SiteNotTreated(field="site")
