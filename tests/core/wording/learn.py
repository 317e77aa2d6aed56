"""Learns what words weigh (core/wording/weights) from the labelled sentences: `python -m tests.core.wording.learn`.

Logistic regression with a small cost for large weights, in steps that shrink (AdaGrad); the same input gives the same
weights, but for rounding. Sentences that the patterns were written with count once, the others more often, so that
patterns are not trusted more than they deserve.
"""

import random
import sys
from collections import Counter
from dataclasses import dataclass
from math import exp, sqrt
from pathlib import Path

from suivi.core.registry import Registry
from suivi.core.wording.leaning import ALWAYS, ENOUGH, FACT, FOLDER, KNOWN, PIECE, TOO_LITTLE, pieces
from suivi.core.wording.lexicon import words_of
from suivi.core.wording.rules import compiled

SETS = Path(__file__).parent / "sets"
BUILT_IN = ["dental", "ivf", "ophthalmology", "regenerative", "surgery"]
TRUST = {"development": 1.0, "learning": 4.0}
"""How much a sentence of each half counts."""
ROUNDS, STEP, COST, KEPT = 20, 0.6, 5e-4, 4000
FIRST = 6
"""Rounds that are enough to see which pieces are worth keeping."""

FOLDS, PRECISION = 4, 0.88
"""Thresholds are chosen on sentences whose weights were learnt without them: the most promises found while so many of
those shown are promises."""
PROMISES, OTHERS = 0.4, 0.6
"""What a text that clinics publish is taken to have; far fewer promises, in truth."""
STEPS = [number / 4 for number in range(-6, 17)]

Example = tuple[dict[str, float], bool, float]
"""What counts how much, whether it is a promise, and how much the sentence counts."""


@dataclass(frozen=True)
class Line:
    """`hit` where a pattern says it; `named` where an outcome is named at all."""

    counted: dict[str, float]
    hit: bool
    named: bool

    def shown(self, leans: float, enough: float, too_little: float) -> bool:
        return leans > too_little if self.hit else self.named and leans > enough


@dataclass(frozen=True)
class Labelled:
    promises: bool
    lines: list[Line]
    trust: float

    def examples(self) -> list[Example]:
        """Of several sentences in a row, which of them promises is not labelled."""
        told = self.lines if not self.promises else self.lines[:1] if len(self.lines) == 1 else []
        return [(line.counted, self.promises, self.trust) for line in told]


def labelled(language: str, half: str) -> list[Labelled]:
    words = Registry.load(only=BUILT_IN).promise_words(language)
    assert words is not None
    lexicon = compiled(words)
    found = []
    for row in (SETS / half / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
        if row[:1] == "#" or not row.strip():
            continue
        label, text = row.split("\t", 1)
        lines = []
        for line in lexicon.lines(text):
            each = {piece for one in pieces(words_of(line)) for piece in one}
            counted = dict.fromkeys(each, PIECE / sqrt(len(each) or 1))
            facts = lexicon.facts(line)
            counted |= dict.fromkeys((FACT + fact for fact in facts), KNOWN)
            hit = any(fact.startswith("hit:") for fact in facts)
            lines.append(Line({**counted, ALWAYS: KNOWN}, hit, lexicon.names_an_outcome(line)))
        found.append(Labelled(label == "promise", lines, TRUST[half]))
    return found


def thresholds(written_with: list[Labelled], others: list[Labelled]) -> dict[str, float]:
    random.Random(5).shuffle(others)
    leaning: list[tuple[Labelled, list[float]]] = []
    for fold in range(FOLDS):
        rest = [one for place, one in enumerate(others) if place % FOLDS != fold]
        given = [example for one in (*written_with, *rest) for example in one.examples()]
        weights = fitted(given, repeated(given), ROUNDS)
        leaning += [(one, [leans(line, weights) for line in one.lines]) for one in others[fold::FOLDS]]
    tried = [(*rates(leaning, enough, little), enough, little) for enough in STEPS for little in STEPS]
    good = [(recall, enough, little) for precision, recall, enough, little in tried if precision >= PRECISION]
    _, enough, little = max(good)
    return {ENOUGH: enough, TOO_LITTLE: little}


def leans(line: Line, weights: dict[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in line.counted.items())


def rates(leaning: list[tuple[Labelled, list[float]]], enough: float, little: float) -> tuple[float, float]:
    """Precision and recall."""
    shown = {True: 0, False: 0}
    for one, found in leaning:
        shown[one.promises] += any(
            line.shown(leans, enough, little) for line, leans in zip(one.lines, found, strict=True)
        )
    promises = sum(one.promises for one, _ in leaning)
    right, wrong = shown[True] / promises, shown[False] / (len(leaning) - promises)
    return PROMISES * right / (PROMISES * right + OTHERS * wrong or 1), right


def repeated(given: list[Example]) -> set[str]:
    often = Counter(name for counted, _, _ in given for name in counted)
    return {name for name, times in often.items() if times > 1}


def learnt(given: list[Example]) -> dict[str, float]:
    known = repeated(given)
    weights = fitted(given, known, FIRST)
    heavy = sorted(known, key=lambda name: (name[0] != FACT, -abs(weights[name]), name))[:KEPT]
    return fitted(given, set(heavy), ROUNDS)


def fitted(given: list[Example], known: set[str], rounds: int) -> dict[str, float]:
    weights = dict.fromkeys(sorted(known), 0.0)
    moved = dict.fromkeys(weights, 1e-3)
    order = random.Random(1)
    rows = [
        ([(name, value) for name, value in counted.items() if name in known], y, trust) for counted, y, trust in given
    ]
    for _ in range(rounds):
        order.shuffle(rows)
        for row, promises, trust in rows:
            score = sum(weights[name] * value for name, value in row)
            wrong = trust * (1 / (1 + exp(-max(-30.0, min(30.0, score)))) - promises)
            for name, value in row:
                slope = wrong * value + COST * trust * weights[name]
                moved[name] += slope * slope
                weights[name] -= STEP * slope / sqrt(moved[name])
    return weights


def written(weights: dict[str, float]) -> str:
    rows = sorted((name, round(weight, 2)) for name, weight in weights.items())
    return (
        "# Learnt by tests/core/wording/learn.py: a weight and what it is of. Nobody edits these by hand.\n"
        + "".join(f"{weight:g}\t{name}\n" for name, weight in rows if weight or name.startswith(FACT * 2))
    )


if __name__ == "__main__":
    for language in sys.argv[1:] or sorted(path.stem for path in (SETS / "learning").glob("*.tsv")):
        development, learning = (labelled(language, half) for half in TRUST)
        chosen = thresholds(development, learning)
        weights = learnt([example for one in (*development, *learning) for example in one.examples()])
        (FOLDER / f"{language}.tsv").write_text(written({**weights, **chosen}), encoding="utf-8")
