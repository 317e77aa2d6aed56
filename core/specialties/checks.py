"""What the models cannot see one by one: citations, references between entries, ids given twice.

Works on the file as it was read, so that it reports beside the models even where these refuse.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from suivi.core.specialties.common import OTHER, common
from suivi.core.specialties.document import Document, Loc
from suivi.core.specialties.figures import check_figures
from suivi.core.specialties.model import Operator

FIGURES = ("src", "conf")
RAW = (
    "codes", "outcomes", "hints", "benchmarks", "staged", "safety", "regulatory", "expected_curve",
    "device_events", "eligibility", "full_cycle_definition", "ask_before",
)  # fmt: skip
"""Keys of a procedure that are kept as they are; outcomes and hints are typed as well."""

_TOP = {
    "meta", "sources", "measurements", "facts", "photo_sets", "duties", "red_flag_library", "exclusions",
    "warranty_templates", "procedures",
}  # fmt: skip
_META = {"specialty", "version", "names", "time_unit", "disclaimer", "reference_period"}
_CITED_SECTIONS = ("measurements", "photo_sets", "duties", "red_flag_library", "exclusions", "warranty_templates")
_CITED_LISTS = ("phases", "normal_signs", "outcomes", "benchmarks", "safety")
_CAPPED_LISTS = ("phases", "normal_signs", "outcomes")
# A threshold may say that a device failed, which is a fact for the practitioner and no class of a case.
_CLASSES = {*common().case_classes, "device_failure"}

_NUMERIC = {*get_args(Operator)} - {"eq", "in"}


@dataclass(frozen=True)
class _Known:
    """The ids that entries may refer to."""

    sources: set[str]
    photo_sets: set[str]
    duties: set[str]
    red_flags: set[str]
    general: set[str]
    exclusions: set[str]
    conditions: set[str]
    fees: set[str]
    templates: set[str]
    measurements: Mapping[str, Any]
    facts: Mapping[str, Any]
    documents: set[str]
    labels: Mapping[str, Mapping[str, Any]]


def check(document: Document, labels: Mapping[str, Mapping[str, Any]]) -> None:
    """Reports to `document` what is wrong."""
    data = document.data
    known = _known(data, labels)
    _check_keys(document)
    check_figures(document, RAW)
    _check_citations(document, {key: value for key, value in data.items() if key != "sources"}, (), known)
    for section in _CITED_SECTIONS:
        for key, entry in _section(data, section).items():
            _require_citation(document, (section, key), entry)
    _check_labels(document, known)
    for key in _section(data, "red_flag_library"):
        if str(key) in known.general:
            _report_core_s_own(document, ("red_flag_library", key), key)
    for key, entry in _section(data, "warranty_templates").items():
        _check_template(document, ("warranty_templates", key), entry, known)
    _check_ids(document, ("procedures",), data.get("procedures"), "id")
    for loc, entry in _items(data.get("procedures"), ("procedures",)):
        _check_procedure(document, loc, entry, known)


def _known(data: Mapping[str, Any], labels: Mapping[str, Mapping[str, Any]]) -> _Known:
    shared, duties = common(), set(_section(data, "duties")) | set(common().duties)
    return _Known(
        sources=set(_section(data, "sources")) | set(shared.sources),
        photo_sets=set(_section(data, "photo_sets")),
        duties=duties,
        red_flags=set(_section(data, "red_flag_library")) | {flag.id for flag in shared.general_red_flags},
        general={flag.id for flag in shared.general_red_flags},
        exclusions=set(_section(data, "exclusions")) | set(shared.exclusions),
        conditions=set(shared.warranty_conditions) | duties,
        fees=set(shared.fee_kinds),
        templates=set(_section(data, "warranty_templates")),
        measurements=_section(data, "measurements"),
        facts=_section(data, "facts"),
        documents={str(name) for entry in _section(data, "photo_sets").values() for name in _list(entry, "documents")},
        labels=labels,
    )


def _check_keys(document: Document) -> None:
    for key in document.data:
        if key not in _TOP:
            document.report((key,), "unknown key")
    for section in ("meta", "sources", "procedures"):
        if not document.data.get(section):
            document.report((section,), "missing")
    for section in _TOP - {"procedures"}:
        if not isinstance(document.data.get(section, {}), Mapping):
            document.report((section,), "is not a mapping")
    if not isinstance(document.data.get("procedures", []), list):
        document.report(("procedures",), "is not a list")
    for index, procedure in enumerate(_list(document.data, "procedures")):
        if not isinstance(procedure, Mapping):
            document.report(("procedures", index), f"{procedure!r} is not a mapping")
    for key in _section(document.data, "meta"):
        if key not in _META:
            document.report(("meta", key), "unknown key")


def _check_citations(document: Document, value: Any, loc: Loc, known: _Known) -> None:
    """Wherever a source is named, it exists and comes with how far to trust it."""
    if isinstance(value, Mapping):
        if "src" in value:
            _check_sources(document, value, loc, known)
        for key, item in value.items():
            _check_citations(document, item, (*loc, key), known)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_citations(document, item, (*loc, index), known)


def _check_sources(document: Document, entry: Mapping[str, Any], loc: Loc, known: _Known) -> None:
    if entry.get("conf") not in ("high", "medium", "low"):
        document.report((*loc, "conf"), "a figure with a source says how far to trust it: high, medium or low")
    _check_each(document, (*loc, "src"), entry["src"], known.sources, "source")


def _require_citation(document: Document, loc: Loc, entry: Any) -> None:
    if isinstance(entry, Mapping):
        for key in FIGURES:
            if not entry.get(key):
                document.report((*loc, key), "missing: every figure says where it comes from and how far to trust it")


def _check_cap(document: Document, loc: Loc, entry: Any) -> None:
    if isinstance(entry, Mapping) and entry.get("src") == ["gk"] and entry.get("conf") == "high":
        document.report((*loc, "conf"), "a figure that rests on general knowledge alone is medium at most")


def _check_labels(document: Document, known: _Known) -> None:
    for key, entry in _section(document.data, "photo_sets").items():
        for group in ("views", "radiographs", "documents", "video"):
            _require_labels(document, ("photo_sets", key, group), _list(entry, group), known.labels["views"], "views")
    for section in ("measurements", "facts"):
        for key, entry in _section(document.data, section).items():
            coded = [f"{key}.{value}" for value in _list(entry, "values")] if _at(entry, "type") == "coded" else []
            _require_labels(document, (section, key, "values"), coded, known.labels["values"], "values")
    labels = {**known.labels["coverage"], **common().fee_kinds}
    for key, entry in _section(document.data, "warranty_templates").items():
        named = {"object": [_at(entry, "object")], "covers": _list(entry, "covers"), "remedy": _list(entry, "remedy")}
        for group, words in named.items():
            ids = [word for word in words if word and " " not in str(word)]
            _require_labels(document, ("warranty_templates", key, group), ids, labels, "coverage")


def _require_labels(document: Document, loc: Loc, ids: Iterable[Any], labels: Mapping[str, Any], group: str) -> None:
    for name in ids:
        if str(name) not in labels:
            document.report(loc, f"{name!r} has no text under {group} in locale/en.yaml")


def _check_template(document: Document, loc: Loc, entry: Any, known: _Known) -> None:
    references = {
        "usually_free": (known.fees, "fee kind"),
        "patient_may_pay": (known.fees, "fee kind"),
        "conditions": (known.conditions, "condition"),
        "exclusions": (known.exclusions, "exclusion"),
    }
    for key, (ids, noun) in references.items():
        _check_each(document, (*loc, key), _list(entry, key), ids, noun, free_text=True)


def _check_procedure(document: Document, loc: Loc, entry: Mapping[str, Any], known: _Known) -> None:
    if entry.get("id") == OTHER:
        document.report((*loc, "id"), f"{OTHER!r} is core's own")
    _check_figures(document, loc, entry)
    _check_anchors(document, loc, entry, known)
    for key, ids, noun in (("warranties", known.templates, "warranty template"), ("duties", known.duties, "duty")):
        _check_each(document, (*loc, key), _list(entry, key), ids, noun)
    for section, name in (("phases", "id"), ("normal_signs", "id"), ("outcomes", "id")):
        _check_ids(document, (*loc, section), entry.get(section), name)
    _check_red_flags(document, (*loc, "red_flags"), entry, known)
    for place, item in _items(entry.get("normal_signs"), (*loc, "normal_signs")):
        if str(item.get("id")) in known.general:
            _report_core_s_own(document, (*place, "id"), item["id"])
    for place, item in _items(entry.get("follow_up"), (*loc, "follow_up")):
        _check_check_up(document, place, item, known)
    for place, item in _items(entry.get("outcomes"), (*loc, "outcomes")):
        _check_outcome(document, place, item, known)
    for place, item in _items(entry.get("hints"), (*loc, "hints")):
        _check_hint(document, place, item, entry, known)
    for group, names in (("variants", _list(entry, "variants")), ("sites", _site_names(entry))):
        _require_labels(document, (*loc, group), names, known.labels[group], group)
    _check_stable_measurement(document, (*loc, "stabilisation", "measured"), entry, known)


def _check_figures(document: Document, loc: Loc, entry: Mapping[str, Any]) -> None:
    for section in _CITED_LISTS:
        for place, item in _items(entry.get(section), (*loc, section)):
            _require_citation(document, place, item)
            if section in _CAPPED_LISTS:
                _check_cap(document, place, item)
    for key in ("stabilisation", "on_site"):
        _require_citation(document, (*loc, key), entry.get(key))
        _check_cap(document, (*loc, key), entry.get(key))
    if entry.get("follow_up"):
        _require_citation(document, (*loc, "follow_up_basis"), entry.get("follow_up_basis", {}))
    known = _list(entry, "variants")
    for variant, spread in _section(_section(entry, "stabilisation"), "variants").items():
        place = (*loc, "stabilisation", "variants", variant)
        _check_spread(document, place, spread)
        if known and variant not in known:
            document.report(place, f"unknown variant {variant!r}")


def _check_spread(document: Document, loc: Loc, entry: Any) -> None:
    days = [entry.get(key) for key in ("min", "typical", "max")] if isinstance(entry, Mapping) else []
    numbers = [day for day in days if isinstance(day, int)]
    if len(numbers) != 3 or numbers != sorted(numbers):
        document.report(loc, "min <= typical <= max does not hold")


def _check_anchors(document: Document, loc: Loc, entry: Mapping[str, Any], known: _Known) -> None:
    anchors = _section(entry, "anchors")
    names = [anchors.get("day0"), *_list(anchors, "other")]
    for place, item in _anchored(entry, loc):
        if item.get("anchor") is not None and item["anchor"] not in names:
            document.report((*place, "anchor"), f"unknown anchor {item['anchor']!r}")
    _require_labels(document, (*loc, "anchors"), [name for name in names if name], known.labels["anchors"], "anchors")


def _anchored(entry: Mapping[str, Any], loc: Loc) -> Iterator[tuple[Loc, Mapping[str, Any]]]:
    stabilisation = _section(entry, "stabilisation")
    yield (*loc, "stabilisation"), stabilisation
    for key in ("prosthetic", "per_cycle_resolution"):
        yield (*loc, "stabilisation", key), _section(stabilisation, key)
    yield (*loc, "on_site"), _section(entry, "on_site")
    for section in ("phases", "follow_up", "normal_signs", "red_flags", "outcomes"):
        yield from _items(entry.get(section), (*loc, section))
    for place, item in _items(entry.get("hints"), (*loc, "hints")):
        yield (*place, "given"), _section(item, "given")
    for name in ("starts", "counts_from"):
        yield (*loc, "series", name), {"anchor": _section(entry, "series").get(name)}


def _check_red_flags(document: Document, loc: Loc, entry: Mapping[str, Any], known: _Known) -> None:
    seen: set[tuple[str, str]] = set()
    for place, item in _items(entry.get("red_flags"), loc):
        key = "ref" if "ref" in item else "id"
        if str(item.get("id")) in known.general:
            _report_core_s_own(document, (*place, "id"), item["id"])
        if str(item.get("ref")) in known.general and "symptom" in item:
            document.report((*place, "symptom"), f"the symptom of {item['ref']!r} is core's own: leave it out")
        if key == "ref" and str(item["ref"]) not in known.red_flags:
            document.report((*place, "ref"), f"{item['ref']!r} is not in red_flag_library")
        if key == "id":
            _require_citation(document, place, item)
        same = (str(item.get(key)), str(item.get("anchor")))
        if same in seen:
            document.report((*place, key), f"{item.get(key)!r} is given twice")
        seen.add(same)


def _report_core_s_own(document: Document, loc: Loc, name: Any) -> None:
    """One entry under the id of a general red flag would stand in its place, and could make light of it."""
    document.report(loc, f"{name!r} is a general red flag of core's own: use `ref: {name}` with local days")


def _check_check_up(document: Document, loc: Loc, item: Mapping[str, Any], known: _Known) -> None:
    if item.get("photos") is not None and str(item["photos"]) not in known.photo_sets:
        document.report((*loc, "photos"), f"unknown photo set {item['photos']!r}")
    labels = {**known.measurements, **known.labels["checks"]}
    _require_labels(document, (*loc, "checks"), _list(item, "checks"), labels, "checks")


def _check_outcome(document: Document, loc: Loc, item: Mapping[str, Any], known: _Known) -> None:
    _check_class(document, (*loc, "class_hint"), item.get("class_hint"))
    _check_each(document, (*loc, "documents"), _list(item, "documents"), known.documents, "document of a photo set")
    _check_requirements(document, (*loc, "requires"), item.get("requires"), known)
    parts = list(_items(item.get("all_of"), (*loc, "all_of"))) or [(loc, item)]
    _check_comparisons(document, parts, known)


def _check_hint(
    document: Document, loc: Loc, item: Mapping[str, Any], procedure: Mapping[str, Any], known: _Known
) -> None:
    _check_class(document, (*loc, "suggests"), item.get("suggests"))
    given = _section(item, "given")
    place = (*loc, "given")
    signs = {str(sign.get(key)) for _, sign in _signs(procedure) for key in ("id", "ref") if key in sign}
    _check_each(document, (*place, "signs"), _list(given, "signs"), signs | known.general, "sign of the procedure")
    _check_each(document, (*place, "variants"), _list(given, "variants"), set(_list(procedure, "variants")), "variant")
    _check_requirements(document, (*place, "facts"), given.get("facts"), known)
    _check_comparisons(document, list(_items(given.get("measurements"), (*place, "measurements"))), known)


def _signs(procedure: Mapping[str, Any]) -> Iterator[tuple[Loc, Mapping[str, Any]]]:
    for section in ("normal_signs", "red_flags"):
        yield from _items(procedure.get(section), (section,))


def _site_names(procedure: Mapping[str, Any]) -> list[Any]:
    site = _section(procedure, "site")
    return [*_list(site, "values"), *_list(site, "detail")]


def _check_requirements(document: Document, loc: Loc, items: Any, known: _Known) -> None:
    for place, item in _items(items, loc):
        if str(item.get("fact")) not in known.facts:
            document.report((*place, "fact"), f"unknown fact {item.get('fact')!r}")
        measure = item.get("baseline_of")
        if measure is not None and str(measure) not in known.measurements:
            document.report((*place, "baseline_of"), f"unknown measurement {measure!r}")
        _check_value(document, (*place, "value"), item, known.facts.get(str(item.get("fact"))))


def _check_stable_measurement(document: Document, loc: Loc, entry: Mapping[str, Any], known: _Known) -> None:
    measured = _section(_section(entry, "stabilisation"), "measured")
    if measured:
        _require_citation(document, loc, measured)
        if str(measured.get("measure")) not in known.measurements:
            document.report((*loc, "measure"), f"unknown measurement {measured.get('measure')!r}")


def _check_comparisons(document: Document, parts: Iterable[tuple[Loc, Mapping[str, Any]]], known: _Known) -> None:
    for place, part in parts:
        measure = part.get("measure")
        if measure is not None and str(measure) not in known.measurements:
            document.report((*place, "measure"), f"unknown measurement {measure!r}")
        _check_value(document, (*place, "value"), part, known.measurements.get(str(measure)))


def _check_value(document: Document, loc: Loc, part: Mapping[str, Any], asked: Any) -> None:
    """`asked` is the measurement or fact that is compared."""
    if not isinstance(asked, Mapping):
        return
    name, value, op = part.get("measure", part.get("fact")), part.get("value"), part.get("op")
    scale, span = asked.get("values"), _numbers(asked.get("range"))
    if isinstance(scale, list) and scale and op in ("in", "eq"):
        for step in value if isinstance(value, list) else [value]:
            if step not in scale:
                document.report(loc, f"{step!r} is not on the scale of {name}")
    elif op in _NUMERIC and value is not None and not _is_number(value) and not isinstance(scale, list):
        document.report(loc, f"{value!r} is not a number")
    if op in ("gt", "gte", "lt", "lte") and _is_number(value) and span and not span[0] <= value <= span[-1]:
        document.report(loc, f"{value} is outside the range of {name}")


def _check_class(document: Document, loc: Loc, name: Any) -> None:
    if name is not None and str(name) not in _CLASSES:
        document.report(loc, f"unknown case class {name!r}")


def _check_each(
    document: Document, loc: Loc, items: Any, known: set[str], noun: str, *, free_text: bool = False
) -> None:
    for index, item in enumerate(items if isinstance(items, list) else []):
        if not (str(item) in known or (free_text and " " in str(item))):
            document.report((*loc, index), f"unknown {noun} {item!r}")


def _check_ids(document: Document, loc: Loc, items: Any, name: str) -> None:
    seen: set[str] = set()
    for place, item in _items(items, loc):
        if str(item.get(name)) in seen:
            document.report((*place, name), f"{item.get(name)!r} is given twice")
        seen.add(str(item.get(name)))


def _items(value: Any, loc: Loc) -> Iterator[tuple[Loc, Mapping[str, Any]]]:
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, Mapping):
            yield (*loc, index), item


def _section(data: Any, name: str) -> Mapping[str, Any]:
    found = data.get(name) if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _list(entry: Any, name: str) -> list[Any]:
    found = entry.get(name) if isinstance(entry, Mapping) else None
    return found if isinstance(found, list) else []


def _at(entry: Any, name: str) -> Any:
    return entry.get(name) if isinstance(entry, Mapping) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: Any) -> list[Any]:
    return [item for item in value if _is_number(item)] if isinstance(value, list) else []
