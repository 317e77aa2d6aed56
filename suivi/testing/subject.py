"""The plugin under test, and the questions it is asked."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from suivi.core import hookspecs
from suivi.core.hints.sample_cases import read_cases
from suivi.core.registry import Registry
from suivi.core.specialties.hints import CaseFacts
from suivi.core.specialties.model import Manifest, Procedure, Specialty
from suivi.core.wording.words import base_language

T = TypeVar("T")

AT_START = tuple(
    name
    for name, hook in vars(hookspecs).items()
    if hasattr(hook, "suivi_spec") and not inspect.signature(hook).parameters
)
"""Hooks that are asked about nothing, once, before anybody waits."""

MAY_READ = (*AT_START, "promises")
"""Hooks whose answer is kept, so that they may read files of their own."""

LOCALES = ("en", "fr", "fr-CA", "xx")


@dataclass(frozen=True)
class Question:
    """One call of a hook. `about` says in a message what it was asked about."""

    hook: str
    arguments: Mapping[str, Any]
    about: str = ""

    def __str__(self) -> str:
        return f"{self.hook}({self.about})"


class Subject:
    """A plugin with the golden cases beside it, which are facts that hooks can be asked about as well."""

    def __init__(self, plugin: object, golden: Path | None = None) -> None:
        self.plugin = plugin
        self.golden = golden or self.home / "golden.yaml"
        self._manager = pluggy.PluginManager("suivi")
        self._manager.add_hookspecs(hookspecs)
        self._manager.register(plugin)

    @classmethod
    def named(cls, address: str, golden: Path | None = None) -> "Subject":
        """By its address, as an entry point spells it: `module` or `module:object`."""
        module, _, name = address.partition(":")
        found = import_module(module)
        return cls(getattr(found, name) if name else found, golden)

    @cached_property
    def module(self) -> ModuleType:
        return self.plugin if isinstance(self.plugin, ModuleType) else sys.modules[type(self.plugin).__module__]

    @cached_property
    def home(self) -> Path:
        """Where its files are."""
        return Path(self.module.__file__ or ".").resolve().parent

    @cached_property
    def address(self) -> str | None:
        """None for an object that no module holds, which another process could not find."""
        if self.plugin is self.module:
            return self.module.__name__
        names = (name for name, value in vars(self.module).items() if value is self.plugin)
        name = next(names, None)
        return f"{self.module.__name__}:{name}" if name else None

    def owns(self, file: str) -> bool:
        """Whether a source file is the plugin's: of its package, or the one module it is."""
        path = Path(file)
        return path == Path(self.module.__file__ or "") or (
            hasattr(self.module, "__path__") and path.is_relative_to(self.home)
        )

    def sources(self) -> list[Path]:
        whole = hasattr(self.module, "__path__")
        return sorted(self.home.rglob("*.py")) if whole else [Path(self.module.__file__ or "")]

    @cached_property
    def registry(self) -> Registry:
        """Loaded as core would, beside no other plugin."""
        return Registry.load(only=(), extra=[self.plugin])

    @cached_property
    def manifest(self) -> Manifest:
        """Raises LookupError for a plugin that core would not load."""
        manifest = self._first("manifest", Manifest)
        if manifest is None:
            raise LookupError("manifest() answers no Manifest")
        return manifest

    @cached_property
    def specialty(self) -> Specialty | None:
        return self._first("specialty", Specialty)

    def _first(self, hook: str, kind: type[T]) -> T | None:
        answer = self.ask(Question(hook, {}))
        return answer if isinstance(answer, kind) else None

    def implements(self, hook: str) -> bool:
        return hook in self.hooks

    @cached_property
    def hooks(self) -> frozenset[str]:
        return frozenset(caller.name for caller in self._manager.get_hookcallers(self.plugin) or ())

    def ask(self, question: Question) -> Any:
        """What the plugin answers; None also where it has no such hook. Raises what the hook raises."""
        answers = getattr(self._manager.hook, question.hook)(**question.arguments)
        return answers[0] if answers else None

    def questions(self) -> Iterator[Question]:
        """Everything it is asked in one go, in the same order every time; arguments are made anew each time."""
        for hook in AT_START:
            if self.implements(hook):
                yield Question(hook, {})
        for hook, asked in _ASKED.items():
            if self.implements(hook):
                yield from (Question(hook, arguments, about) for about, arguments in asked(self))


def _notices(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    for locale in dict.fromkeys((*LOCALES, *subject.manifest.locales)):
        yield repr(locale), {"locale": locale}


def _promises(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    for language in dict.fromkeys(map(base_language, (*LOCALES, *subject.manifest.locales))):
        yield repr(language), {"language": language}


def _facts(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    for about, facts in (*golden_facts(subject.golden), *made_up_facts(subject.specialty)):
        yield about, {"facts": facts}


_ASKED: Mapping[str, Callable[[Subject], Iterator[tuple[str, dict[str, Any]]]]] = {
    "notice": _notices,
    "promises": _promises,
    "classification_hints": _facts,
}


def golden_facts(golden: Path) -> Iterator[tuple[str, CaseFacts]]:
    if golden.exists():
        for case in read_cases(golden):
            yield from ((f"golden case {case.id}", facts) for facts in case.given.facts_by_site())


def made_up_facts(specialty: Specialty | None) -> Iterator[tuple[str, CaseFacts]]:
    """Of each procedure and of an unknown one, a case about which nothing is known and one with every sign."""
    for procedure in specialty.procedures.values() if specialty else ():
        for day in _days(procedure):
            about = f"{procedure.id}, day {day}"
            yield about, CaseFacts(procedure=procedure.id, day=day)
            signs = tuple(sorted(procedure.sign_ids()))
            yield (
                f"{about}, every sign",
                CaseFacts(procedure=procedure.id, day=day, signs=signs, patient_dissatisfied=True),
            )
    yield "a procedure of another plugin", CaseFacts(procedure="a_procedure_of_another_plugin", day=0)


def _days(procedure: Procedure) -> tuple[int, ...]:
    stabilisation = procedure.stabilisation
    return (0, stabilisation.min, stabilisation.max or stabilisation.typical)
