"""What is read of devices, and of the deadlines that come with them, in every language of the platform."""

from pathlib import Path

import pytest
import yaml

from suivi.core.devices.rules import EXPLANTATION, IMPLANTATION, Holder, Step
from suivi.core.devices.words import what_to_do, who_must_claim, words
from suivi.core.documents.words import LANGUAGES
from suivi.core.reminders import words as reminders
from suivi.core.reminders.models import ReminderKind
from suivi.core.reminders.rules import ReminderState
from suivi.core.specialties.model import Text

CORE = Path(reminders.__file__).parents[1]


def said() -> dict[str, Text]:
    """By what it is about."""
    return {
        **{f"starts {code}": words("anchors")[code] for code in (IMPLANTATION, EXPLANTATION)},
        **{f"claims {holder}": who_must_claim(holder) for holder in Holder},
        **{f"does {step}": what_to_do(step) for step in Step},
        **{f"{state} {kind}": reminders.what_to_do(kind, state) for state in ReminderState for kind in ReminderKind},
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_about_a_deadline_is_said_in_the_readers_language(language: str) -> None:
    """R-138: and never in another one beside it."""
    told = {about: text.read(language) for about, text in said().items()}

    assert {found for _, found in told.values()} == {language}
    assert all(text == text.strip() and not text.endswith((".", "。")) for text, _ in told.values())


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_language_is_left_in_english(language: str) -> None:
    left = [about for about, text in said().items() if text.read(language)[0] == text.read("en")[0]]

    assert left == []


def test_there_is_no_word_that_nobody_reads() -> None:
    """A word under a wrong key would never be found, and nobody would miss it."""
    written = [
        text
        for noun in ("devices", "reminders")
        for group in yaml.safe_load((CORE / noun / "words.yaml").read_text("utf-8")).values()
        for text in group.values()
    ]

    assert len(written) == len(said())
    assert all(set(text) == set(LANGUAGES) for text in written)
