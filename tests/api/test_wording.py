"""The query that shows promises of a result to whoever writes a text."""

from typing import Any

import pytest

from tests.services.world import World

pytestmark = pytest.mark.once

WORDING = """query($text: String!, $language: String!) { wording(text: $text, language: $language) { checked findings {
  sentence reason kind suggestion spans { start end } explanation { text locale } } } }"""


async def read(world: World, text: str, language: str) -> dict[str, Any]:
    answer = await world.coordinator.ask(WORDING, text=text, language=language)
    found: dict[str, Any] = answer["wording"]
    return found


async def test_an_editor_is_shown_the_sentence_its_place_why_and_what_to_write_instead(world: World) -> None:
    """R-004."""
    text = "La couronne est garantie cinq ans. 😀 Résultat garanti !"

    found = await read(world, text, "fr-CA")

    [finding] = found["findings"]
    assert found["checked"]
    assert finding["sentence"] == "Résultat garanti !"
    assert [text[span["start"] : span["end"]] for span in finding["spans"]] == ["Résultat garanti"]
    assert (finding["reason"], finding["kind"]) == ("RESULT", "EXPLICIT")
    assert "ne peut être garanti" in finding["suggestion"]
    assert finding["explanation"]["locale"] == "en"


async def test_words_that_plugins_add_count(world: World) -> None:
    found = await read(world, "A firm bite guaranteed.", "en")

    assert [finding["reason"] for finding in found["findings"]] == ["FUNCTION"]


async def test_a_language_without_words_is_not_checked_and_says_so(world: World) -> None:
    assert await read(world, "Garantált eredmény.", "hu") == {"checked": False, "findings": []}


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("a" * 50_001, "en", "TEXT_TOO_LONG"),
        ("a\x00b", "en", "TEXT_UNUSABLE"),
        ("Guaranteed result.", "klingon", "UNKNOWN_LANGUAGE"),
    ],
)
async def test_what_cannot_be_read_is_refused(world: World, text: str, language: str, code: str) -> None:
    answer = await world.coordinator.send(WORDING, {"text": text, "language": language})

    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
