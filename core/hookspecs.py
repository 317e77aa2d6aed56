"""The whole plugin contract. `docs/hooks.md` explains each hook with an example.

A hook takes facts and returns a value. It does no I/O, reads no clock and changes no argument. It is time-boxed;
where it fails, core answers without it and the failure is shown.
"""

from pluggy import HookimplMarker, HookspecMarker

from suivi.core.adapters import Adapter
from suivi.core.complaint_bodies.model import ComplaintBodies
from suivi.core.specialties.hints import CaseFacts, Hint
from suivi.core.specialties.model import Manifest, Specialty
from suivi.core.wording.model import PromiseWords

HOOKS_VERSION = "1"

hookspec = HookspecMarker("suivi")
hookimpl = HookimplMarker("suivi")


@hookspec
def manifest() -> Manifest:
    """What the plugin is. The one hook every plugin has; asked first, at start-up."""
    raise NotImplementedError


@hookspec
def specialty() -> Specialty:
    """Everything a specialty knows. Asked once, at start-up; `read_specialty` makes it from a folder of YAML."""
    raise NotImplementedError


@hookspec
def complaint_bodies() -> ComplaintBodies:
    """Who hears complaints where. Asked once, at start-up; `read_complaint_bodies` makes it from a folder of YAML."""
    raise NotImplementedError


@hookspec
def notice(locale: str) -> str | None:
    """A sentence added after core's notice that care is a duty of means, never of result. None adds nothing.

    `locale` is what the reader asked for, such as `fr` or `fr-CA`.
    """
    raise NotImplementedError


@hookspec
def promises(language: str) -> PromiseWords | None:
    """Words and patterns that promise a result, added to core's; `read_promise_words` makes them from a YAML file.

    `language` is a bare code such as `fr`. None adds nothing. Asked at the first text in a language, and kept.
    """
    raise NotImplementedError


@hookspec
def classification_hints(facts: CaseFacts) -> list[Hint]:
    """What the facts suggest to the practitioner who classifies. Hints sort a queue and never decide."""
    raise NotImplementedError


@hookspec
def adapter() -> Adapter:
    """A way to reach a clinic. Asked once, at start-up; the adapter's `notify` may do I/O, this hook may not."""
    raise NotImplementedError
