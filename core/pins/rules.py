"""Which rules count for a treatment: those it was registered under, whatever is installed today (R-224)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from suivi.core.registry import Registry
from suivi.core.specialties.common import OTHER
from suivi.core.specialties.model import Procedure, Specialty


class RulesOrigin(StrEnum):
    """Where the rules that a treatment is computed with come from."""

    LOADED = "LOADED"
    """Pinned, and the plugin that is loaded has the very same."""
    KEPT = "KEPT"
    """Pinned, and read from what was kept: the loaded plugin has others, or is gone."""
    UNPINNED = "UNPINNED"
    """Registered before rules were kept: whatever is loaded."""
    LOST = "LOST"
    """Pinned, and what was kept is gone or damaged: whatever is loaded, or core's defaults."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Made ready for certain treatments by `RulesLibrary.ready`; a treatment it was not made ready for is a bug.

    A treatment is anything with `procedure`, `rules_plugin` and `rules_digest`.
    """

    registry: Registry
    loaded: Mapping[str, str]
    """Digest to the id of the loaded specialty that has it."""
    kept: Mapping[str, Specialty | None]
    """By digest; None for what is lost."""
    moved: bool = False
    """Whether every treatment is taken as if it had been moved to the rules that are loaded."""

    def origin_of(self, treatment: Any) -> RulesOrigin:
        digest = treatment.rules_digest
        if digest is None:
            return RulesOrigin.UNPINNED
        if digest in self.loaded:
            return RulesOrigin.LOADED
        return RulesOrigin.LOST if self.kept[digest] is None else RulesOrigin.KEPT

    def pinned_is_loaded(self, treatment: Any) -> bool:
        """Whether hooks that are code, such as hints, may be asked: they belong to the version that is loaded."""
        return self.origin_of(treatment) is RulesOrigin.LOADED

    def known_procedure_of(self, treatment: Any) -> Procedure | None:
        """None where neither what was pinned nor a loaded plugin knows the procedure."""
        pinned = None if self.moved else self._pinned(treatment)
        if pinned is not None and treatment.procedure in pinned.procedures:
            return pinned.procedures[treatment.procedure]
        return self.registry.procedure(treatment.procedure)

    def procedure_of(self, treatment: Any) -> Procedure:
        """Core's defaults where nobody knows the procedure any more."""
        procedure = self.known_procedure_of(treatment) or self.registry.procedure(OTHER)
        assert procedure is not None, "core always answers for `other`"  # noqa: S101
        return procedure

    def specialty_of(self, treatment: Any) -> Specialty:
        """What `procedure_of` is part of, with its sources, labels, measurements and photo sets."""
        pinned = None if self.moved else self._pinned(treatment)
        if pinned is not None and treatment.procedure in pinned.procedures:
            return pinned
        specialty = self.registry.specialty(self.procedure_of(treatment).specialty)
        assert specialty is not None, "a loaded procedure has a loaded specialty"  # noqa: S101
        return specialty

    def named(self, treatment: Any) -> str:
        """Specialty and version, as answers state them."""
        return self.specialty_of(treatment).named

    def in_force_for(self, treatment: Any) -> Specialty | None:
        """The loaded version of the specialty the treatment is pinned to; None when its plugin is gone."""
        procedure = self.registry.procedure(treatment.procedure)
        same = procedure is not None and procedure.specialty == treatment.rules_plugin
        return self.registry.specialty(treatment.rules_plugin) if same else None

    def as_if_moved(self) -> "Rules":
        return replace(self, moved=True)

    def _pinned(self, treatment: Any) -> Specialty | None:
        digest = treatment.rules_digest
        if digest is None:
            return None
        loaded = self.loaded.get(digest)
        return self.kept[digest] if loaded is None else self.registry.specialty(loaded)
