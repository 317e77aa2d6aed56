"""Core's words with those of plugins."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from suivi.core.inputs import keepable
from suivi.core.wording.lexicon import Lexicon
from suivi.core.wording.model import Promise, PromiseWords
from suivi.core.wording.patterns import UnreadablePattern

MOST_PATTERNS = 2_000
LONGEST_PATTERN = 400


def merged_words(words: Sequence[PromiseWords]) -> PromiseWords | None:
    """The first is core's; the others add to its classes, bring promises, and take nothing away. None of none."""
    if len(words) < 2:
        return words[0] if words else None
    classes: dict[str, tuple[str, ...]] = {}
    for one in words:
        for name, patterns in one.classes.items():
            classes[name] = (*classes.get(name, ()), *patterns)
    return PromiseWords(
        language=words[0].language,
        classes=classes,
        promises=tuple(promise for one in words for promise in one.promises),
        suggestions=_together([one.suggestions for one in reversed(words)]),
        contractions=_together([one.contractions for one in reversed(words)]),
        abbreviations=tuple(word for one in words for word in one.abbreviations),
        weights=words[0].weights,
    )


def _together(tables: Sequence[Mapping[str, str] | None]) -> Mapping[str, str]:
    """The last one has the word."""
    return {key: value for table in tables for key, value in (table or {}).items()}


def wrong_with_words(answer: Any, core: PromiseWords | None, language: str) -> str | None:
    """Why what the hook `promises` answers is left out; None for what is used, and for None itself."""
    if answer is None:
        return None
    if type(answer) is not PromiseWords or answer.language != language:
        return f"answers no PromiseWords of {language}; None adds nothing"
    misshapen = _misshapen(answer)
    if misshapen is not None:
        return f"answers PromiseWords with {misshapen}"
    if not _are_patterns(answer):
        return (
            f"answers more than {MOST_PATTERNS} patterns, or one that is no text of 1 to {LONGEST_PATTERN} characters"
        )
    try:
        Lexicon(merged_words([core, answer] if core else [answer]) or answer)
    except UnreadablePattern as error:
        return f"answers what cannot be read: {error}"
    return None


def _misshapen(answer: PromiseWords) -> str | None:
    """A dataclass holds what it was given, whatever its annotations say."""
    if type(answer.promises) not in (list, tuple) or not all(type(one) is Promise for one in answer.promises):
        return "promises that are no tuple of Promise"
    promises = [{part.name: getattr(one, part.name) for part in fields(one)} for one in answer.promises]
    try:
        _shape().validate_python({**vars(answer), "promises": promises})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return None


@cache
def _shape() -> TypeAdapter[PromiseWords]:
    return TypeAdapter(PromiseWords)


def _are_patterns(answer: PromiseWords) -> bool:
    patterns = [pattern for group in answer.classes.values() for pattern in group]
    patterns += [pattern for promise in answer.promises for pattern in promise.match]
    return len(patterns) <= MOST_PATTERNS and all(
        type(one) is str and one.strip() and len(one) <= LONGEST_PATTERN and keepable(one) for one in patterns
    )
