"""A plugin's folder, read into a Specialty: `protocol.yaml` with `locale/*.yaml`.

Everything wrong is reported at once, by file, line and path. `docs/hooks.md` describes the format.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from suivi.core.specialties.checks import FIGURES, RAW, check
from suivi.core.specialties.common import common
from suivi.core.specialties.document import BrokenProtocol, Document, Loc, open_document, said_of
from suivi.core.specialties.model import LOCALE, RedFlag, Specialty, WarrantyDuration
from suivi.core.specialties.texts import Locales

__all__ = ["BrokenProtocol", "read_specialty"]

Entry = Mapping[str, Any]

_META = {"id": "specialty", "version": "version", "names": "names", "reference_period": "reference_period"}
_DURATION = set(WarrantyDuration.model_fields) - {"parts"}


@cache
def read_specialty(folder: Path) -> Specialty:
    """Raises BrokenProtocol, which names every problem. Read once: a shipped file does not change under a process."""
    protocol, locales = _opened(folder)
    values = _Assembly(protocol.data, locales).specialty()
    check(protocol, values["labels"])
    specialty = _validated(values, protocol, locales)
    locales.report_leftovers()
    found = [protocol, *locales.documents.values()]
    problems = [says for document in found for _, says in sorted(document.problems)]
    if specialty is None or problems:
        raise BrokenProtocol(protocol.path, problems)
    return specialty


def _opened(folder: Path) -> tuple[Document, Locales]:
    """Where several files cannot be read at all, each of them is named."""
    opened: list[Any] = []
    problems: list[str] = []
    path = folder / "protocol.yaml"
    for read, place in ((open_document, path), (Locales, folder / "locale")):
        try:
            opened.append(read(place))
        except BrokenProtocol as error:
            problems += error.problems
    if problems:
        raise BrokenProtocol(path, problems)
    protocol, locales = opened
    return protocol, locales


class _Assembly:
    """Puts the protocol into the shape of the models: ids inside, references resolved, translations beside."""

    def __init__(self, data: Entry, locales: Locales) -> None:
        self.data = data
        self.locales = locales
        self.library = _section(data, "red_flag_library")
        self.words = set(_words(data))

    def specialty(self) -> dict[str, Any]:
        meta = _section(self.data, "meta")
        return {
            "id": meta.get("specialty"),
            "version": meta.get("version"),
            "names": self.locales.text(meta.get("names"), ("names",)),
            "reference_period": meta.get("reference_period"),
            "sources": {**self._sources_of_core(), **_section(self.data, "sources")},
            "measurements": self._each("measurements", "name"),
            "facts": self._each("facts", "question"),
            "photo_sets": self._each("photo_sets"),
            "duties": {**self._used_of_core("duties"), **self._each("duties", "text")},
            "exclusions": {**self._used_of_core("exclusions"), **self._exclusions()},
            "warranty_templates": self._templates(),
            "labels": self.locales.labels(),
            "procedures": dict(self._procedure(index, entry) for index, entry in _procedures(self.data)),
        }

    def _each(self, section: str, *fields: str) -> dict[str, Any]:
        def shaped(key: str, entry: Entry) -> Entry:
            return {"id": key, **self._texts(entry, (section, key), *fields)}

        return _entries(self.data, section, shaped)

    def _texts(self, entry: Entry, key: Loc, *fields: str) -> dict[str, Any]:
        """The first of `fields` is the entry's own text, which a locale file may give without naming the field."""
        words = dict(entry)
        for position, name in enumerate(fields):
            if position == 0:
                words[name] = self.locales.text(entry.get(name), key, (*key, name))
            elif name in entry:
                words[name] = self.locales.text(entry[name], (*key, name))
        return words

    def _exclusions(self) -> dict[str, Any]:
        def shaped(key: str, entry: Entry) -> Entry:
            cited = {name: entry[name] for name in FIGURES if name in entry}
            words = {name: value for name, value in entry.items() if name not in FIGURES}
            return {"id": key, "text": self.locales.text(words.get("text", words), ("exclusions", key)), **cited}

        return _entries(self.data, "exclusions", shaped)

    def _templates(self) -> dict[str, Any]:
        def shaped(key: str, entry: Entry) -> Entry:
            return {"id": key, **entry, "duration": _mapped(entry.get("duration"), _duration)}

        return _entries(self.data, "warranty_templates", shaped)

    def _procedure(self, index: int, entry: Entry) -> tuple[str, dict[str, Any]]:
        name = str(entry.get("id", f"#{index}"))
        own = {key: value for key, value in entry.items() if key not in RAW and not key.startswith("follow_up")}
        stabilisation, prosthetic = _two_clocks(entry.get("stabilisation"))
        return name, {
            **own,
            "specialty": _section(self.data, "meta").get("specialty"),
            "names": self.locales.text(entry.get("names"), ("procedures", name, "names")),
            "phases": self._list(entry, "phases", "text"),
            "series": self._series(name, entry.get("series")),
            "stabilisation": stabilisation,
            "prosthetic": prosthetic,
            "check_ups": _list(entry, "follow_up", lambda item: {**_basis(entry), **item}),
            "normal_signs": self._list(entry, "normal_signs", "sign", "note"),
            "red_flags": self._red_flags(name, entry),
            "outcomes": entry.get("outcomes", ()),
            "hints": _list({"hints": self._list(entry, "hints", "when")}, "hints", _hint),
            "raw": {key: entry[key] for key in RAW if key in entry},
        }

    def _series(self, procedure: str, entry: Any) -> Any:
        if not isinstance(entry, Mapping) or "note" not in entry:
            return entry
        return {**entry, "note": self.locales.text(entry["note"], ("procedures", procedure, "series", "note"))}

    def _list(self, entry: Entry, section: str, *fields: str) -> Any:
        key = ("procedures", str(entry.get("id")), section)
        return _list(entry, section, lambda item: self._texts(item, (*key, str(item.get("id"))), *fields))

    def _red_flags(self, procedure: str, entry: Entry) -> Any:
        own = _list(entry, "red_flags", lambda item: self._red_flag(procedure, item))
        if not isinstance(own, list):
            return own
        if entry.get("general_red_flags") is False:
            return own
        given = {str(flag.get("id")) for flag in own if isinstance(flag, Mapping)}
        return [*own, *(flag.model_dump() for flag in common().general_red_flags if flag.id not in given)]

    def _red_flag(self, procedure: str, item: Entry) -> Entry:
        if "ref" not in item:
            return self._texts(item, ("procedures", procedure, "red_flags", str(item.get("id"))), "symptom")
        local = {key: value for key, value in item.items() if key != "ref"}
        flag, general = {**self._library_flag(str(item["ref"])), **local}, _general_flag(str(item["ref"]))
        if general is not None and less_urgent_than_core(general.id, flag["urgency"]):
            flag["urgency"] = general.urgency
        return flag

    def _library_flag(self, ref: str) -> Entry:
        general = _general_flag(ref)
        if general is not None:
            return general.model_dump()
        found = self.library.get(ref)
        if not isinstance(found, Mapping):
            # Keeps the list's indices; the unknown reference itself is reported by `check`.
            return {"id": ref, "symptom": ref, "urgency": "routine", "suspect": ""}
        return {"id": ref, **self._texts(found, ("red_flag_library", ref), "symptom")}

    def _sources_of_core(self) -> dict[str, Any]:
        """Those the protocol names, and those that what it takes from core rests on."""
        shared = common()
        taken = [*self._used_of_core("duties").values(), *self._used_of_core("exclusions").values()]
        cited = {key for entry in (*taken, *shared.general_red_flags, shared.hints_basis) for key in entry.src}
        return {key: entry for key, entry in shared.sources.items() if key in cited | self.words}

    def _used_of_core(self, section: str) -> dict[str, Any]:
        return {key: entry for key, entry in getattr(common(), section).items() if key in self.words}


def less_urgent_than_core(flag: str, urgency: Any) -> bool:
    """Whether an entry makes light of a general red flag, which a specialty may only give other days."""
    general = _general_flag(flag)
    order: dict[Any, int] = {level.id: level.order for level in common().urgency.values()}
    return general is not None and isinstance(urgency, str) and order.get(urgency, 0) > order[general.urgency]


def _general_flag(name: str) -> RedFlag | None:
    return next((flag for flag in common().general_red_flags if flag.id == name), None)


def _validated(values: dict[str, Any], protocol: Document, locales: Locales) -> Specialty | None:
    try:
        return Specialty.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            loc = problem["loc"]
            labelled = locales.holding(loc[1:3]) if loc[0] == "labels" else None
            (labelled or protocol).report(_place(loc, protocol.data), _says(problem))
    return None


def _says(problem: Any) -> str:
    given = problem["input"]
    match problem["type"]:
        case "string_type" | "dict_type" | "model_type" if given is None:
            return "missing"
        case "literal_error":
            return f"{given!r} is not one of {problem['ctx']['expected']}"
        case "string_type":
            return f"{given!r} is not a text" + (": put it in quotes" if isinstance(given, int | float) else "")
        case "int_type" | "int_parsing" | "int_from_float":
            return f"{given!r} is not a whole number"
        case "dict_type" | "model_type" | "mapping_type":
            return f"{given!r} is not a mapping"
        case "string_pattern_mismatch" if problem["ctx"]["pattern"] == LOCALE:
            return f"{given!r} is no language code such as fr or pt-BR"
        case _:
            return said_of(problem)


def _place(loc: Loc, data: Entry) -> Loc:
    """Where in the file stands what the models have at `loc`."""
    loc = tuple(step for step in loc if step not in ("by_locale", "parts", "[key]"))
    match loc:
        case (("id" | "version" | "names" | "reference_period") as name, *rest):
            return ("meta", _META[name], *rest)
        case ("labels", *rest):
            return tuple(rest)
        case ("exclusions", id, "text", *rest):
            return ("exclusions", id, *rest)
        case ("procedures", id, *rest):
            index = next((i for i, entry in _procedures(data) if str(entry.get("id", f"#{i}")) == id), 0)
            return ("procedures", index, *_renamed(rest))
        case _:
            return loc


def _renamed(steps: list[str | int]) -> list[str | int]:
    match steps:
        case ["check_ups", *rest]:
            return ["follow_up", *rest]
        case ["prosthetic", *rest]:
            return ["stabilisation", "prosthetic", *rest]
        case _:
            return steps


def _procedures(data: Entry) -> list[tuple[int, Entry]]:
    entries = data.get("procedures")
    return [(i, e) for i, e in enumerate(entries) if isinstance(e, Mapping)] if isinstance(entries, list) else []


def _section(data: Entry, name: str) -> Entry:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _entries(data: Entry, section: str, shape: Callable[[str, Entry], Entry]) -> dict[str, Any]:
    return {
        key: shape(key, entry) if isinstance(entry, Mapping) else entry
        for key, entry in _section(data, section).items()
    }


def _mapped(value: Any, shape: Callable[[Entry], Any]) -> Any:
    """What is not a mapping stays as it is, for the models to refuse."""
    return shape(value) if isinstance(value, Mapping) else value


def _list(entry: Entry, section: str, shape: Callable[[Entry], Any]) -> Any:
    items = entry.get(section, [])
    return [_mapped(item, shape) for item in items] if isinstance(items, list) else items


def _duration(entry: Entry) -> dict[str, Any]:
    known = {key: value for key, value in entry.items() if key in _DURATION}
    return {**known, "parts": {key: value for key, value in entry.items() if key not in _DURATION}}


def _two_clocks(entry: Any) -> tuple[Any, Any]:
    """The result's own clock and, where there is one, that of the prosthesis on it, citing the same sources."""
    if not isinstance(entry, Mapping):
        return entry, None
    first = {key: value for key, value in entry.items() if key != "prosthetic"}
    cited = {key: entry[key] for key in FIGURES if key in entry}
    return first, _mapped(entry.get("prosthetic"), lambda second: {**cited, **second})


def _hint(entry: Entry) -> Entry:
    return {**common().hints_basis.model_dump(), **entry}


def _basis(entry: Entry) -> Entry:
    return _section(entry, "follow_up_basis")


def _words(data: Any) -> Iterator[str]:
    """Every string that stands as an item of a list: the ids a protocol refers to."""
    waiting = [data]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            yield from (item for item in here if isinstance(item, str))
        inner = here.values() if isinstance(here, dict) else here
        waiting.extend(item for item in inner if isinstance(item, dict | list))
