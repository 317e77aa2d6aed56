"""The codes a statement of cover may use, and the words that patients read for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from suivi.core.coverage.content import DAY0, OTHER, Clause, ClauseKind
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Procedure, Specialty, Text

_DAY0 = Text(by_locale={"en": "the day of the procedure", "fr": "le jour de l’acte"})
_OTHER = Text(by_locale={"en": "other", "fr": "autre"})


def is_code(said: str) -> bool:
    """As in warranty templates: what has a space is plain words."""
    return " " not in said


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Of a specialty, None where no plugin has it any more; then only the lists that all share are known.

    `more_anchors` are starts that are no anchors of a procedure, such as the explantation of a device.
    """

    specialty: Specialty | None
    procedure: Procedure | None = None
    more_anchors: tuple[str, ...] = ()

    def anchors(self) -> tuple[str, ...]:
        """What a limit may start at. Terms of a whole specialty start at any anchor of its procedures, or at DAY0."""
        if self.procedure is not None:
            return (*self.procedure.anchors.all(), *self.more_anchors)
        procedures = self.specialty.procedures.values() if self.specialty else ()
        named = (anchor for procedure in procedures for anchor in procedure.anchors.all())
        return (DAY0, *dict.fromkeys(named), *self.more_anchors)

    def anchor(self, code: str) -> Text | None:
        return _DAY0 if code == DAY0 else self._label("anchors", code)

    def object(self, code: str) -> Text | None:
        """A procedure stands for what it makes."""
        procedure = self.specialty.procedures.get(code) if self.specialty else None
        return self._label("coverage", code) or (procedure and procedure.names) or _other(code)

    def event(self, code: str) -> Text | None:
        return self._label("coverage", code) or _other(code)

    def remedy(self, code: str) -> Text | None:
        fee = common().fee_kinds.get(code)
        return self._label("coverage", code) or (fee and fee.text) or _other(code)

    def clause(self, kind: ClauseKind, code: str) -> Text | None:
        if kind is ClauseKind.EXCLUSION:
            own, shared = (self.specialty.exclusions if self.specialty else {}), common().exclusions
            exclusion = own.get(code) or shared.get(code)
            return exclusion.text if exclusion else _other(code)
        duties = {**common().duties, **(self.specialty.duties if self.specialty else {})}
        duty = duties.get(code)
        return duty.text if duty else common().warranty_conditions.get(code) or _other(code)

    def says(self, clause: Clause) -> bool:
        """Whether these are the words of the clause's code, in any language."""
        found = self.clause(clause.kind, clause.code)
        return found is not None and clause.text in found.by_locale.values()

    def clauses(self, kind: ClauseKind) -> tuple[str, ...]:
        """Every code there is."""
        if kind is ClauseKind.EXCLUSION:
            return _sorted(common().exclusions, self.specialty.exclusions if self.specialty else ())
        own = self.specialty.duties if self.specialty else ()
        return _sorted(common().duties, common().warranty_conditions, own)

    def objects(self) -> tuple[str, ...]:
        """Those of the specialty's templates and its procedures; `object` knows more."""
        if self.specialty is None:
            return (OTHER,)
        templates = (template.object for template in self.specialty.warranty_templates.values())
        return _sorted(filter(is_code, templates), self.specialty.procedures)

    def events(self) -> tuple[str, ...]:
        return self._of_templates("covers")

    def remedies(self) -> tuple[str, ...]:
        return self._of_templates("remedy")

    def _of_templates(self, part: str) -> tuple[str, ...]:
        templates = self.specialty.warranty_templates.values() if self.specialty else ()
        return _sorted(said for template in templates for said in getattr(template, part) if is_code(said))

    def _label(self, group: str, code: str) -> Text | None:
        if self.specialty is None:
            return None
        label: Text | None = getattr(self.specialty.labels, group).get(code)
        return label


def _other(code: str) -> Text | None:
    return _OTHER if code == OTHER else None


def _sorted(*codes: Iterable[str]) -> tuple[str, ...]:
    return (*sorted({code for some in codes for code in some} - {OTHER}), OTHER)
