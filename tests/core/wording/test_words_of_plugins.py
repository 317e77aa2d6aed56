"""What plugins add to the words of the linter: used where it can be read, left out and shown where it cannot."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from suivi.core.hookspecs import hookimpl
from suivi.core.registry import Registry
from suivi.core.specialties.model import Manifest
from suivi.core.wording.model import Promise, PromiseWords
from suivi.core.wording.rules import findings
from suivi.core.wording.words import core_words

NOSE = Promise(name="nose", kind="explicit", by="looks", match=("nose",))
FEET = PromiseWords(language="en", classes={"looks": ("dancing feet",)})


def loaded(promises: Callable[..., Any], *, locales: tuple[str, ...] = ("en",)) -> Registry:
    plugin = ModuleType("suivi_podiatry")
    manifest = Manifest(id="podiatry", version="1.0.0", hooks="1", locales=locales)
    for name, function in {"manifest": lambda: manifest, "promises": promises}.items():
        setattr(plugin, name, hookimpl(named(name, function)))
    return Registry.load(only=(), extra=[plugin])


def named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = name
    return function


def test_words_of_a_plugin_are_added_to_those_of_core() -> None:
    registry = loaded(lambda language: FEET if language == "en" else None)

    words = registry.promise_words("en-GB")

    assert findings("Dancing feet guaranteed.", language="en", words=words)
    assert findings("The nose of your dreams.", language="en", words=words)
    assert registry.promise_words("en") is words


def test_a_plugin_can_bring_a_language_that_core_does_not_speak() -> None:
    promise = Promise(name="siker", kind="explicit", by="result", match=("garantált siker",))
    hungarian = PromiseWords(language="hu", classes={}, promises=(promise,))

    words = loaded(lambda language: hungarian if language == "hu" else None, locales=("hu",)).promise_words("hu-HU")

    assert findings("Garantált siker!", language="hu", words=words)


def test_a_promise_that_is_called_as_one_of_cores_takes_that_one_nothing_away() -> None:
    core = core_words("en")
    assert core is not None
    namesakes = tuple(replace(promise, match=("dancing feet",)) for promise in core.promises)
    answer = PromiseWords(language="en", classes={}, promises=namesakes)

    words = loaded(lambda language: answer).promise_words("en")

    assert findings("The nose of your dreams.", language="en", words=words)
    assert findings("Dancing feet.", language="en", words=words)


@pytest.mark.parametrize(
    "answer",
    [
        "nose",
        PromiseWords(language="fr", classes={}),
        PromiseWords(language="en", classes={"looks": ("no-se",)}),
        PromiseWords(language="en", classes={"looks": ("<nothing>",)}),
        PromiseWords(language="en", classes={"looks": ("<looks> again",)}),
        PromiseWords(language="en", classes={"covered": ("price ~2 list",)}),
        PromiseWords(language="en", classes={"looks": ("nose",) * 2_001}),
        PromiseWords(language="en", classes=None),  # type: ignore[arg-type]
        PromiseWords(language="en", classes={"looks": "nose"}),  # type: ignore[dict-item]
        PromiseWords(language="en", classes={}, contractions={"a": 1}),  # type: ignore[dict-item]
        PromiseWords(language="en", classes={}, abbreviations=(1,)),  # type: ignore[arg-type]
        PromiseWords(language="en", classes={}, promises=None),  # type: ignore[arg-type]
        PromiseWords(language="en", classes={}, promises=({},)),  # type: ignore[arg-type]
        PromiseWords(language="en", classes={}, promises=(replace(NOSE, by="nose"),)),  # type: ignore[arg-type]
        PromiseWords(language="en", classes={}, promises=(replace(NOSE, kind="sure"),)),  # type: ignore[arg-type]
        PromiseWords(language="en", classes={}, promises=(replace(NOSE, unless=None),)),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_used_is_left_out_whole_and_shown_among_the_failures(answer: Any) -> None:
    registry = loaded(lambda language: answer)

    words = registry.promise_words("en")

    assert findings("The nose of your dreams.", language="en", words=words)
    assert [(failure.hook, failure.kind) for failure in registry.failures] == [("promises", "nonsense")]


def test_a_plugin_that_raises_takes_nothing_away() -> None:
    def raises(language: str) -> PromiseWords:
        raise ValueError(language)

    registry = loaded(raises)

    assert findings("Guaranteed result.", language="en", words=registry.promise_words("en"))
    assert [failure.kind for failure in registry.failures] == ["raised"]
