"""The texts of a protocol: English where the protocol has it, other languages from `locale/*.yaml`.

A locale file repeats the protocol's keys down to a text, lists by the id of their items:
`procedures: {crown: {phases: {settling: "..."}}}`. Where an entry has two texts, both are named:
`normal_signs: {high: {sign: "...", note: "..."}}`. `views`, `checks`, `anchors`, `variants`, `sites`, `values`
and `coverage` label ids.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from suivi.core.specialties.document import BrokenProtocol, Document, Loc, open_document
from suivi.core.specialties.model import LOCALE, Specialty, Text

LABELS = ("views", "checks", "anchors", "variants", "sites", "values", "coverage")


class Locales:
    """Every locale file of a plugin, and which of their texts the protocol has asked for."""

    def __init__(self, folder: Path) -> None:
        """Raises BrokenProtocol with the problems of every file that is no YAML."""
        self.documents: dict[str, Document] = {}
        unread: list[str] = []
        for path in sorted(folder.glob("*.y*ml")):
            try:
                document = open_document(path)
            except BrokenProtocol as error:
                unread += error.problems
            else:
                self._add(path, document)
        if unread:
            raise BrokenProtocol(folder, unread)
        self._asked: set[tuple[str, Loc]] = set()

    def _add(self, path: Path, document: Document) -> None:
        self.documents[path.stem] = document
        if path.suffix != ".yaml":
            document.report((), f"a locale file is called {path.stem}.yaml")
        if not re.match(LOCALE, path.stem):
            # None of its texts is looked at: each would say the same again.
            document.report((), f"{path.stem!r} is no language code such as fr or pt-BR")
            document.data.clear()

    def text(self, inline: Any, *keys: Loc) -> Any:
        """What Text accepts: the protocol's own words and the translations under any of `keys`."""
        if inline is not None and not isinstance(inline, str | Mapping):
            return inline
        words = {"en": inline} if isinstance(inline, str) else dict(inline or {})
        for locale, document in self.documents.items():
            for key in keys:
                found = _at(document.data, key)
                if isinstance(found, str) and found.strip():
                    words[locale] = found
                    self._asked.add((locale, key))
        return words

    def labels(self) -> dict[str, dict[str, Any]]:
        return {group: {key: self.text(None, (group, key)) for key in self._keys(group)} for group in LABELS}

    def report_leftovers(self) -> None:
        """A text nobody asked for is a misspelt key or a text the protocol no longer has."""
        for locale, document in self.documents.items():
            for loc, words in _leaves(document.data):
                if not isinstance(words, str):
                    document.report(loc, "is not a text")
                elif not words.strip():
                    document.report(loc, "is empty")
                elif (locale, loc) not in self._asked:
                    document.report(loc, "the protocol has no such text")

    def holding(self, loc: Loc) -> Document | None:
        """The file that has something at `loc`, English before others."""
        english_first = sorted(self.documents.values(), key=lambda document: document.path.stem != "en")
        return next((document for document in english_first if _at(document.data, loc) is not None), None)

    def _keys(self, group: str) -> list[str]:
        groups = [document.data.get(group) for document in self.documents.values()]
        return list(dict.fromkeys(str(key) for keys in groups if isinstance(keys, Mapping) for key in keys))


def texts(model: BaseModel, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every text in a specialty with where it is, for checks that a language is complete."""
    for name in type(model).model_fields:
        yield from _texts_in(getattr(model, name), f"{path}.{name}" if path else name)


def _texts_in(value: Any, path: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from texts(value, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts_in(item, f"{path}[{key}]")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts_in(item, f"{path}[{index}]")


def missing_texts(specialty: Specialty, locale: str) -> list[str]:
    return [path for path, text in texts(specialty) if locale not in text.by_locale]


def _at(data: Any, key: Loc) -> Any:
    for step in key:
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _leaves(data: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _leaves(value, (*loc, str(key)))
    else:
        yield loc, data
