"""What is wrong with a statement of cover before it may bind anybody: all of it at once."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from suivi.core.coverage.content import Clause, ClauseKind, Component, Content, FeeLine, Limit, LimitUnit
from suivi.core.coverage.models import Payer
from suivi.core.coverage.vocabulary import Vocabulary, is_code
from suivi.core.refusals import Refusal
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Text
from suivi.core.treatments.rules import UnknownAnchor


class UnknownFeeKind(Refusal):
    """A fee kind is not known. Known: {known}."""

    code = "UNKNOWN_FEE_KIND"
    remedy = "Use the known kinds, each once; a kind that is left out reads as not stated."


class FeeKindRepeated(Refusal):
    """The same fee kind was given twice."""

    code = "FEE_KIND_REPEATED"
    remedy = "Give each kind of fee once, with the one who pays it; once more for a component that differs."


class UnknownObject(Refusal):
    """This specialty has no such object of cover. It has: {known}."""

    code = "UNKNOWN_OBJECT"
    remedy = "Use one of them, or `other` with a name in your own words."


class UnknownEvent(Refusal):
    """This specialty has no such covered event. It has: {known}."""

    code = "UNKNOWN_EVENT"
    remedy = "Use one of them, or say it in several words."


class UnknownRemedy(Refusal):
    """This specialty has no such remedy. It has: {known}."""

    code = "UNKNOWN_REMEDY"
    remedy = "Use one of them, or say it in several words."


class UnknownClause(Refusal):
    """There is no clause of that kind with this code. There are: {known}."""

    code = "UNKNOWN_CLAUSE"
    remedy = "Use one of them, or `other` with the clause in your own words."


class UnknownComponent(Refusal):
    """No component here has that id."""

    code = "UNKNOWN_COMPONENT"
    remedy = "Name components by the ids they are given here, or none for all of them."


class ComponentRepeated(Refusal):
    """Two components have the same id."""

    code = "COMPONENT_REPEATED"
    remedy = "Give each component an id of its own."


class ClauseRepeated(Refusal):
    """Two clauses have the same id."""

    code = "CLAUSE_REPEATED"
    remedy = "Give each clause an id of its own."


class LifetimeOfWhom(Refusal):
    """A lifetime does not say whose it is."""

    code = "LIFETIME_OF_WHOM"
    remedy = "Say whose lifetime: the patient's, the device's or the practice's."


class LifetimeCounted(Refusal):
    """A limit is either counted or a lifetime, not both."""

    code = "LIFETIME_COUNTED"
    remedy = "Leave out the count of a lifetime, and whose lifetime it is of any other unit."


class LimitNotCounted(Refusal):
    """A limit does not say how many."""

    code = "LIMIT_NOT_COUNTED"
    remedy = "Say how many days, months, years, cycles or uses, or leave the limit out: it then reads as not stated."


class ShareNotShared(Refusal):
    """A share is stated for a fee that is not shared."""

    code = "SHARE_NOT_SHARED"
    remedy = "Make SHARED the payer, or leave the share out."


class CapOfNobody(Refusal):
    """A cap is the most that is paid for the patient, and here nobody else pays."""

    code = "CAP_OF_NOBODY"
    remedy = "Say who pays up to the cap, or leave it out."


class CapOfNothing(Refusal):
    """A cap of zero leaves the whole fee to the patient."""

    code = "CAP_OF_NOTHING"
    remedy = "Make PATIENT the payer, or give the most that is paid."


class NameMissing(Refusal):
    """An `other` object needs a name that says what it is."""

    code = "NAME_MISSING"
    remedy = "Name it in your own words."


def problems(content: Content, vocabulary: Vocabulary, *, field: str = "content") -> Iterator[Refusal]:
    """Everything that publishing refuses, in the order of the content. `field` is where the content was sent."""
    ids = {component.id for component in content.components}
    for number, component in enumerate(content.components):
        yield from _OfComponent(vocabulary, f"{field}.components[{number}]").problems(component)
    for number, line in enumerate(content.fees):
        yield from _of_fee(line, ids, f"{field}.fees[{number}]")
    for number, clause in enumerate(content.clauses):
        yield from _of_clause(clause, ids, vocabulary, f"{field}.clauses[{number}]")
    yield from _twice((component.id for component in content.components), ComponentRepeated, f"{field}.components")
    yield from _twice(((line.kind, line.component) for line in content.fees), FeeKindRepeated, f"{field}.fees")
    yield from _twice((clause.id for clause in content.clauses), ClauseRepeated, f"{field}.clauses")


def require_sound(content: Content, vocabulary: Vocabulary, *, field: str = "content") -> None:
    """Raises the first of the problems."""
    for problem in problems(content, vocabulary, field=field):
        raise problem


@dataclass(frozen=True, slots=True)
class _OfComponent:
    vocabulary: Vocabulary
    at: str

    def problems(self, component: Component) -> Iterator[Refusal]:
        known = self.vocabulary
        if known.object(component.object) is None:
            yield UnknownObject(field=f"{self.at}.object", known=", ".join(known.objects()))
        if component.object == "other" and component.name is None:
            yield NameMissing(field=f"{self.at}.name")
        if _unknown(component.covers, known.event):
            yield UnknownEvent(field=f"{self.at}.covers", known=", ".join(known.events()))
        if _unknown(component.remedy, known.remedy):
            yield UnknownRemedy(field=f"{self.at}.remedy", known=", ".join(known.remedies()))
        if component.limit is not None:
            yield from self._of_limit(component.limit)

    def _of_limit(self, limit: Limit) -> Iterator[Refusal]:
        at, lifetime = f"{self.at}.limit", limit.unit is LimitUnit.LIFETIME
        anchors = self.vocabulary.anchors()
        if limit.starts not in anchors:
            yield UnknownAnchor(field=f"{at}.starts", anchors=", ".join(anchors))
        if lifetime and limit.lifetime_of is None:
            yield LifetimeOfWhom(field=f"{at}.lifetimeOf")
        if lifetime and limit.count is not None:
            yield LifetimeCounted(field=f"{at}.count")
        if not lifetime and limit.lifetime_of is not None:
            yield LifetimeCounted(field=f"{at}.lifetimeOf")
        if not lifetime and limit.count is None:
            yield LimitNotCounted(field=f"{at}.count")


def _unknown(said: Iterable[str], words: Callable[[str], Text | None]) -> bool:
    return any(is_code(one) and words(one) is None for one in said)


def _of_fee(line: FeeLine, components: set[str], at: str) -> Iterator[Refusal]:
    kinds = common().fee_kinds
    if line.kind not in kinds:
        yield UnknownFeeKind(field=f"{at}.kind", known=", ".join(sorted(kinds)))
    if line.component is not None and line.component not in components:
        yield UnknownComponent(field=f"{at}.component")
    if line.share is not None and line.payer is not Payer.SHARED:
        yield ShareNotShared(field=f"{at}.share")
    if line.cap is not None and line.payer in (Payer.PATIENT, Payer.NOT_STATED):
        yield CapOfNobody(field=f"{at}.cap")
    elif line.cap is not None and not line.cap.amount:
        yield CapOfNothing(field=f"{at}.cap")


def _of_clause(clause: Clause, components: set[str], vocabulary: Vocabulary, at: str) -> Iterator[Refusal]:
    if vocabulary.clause(clause.kind, clause.code) is None:
        yield UnknownClause(field=f"{at}.code", known=", ".join(vocabulary.clauses(ClauseKind(clause.kind))))
    if not components.issuperset(clause.components):
        yield UnknownComponent(field=f"{at}.components")


def _twice(ids: Iterable[Hashable], refusal: type[Refusal], field: str) -> Iterator[Refusal]:
    if any(number > 1 for number in Counter(ids).values()):
        yield refusal(field=field)
