"""Why Suivi does not start: one class a cause, each message naming the plugin and what to do."""

from collections.abc import Sequence


class PluginProblem(Exception):  # noqa: N818 - the word operators meet
    """Suivi cannot start with the plugins it found."""


class BrokenPlugin(PluginProblem):
    """A plugin that cannot be loaded, has a hook we do not know, or answers something that cannot be used."""

    def __init__(self, plugin: str, says: str) -> None:
        self.plugin = plugin
        super().__init__(f"The plugin {plugin} cannot be used: {says}")


class IncompatiblePlugin(PluginProblem):
    """A plugin that speaks another version of the hooks than we do."""

    def __init__(self, plugin: str, version: str, speaks: str, ours: str) -> None:
        self.plugin = plugin
        super().__init__(
            f"The plugin {plugin} {version} speaks hook version {speaks}, this Suivi speaks {ours}: "
            "install a version of the plugin, or of Suivi, that fits the other."
        )


class ConflictingPlugins(PluginProblem):
    """Several plugins claim the same thing. Which one loaded first never decides."""

    def __init__(self, what: str, plugins: Sequence[str], remedy: str) -> None:
        self.plugins = tuple(plugins)
        super().__init__(f"The plugins {' and '.join(plugins)} both claim {what}: {remedy}")


class UnknownChoice(PluginProblem):
    """SUIVI_SPECIALTIES gives a procedure to a plugin that is not there or does not claim it."""

    def __init__(self, procedure: str, plugin: str) -> None:
        super().__init__(
            f"SUIVI_SPECIALTIES gives the procedure {procedure} to the plugin {plugin}, "
            "which is not loaded or does not claim it."
        )
