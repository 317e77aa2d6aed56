"""Texts cut into sentences and tokens: folded for comparing, with the places they have in the original."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_CLUSTER = re.compile(r".[\u0300-\u036f\u1160-\u11ff]{0,8}", re.DOTALL)
"""A letter with its marks, or a Korean syllable written in its parts."""
_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<number>\d+(?:[.,/:]\d+)*)"
    r"|(?P<space>\n[^\S\n]*(?=\n)|\n[^\S\n]*(?=[-*•·–—]|\d{1,2}[.)] ))"
    r"|(?P<hyphen>(?<=\w)[-‐‑‒](?=\w))"
    r"|(?P<mark>\.+|[-,;:!?()\[\]\"'%–—―・/&+=<>])"
)
_QUOTES = dict.fromkeys("“”„‟«»‹›「」『』〝〞〟＂", '"') | dict.fromkeys("’‘‚ʼ‛`´′＇", "'")
_STOPS = dict.fromkeys("。｡", ".") | {"‰": "%", "、": ",", "؟": "?", "¿": " ", "¡": " ", "⋅": "·"}
_SPELT = {**_QUOTES, **_STOPS, "ı": "i", "ß": "ss", "ø": "o", "ł": "l", "œ": "oe", "æ": "ae"}
_ENDS = frozenset(".!?")
_CLOSING = frozenset("\"')]")
BREAK = "\n"
SHORT = 5
"""Words of a question that is read together with what follows it."""


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is a folded word, a number, one mark, or BREAK; parts of a contraction share one place."""

    text: str
    start: int
    end: int
    is_word: bool = True
    quoted: bool = False


def fold(text: str) -> str:
    """Small letters without accents; Korean syllables stay whole."""
    return "".join(_folded(cluster) for cluster in _CLUSTER.findall(text))


def _folded(cluster: str) -> str:
    if cluster in _SPELT:
        return _SPELT[cluster]
    if len(cluster) == 1 and cluster.isascii():
        return cluster.lower()
    whole = unicodedata.normalize("NFKC", cluster).casefold()
    return "".join(_SPELT.get(letter) or _bare(letter) for letter in whole)


def _bare(letter: str) -> str:
    if "가" <= letter <= "힣":
        return letter
    kept = [part for part in unicodedata.normalize("NFD", letter) if not unicodedata.category(part).startswith("M")]
    return "".join(part for part in kept if unicodedata.category(part) != "Cf")


def _placed(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The folded text, and where in the original each of its characters begins and ends."""
    if text.isascii():
        return text.lower(), range(len(text)), range(1, len(text) + 1)
    letters: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        for letter in _folded(cluster[0]):
            letters.append(letter)
            begins.append(cluster.start())
            ends.append(cluster.end())
    return "".join(letters), begins, ends


def tokens(text: str, contractions: Mapping[str, str]) -> Iterator[Token]:
    folded, begins, ends = _placed(text)
    for found in _TOKEN.finditer(folded):
        start, end = begins[found.start()], ends[found.end() - 1]
        match found.lastgroup:
            case "word":
                for part in _parts(found[0], contractions):
                    yield Token(part, start, end)
            case "number":
                yield Token(found[0].replace(",", "."), start, end)
            case "space":
                yield Token(BREAK, start, end, is_word=False)
            case "mark":
                yield Token("." if found[0][0] == "." else found[0], start, end, is_word=False)


def _parts(word: str, contractions: Mapping[str, str]) -> Sequence[str]:
    """`won't` is `will not`, `l'œil` is `l oeil`."""
    if word in contractions:
        return contractions[word].split()
    if "'" not in word:
        return (word,)
    return [part for piece in word.split("'") for part in contractions.get(f"{piece}'", piece).split() if part]


def sentences(text: str, found: Sequence[Token], abbreviations: frozenset[str]) -> Iterator[list[Token]]:
    """Each with the marks that end it; a short question with what answers it: `Wrinkles? Gone.`"""
    sentence: list[Token] = []
    for at, token in enumerate(found):
        if token.text != BREAK:
            sentence.append(token)
        if token.text == BREAK or (_ends_here(text, found, at, abbreviations) and not _asks_shortly(sentence)):
            yield from _whole(sentence)
            sentence = []
    yield from _whole(sentence)


def _asks_shortly(sentence: Sequence[Token]) -> bool:
    return sentence[-1].text == "?" and sum(token.is_word for token in sentence) <= SHORT


def _whole(sentence: list[Token]) -> Iterator[list[Token]]:
    if any(token.is_word for token in sentence):
        yield sentence


def _ends_here(text: str, found: Sequence[Token], at: int, abbreviations: frozenset[str]) -> bool:
    """Whether this is the last mark of a sentence, closing quotes and brackets included."""
    last = at
    while last >= 0 and found[last].text in _CLOSING and at - last < 3:
        last -= 1
    if last < 0 or found[last].is_word or found[last].text not in _ENDS:
        return False
    if at + 1 == len(found):
        return True
    following, begins = found[at + 1], found[at + 1].start
    if not text[found[at].end : begins + 1][:1].isspace() or text[begins].islower():
        return False
    if following.text in _CLOSING and not text[begins + 1 : begins + 2].isalnum():
        return False
    return not _abbreviates(found, last, abbreviations)


def _abbreviates(found: Sequence[Token], stop: int, abbreviations: frozenset[str]) -> bool:
    if found[stop].text != "." or stop == 0:
        return False
    before = found[stop - 1]
    if before.end != found[stop].start or not before.is_word:
        return False
    return before.text in abbreviations or (len(before.text) == 1 and before.text.isascii() and before.text.isalpha())


def quoted(sentence: Sequence[Token]) -> list[Token]:
    """The same without quotation marks, each token knowing whether it stood between two of them."""
    pairs = _pairs(sentence)
    depth, kept = 0, []
    for at, token in enumerate(sentence):
        depth += pairs.get(at, 0)
        if token.text not in ('"', "'"):
            kept.append(
                Token(token.text, token.start, token.end, is_word=token.is_word, quoted=True) if depth else token
            )
    return kept


def _pairs(sentence: Sequence[Token]) -> dict[int, int]:
    """Opening marks by their place as 1, closing ones as -1; what has no partner counts for nothing."""
    pairs: dict[int, int] = {}
    for mark in ('"', "'"):
        places = [at for at, token in enumerate(sentence) if token.text == mark and not token.is_word]
        for opening, closing in zip(places[::2], places[1::2], strict=False):
            pairs |= {opening: 1, closing: -1}
    return pairs
