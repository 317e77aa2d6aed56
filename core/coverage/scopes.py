"""What terms are about: a whole specialty, a procedure, one of its variants, a material; and which are the nearest."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any, TypeVar

from suivi.core.clocks.zones import day_at
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


class SpecialtyOrProcedure(Refusal):
    """Neither a procedure nor a specialty is named."""

    code = "SPECIALTY_OR_PROCEDURE"
    remedy = "Name the procedure that terms are about, or the specialty for all of its procedures."


class ProcedureOfOtherSpecialty(Refusal):
    """This procedure belongs to another specialty: {specialty}."""

    code = "PROCEDURE_OF_OTHER_SPECIALTY"
    remedy = "Leave the specialty out, which a procedure says by itself; or leave the procedure out."


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
    """The version in force for a treatment on a day, once all of these are published (R-120, R-125).

    The most specific scope that has a version which has taken effect: variant and material, variant, material,
    procedure, then the specialty with and without the material. In it the latest to take effect, the higher number
    where two share the day. Takes models and light rows alike, and gives back what it took.
    """
    versions = _effective(published, on)
    for scope in about.nearest_first():
        in_scope = [terms for terms in versions if scope.same_as(terms)]
        if in_scope:
            found: T = max(in_scope, key=lambda terms: (terms.effective_from, terms.number))
            return found
    return None


def agreed(published: Iterable[T], about: Scope, *, on: date, place: tzinfo) -> T | None:
    """The version that a treatment has of which only the day is known that it was agreed, in the clinic's zone.

    The one that was in force when the day began: what is published on it would otherwise reach back to what was agreed
    in its morning (R-126). Where none was, what was published first on it.
    """
    versions = _effective(published, on)
    found: T | None = in_force((one for one in versions if day_at(place, one.published_at) < on), about, on=on)
    if found is not None:
        return found
    scopes = list(about.nearest_first())
    of_that_day = [terms for terms in versions if any(scope.same_as(terms) for scope in scopes)]
    return min(of_that_day, key=lambda terms: (terms.published_at, not terms.procedure, terms.number), default=None)


def _effective(published: Iterable[Any], on: date) -> list[Any]:
    return [terms for terms in published if terms.effective_from <= on and terms.withdrawn_at is None]


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
    if of is None or (specialty is not None and registry.specialty(specialty) is None):
        raise _unknown_specialty(registry)
    if specialty not in (None, of.id):
        raise ProcedureOfOtherSpecialty(field="specialty", specialty=of.id)
    scope = Scope(
        specialty=of.id,
        procedure=procedure,
        variant=checked_variant(variant, found),
        material=checked_material(material),
    )
    return Known(scope=scope, specialty=of, procedure=found)


def _whole_specialty(registry: Registry, specialty: str | None, variant: str | None, material: str | None) -> Known:
    if specialty is None or not specialty.strip():
        raise SpecialtyOrProcedure(field="procedure")
    found = registry.specialty(specialty)
    if found is None:
        raise _unknown_specialty(registry)
    if variant is not None:
        raise UnknownProcedure(field="procedure")
    return Known(scope=Scope(specialty=found.id, material=checked_material(material)), specialty=found, procedure=None)


def _unknown_specialty(registry: Registry) -> UnknownSpecialty:
    return UnknownSpecialty(field="specialty", known=", ".join(sorted(registry.specialties())))


def checked_material(material: str | None) -> str | None:
    """In lower case, words joined, so that `E.max` and `e.max` are one. Raises UnusableMaterial."""
    if material is None:
        return None
    code = "_".join(material.lower().split())
    if not _MATERIAL.fullmatch(code):
        raise UnusableMaterial(field="material")
    return code
