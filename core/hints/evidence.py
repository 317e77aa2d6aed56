"""Which photos and papers are on file for a treatment: that they are there, never what they show."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from suivi.core.cases.models import CaseTreatment
from suivi.core.evidence.models import Evidence, EvidenceKind, EvidenceState

Filed = tuple[EvidenceKind, str | None]


async def kept_for(treatments: Sequence[UUID], visible: QuerySet[Evidence] | None = None) -> Mapping[UUID, list[Filed]]:
    """Kinds and views of what was kept, of what is `visible` or of everything; by treatment, in two statements.

    What belongs to a case without naming a treatment counts for every treatment the case covers.
    """
    covered = await CaseTreatment.filter(treatment_id__in=treatments).values_list("case_id", "treatment_id")
    by_case: dict[UUID, list[UUID]] = {}
    for case_id, treatment_id in covered:
        by_case.setdefault(case_id, []).append(treatment_id)
    of_the_case = Q(treatment_id__isnull=True, case_id__in=list(by_case))
    known = Evidence.all() if visible is None else visible
    kept = known.filter(of_the_case | Q(treatment_id__in=treatments), state=EvidenceState.KEPT).distinct()
    found: dict[UUID, list[Filed]] = {treatment: [] for treatment in treatments}
    for case_id, treatment_id, kind, view in await kept.values_list("case_id", "treatment_id", "kind", "view"):
        for treatment in [treatment_id] if treatment_id else by_case[case_id]:
            if treatment in found:
                found[treatment].append((EvidenceKind(kind), view))
    return found
