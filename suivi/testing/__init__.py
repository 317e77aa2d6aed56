"""What every plugin is held to, the built-in ones too. A plugin's whole test file:

    import suivi_physiotherapy
    from suivi.testing import PluginConformance

    class TestPhysiotherapy(PluginConformance):
        plugin = suivi_physiotherapy

Nothing of it is active in a test run that does not import it. It needs pytest, which Suivi itself does not.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from suivi.testing.conformance import PluginConformance

__all__ = ["PluginConformance"]


def __getattr__(name: str) -> Any:
    """Only when it is asked for: the processes that plugins are asked in start without pytest."""
    if name != "PluginConformance":
        raise AttributeError(name)
    from suivi.testing.conformance import PluginConformance

    return PluginConformance
