"""A plugin's folder, read into a ComplaintBodies: `bodies.yaml` with `locale/*.yaml`.

Everything wrong is reported at once, by file, line and path. `docs/complaint-bodies.md` describes the format.
A locale file repeats the keys down to a text: `bodies: {fr_cci: {remit: "...", cost: {words: "..."}}}`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from suivi.core.complaint_bodies.model import ComplaintBodies
from suivi.core.specialties.common import common
from suivi.core.specialties.document import BrokenProtocol, Document, Loc, open_document, said_of
from suivi.core.specialties.texts import Locales

__all__ = ["BrokenProtocol", "read_complaint_bodies"]

Entry = Mapping[str, Any]

_TOP = {"meta", *ComplaintBodies.model_fields}
_META = {"version", "note"}
_SECTIONS = ("meta", "sources", "kinds", "bodies", "legal_notes")
_TEXTS: tuple[Loc, ...] = (
    ("name",),
    ("remit",),
    ("filing",),
    ("scope", "aesthetic_words"),
    ("scope", "severity", "words"),
    ("language_words",),
    ("forms",),
    ("cost", "words"),
    ("time_limit_words",),
    ("reasons",),
    ("note",),
)
"""Where an entry has texts for people, beside the notes of its conflicts."""


@cache
def read_complaint_bodies(folder: Path) -> ComplaintBodies:
    """Raises BrokenProtocol, which names every problem. Read once: a shipped file does not change under a process."""
    document = open_document(folder / "bodies.yaml")
    locales = Locales(folder / "locale")
    _check_keys(document)
    _check_citations(document, {key: value for key, value in document.data.items() if key != "sources"}, ())
    for section in ("bodies", "legal_notes"):
        for key, entry in _section(document.data, section).items():
            _require_citation(document, (section, key), entry)
    directory = _validated(_assembled(document.data, locales), document)
    locales.report_leftovers()
    problems = [says for read in (document, *locales.documents.values()) for _, says in sorted(read.problems)]
    if directory is None or problems:
        raise BrokenProtocol(document.path, problems)
    return directory


def _assembled(data: Entry, locales: Locales) -> dict[str, Any]:
    """The shape of the models: ids and countries inside, translations beside the English."""
    cited = _cited(data)
    used = {key: source for key, source in common().sources.items() if key in cited}
    return {
        "sources": {**used, **_section(data, "sources")},
        "kinds": {key: locales.text(words, ("kinds", key)) for key, words in _section(data, "kinds").items()},
        "bodies": _each(data, "bodies", lambda key, entry: _body(key, entry, locales)),
        "legal_notes": _each(data, "legal_notes", lambda key, entry: _note(key, entry, locales)),
        "emergency_numbers": data.get("emergency_numbers", ()),
        "routing": _routing(data.get("routing"), locales),
    }


def _body(key: str, entry: Entry, locales: Locales) -> Entry:
    words: Entry = {"id": key, **entry}
    for path in _TEXTS:
        words = _with_languages(words, path, ("bodies", key, *path), locales)
    time_limits = _each_of(entry.get("time_limits", []), _basis(entry))
    shaped = {"contacts": _contacts(entry), "conflicts": _conflicts(key, entry, locales), "time_limits": time_limits}
    return {**words, **shaped}


def _with_languages(entry: Any, path: Loc, key: Loc, locales: Locales) -> Any:
    """A copy of the entry in which the text at `path`, where there is one, has all its languages."""
    if not path:
        return locales.text(entry, key)
    if not isinstance(entry, Mapping) or path[0] not in entry:
        return entry
    return {**entry, path[0]: _with_languages(entry[path[0]], path[1:], key, locales)}


def _contacts(entry: Entry) -> Any:
    """Contacts rest on the sources of their entry and numbers are of its country, unless they say otherwise."""
    found = entry.get("contacts", {})
    if not isinstance(found, Mapping):
        return found
    basis = _basis(entry)
    phones = {**basis, "country": entry.get("country")}
    return {key: _each_of(items, phones if key == "phones" else basis) for key, items in found.items()}


def _basis(entry: Entry) -> Entry:
    return {key: entry[key] for key in ("src", "conf") if key in entry}


def _each_of(items: Any, basis: Entry) -> Any:
    """What is not a list of mappings stays as it is, for the models to refuse."""
    if not isinstance(items, list):
        return items
    return [{**basis, **item} if isinstance(item, Mapping) else item for item in items]


def _conflicts(key: str, entry: Entry, locales: Locales) -> Any:
    found = entry.get("conflicts", [])
    if not isinstance(found, list):
        return found
    place = ("bodies", key, "conflicts")
    return [
        {**item, "note": locales.text(item.get("note"), (*place, str(item.get("field"))))}
        if isinstance(item, Mapping)
        else item
        for item in found
    ]


def _note(key: str, entry: Entry, locales: Locales) -> Entry:
    return {"id": key, **entry, "text": locales.text(entry.get("text"), ("legal_notes", key))}


def _routing(entry: Any, locales: Locales) -> Any:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("text"), Mapping):
        return entry
    words = {str(key): locales.text(text, ("routing", str(key))) for key, text in entry["text"].items()}
    return {**entry, "text": words}


def _check_keys(document: Document) -> None:
    for key in document.data:
        if key not in _TOP:
            document.report((key,), "unknown key")
    for key in _section(document.data, "meta"):
        if key not in _META:
            document.report(("meta", key), "unknown key")
    if not document.data.get("bodies"):
        document.report(("bodies",), "missing")
    for key in _SECTIONS:
        if not isinstance(document.data.get(key, {}), Mapping):
            document.report((key,), "is not a mapping")


def _check_citations(document: Document, value: Any, loc: Loc) -> None:
    """Wherever a source is named, it exists; beside a figure or a contact it says how far to trust it."""
    if isinstance(value, Mapping):
        for index, key in enumerate(_sources(value)):
            if key not in _section(document.data, "sources") and key not in common().sources:
                document.report((*loc, "src", index), f"unknown source {key!r}")
        for name, item in value.items():
            _check_citations(document, item, (*loc, str(name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_citations(document, item, (*loc, index))


def _require_citation(document: Document, loc: Loc, entry: Any) -> None:
    if not isinstance(entry, Mapping):
        return
    for key in ("src", "conf"):
        if not entry.get(key):
            document.report((*loc, key), "missing: every entry says where it comes from and how far to trust it")


def _validated(values: dict[str, Any], document: Document) -> ComplaintBodies | None:
    try:
        return ComplaintBodies.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            place = tuple(step for step in problem["loc"] if step not in ("by_locale", "[key]"))
            document.report(place, _says(problem))
    return None


def _says(problem: Any) -> str:
    if problem["type"] in ("literal_error", "enum"):
        return f"{problem['input']!r} is not one of {problem['ctx']['expected']}"
    return said_of(problem)


def _each(data: Entry, section: str, shape: Callable[[str, Entry], Entry]) -> Any:
    return {
        key: shape(key, entry) if isinstance(entry, Mapping) else entry
        for key, entry in _section(data, section).items()
    }


def _cited(value: Any) -> set[str]:
    """Every source that is named anywhere."""
    if isinstance(value, Mapping):
        return set(_sources(value)).union(*(_cited(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_cited(item) for item in value))
    return set()


def _sources(entry: Entry) -> list[str]:
    found = entry.get("src")
    return [str(key) for key in found] if isinstance(found, list) else []


def _section(data: Entry, name: str) -> dict[str, Any]:
    found = data.get(name)
    return {str(key): entry for key, entry in found.items()} if isinstance(found, Mapping) else {}
