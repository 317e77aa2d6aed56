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
from suivi.core.wording.leaning import ALWAYS, FACT, FOLDER, KNOWN, PIECE, pieces
from suivi.core.wording.lexicon import words_of
from suivi.core.wording.rules import compiled

SETS = Path(__file__).parent / "sets"
BUILT_IN = ["dental", "ivf", "ophthalmology", "regenerative", "surgery"]
TRUST = {"development": 1.0, "learning": 4.0}
"""How much a sentence of each half counts."""
ROUNDS, STEP, COST, KEPT = 20, 0.6, 5e-4, 4000
FIRST = 6
"""Rounds that are enough to see which pieces are worth keeping."""

Example = tuple[dict[str, float], bool, float]
"""What counts how much, whether it is a promise, and how much the sentence counts."""


@dataclass(frozen=True)
class Labelled:
    promises: bool
    lines: list[dict[str, float]]
    trust: float

    def examples(self) -> list[Example]:
        """Of several sentences in a row, which of them promises is not labelled."""
        told = self.lines if not self.promises or len(self.lines) == 1 else []
        return [(counted, self.promises, self.trust) for counted in told]


def sentences_of(part: str, language: str) -> list[tuple[str, str]]:
    """The label and the text of each sentence."""
    lines = (SETS / part / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    split = (line.split("\t", 1) for line in lines if line.strip() and not line.startswith("#"))
    return [(label, text) for label, text in split]


def labelled(language: str, half: str) -> list[Labelled]:
    words = Registry.load(only=BUILT_IN).promise_words(language)
    assert words is not None
    lexicon = compiled(words)
    found = []
    for label, text in sentences_of(half, language):
        lines = []
        for line in lexicon.lines(text):
            each = {piece for one in pieces(words_of(line)) for piece in one}
            counted = dict.fromkeys(each, PIECE / sqrt(len(each) or 1))
            counted |= dict.fromkeys((FACT + fact for fact in lexicon.facts(line)), KNOWN)
            lines.append({**counted, ALWAYS: KNOWN})
        found.append(Labelled(label == "promise", lines, TRUST[half]))
    return found


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
        + "".join(f"{weight:g}\t{name}\n" for name, weight in rows if weight)
    )


if __name__ == "__main__":
    for language in sys.argv[1:] or sorted(path.stem for path in (SETS / "learning").glob("*.tsv")):
        development, learning = (labelled(language, half) for half in TRUST)
        random.Random(5).shuffle(learning)
        weights = learnt([example for one in (*development, *learning) for example in one.examples()])
        (FOLDER / f"{language}.tsv").write_text(written(weights), encoding="utf-8")
