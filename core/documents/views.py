"""What a document looks like on paper, as plain data: `templates/document.typ` sets it and decides nothing."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from suivi.core.documents import confirmation
from suivi.core.documents.canonical import Frozen
from suivi.core.documents.words import spoken_by, words

View: TypeAlias = dict[str, Any]
"""Nothing but what JSON has."""

_LONG_RUN = re.compile(r"[^\s\u200b]{40}(?=\w)")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}))?(?:-|$)")
_CODE = "[U+"
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make a text read otherwise than it is written."""


_PRINTED = {ord("\t"): "    ", ord("\ufeff"): "\u2060"}
"""The mark that some programs begin a text with is to Unicode an old spelling of another one that nobody sees."""


class NoView(ValueError):  # noqa: N818 - named for what is missing
    """A document's format is none that can be printed, or it lacks what its format has."""


@dataclass(frozen=True)
class Speech:
    """Says things in the languages of a document, and only what can be printed."""

    languages: tuple[str, ...]
    unprintable: frozenset[str] = frozenset()
    """Texts that no font has, found when they were set."""

    def label(self, *path: str) -> list[View]:
        """Words of our own in each language; a code that we have no words for is said itself."""
        return _once_each([self.said(_at(words(language), path), language) for language in self.languages])

    def named(self, named: Mapping[str, Any]) -> list[View]:
        """What a code is called: as the document says, else the code itself."""
        names = [_name_in(language, named["names"], named["code"]) for language in self.languages]
        return _once_each([self.said(name, spoken_in) for name, spoken_in in names])

    def plain(self, text: str) -> list[View]:
        return [self.said(text, self.languages[0])]

    def said(self, text: str, tag: str) -> View:
        found = _LANGUAGE.match(tag)
        language, region = found.groups() if found else ("en", None)
        lines = [_breakable(line) for line in self.printable(text).split("\n")]
        return {"lang": language.lower(), "region": region.upper() if region else None, "lines": lines}

    def printable(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text.translate(_PRINTED).replace("\r\n", "\n"))
        for cluster in sorted(self.unprintable, key=len, reverse=True):
            text = text.replace(cluster, _codes(cluster))
        return "".join(_codes(one) if _hidden(one) else one for one in text)


def view_of(frozen: Frozen, unprintable: frozenset[str] = frozenset()) -> View:
    """Raises NoView."""
    document = frozen.document
    make = _VIEWS.get(document.get("format", ""))
    if make is None:
        raise NoView(f"no view of the format {document.get('format')!r}")
    speech = Speech(spoken_by(document["languages"]), unprintable)
    try:
        view = make(document, speech)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise NoView(f"the document lacks {error}") from error
    view |= _frame(frozen, speech)
    return view | {"unprintable": speech.label("unprintable") if _CODE in json.dumps(view) else []}


def _frame(frozen: Frozen, speech: Speech) -> View:
    own = words(speech.languages[0])
    return {
        "lang": speech.languages[0],
        "region": None,
        "keywords": [f"sha256:{frozen.digest}"],
        "page": own["page"],
        "of": own["of"],
        "verifying": {
            "heading": speech.label("verifying"),
            "texts": speech.label("verified"),
            "label": speech.label("hash"),
            "hash": frozen.digest,
        },
    }


def _confirmation(document: Mapping[str, Any], speech: Speech) -> View:
    number, clinic = speech.printable(document["number"]), document["clinic"]
    title = f"{words(speech.languages[0])['title']} {number}"
    return {
        "title": title,
        "short": title,
        "author": speech.printable(clinic["name"]),
        "signed": _parts_of(document["signed_at"]),
        "file": "confirmation.json",
        "heading": speech.label("title"),
        "facts": _confirmation_facts(document, speech),
        "sections": [
            *_terms(document["terms"], speech),
            {"heading": speech.label("items"), "parts": _items(document, speech)},
            _notices(document["notices"], speech),
        ],
    }


def _confirmation_facts(document: Mapping[str, Any], speech: Speech) -> list[View]:
    clinic, signatory, patient = document["clinic"], document["signatory"], document["patient"]
    where = f"{clinic['name']}, {clinic['city']} ({clinic['country']})"
    by = [*speech.plain(signatory["name"]), *speech.label("roles", signatory["role"])]
    facts = [
        _row(speech.label("number"), speech.plain(document["number"])),
        _row(speech.label("clinic"), speech.plain(where)),
        _row(speech.label("signatory"), by),
        _row(speech.label("patient"), speech.plain(patient["pseudonym"])),
    ]
    if document["procedure"]:
        facts.append(_row(speech.label("procedure"), speech.named(document["procedure"])))
    if document["treatment_id"]:
        facts.append(_row(speech.label("treatment"), speech.plain(document["treatment_id"])))
    facts.append(_row(speech.label("requested"), speech.plain(_when(document["requested_at"]))))
    facts.append(_row(speech.label("signed"), speech.plain(_when(document["signed_at"]))))
    # Documents of before had no such part.
    if unavailable := document.get("unavailable"):
        facts.append(_row(speech.label("unavailable"), _list_of(unavailable, speech)))
    return facts


def _list_of(several: Sequence[Mapping[str, Any]], speech: Speech) -> list[View]:
    names = [[_name_in(language, one["names"], one["code"])[0] for one in several] for language in speech.languages]
    listed = [speech.said(", ".join(told), language) for told, language in zip(names, speech.languages, strict=True)]
    return _once_each(listed)


def _terms(references: list[Any], speech: Speech) -> list[View]:
    if not references:
        return []
    parts = []
    for one in references:
        version = [speech.said(_version(one, words(language)), language) for language in speech.languages]
        parts.append(_row(speech.named(one["procedure"]), version))
    return [{"heading": speech.label("terms"), "parts": [_part(rows=parts)]}]


def _version(reference: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    return f"{own['version']} {reference['number']}, {own['in_force']} {reference['effective_from']}"


def _items(document: Mapping[str, Any], speech: Speech) -> list[View]:
    told = []
    for place, item in enumerate(document["items"], start=1):
        number = item.get("number", place)
        rows = [
            *_saying(item, "asked", speech),
            _row(speech.label("answer"), speech.label("answers", item["answer"]), strong=True),
            *_saying(item, "stated", speech),
            *(_line(line, speech) for line in item.get("lines", ())),
        ]
        first, *others = speech.named(item["what"])
        numbered = first | {"lines": [f"{number}. {first['lines'][0]}", *first["lines"][1:]]}
        told.append(_part(heading=[numbered, *others], rows=rows))
    return told


def _saying(item: Mapping[str, Any], part: str, speech: Speech) -> list[View]:
    own = item[part]
    return [_row(speech.label(part), [speech.said(own["text"], own["language"])])] if own else []


def _line(line: Mapping[str, Any], speech: Speech) -> View:
    stated = speech.named(line["stated"]) if line["stated"] else []
    said = [speech.said(line["said"]["text"], line["said"]["language"])] if line["said"] else []
    return _row(speech.named(line["what"]), [*stated, *said])


def _notices(notices: list[Any], speech: Speech) -> View:
    said = {notice["text"]: notice["locale"] for notice in notices}
    texts = [speech.said(paragraph, locale) for text, locale in said.items() for paragraph in text.split("\n\n")]
    versions = speech.plain(", ".join(dict.fromkeys(notice["version"] for notice in notices)))
    return {"heading": [*speech.label("notice"), *versions], "parts": [_part(texts=texts)]}


_VIEWS: Mapping[str, Callable[[Mapping[str, Any], Speech], View]] = {confirmation.FORMAT: _confirmation}


def _row(label: list[View], value: list[View], *, strong: bool = False) -> View:
    return {"label": label, "value": value, "strong": strong}


def _part(*, heading: Iterable[View] = (), rows: Iterable[View] = (), texts: Iterable[View] = ()) -> View:
    return {"heading": list(heading), "rows": list(rows), "texts": list(texts)}


def _once_each(said: list[View]) -> list[View]:
    """The same words in two languages are said once."""
    told: dict[tuple[str, ...], View] = {}
    for one in said:
        told.setdefault(tuple(one["lines"]), one)
    return list(told.values())


def _name_in(language: str, names: Mapping[str, str], otherwise: str) -> tuple[str, str]:
    """The name in that language, or the one it has in another, and which language that is."""
    by_base = {tag.split("-")[0]: name for tag, name in names.items()}
    found = next((base for base in (language, "en", *by_base) if base in by_base), None)
    return (by_base[found], found) if found else (otherwise, language)


def _at(table: Any, path: tuple[str, ...]) -> str:
    for step in path:
        table = table.get(step, step)
    return str(table)


def _when(instant: str) -> str:
    return instant.replace("T", " ").replace("Z", " UTC")


def _parts_of(instant: str) -> dict[str, int]:
    at = datetime.fromisoformat(instant)
    return {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _hidden(character: str) -> bool:
    """What has no shape of its own, or changes the order that others are read in."""
    if character in _REORDERING:
        return True
    return character != "\n" and unicodedata.category(character) in ("Cc", "Co", "Cs", "Cn")


def _codes(text: str) -> str:
    return "".join(f"{_CODE}{ord(one):04X}]" for one in text)


def _breakable(line: str) -> str:
    """A word longer than a line would run off the page: it may break after every forty characters."""
    return _LONG_RUN.sub(lambda run: f"{run.group()}\u200b", line)
