"""A small specialty in as many versions as a test needs, and registries that have one of them, or none."""

import json
from copy import deepcopy
from types import ModuleType, SimpleNamespace
from typing import Any

from suivi.core.hookspecs import hookimpl
from suivi.core.pins.bodies import body_of
from suivi.core.pins.library import RulesLibrary
from suivi.core.records import new_id
from suivi.core.registry import Registry
from suivi.core.specialties.model import Manifest, Specialty

SMALL: dict[str, Any] = {
    "id": "nails",
    "version": "1.0.0",
    "names": {"en": "Nails", "fr": "Ongles"},
    "sources": {"book": {"title": "A book of nails", "kind": "book"}},
    "photo_sets": {"hand": {"id": "hand", "standard": "own", "views": ["palm", "back"], "src": ["book"]}},
    "procedures": {
        "nail": {
            "id": "nail",
            "specialty": "nails",
            "names": {"en": "A new nail", "fr": "Un nouvel ongle"},
            "site": {"scheme": "none", "unit": "patient"},
            "anchors": {"day0": "fixing", "other": ["removal"]},
            "phases": [
                {"id": "early", "days": [0, 14], "text": {"en": "It settles.", "fr": "Il se met en place."}},
                {"id": "late", "days": [14, None], "text": {"en": "It grows."}},
            ],
            "stabilisation": {"min": 30, "typical": 60, "max": 90, "src": ["book"], "conf": "medium"},
            "on_site": {"min_days": 2, "flight_after_days": 3},
            "check_ups": [{"day": 30, "window": [20, 40], "where": "remote", "checks": ["colour"], "photos": "hand"}],
            "normal_signs": [{"id": "red", "sign": {"en": "Redness"}, "days": [0, 10]}],
            "red_flags": [
                {
                    "id": "fever",
                    "symptom": {"en": "Fever", "fr": "Fièvre"},
                    "days": [0, 30],
                    "urgency": "same_day",
                    "suspect": "infection",
                    "escalates": [{"from_day": 3, "urgency": "emergency_now"}],
                }
            ],
            "outcomes": [{"id": "gap", "level": "insufficiency", "measure": "gap", "op": "gt", "value": 0.5,
                          "from_day": 90}],
        }
    },
}  # fmt: skip


def small(version: str = "1.0.0", *, reference_period: str | None = None, **nail: Any) -> Specialty:
    """`nail` replaces parts of its one procedure."""
    body = deepcopy(SMALL) | {"version": version, "reference_period": reference_period}
    body["procedures"]["nail"] |= nail
    return Specialty.model_validate(body)


def installed(name: str) -> Specialty:
    """As its plugin has it today."""
    specialty = Registry.load(only=[name]).specialty(name)
    assert specialty is not None
    return specialty


def other_version(specialty: Specialty, version: str, procedure: str, **parts: Any) -> Specialty:
    body = json.loads(body_of(specialty))
    body["version"] = version
    body["procedures"][procedure] |= parts
    return Specialty.model_validate(body)


def plugin(specialty: Specialty) -> ModuleType:
    module = ModuleType(specialty.id)

    def manifest() -> Manifest:
        return Manifest(id=specialty.id, version=specialty.version, hooks="1")

    def offered() -> Specialty:
        return specialty

    offered.__name__ = "specialty"
    vars(module).update(manifest=hookimpl(manifest), specialty=hookimpl(offered))
    return module


def registry(*specialties: Specialty) -> Registry:
    return Registry.load(only=[], extra=[plugin(specialty) for specialty in specialties])


def library(*specialties: Specialty, room: int = 32) -> RulesLibrary:
    return RulesLibrary(registry(*specialties), room=room)


def a_treatment(digest: str | None) -> SimpleNamespace:
    """A nail, as a row."""
    return SimpleNamespace(
        id=new_id(),
        procedure="nail",
        variant=None,
        sites=[],
        continues_id=None,
        rules_plugin="nails",
        rules_digest=digest,
    )


def an_anchor(name: str, on: str) -> SimpleNamespace:
    return SimpleNamespace(name=name, on=on)
