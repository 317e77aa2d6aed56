"""What the words of a sentence weigh together, for promises that no pattern says and patterns that promise nothing.

The weights are learnt from labelled sentences, as docs/wording.md tells. Each piece of the text counts once, and the
more pieces a sentence has the less each of them weighs; facts found by the patterns weigh the same in any sentence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import sqrt
from pathlib import Path

FOLDER = Path(__file__).with_name("weights")
FACT = "!"
"""Begins the name of what patterns found; of the pieces of a text, only those of an exclamation mark begin with it."""
ALWAYS = FACT
"""The fact of every sentence. An exclamation mark alone has the same name and adds its small weight again."""
PIECE, KNOWN = 2.25, 0.2
"""What a piece, before it is shared out, and a fact count; weights are learnt with the same."""
ENOUGH, TOO_LITTLE = 3.0, -1.5
"""A sentence that leans more promises though no pattern says so; one that does not lean more than the other promises
nothing though a pattern does. So far apart that patterns decide unless the words are very sure: sentences about
anything else, of which a clinic's terms are full, are not those that were learnt from."""
PLAIN = "plain"
"""The fact of a sentence that no pattern is in."""

Weights = Mapping[str, float]


@cache
def weights(language: str) -> Weights:
    """Empty for a language that has none."""
    path = FOLDER / f"{language}.tsv"
    if not path.exists():
        return {}
    rows = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return {piece: float(weight) for weight, piece in rows}


def together(facts: Iterable[str]) -> set[str]:
    """Those facts, and each that patterns found with each that words are: what one means the other may turn."""
    alone = set(facts)
    met = {fact for fact in alone if fact.startswith(("hit:", "raw:"))} or {PLAIN}
    return alone | {f"{one}&{other}" for one in met for other in alone if other.startswith("has:")}


def pieces(words: Sequence[str]) -> list[list[str]]:
    """By word: itself, its beginnings and endings, and it with those after it. Each piece stands at its first place."""
    seen: set[str] = set()
    found = []
    for place in range(len(words)):
        new = [piece for piece in _pieces_at(words, place) if piece not in seen]
        seen.update(new)
        found.append(new)
    return found


def _pieces_at(words: Sequence[str], place: int) -> Iterator[str]:
    word = words[place]
    if place == 0:
        yield from (f"^ {word}", f"^* {word[:5]}*")
    yield word
    yield from (f"{word[:size]}*" for size in (3, 4, 5, 6) if len(word) > size)
    yield from (f"*{word[-size:]}" for size in (1, 2, 3, 4) if len(word) > size)
    after = words[place + 1] if place + 1 < len(words) else "$"
    yield from (f"{word} {after}", f"{word[:5]}* {after[:5]}*")
    if place + 2 < len(words):
        yield f"{word[:5]} ~ {words[place + 2][:5]}"


def weighed(words: Sequence[str], known: Weights) -> list[float]:
    """What each word adds."""
    found = pieces(words)
    share = PIECE / sqrt(sum(map(len, found)) or 1)
    return [share * sum(known.get(piece, 0.0) for piece in one) for one in found]


def leaning(each: Iterable[float], facts: Iterable[str], known: Weights) -> float:
    """Above zero the sentence is likelier a promise than not."""
    return sum(each) + KNOWN * sum(known.get(FACT + fact, 0.0) for fact in ("", *facts))


def heaviest(each: Sequence[float]) -> tuple[int, int]:
    """The stretch of words that speaks the most for a promise, half open."""
    best, begun, best_sum, running = (0, 1), 0, float("-inf"), 0.0
    for place, weight in enumerate(each):
        if running <= 0:
            begun, running = place, 0.0
        running += weight
        if running > best_sum:
            best, best_sum = (begun, place + 1), running
    return best
