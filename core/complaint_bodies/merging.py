"""The directories of all plugins as one. Which plugin loaded first never decides."""

from collections.abc import Mapping
from typing import TypeVar

from suivi.core.complaint_bodies.model import ComplaintBodies, Routing
from suivi.core.plugin_problems import ConflictingPlugins

K = TypeVar("K", bound=str)
T = TypeVar("T")

REMEDY = "uninstall one, or leave it out of one of them."


def merged(by_plugin: Mapping[str, ComplaintBodies]) -> ComplaintBodies:
    """Raises ConflictingPlugins where two plugins have the same body, the same note, or rules of routing; and where
    they mean different things by one source or one kind."""
    return ComplaintBodies(
        sources=_agreed("source", {plugin: given.sources for plugin, given in by_plugin.items()}),
        kinds=_agreed("kind of complaint body", {plugin: given.kinds for plugin, given in by_plugin.items()}),
        bodies=_apart("complaint body", {plugin: given.bodies for plugin, given in by_plugin.items()}),
        legal_notes=_apart("legal note", {plugin: given.legal_notes for plugin, given in by_plugin.items()}),
        emergency_numbers=tuple(numbers for given in by_plugin.values() for numbers in given.emergency_numbers),
        routing=_only({plugin: given.routing for plugin, given in by_plugin.items() if given.routing}),
    )


def _apart(noun: str, by_plugin: Mapping[str, Mapping[str, T]]) -> dict[str, T]:
    """Entries that belong to one plugin each."""
    owners: dict[str, list[str]] = {}
    for plugin, entries in by_plugin.items():
        for key in entries:
            owners.setdefault(key, []).append(plugin)
    for key, plugins in owners.items():
        if len(plugins) > 1:
            raise ConflictingPlugins(f"the {noun} {key}", plugins, REMEDY)
    return {key: entry for entries in by_plugin.values() for key, entry in entries.items()}


def _agreed(noun: str, by_plugin: Mapping[str, Mapping[K, T]]) -> dict[K, T]:
    """Entries that several plugins may have, as long as they mean the same."""
    together: dict[K, T] = {}
    said_by: dict[K, str] = {}
    for plugin, entries in by_plugin.items():
        for key, entry in entries.items():
            if together.setdefault(key, entry) != entry:
                raise ConflictingPlugins(f"the {noun} {key}, each with another meaning", [said_by[key], plugin], REMEDY)
            said_by.setdefault(key, plugin)
    return together


def _only(by_plugin: Mapping[str, Routing]) -> Routing | None:
    if len(by_plugin) > 1:
        raise ConflictingPlugins("the rules of routing between complaint bodies", list(by_plugin), REMEDY)
    return next(iter(by_plugin.values()), None)
