"""What a plugin is told of a case when it is asked for hints, and the hint it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from suivi.core.specialties.model import CaseClass, Strength


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A value in the unit of its measurement. `target` is the figure in the patient's own written plan."""

    value: float | str | bool
    baseline: float | str | bool | None = None
    target: float | str | bool | None = None
    day: int | None = None
    """Days since day 0 on which it was measured; None is the day the case is looked at."""


CheckUpsOnFile = Literal["all_due", "some", "none"]


@dataclass(frozen=True, kw_only=True)
class Documentation:
    """What is on file. `documents` are ids of the documents that photo sets name."""

    before_photos: bool = False
    follow_up_photos: bool = False
    check_ups: CheckUpsOnFile = "none"
    examined: bool | None = None
    """Whether any check-up was held; None where only `check_ups` is known. While none is due, all due are on file."""
    documents: frozenset[str] = frozenset()

    @property
    def has_examination(self) -> bool:
        return self.check_ups != "none" if self.examined is None else self.examined


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """A case as a plugin sees it: ids and numbers, no name, no date, no free text."""

    procedure: str
    day: int
    """Days since the procedure's `anchors.day0`."""
    variant: str | None = None
    cycle: int | None = None
    anchor_days: Mapping[str, int] = field(default_factory=dict)
    """Days since other anchors, by anchor id."""
    site: str | None = None
    signs: tuple[str, ...] = ()
    described: bool = False
    """Whether the patient wrote something in words as well, which only a person may read."""
    measurements: Mapping[str, Measured] = field(default_factory=dict)
    patient_dissatisfied: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What conditions of thresholds ask for, by id of the specialty's facts."""
    documentation: Documentation = Documentation()

    def __post_init__(self) -> None:
        for name in ("anchor_days", "measurements", "facts"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Sorts a queue and informs a practitioner; it never decides. `reasons` are sentences with the facts used."""

    suggests: CaseClass | None
    strength: Strength
    rule: str
    reasons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.suggests is not None and self.suggests not in get_args(CaseClass):
            raise ValueError(f"{self.suggests!r} is no case class")
        if self.strength not in get_args(Strength):
            raise ValueError(f"{self.strength!r} is no strength")
