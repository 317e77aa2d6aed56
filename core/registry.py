"""The plugins in force: loaded, checked at start-up, and asked so that none of them can break an answer."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Self, TypeVar, get_args

import pluggy

from suivi.core import hookspecs
from suivi.core.adapters import Adapter
from suivi.core.complaint_bodies.merging import merged
from suivi.core.complaint_bodies.model import ComplaintBodies
from suivi.core.hookspecs import HOOKS_VERSION
from suivi.core.inputs import keepable
from suivi.core.isolation import Hung, Isolation, PluginFailure, call_within
from suivi.core.notices import Notice, notice_with
from suivi.core.plugin_problems import (
    BrokenPlugin,
    ConflictingPlugins,
    IncompatiblePlugin,
    PluginProblem,
    UnknownChoice,
)
from suivi.core.specialties.common import OTHER, common, other_specialty
from suivi.core.specialties.hints import CaseFacts, Hint
from suivi.core.specialties.model import CaseClass, Manifest, Procedure, Source, Specialty, Strength
from suivi.core.specialties.reader import less_urgent_than_core
from suivi.core.wording.merging import merged_words, wrong_with_words
from suivi.core.wording.model import PromiseWords
from suivi.core.wording.words import base_language, core_words

__all__ = [
    "BrokenPlugin",
    "ConflictingPlugins",
    "IncompatiblePlugin",
    "LoadedPlugin",
    "PluginFailure",
    "PluginProblem",
    "Registry",
    "UnknownChoice",
]

T = TypeVar("T")

SUPPORTED_HOOKS = frozenset({HOOKS_VERSION})
START_UP_SECONDS = 5.0
LONGEST_NOTICE = 2_000
MOST_HINTS = 20
LONGEST_RULE = 60
MOST_REASONS = MOST_SOURCES = 10
LONGEST_REASON = 600
LONGEST_SOURCE = 60
RULES_OF_CORE = frozenset({"c1", "c2", "c3", "c4", "c5", "c6", "c7", "sign", "review", "words", "day", "too_soon"})
"""Names under which core explains its own hints: a plugin's hint under one of them would pass for core's."""

_PLUGIN_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, kw_only=True)
class LoadedPlugin:
    """`hooks` are the names it implements; `procedures` those it claims, whether or not they were given to it."""

    id: str
    version: str
    hooks: tuple[str, ...]
    procedures: tuple[str, ...]
    locales: tuple[str, ...]
    sources: Mapping[str, Source]
    reviewer: str | None
    reviewed_on: str | None
    distribution: str | None


@dataclass(frozen=True)
class _Found:
    """A plugin before it is trusted: what to call it in messages, and where it came from."""

    name: str
    plugin: object
    distribution: str | None = None


@dataclass(frozen=True)
class _Accepted:
    manifest: Manifest
    calls: Mapping[str, Callable[..., Any]]
    distribution: str | None
    specialty: Specialty | None
    adapter: Adapter | None
    complaint_bodies: ComplaintBodies | None

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def procedures(self) -> Mapping[str, Procedure]:
        return self.specialty.procedures if self.specialty else {}

    @property
    def sources(self) -> Mapping[str, Source]:
        cited = (self.complaint_bodies, self.specialty)
        return {key: source for part in cited if part for key, source in part.sources.items()}


class Registry:
    """Build it with `load`. Every answer is the same for the life of the process, but for `failures`."""

    def __init__(self, accepted: Sequence[_Accepted], choices: Mapping[str, str], isolation: Isolation) -> None:
        self._accepted = tuple(accepted)
        self._isolation = isolation
        self._procedures = MappingProxyType(_settled(accepted, choices))
        self._specialties = {p.specialty.id: p.specialty for p in accepted if p.specialty} | {OTHER: other_specialty()}
        self.adapters: Mapping[str, Adapter] = MappingProxyType(
            {p.adapter.id: p.adapter for p in accepted if p.adapter}
        )
        self.complaint_bodies: ComplaintBodies = merged(
            {p.id: p.complaint_bodies for p in accepted if p.complaint_bodies}
        )
        self.plugins: tuple[LoadedPlugin, ...] = tuple(_loaded(plugin) for plugin in accepted)
        self._promise_words: dict[str, PromiseWords | None] = {}
        self._versions = {plugin.id: plugin.manifest.version for plugin in accepted}

    @classmethod
    def load(
        cls,
        *,
        choices: Mapping[str, str] | None = None,
        only: Sequence[str] | None = None,
        extra: Sequence[object] = (),
        time_box: float = 0.25,
    ) -> Self:
        """Raises a PluginProblem that says why Suivi cannot start.

        `only` names the entry points of group `suivi` to load, None all of them; `extra` are plugins that are not
        installed; `choices` gives a procedure that several plugins claim to one of them; `time_box` is in seconds.
        """
        manager = pluggy.PluginManager("suivi")
        manager.add_hookspecs(hookspecs)
        accepted = [_accept(manager, found) for found in _register(manager, only, extra)]
        accepted.sort(key=lambda plugin: plugin.id)
        _refuse_twins(accepted)
        return cls(accepted, choices or {}, Isolation(time_box))

    def specialty(self, specialty: str) -> Specialty | None:
        """As the plugin gave it: of its procedures, some may have been given to another plugin."""
        return self._specialties.get(specialty)

    def specialties(self) -> Mapping[str, Specialty]:
        """By id, with core's own `other`."""
        return MappingProxyType(self._specialties)

    def procedure(self, procedure: str) -> Procedure | None:
        """`other` is core's own, for what no plugin knows."""
        return common().other if procedure == OTHER else self._procedures.get(procedure)

    def procedures(self) -> Mapping[str, Procedure]:
        """By id, without `other`."""
        return self._procedures

    def notice(self, locale: str) -> str:
        """Core's notice, which no plugin can take away, then what plugins add to it, a paragraph each."""
        return self.notice_of(locale).text

    def notice_of(self, locale: str) -> Notice:
        """The same with the language it is in and its version."""
        asked = self._answers("notice", locale, sane=lambda answer: answer is None or _is_words(answer))
        return notice_with(locale, ((f"{plugin}-{self._versions[plugin]}", text) for plugin, text in asked))

    def promise_words(self, language: str) -> PromiseWords | None:
        """Core's for the language of a tag such as `fr-CA`, with what plugins add; None where nobody has any."""
        language = base_language(language)
        if language not in self._promise_words:
            core = core_words(language)
            if core is None and language not in self._languages:
                return None
            asked = self._answers(
                "promises", language, sane=lambda answer: wrong_with_words(answer, core, language) is None
            )
            self._promise_words[language] = merged_words([*([core] if core else []), *(words for _, words in asked)])
        return self._promise_words[language]

    @property
    def _languages(self) -> set[str]:
        """Those that plugins speak, so that a tag somebody made up is asked of nobody."""
        return {base_language(locale) for plugin in self.plugins for locale in plugin.locales}

    def hints(self, facts: CaseFacts) -> list[Hint]:
        return [hint for _, hint in self.offered(facts)]

    def offered(self, facts: CaseFacts) -> list[tuple[str, Hint]]:
        """The hints of plugins, each with the id of the plugin that offers it."""
        asked = self._answers("classification_hints", facts, sane=_are_hints)
        return [(plugin, hint) for plugin, hints in asked for hint in hints]

    @property
    def failures(self) -> tuple[PluginFailure, ...]:
        """At most one a plugin and hook, the latest."""
        return self._isolation.failures

    def _answers(self, hook: str, argument: Any, *, sane: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
        for plugin in self._accepted:
            if hook in plugin.calls:
                answer = self._isolation.ask(plugin.id, hook, plugin.calls[hook], argument, sane=sane)
                if answer is not None:
                    yield plugin.id, answer


def _register(manager: pluggy.PluginManager, only: Sequence[str] | None, extra: Sequence[object]) -> Iterator[_Found]:
    installed = [_import(entry) for entry in entry_points(group="suivi") if only is None or entry.name in only]
    missing = set(only or ()) - {found.name for found in installed}
    if missing:
        raise BrokenPlugin(sorted(missing)[0], "no installed package has an entry point of this name")
    for number, found in enumerate([*installed, *(_Found(_name(plugin), plugin) for plugin in extra)]):
        if manager.is_registered(found.plugin):
            continue
        try:
            manager.register(found.plugin, name=f"{found.name} ({number})")
        except pluggy.PluginValidationError as error:
            # What another version of a hook takes is no mistake: that it is another version is the reason to tell.
            _refuse_other_version(_own_manifest(found))
            raise BrokenPlugin(found.name, f"{error}; docs/hooks.md has the signatures") from error
        yield found


def _import(entry: EntryPoint) -> _Found:
    try:
        plugin = entry.load()
    except Exception as error:
        says = f"its entry point {entry.name} = {entry.value} does not load: {type(error).__name__}: {error}"
        raise BrokenPlugin(entry.name, says) from error
    return _Found(entry.name, plugin, entry.dist.name if entry.dist else None)


def _accept(manager: pluggy.PluginManager, found: _Found) -> _Accepted:
    calls = {hook.name: _call(hook, impl) for hook, impl in _implementations(manager, found.plugin)}
    manifest = _answer(found.name, calls, "manifest", Manifest)
    if manifest is None:
        raise BrokenPlugin(found.name, "it has no hook manifest()")
    if not _PLUGIN_ID.fullmatch(manifest.id):
        says = f"its id {manifest.id!r} is none: a letter, then letters, digits and _, all lower case, at most 60"
        raise BrokenPlugin(found.name, says)
    _refuse_other_version(manifest)
    _refuse_unknown_hooks(manager, manifest.id, calls)
    specialty = _answer(manifest.id, calls, "specialty", Specialty)
    if specialty is not None:
        _check_specialty(manifest.id, specialty)
    adapter = _answer(manifest.id, calls, "adapter", Adapter)
    complaint_bodies = _answer(manifest.id, calls, "complaint_bodies", ComplaintBodies)
    if complaint_bodies is not None:
        _check_complaint_bodies(manifest.id, complaint_bodies)
    return _Accepted(manifest, calls, found.distribution, specialty, adapter, complaint_bodies)


def _own_manifest(found: _Found) -> Manifest | None:
    """That of a plugin that could not be registered."""
    manifest = getattr(found.plugin, "manifest", None)
    return _answer(found.name, {"manifest": manifest}, "manifest", Manifest) if callable(manifest) else None


def _refuse_other_version(manifest: Manifest | None) -> None:
    if manifest is not None and manifest.hooks not in SUPPORTED_HOOKS:
        raise IncompatiblePlugin(manifest.id, manifest.version, manifest.hooks, HOOKS_VERSION)


def _implementations(
    manager: pluggy.PluginManager, plugin: object
) -> Iterator[tuple[pluggy.HookCaller, pluggy.HookImpl]]:
    for hook in manager.get_hookcallers(plugin) or ():
        for impl in hook.get_hookimpls():
            if impl.plugin is plugin:
                yield hook, impl


def _call(hook: pluggy.HookCaller, impl: pluggy.HookImpl) -> Callable[..., Any]:
    """The plugin's function, given those of the hook's arguments that it takes."""
    names = hook.spec.argnames if hook.spec else ()

    def call(*arguments: Any) -> Any:
        by_name = dict(zip(names, arguments, strict=True))
        return impl.function(*(by_name[name] for name in impl.argnames))

    return call


def _refuse_unknown_hooks(manager: pluggy.PluginManager, plugin: str, calls: Mapping[str, Any]) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        known = sorted(name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), "suivi_spec"))
        says = f"it implements hooks we do not know: {', '.join(sorted(set(calls) - set(known)))}"
        raise BrokenPlugin(plugin, f"{says}; the hooks are {', '.join(known)}") from error


def _answer(plugin: str, calls: Mapping[str, Callable[..., Any]], hook: str, kind: type[T]) -> T | None:
    """What a hook that is asked once answers; None where the plugin does not implement it."""
    if hook not in calls:
        return None
    try:
        answer = call_within(START_UP_SECONDS, calls[hook])
    except Hung as error:
        raise BrokenPlugin(plugin, f"{hook}() took longer than {START_UP_SECONDS:g} seconds") from error
    except Exception as error:
        raise BrokenPlugin(plugin, f"{hook}() raised {type(error).__name__}: {error}") from error
    if not isinstance(answer, kind):
        raise BrokenPlugin(plugin, f"{hook}() answered {type(answer).__name__}, not {kind.__name__}")
    return answer


def _check_specialty(plugin: str, specialty: Specialty) -> None:
    if specialty.id == OTHER or OTHER in specialty.procedures:
        raise BrokenPlugin(plugin, f"the specialty and the procedure {OTHER} are core's own")
    for name, procedure in specialty.procedures.items():
        if (procedure.id, procedure.specialty) != (name, specialty.id):
            says = f"the procedure under {name} calls itself {procedure.id} of {procedure.specialty}"
            raise BrokenPlugin(plugin, f"{says}, not {name} of {specialty.id}")
        for flag in procedure.red_flags:
            if less_urgent_than_core(flag.id, flag.urgency):
                says = f"{name} calls the general red flag {flag.id} {flag.urgency}, which is less than core does"
                raise BrokenPlugin(plugin, says)


def _check_complaint_bodies(plugin: str, directory: ComplaintBodies) -> None:
    for name, body in directory.bodies.items():
        for key in body.src:
            if key not in directory.sources:
                raise BrokenPlugin(plugin, f"the complaint body {name} cites the source {key}, which it does not have")


def _refuse_twins(accepted: Sequence[_Accepted]) -> None:
    """Ids of plugins, specialties and adapters cannot be chosen between: one of the two has to go."""
    nouns: dict[str, Callable[[_Accepted], str | None]] = {
        "plugin": lambda plugin: plugin.id,
        "specialty": lambda plugin: plugin.specialty.id if plugin.specialty else None,
        "adapter": lambda plugin: plugin.adapter.id if plugin.adapter else None,
    }
    for noun, named in nouns.items():
        for name, claimants in _claims((named(plugin), plugin) for plugin in accepted).items():
            if len(claimants) > 1:
                who = [f"{plugin.id} ({plugin.distribution or 'not installed'})" for plugin in claimants]
                raise ConflictingPlugins(f"the {noun} id {name}", who, "uninstall one, or give it an id of its own.")


def _settled(accepted: Sequence[_Accepted], choices: Mapping[str, str]) -> dict[str, Procedure]:
    """Each procedure with the one plugin that has it: the only claimant, or the chosen one."""
    claims = _claims((name, plugin) for plugin in accepted for name in plugin.procedures)
    for procedure, choice in choices.items():
        if choice not in [plugin.id for plugin in claims.get(procedure, ())]:
            raise UnknownChoice(procedure, choice)
    settled = {}
    for procedure, claimants in claims.items():
        chosen = [plugin for plugin in claimants if choices.get(procedure, plugin.id) == plugin.id]
        if len(chosen) > 1:
            ids = [plugin.id for plugin in chosen]
            remedy = f"""settle it with SUIVI_SPECIALTIES='{{"{procedure}": "{ids[0]}"}}'."""
            raise ConflictingPlugins(f"the procedure {procedure}", ids, remedy)
        settled[procedure] = chosen[0].procedures[procedure]
    return settled


def _claims(pairs: Iterator[tuple[str | None, _Accepted]]) -> dict[str, list[_Accepted]]:
    claims: dict[str, list[_Accepted]] = {}
    for name, plugin in pairs:
        if name is not None:
            claims.setdefault(name, []).append(plugin)
    return claims


def _loaded(plugin: _Accepted) -> LoadedPlugin:
    return LoadedPlugin(
        id=plugin.id,
        version=plugin.manifest.version,
        hooks=tuple(sorted(plugin.calls)),
        procedures=tuple(plugin.procedures),
        locales=plugin.manifest.locales,
        sources=plugin.sources,
        reviewer=plugin.manifest.reviewer,
        reviewed_on=plugin.manifest.reviewed_on,
        distribution=plugin.distribution,
    )


def _name(plugin: object) -> str:
    return getattr(plugin, "__name__", type(plugin).__name__)


def _is_words(answer: Any) -> bool:
    return type(answer) is str and bool(answer.strip()) and len(answer) <= LONGEST_NOTICE and keepable(answer)


def _are_hints(answer: Any) -> bool:
    return wrong_with_hints(answer) is None


def wrong_with_hints(answer: Any) -> str | None:
    """Why core leaves an answer of `classification_hints` out; None for one that it uses."""
    if type(answer) not in (list, tuple) or not all(type(hint) is Hint for hint in answer):
        return f"answers {type(answer).__name__}, which is no list of Hint; an empty list suggests nothing"
    if len(answer) > MOST_HINTS:
        return f"answers {len(answer)} hints; core reads at most {MOST_HINTS}"
    return next((says for hint in answer for says in _wrong_with_hint(hint)), None)


def _wrong_with_hint(hint: Hint) -> Iterator[str]:
    """Types are looked at one by one: a dataclass holds what it was given, whatever its annotations say."""
    if not _is_line(hint.rule, LONGEST_RULE):
        yield f"answers a hint whose rule is no text of 1 to {LONGEST_RULE} characters"
    elif hint.rule.strip().lower() in RULES_OF_CORE:
        yield f"answers a hint of the rule {hint.rule!r}, which is core's own: begin it with the plugin's id"
    if not _is_one_of(hint.suggests, (None, *get_args(CaseClass))) or not _is_one_of(hint.strength, get_args(Strength)):
        yield "answers a hint of no case class or strength there is"
    for name, texts, most, longest in (
        ("reasons", hint.reasons, MOST_REASONS, LONGEST_REASON),
        ("sources", hint.sources, MOST_SOURCES, LONGEST_SOURCE),
    ):
        if type(texts) not in (list, tuple) or len(texts) > most or not all(_is_line(text, longest) for text in texts):
            yield f"answers a hint whose {name} are no tuple of at most {most} texts of 1 to {longest} characters"


def _is_line(text: Any, longest: int) -> bool:
    return type(text) is str and bool(text.strip()) and len(text) <= longest and keepable(text)


def _is_one_of(value: Any, known: tuple[str | None, ...]) -> bool:
    return type(value) in (str, type(None)) and value in known
