import suivi_physiotherapy

from suivi.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = suivi_physiotherapy
    complete = ("en", "fr")
