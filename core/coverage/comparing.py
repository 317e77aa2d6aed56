"""Terms of several clinics side by side: one row a thing covered, a fee, a clause, and a cell a clinic (R-131)."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from suivi.core.coverage.content import OTHER, Clause, ClauseKind, Component, Content, FeeLine
from suivi.core.coverage.lines import folded
from suivi.core.refusals import Refusal

T = TypeVar("T")


class ClinicRepeated(Refusal):
    """The same clinic is named twice."""

    code = "CLINIC_REPEATED"
    remedy = "Name each clinic once."


K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide(Generic[K, T]):
    """What each of the clinics says, in their order; nothing, where it is silent or has no terms."""

    key: K
    cells: tuple[tuple[T, ...], ...]


def components(contents: Sequence[Content | None]) -> list[SideBySide[tuple[str, str], Component]]:
    """By object; what is `other` by its name as well."""
    return _rows(
        [content.components if content else () for content in contents],
        lambda one: (one.object, folded(one.name or "") if one.object == OTHER else ""),
    )


def fees(contents: Sequence[Content | None]) -> list[SideBySide[str, FeeLine]]:
    """Every kind of fee. First the line for all components, NOT_STATED where there is none, then those of their own."""
    return _rows([_lines(content) if content else () for content in contents], lambda line: line.kind)


def clauses(contents: Sequence[Content | None]) -> list[SideBySide[tuple[ClauseKind, str], Clause]]:
    """By kind and code."""
    return _rows([content.clauses if content else () for content in contents], lambda one: (one.kind, one.code))


def _lines(content: Content) -> Iterable[FeeLine]:
    return (*content.fee_matrix(), *(line for line in content.fees if line.component is not None))


def _rows(said: Sequence[Iterable[T]], key: Callable[[T], K]) -> list[SideBySide[K, T]]:
    by_clinic: list[dict[K, list[T]]] = []
    for lines in said:
        grouped: dict[K, list[T]] = {}
        for line in lines:
            grouped.setdefault(key(line), []).append(line)
        by_clinic.append(grouped)
    keys = dict.fromkeys(one for grouped in by_clinic for one in grouped)
    return [SideBySide(key=one, cells=tuple(tuple(grouped.get(one, ())) for grouped in by_clinic)) for one in keys]
