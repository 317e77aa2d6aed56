"""Two statements of cover, line by line: what a reader of the second has to know who knows the first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from suivi.core.coverage.content import OTHER, Clause, ClauseKind, Content, FeeLine, content_of
from suivi.core.coverage.lines import (
    BETTER,
    SAME,
    WORSE,
    Compared,
    LineKind,
    compared_clauses,
    compared_components,
    compared_fees,
    compared_periods,
    compared_response_days,
    folded,
)
from suivi.core.specialties.model import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line of two statements. `id` names it, such as `component:crown` or `fee:materials:crown`."""

    id: str
    kind: LineKind
    before: Any
    """A Component, FeeLine or Clause, a number of days, a period; None: there was no such line."""
    after: Any
    compared: Compared


def between(new: Any, old: Any, procedure: Procedure | None) -> tuple[Difference, ...]:
    """Rows of terms, or a draft as `old`'s successor. Unfinished limits of a draft count as not stated."""
    return differences(
        content_of(new).without_unfinished(),
        content_of(old),
        day0=procedure.anchors.day0 if procedure else None,
        response_days=(new.response_days, old.response_days),
        reference_period=(new.reference_period, old.reference_period),
    )


def differences(
    new: Content,
    old: Content,
    *,
    day0: str | None = None,
    response_days: tuple[int | None, int | None] = (None, None),
    reference_period: tuple[str | None, str | None] = (None, None),
) -> tuple[Difference, ...]:
    """Every line that one of the two has and that is not the same, in a fixed order. Pairs are (new, old)."""
    aligned = align(new, to=old)
    days, period = response_days, reference_period
    found = [
        *_of_components(aligned, old, day0),
        *_of_fees(aligned, old),
        *_of_clauses(aligned, old),
        _difference(LineKind.RESPONSE_DAYS, "", days[1], days[0], compared_response_days(*days)),
        _difference(LineKind.REFERENCE_PERIOD, "", period[1], period[0], compared_periods(*period)),
    ]
    return tuple(one for one in found if one.compared is not SAME)


def align(new: Content, *, to: Content) -> Content:
    """`new`, with the ids of `to` for what is the same thing: by id, else by the only one of that object or code."""
    components = _pairs({one.id: one.object for one in new.components}, {one.id: one.object for one in to.components})
    clauses = _pairs(*({one.id: _of_clause(one) for one in some.clauses} for some in (new, to)))
    return new.model_copy(
        update={
            "components": tuple(one.model_copy(update={"id": components[one.id]}) for one in new.components),
            "fees": tuple(
                line.model_copy(update={"component": components.get(line.component, line.component)})
                if line.component
                else line
                for line in new.fees
            ),
            "clauses": tuple(
                one.model_copy(
                    update={
                        "id": clauses[one.id],
                        "components": tuple(components.get(name, name) for name in one.components),
                    }
                )
                for one in new.clauses
            ),
        }
    )


def fee_of(content: Content, kind: str, component: str | None) -> FeeLine | None:
    """Its own line, else the general one."""
    own = (line for line in content.fees if line.kind == kind and line.component == component)
    general = (line for line in content.fees if line.kind == kind and line.component is None)
    return next(own, None) or next(general, None)


def _of_components(new: Content, old: Content, day0: str | None) -> Iterator[Difference]:
    after, before = ({one.id: one for one in some.components} for some in (new, old))
    for name in dict.fromkeys((*before, *after)):
        pair = after.get(name), before.get(name)
        if pair[0] is None or pair[1] is None:
            compared = WORSE if pair[0] is None else BETTER
        else:
            compared = compared_components(pair[0], pair[1], day0=day0)
        yield _difference(LineKind.COMPONENT, name, pair[1], pair[0], compared)


def _of_fees(new: Content, old: Content) -> Iterator[Difference]:
    places = dict.fromkeys((line.kind, line.component) for line in (*old.fees, *new.fees))
    # A component that ends takes its fees with it, and one that is new had none before.
    kept = {one.id for one in new.components} & {one.id for one in old.components}
    for kind, component in places:
        if component is None or component in kept:
            after, before = fee_of(new, kind, component), fee_of(old, kind, component)
            name = kind if component is None else f"{kind}:{component}"
            yield _difference(LineKind.FEE, name, before, after, compared_fees(after, before))


def _of_clauses(new: Content, old: Content) -> Iterator[Difference]:
    known = {one.id for one in old.components}
    after, before = ({one.id: one for one in some.clauses} for some in (new, old))
    for name in dict.fromkeys((*before, *after)):
        now, earlier = after.get(name), before.get(name)
        of_new = bool(now and now.components) or old == Content()
        if earlier is None and now is not None and of_new and not known & set(now.components):
            # It is about what is new itself, and takes nothing away.
            yield _difference(LineKind.CLAUSE, name, None, now, SAME)
        else:
            yield _difference(LineKind.CLAUSE, name, earlier, now, compared_clauses(now, earlier))


def _difference(kind: LineKind, name: str, before: Any, after: Any, compared: Compared) -> Difference:
    identity = f"{kind}:{name}" if name else str(kind)
    return Difference(id=identity, kind=kind, before=before, after=after, compared=compared)


def _pairs(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, str]:
    """The id that each new one goes by: no two get the same."""
    pairs = {name: name for name in new}
    free = {name: what for name, what in old.items() if name not in new}
    for name, what in new.items():
        alike = [one for one, other in free.items() if other == what]
        twins = [one for one, other in new.items() if one not in old and other == what]
        if name not in old and len(alike) == len(twins) == 1:
            pairs[name] = alike[0]
    return pairs


def _of_clause(clause: Clause) -> tuple[ClauseKind, str, str]:
    return clause.kind, clause.code, folded(clause.text) if clause.code == OTHER else ""
