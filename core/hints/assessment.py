"""One site of a treatment on one day: every hint, the most urgent first, and the class they put forward together.

`rules` c1 to c7 are read as the specialties' common defaults have them:
a red flag goes first; a figure exceeded and documented comes next; what is after, before or outside its days, or not
listed, is for a person and never normal; an undecided figure leaves the class open; then early days, then preference.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from suivi.core.hints.comparing import fact_holds, holds
from suivi.core.hints.days import Settling, day_of, inside, settling
from suivi.core.hints.model import Assessment, HintReason, Rank, RankedHint, most_urgent, ranked
from suivi.core.hints.signs import SignsRead, read_signs
from suivi.core.hints.thresholds import ThresholdsRead, read_thresholds
from suivi.core.specialties.hints import CaseFacts, Hint
from suivi.core.specialties.model import CaseClass, ClassHint, Given, Procedure, Specialty

Offers = Callable[[CaseFacts], Iterable[tuple[str, Hint]]]

_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_FOR_A_PERSON = frozenset({Rank.REVIEW, Rank.UNDECIDED, Rank.NOTE})

REASSURING: frozenset[CaseClass] = frozenset({"normal_evolution", "subjective_dissatisfaction"})


def no_offers(facts: CaseFacts) -> Iterable[tuple[str, Hint]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Everything the rules look at."""

    facts: CaseFacts
    settling: Settling
    signs: SignsRead
    thresholds: ThresholdsRead

    @property
    def only_described(self) -> bool:
        return self.facts.described and not self.signs.reported

    @property
    def examined(self) -> bool:
        return self.thresholds.measured or self.facts.documentation.has_examination

    @property
    def open_question(self) -> bool:
        """Something that a person has to look at first: no class that reassures is put forward."""
        return self.signs.unexpected or self.facts.described


def as_told(facts: CaseFacts) -> CaseFacts:
    """What is no id of a sign is words, which no rule and no plugin reads."""
    signs = tuple(sign for sign in facts.signs if _ID.fullmatch(sign))
    return facts if signs == facts.signs else replace(facts, signs=signs, described=True)


def assess(
    procedure: Procedure,
    specialty: Specialty,
    facts: CaseFacts,
    offers: Offers = no_offers,
    *,
    settled: Settling | None = None,
) -> Assessment:
    """`offers` are plugins' hints for these facts: they join the others and decide nothing. Without `settled`, how
    far the result has settled goes by its day or cycle alone.
    """
    facts = as_told(facts)
    offered = offers(replace(facts, signs=tuple(sign for sign in facts.signs if sign in procedure.sign_ids())))
    settled, signs = settled or settling(procedure, facts), read_signs(procedure, specialty, facts)
    quiet = not (signs.red_flag or signs.unexpected or facts.described)
    thresholds = read_thresholds(procedure, specialty, facts, settled, quiet=quiet)
    read = _Read(facts=facts, settling=settled, signs=signs, thresholds=thresholds)
    own = _own_hints(procedure, specialty, read)
    hints = ranked(
        [
            *signs.hints,
            *thresholds.hints,
            *own,
            *_by_plugins(offered, examined=bool(signs.expected) or read.examined),
            *_by_rules(read),
        ]
    )
    shown = tuple(hint for hint in hints if not _held_back(hint, read))
    return Assessment(
        site=facts.site,
        top_class=_top_class(shown, read),
        highest_urgency=most_urgent((*(hint.urgency for hint in shown), signs.expected_urgency)),
        asks_for_review=any(hint.rank in _FOR_A_PERSON or hint.urgency is not None for hint in shown),
        missing=tuple(dict.fromkeys(name for hint in shown for name in hint.missing)),
        hints=shown,
        phases=tuple(_phases(procedure, facts)),
    )


def _by_rules(read: _Read) -> Iterator[RankedHint]:
    """c2, c5, and what is left to say when neither applies."""
    facts, signs = read.facts, read.signs
    if facts.described:
        key = "words.only_described" if read.only_described else "words.described"
        yield RankedHint.for_a_person(Rank.REVIEW, "words", HintReason.of(key))
    if signs.red_flag or read.thresholds.exceeded:
        return
    on_file = facts.documentation.has_examination
    if read.settling.before_min and (signs.reported or on_file):
        seen = signs.expected or (HintReason.of("check_up.on_file"),)
        yield RankedHint.of(Rank.EARLY, "c2", "normal_evolution", "strong", *seen, read.settling.reason)
    elif signs.expected:
        yield RankedHint.of(Rank.EXPECTED, "sign", "normal_evolution", "weak", *signs.expected)
    if facts.patient_dissatisfied:
        yield from _dissatisfied(read)


def _dissatisfied(read: _Read) -> Iterator[RankedHint]:
    said = HintReason.of("patient.dissatisfied")
    if read.settling.before_min:
        return
    if read.settling.before_typical:
        # Too soon for a preference; it does not stand in the way of what is expected by now.
        yield RankedHint.for_a_person(Rank.PREFERENCE, "c5", said, read.settling.reason)
    elif read.examined:
        reasons = (said, HintReason.of("threshold.none"), read.settling.reason)
        yield RankedHint.of(Rank.PREFERENCE, "c5", "subjective_dissatisfaction", "moderate", *reasons)
    else:
        nothing = HintReason.of("patient.nothing_examined")
        yield RankedHint.for_a_person(Rank.UNDECIDED, "c5", said, nothing, missing=("check_ups",))


def _own_hints(procedure: Procedure, specialty: Specialty, read: _Read) -> Iterator[RankedHint]:
    for hint in procedure.hints:
        if hint.given is not None and _applies(hint.given, procedure, read.facts):
            yield _own(hint, specialty)


def _own(hint: ClassHint, specialty: Specialty) -> RankedHint:
    said = HintReason.of("specialty.says", hint, when=hint.when)
    return RankedHint.of(
        _rank(hint.suggests), hint.id or "specialty", hint.suggests, hint.strength, said, by=specialty.id
    )


def _applies(given: Given, procedure: Procedure, facts: CaseFacts) -> bool:
    """All that is stated holds. What nobody reported, measured or answered does not."""
    day = day_of(given.anchor, procedure, facts)
    return (
        (not given.signs or not set(given.signs).isdisjoint(facts.signs))
        and (given.days == (None, None) or (day is not None and inside(day, given.days)))
        and (given.cycles == (None, None) or (facts.cycle is not None and inside(facts.cycle, given.cycles)))
        and (not given.variants or facts.variant in given.variants)
        and given.patient_dissatisfied in (None, facts.patient_dissatisfied)
        and all(holds(comparison, facts) for comparison in given.measurements)
        and all(fact_holds(requirement, facts) for requirement in given.facts)
    )


def _by_plugins(offered: Iterable[tuple[str, Hint]], *, examined: bool) -> Iterator[RankedHint]:
    """A plugin's code alone reassures nobody: something is expected, measured or examined."""
    for plugin, hint in offered:
        if hint.suggests in REASSURING and not examined:
            continue
        words = hint.reasons or ("",)
        reasons = tuple(HintReason(text_key="", words=said, src=hint.sources) for said in words)
        yield RankedHint.of(_rank(hint.suggests), hint.rule, hint.suggests, hint.strength, *reasons, by=plugin)


def _rank(suggests: CaseClass | None) -> Rank:
    if suggests is None:
        return Rank.REVIEW
    return Rank.PREFERENCE if suggests in REASSURING else Rank.SPECIALTY


def _held_back(hint: RankedHint, read: _Read) -> bool:
    """Nothing reassures beside an open question or before its time; what is not sure to be harmless is shown."""
    if hint.suggests not in REASSURING:
        return False
    if read.open_question:
        return True
    return hint.suggests == "subjective_dissatisfaction" and (
        read.settling.before_typical or read.thresholds.exceeded or read.signs.red_flag
    )


def _top_class(hints: tuple[RankedHint, ...], read: _Read) -> CaseClass | None:
    """The class of the first hint that has one, unless a question comes before it that only a person can answer."""
    if read.only_described and not read.signs.red_flag:
        return None
    for hint in hints:
        if hint.suggests in REASSURING and _undecided(hints):
            return None
        if hint.suggests is not None:
            return hint.suggests
    return None


def _undecided(hints: tuple[RankedHint, ...]) -> bool:
    return any(hint.suggests is None and hint.rank in (Rank.REVIEW, Rank.UNDECIDED) for hint in hints)


def _phases(procedure: Procedure, facts: CaseFacts) -> Iterator[str]:
    for phase in procedure.phases:
        day = day_of(phase.anchor, procedure, facts)
        if day is not None and inside(day, phase.days):
            yield phase.id
