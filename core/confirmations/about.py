"""Which of a clinic's published lines an item of a request is about."""

from collections.abc import Collection, Sequence
from typing import Any

from suivi.core.confirmations.models import ItemKind
from suivi.core.coverage.content import Clause, Content
from suivi.core.coverage.models import Payer


def subjects_of(kind: ItemKind, terms: Content, fee_kinds: Collection[str]) -> list[str]:
    """Components of the terms, and kinds of fee, that an item of a kind may name."""
    components = [component.id for component in terms.components]
    match kind:
        case ItemKind.FEES_ON_RE_INTERVENTION:
            return list(fee_kinds)
        case ItemKind.OTHER:
            return [*components, *fee_kinds]
        case _:
            return components


def lines_about(terms: Content, kind: ItemKind, subject: str | None) -> Content:
    """Of the terms, what CONFIRMED says of an item. Empty where they say nothing about it."""
    match kind:
        case ItemKind.FEES_ON_RE_INTERVENTION:
            return _fees_about(terms, subject)
        case ItemKind.MANUFACTURER_WARRANTY:
            about = _component_about(terms, subject)
            return _with_components(terms, [fee for fee in about.fees if fee.payer is Payer.MANUFACTURER])
        case ItemKind.CLINIC_WARRANTY:
            about = _component_about(terms, subject)
            return about.model_copy(update={"fees": ()}) if about.components else Content()
        case ItemKind.OTHER if subject is None:
            return Content()
        case ItemKind.OTHER if subject not in {component.id for component in terms.components}:
            return _fees_about(terms, subject)
        case _:
            return _component_about(terms, subject)


def _fees_about(terms: Content, kind: str | None) -> Content:
    return _with_components(terms, [fee for fee in terms.fees if kind in (None, fee.kind)])


def _with_components(terms: Content, fees: Sequence[Any]) -> Content:
    """The components that fees are of go along: a line alone would name something nobody can see."""
    named = {fee.component for fee in fees}
    return Content(
        components=tuple(component for component in terms.components if component.id in named), fees=tuple(fees)
    )


def _component_about(terms: Content, component_id: str | None) -> Content:
    if component_id is None:
        return terms
    return Content(
        components=tuple(component for component in terms.components if component.id == component_id),
        fees=tuple(fee for fee in terms.fees if fee.component in (None, component_id)),
        clauses=tuple(
            _clause_about(clause, component_id) for clause in terms.clauses if _is_about(clause, component_id)
        ),
        how_to_claim=terms.how_to_claim,
    )


def _is_about(clause: Clause, component_id: str) -> bool:
    return not clause.components or component_id in clause.components


def _clause_about(clause: Clause, component_id: str) -> Clause:
    return clause.model_copy(update={"components": (component_id,)}) if clause.components else clause


def is_about_all(item: Any) -> bool:
    """Whether it asks about the terms as a whole."""
    return item.kind is ItemKind.TERMS_AND_DEADLINES and item.subject is None


def asks_about_all_fees(item: Any) -> bool:
    return is_about_all(item) or (item.kind is ItemKind.FEES_ON_RE_INTERVENTION and item.subject is None)
