"""Reading patterns, and refusing what means nothing or has no end."""

import pytest

from suivi.core.wording.lexicon import Lexicon
from suivi.core.wording.model import Promise, PromiseWords
from suivi.core.wording.patterns import UnreadablePattern, read_pattern
from suivi.core.wording.rules import findings


def words(*patterns: str, **classes: str) -> PromiseWords:
    promise = Promise(name="one", kind="implied", by="looks", match=patterns)
    listed = {name: tuple(text.split("; ")) for name, text in classes.items()}
    return PromiseWords(language="en", classes=listed, promises=(promise,))


@pytest.mark.parametrize("pattern", ["", "~3 nose", "nose ~3", "nose ~99 lips", "no-se", "<>", "a||b", "word? other?"])
def test_what_is_no_pattern_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(UnreadablePattern):
        read_pattern(pattern)


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ({"looks": "<nothing>"}, "no class nothing"),
        ({"looks": "<harm>", "harm": "a <looks>"}, "inside itself"),
        ({"covered": "price ~2 fixed"}, "can have none itself"),
    ],
)
def test_classes_that_are_missing_circular_or_endless_are_refused(classes: dict[str, str], says: str) -> None:
    with pytest.raises(UnreadablePattern, match=says):
        Lexicon(words("<looks>" if "looks" in classes else "nose", **classes))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("shiny nose", "A shiny nose."),
        ("shin* nose", "Shining noses? no: a shining nose"),
        ("*ing nose", "a dazzling NOSE"),
        ("dull|shiny nose", "shiny nose"),
        ("shiny ~2 nose", "a shiny and small nose"),
        ("shiny very? nose", "shiny nose"),
        ("<number> noses", "2,5 noses"),
        ("nose , shiny", "nose – shiny"),
        ("^ nose $", "a chin, nose; a cheek"),
        ("shiny <body>", "a shiny button nose"),
    ],
)
def test_a_pattern_finds_what_it_says(pattern: str, text: str) -> None:
    assert findings(text, language="en", words=words(pattern, body="nose; button nose"))


@pytest.mark.parametrize(
    ("pattern", "text"), [("shiny nose", "shiny, nose"), ("shiny ~2 nose", "shiny a b c nose"), ("^ nose", "a nose")]
)
def test_a_pattern_finds_nothing_else(pattern: str, text: str) -> None:
    assert not findings(text, language="en", words=words(pattern))
