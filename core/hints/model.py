"""A hint with everything it rests on, and the answer for one site of a treatment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from suivi.core.hints.sentences import Fact, sentence
from suivi.core.specialties.model import CaseClass, Cited, Confidence, Strength, Urgency

MOST_URGENT_FIRST: tuple[Urgency, ...] = ("emergency_now", "same_day", "within_48h", "routine")
STRONGEST_FIRST: tuple[Strength, ...] = ("strong", "moderate", "weak")


class Rank(IntEnum):
    """The order in which kinds of hints are shown, and in which their classes are considered."""

    RED_FLAG = 1
    """c1."""
    THRESHOLD = 2
    """c4: a figure is exceeded, and everything it needs is on file."""
    SPECIALTY = 3
    """What a specialty says of a problem beyond its figures."""
    REVIEW = 4
    """A person has to look: a sign after, before or outside its days, a figure at level review. c7 is among them."""
    UNDECIDED = 5
    """c6, and a figure exceeded before the day it counts from."""
    EARLY = 6
    """c3 and c2."""
    PREFERENCE = 7
    """c5, and what a specialty says of a result that is as agreed."""
    EXPECTED = 8
    """What is listed as normal on this day, when nothing else was said."""
    NOTE = 9
    """Something a person should look at, which leaves the class as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HintReason:
    """One step: a sentence of `locale/` by its key, with the facts in it and where the figures come from."""

    text_key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    src: tuple[str, ...] = ()
    conf: Confidence | None = None
    words: str | None = None
    """A sentence that a plugin gave ready-made, in the language it chose."""

    @classmethod
    def of(cls, text_key: str, cited: Cited | None = None, **facts: Fact) -> "HintReason":
        src, conf = (cited.src, cited.conf) if cited else ((), None)
        return cls(text_key=text_key, facts=facts, src=src, conf=conf)

    def sentence(self, locale: str) -> str:
        return self.words if self.words is not None else sentence(self.text_key, self.facts, locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedHint:
    """`suggests` None asks for a person to look; `missing` names what would say more."""

    rank: Rank
    rule: str
    suggests: CaseClass | None
    strength: Strength
    urgency: Urgency | None = None
    reasons: tuple[HintReason, ...] = ()
    missing: tuple[str, ...] = ()
    by: str = "core"
    """`core`, or the id of the specialty or plugin that says so."""

    @classmethod
    def of(
        cls,
        rank: Rank,
        rule: str,
        suggests: CaseClass | None,
        strength: Strength,
        *reasons: HintReason,
        urgency: Urgency | None = None,
        missing: tuple[str, ...] = (),
        by: str = "core",
    ) -> "RankedHint":
        return cls(
            rank=rank,
            rule=rule,
            suggests=suggests,
            strength=strength,
            urgency=urgency,
            reasons=reasons,
            missing=missing,
            by=by,
        )

    @classmethod
    def for_a_person(
        cls,
        rank: Rank,
        rule: str,
        *reasons: HintReason,
        urgency: Urgency | None = None,
        missing: tuple[str, ...] = (),
    ) -> "RankedHint":
        """Suggests no class."""
        return cls.of(rank, rule, None, "weak", *reasons, urgency=urgency, missing=missing)

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of sources of the specialty, each once."""
        return tuple(dict.fromkeys(key for reason in self.reasons for key in reason.src))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What is known of one site on one day. `top_class` is a suggestion for the order of a queue, no decision."""

    site: str | None
    top_class: CaseClass | None
    highest_urgency: Urgency | None
    """Of the red flags and late signs reported. None is not an all-clear."""
    asks_for_review: bool
    """A person has to look, whatever the class."""
    missing: tuple[str, ...]
    hints: tuple[RankedHint, ...]
    phases: tuple[str, ...]


def most_urgent(urgencies: Iterable[Urgency | None]) -> Urgency | None:
    given = {urgency for urgency in urgencies if urgency is not None}
    return next((urgency for urgency in MOST_URGENT_FIRST if urgency in given), None)


def ranked(hints: Iterable[RankedHint]) -> tuple[RankedHint, ...]:
    """By kind, then urgency, then strength; of equals, the order they were found in."""
    return tuple(sorted(hints, key=_order))


def _order(hint: RankedHint) -> tuple[int, int, int]:
    urgency = MOST_URGENT_FIRST.index(hint.urgency) if hint.urgency else len(MOST_URGENT_FIRST)
    return hint.rank, urgency, STRONGEST_FIRST.index(hint.strength)
