"""How well the linter finds promises, measured on labelled sentences; the figures stand in docs/wording.md."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from suivi.core.registry import Registry
from suivi.core.wording.rules import findings

SETS = Path(__file__).parent / "sets"
PAGE = Path(__file__).parents[3] / "docs" / "wording.md"
NAMES = {"en": "English", "fr": "French", "de": "German", "es": "Spanish", "tr": "Turkish", "ko": "Korean"}
HALVES = ("development", "held_out")
FLOORS = {
    "en": (0.95, 0.77),
    "fr": (0.96, 0.80),
    "de": (0.97, 0.61),
    "es": (0.89, 0.56),
    "tr": (0.88, 0.70),
    "ko": (0.91, 0.70),
}
"""Of precision and recall in the held-out half: a little under what is reached, so that none gets worse unnoticed."""
DEVELOPMENT_FLOOR = 0.95


@dataclass(frozen=True)
class Measured:
    sentences: int
    precision: float
    recall: float


@cache
def measured(half: str, language: str) -> Measured:
    words = Registry.load(only=["dental", "ivf", "ophthalmology", "regenerative", "surgery"]).promise_words(language)
    labelled = [line.split("\t", 1) for line in lines(half, language)]
    shown = [label for label, text in labelled if findings(text, language=language, words=words)]
    promises = sum(label == "promise" for label, _ in labelled)
    right = shown.count("promise")
    return Measured(len(labelled), right / len(shown), right / promises)


def lines(half: str, language: str) -> list[str]:
    text = (SETS / half / f"{language}.tsv").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def table() -> str:
    rows = ["| language | half | sentences | precision | recall |", "|---|---|---|---|---|"]
    for language, name in NAMES.items():
        for half in HALVES:
            one = measured(half, language)
            shown = half.replace("_", "-")
            rows.append(f"| {name} | {shown} | {one.sentences} | {one.precision:.3f} | {one.recall:.3f} |")
    return "\n".join(rows)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("language", NAMES)
def test_few_sentences_are_shown_wrongly_and_few_promises_are_missed(language: str, half: str) -> None:
    """R-004."""
    precision, recall = FLOORS[language] if half == "held_out" else (DEVELOPMENT_FLOOR, DEVELOPMENT_FLOOR)

    one = measured(half, language)

    assert one.precision >= precision
    assert one.recall >= recall


def test_the_page_has_the_figures_that_are_measured() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), f"write this into {PAGE}:\n{table()}"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_main_languages_have_at_least_two_hundred_sentences(language: str) -> None:
    assert sum(len(lines(half, language)) for half in HALVES) >= 200


@pytest.mark.parametrize("language", NAMES)
def test_no_sentence_stands_twice(language: str) -> None:
    sentences = [line.split("\t", 1)[1] for half in HALVES for line in lines(half, language)]

    assert len(sentences) == len(set(sentences))
