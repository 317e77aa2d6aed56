"""What terms are about: a whole specialty, a procedure, one of its variants, a material; and which are the nearest."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from suivi.core.refusals import Refusal
from suivi.core.registry import Registry
from suivi.core.specialties.model import Procedure, Specialty
from suivi.core.treatments.rules import UnknownProcedure, checked_variant

_MATERIAL = re.compile(r"\w[\w.+-]{0,59}")

T = TypeVar("T")


class UnknownSpecialty(Refusal):
    """No loaded plugin has this specialty. Known: {known}."""

    code = "UNKNOWN_SPECIALTY"
    remedy = "Name a procedure, or one of the known specialties for terms of all its procedures."


class UnusableMaterial(Refusal):
    """A material is one short code."""

    code = "MATERIAL_UNUSABLE"
    remedy = "Send a code of at most 60 letters, digits, dots, hyphens and underscores, such as zirconia or e.max."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Of terms: what they are about. Of a treatment: what it is. `specialty` is None where no plugin knows it."""

    specialty: str | None
    procedure: str = ""
    """Empty: every procedure of the specialty."""
    variant: str | None = None
    """None: every variant, or one that is not known."""
    material: str | None = None

    @classmethod
    def of(cls, row: Any) -> "Scope":
        return cls(specialty=row.specialty, procedure=row.procedure, variant=row.variant, material=row.material)

    def nearest_first(self) -> Iterator["Scope"]:
        """The scopes of terms that are about this treatment, the most specific first."""
        procedures = (self.procedure, "") if self.specialty is not None else (self.procedure,)
        for procedure in dict.fromkeys(procedures):
            # A variant is one of a procedure's own.
            for variant in dict.fromkeys((self.variant, None) if procedure else (None,)):
                for material in dict.fromkeys((self.material, None)):
                    yield Scope(specialty=self.specialty, procedure=procedure, variant=variant, material=material)

    def same_as(self, row: Any) -> bool:
        """Whether these terms have this very scope. A procedure says its specialty, and rows may not."""
        if (self.procedure, self.variant, self.material) != (row.procedure, row.variant, row.material):
            return False
        return bool(self.procedure) or self.specialty == row.specialty


def in_force(published: Iterable[T], about: Scope, *, on: date) -> T | None:
    """The version in force for a treatment on a day (R-120, R-125).

    The most specific scope that has a version which has taken effect: variant and material, variant, material,
    procedure, then the specialty with and without the material. In it the latest to take effect, the higher number
    where two share the day. Takes models and light rows alike, and gives back what it took.
    """
    versions: list[Any] = [terms for terms in published if terms.effective_from <= on]  # type: ignore[attr-defined]
    for scope in about.nearest_first():
        in_scope = [terms for terms in versions if scope.same_as(terms)]
        if in_scope:
            found: T = max(in_scope, key=lambda terms: (terms.effective_from, terms.number))
            return found
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A scope, and what the loaded plugins know of it."""

    scope: Scope
    specialty: Specialty
    procedure: Procedure | None


def known_scope(
    registry: Registry, *, specialty: str | None, procedure: str | None, variant: str | None, material: str | None
) -> Known:
    """A procedure, or a specialty for all of its own. Raises UnknownProcedure, UnknownSpecialty, UnknownVariant ..."""
    if procedure is None or not procedure.strip():
        return _whole_specialty(registry, specialty, variant, material)
    found = registry.procedure(procedure)
    if found is None:
        raise UnknownProcedure(field="procedure")
    of = registry.specialty(found.specialty)
    if of is None or specialty not in (None, of.id):
        raise UnknownSpecialty(field="specialty", known=found.specialty)
    scope = Scope(
        specialty=of.id,
        procedure=procedure,
        variant=checked_variant(variant, found),
        material=checked_material(material),
    )
    return Known(scope=scope, specialty=of, procedure=found)


def _whole_specialty(registry: Registry, specialty: str | None, variant: str | None, material: str | None) -> Known:
    found = registry.specialty(specialty) if specialty else None
    if found is None:
        raise UnknownSpecialty(field="specialty", known=", ".join(sorted(registry.specialties())))
    if variant is not None:
        raise UnknownProcedure(field="procedure")
    return Known(scope=Scope(specialty=found.id, material=checked_material(material)), specialty=found, procedure=None)


def checked_material(material: str | None) -> str | None:
    """In lower case, words joined, so that `E.max` and `e.max` are one. Raises UnusableMaterial."""
    if material is None:
        return None
    code = "_".join(material.lower().split())
    if not _MATERIAL.fullmatch(code):
        raise UnusableMaterial(field="material")
    return code
