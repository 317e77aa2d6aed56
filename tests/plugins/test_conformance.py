"""The plugins that come with Suivi are held to what a stranger's package is held to (R-225)."""

from importlib import import_module
from importlib.metadata import entry_points

from suivi.testing import PluginConformance
from tests.docs.fences import ROOT

BUILT_IN = sorted(file.parent.name for file in (ROOT / "plugins").glob("*/__init__.py"))


def conformance(name: str) -> type[PluginConformance]:
    """The whole test file of a plugin, as its author would write it."""
    content = {"plugin": import_module(f"suivi.plugins.{name}"), "complete": ("en", "fr"), "seeds": (1,)}
    return type(f"Test{name.title()}", (PluginConformance,), content)


for _name in BUILT_IN:
    globals()[f"Test{_name.title()}"] = conformance(_name)


def test_every_plugin_in_the_repository_is_installed_with_suivi() -> None:
    installed = {entry.name: entry.value for entry in entry_points(group="suivi")}

    assert [name for name in BUILT_IN if installed.get(name) != f"suivi.plugins.{name}"] == []
