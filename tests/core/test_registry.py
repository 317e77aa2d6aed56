"""Loading plugins, and living with those that fail."""

import logging
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from suivi.core.adapters import Adapter, Capability, Notice
from suivi.core.complaint_bodies.model import ComplaintBodies, ComplaintBody
from suivi.core.hookspecs import hookimpl
from suivi.core.registry import (
    BrokenPlugin,
    ConflictingPlugins,
    IncompatiblePlugin,
    PluginProblem,
    Registry,
    UnknownChoice,
)
from suivi.core.specialties.common import other_specialty
from suivi.core.specialties.hints import CaseFacts, Hint, Measured
from suivi.core.specialties.model import Manifest, Specialty

FACTS = CaseFacts(procedure="crown", day=100)
CORE_NOTICE = Registry.load(only=()).notice("en")


def a_plugin(id: str = "podiatry", *, hooks: str = "1", **implementations: Callable[..., Any]) -> ModuleType:  # noqa: A002
    plugin = ModuleType(f"suivi_{id}")

    def manifest() -> Manifest:
        return Manifest(id=id, version="2.3.0", hooks=hooks)

    for name, function in {"manifest": manifest, **implementations}.items():
        setattr(plugin, name, hookimpl(function))
    return plugin


def a_specialty(id: str, *procedures: str) -> Specialty:  # noqa: A002
    template = other_specialty()
    made = {name: template.procedures["other"].model_copy(update={"id": name, "specialty": id}) for name in procedures}
    return template.model_copy(update={"id": id, "procedures": made})


def claiming(id: str, *procedures: str) -> ModuleType:  # noqa: A002
    return a_plugin(id, specialty=lambda: a_specialty(id, *procedures))


def loaded(*plugins: object, choices: dict[str, str] | None = None, time_box: float = 0.25) -> Registry:
    return Registry.load(only=(), extra=plugins, choices=choices or {}, time_box=time_box)


def test_a_plugin_says_what_it_is_and_what_it_supplies() -> None:
    """R-220, R-221."""
    registry = Registry.load(only=["dental"])

    (dental,) = registry.plugins

    assert (dental.id, dental.version, dental.distribution) == ("dental", "1.1.0", "suivi")
    assert dental.hooks == ("manifest", "promises", "specialty")
    assert dental.locales == ("en", "fr", "de", "es", "tr", "ko")
    assert "crown" in dental.procedures
    assert dental.sources["patzelt2014"].url is not None


def test_an_installed_procedure_is_found_by_its_id() -> None:
    registry = Registry.load(only=["dental"])

    crown = registry.procedure("crown")

    assert crown is not None
    assert crown is registry.procedures()["crown"]
    assert registry.specialty(crown.specialty) is not None
    assert registry.procedure("no_such_procedure") is None
    assert registry.specialty("no_such_specialty") is None


def test_without_plugins_the_procedure_other_answers_core_defaults() -> None:
    """R-040: the range is one of the seed pages, and says so."""
    registry = loaded()

    other = registry.procedure("other")

    assert other is not None
    assert (other.stabilisation.min, other.stabilisation.max) == (90, 365)
    assert "seed_en" in other.stabilisation.src
    assert {flag.id for flag in other.red_flags} >= {"g_breathing", "g_sepsis"}
    assert registry.specialty(other.specialty) is not None
    assert registry.procedures() == {}


def test_a_plugin_of_another_hook_version_stops_the_start_naming_all_versions() -> None:
    """R-221."""
    with pytest.raises(IncompatiblePlugin) as problem:
        loaded(a_plugin("podiatry", hooks="7"))

    assert isinstance(problem.value, PluginProblem)
    assert "podiatry 2.3.0 speaks hook version 7, this Suivi speaks 1" in str(problem.value)


def test_the_hook_version_is_looked_at_before_hooks_that_only_a_later_version_has() -> None:
    with pytest.raises(IncompatiblePlugin):
        loaded(a_plugin(hooks="2", predictions=lambda: None))


def test_a_misspelt_hook_stops_the_start_and_is_named() -> None:
    with pytest.raises(BrokenPlugin, match=r"podiatry .* do not know: speciality; the hooks are .*specialty"):
        loaded(a_plugin(speciality=lambda: a_specialty("podiatry", "bunion")))


def test_a_hook_with_an_argument_we_do_not_give_stops_the_start() -> None:
    with pytest.raises(BrokenPlugin, match="suivi_podiatry"):
        loaded(a_plugin(notice=lambda locale, patient: ""))


def test_a_plugin_without_manifest_stops_the_start() -> None:
    plugin = ModuleType("suivi_podiatry")

    with pytest.raises(BrokenPlugin, match=r"suivi_podiatry .* has no hook manifest\(\)"):
        loaded(plugin)


@pytest.mark.parametrize("answer", [None, {"id": "podiatry"}, "podiatry"])
def test_a_specialty_that_is_none_stops_the_start(answer: object) -> None:
    with pytest.raises(BrokenPlugin, match=r"podiatry .* specialty\(\) answered \w+, not Specialty"):
        loaded(a_plugin(specialty=lambda: answer))


def test_a_specialty_that_cannot_be_read_stops_the_start_with_its_reason() -> None:
    def specialty() -> Specialty:
        raise ValueError("the file is missing")

    with pytest.raises(BrokenPlugin, match=r"podiatry .* specialty\(\) raised ValueError: the file is missing"):
        loaded(a_plugin(specialty=specialty))


def test_a_procedure_filed_under_another_name_stops_the_start() -> None:
    crown = a_specialty("podiatry", "bunion").procedures["bunion"]
    crooked = a_specialty("podiatry").model_copy(update={"procedures": {"hammertoe": crown}})

    with pytest.raises(BrokenPlugin, match="hammertoe calls itself bunion"):
        loaded(a_plugin(specialty=lambda: crooked))


def test_no_plugin_may_claim_the_procedure_other() -> None:
    with pytest.raises(BrokenPlugin, match="other are core's own"):
        loaded(claiming("podiatry", "other"))


def test_an_entry_point_nobody_installed_is_named() -> None:
    with pytest.raises(BrokenPlugin, match="astrology"):
        Registry.load(only=["astrology"])


def test_two_plugins_claiming_a_procedure_stop_the_start_naming_the_setting() -> None:
    """R-223."""
    with pytest.raises(ConflictingPlugins) as problem:
        loaded(claiming("podiatry", "bunion", "hammertoe"), claiming("orthopaedics", "bunion"))

    assert "orthopaedics and podiatry both claim the procedure bunion" in str(problem.value)
    assert """SUIVI_SPECIALTIES='{"bunion": "orthopaedics"}'""" in str(problem.value)


@pytest.mark.parametrize("chosen", ["podiatry", "orthopaedics"])
@pytest.mark.parametrize("order", [1, -1])
def test_configuration_settles_a_conflict_whatever_the_order_of_loading(chosen: str, order: int) -> None:
    """R-223."""
    plugins = [claiming("podiatry", "bunion", "hammertoe"), claiming("orthopaedics", "bunion")][::order]

    registry = loaded(*plugins, choices={"bunion": chosen})

    assert registry.procedures()["bunion"].specialty == chosen
    assert registry.procedures()["hammertoe"].specialty == "podiatry"


def test_a_choice_for_a_plugin_that_does_not_claim_the_procedure_stops_the_start() -> None:
    with pytest.raises(UnknownChoice, match="gives the procedure bunion to the plugin dental"):
        loaded(claiming("podiatry", "bunion"), choices={"bunion": "dental"})


def test_two_plugins_with_one_id_stop_the_start() -> None:
    with pytest.raises(ConflictingPlugins, match="the plugin id podiatry"):
        loaded(a_plugin("podiatry"), a_plugin("podiatry"))


def test_two_specialties_with_one_id_stop_the_start() -> None:
    mine, yours = (a_plugin(name, specialty=lambda n=name: a_specialty("feet", n)) for name in ("mine", "yours"))

    with pytest.raises(ConflictingPlugins, match="the specialty id feet"):
        loaded(mine, yours)


def test_a_plugin_given_twice_is_loaded_once() -> None:
    plugin = claiming("podiatry", "bunion")

    assert len(loaded(plugin, plugin).plugins) == 1


def test_an_object_with_hook_methods_is_a_plugin_too() -> None:
    class Podiatry:
        @hookimpl
        def manifest(self) -> Manifest:
            return Manifest(id="podiatry", version="1.0.0", hooks="1")

    assert loaded(Podiatry()).plugins[0].id == "podiatry"


def test_an_adapter_is_found_by_its_id() -> None:
    """R-220."""

    async def notify(notice: Notice) -> None: ...

    post = Adapter(id="post", capabilities=frozenset({Capability.NOTIFY}), notify=notify)
    registry = loaded(a_plugin(adapter=lambda: post))

    assert registry.adapters == {"post": post}


def test_an_adapter_that_claims_to_notify_and_cannot_stops_the_start() -> None:
    with pytest.raises(BrokenPlugin, match=r"adapter\(\) raised ValueError"):
        loaded(a_plugin(adapter=lambda: Adapter(id="post", capabilities=frozenset({Capability.NOTIFY}))))


def test_two_adapters_with_one_id_stop_the_start() -> None:
    def adapter() -> Adapter:
        return Adapter(id="post", capabilities=frozenset())

    with pytest.raises(ConflictingPlugins, match="the adapter id post"):
        loaded(a_plugin("one", adapter=adapter), a_plugin("two", adapter=adapter))


def test_a_plugin_adds_to_the_notice_and_core_s_own_stays() -> None:
    """R-003."""
    registry = loaded(a_plugin(notice=lambda locale: f"Feet differ ({locale})."))

    assert registry.notice("en") == f"{CORE_NOTICE}\n\nFeet differ (en)."
    assert "obligation de moyens" in registry.notice("fr-CA")


def test_a_plugin_with_nothing_to_add_is_no_failure() -> None:
    registry = loaded(a_plugin(notice=lambda: None))

    assert registry.notice("en") == CORE_NOTICE
    assert registry.failures == ()


def test_hints_of_all_plugins_come_together() -> None:
    hint = Hint(suggests="normal_evolution", strength="weak", rule="podiatry.rest")
    registry = loaded(a_plugin("one", classification_hints=lambda facts: [hint]), a_plugin("two"))

    assert registry.hints(FACTS) == [hint]


def test_a_hint_for_no_known_class_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no case class"):
        Hint(suggests="malpractice", strength="weak", rule="podiatry.blame")  # type: ignore[arg-type]  # pyright: ignore


def test_facts_cannot_be_changed_by_a_plugin() -> None:
    """R-222."""

    def meddle(facts: CaseFacts) -> list[Hint]:
        facts.measurements["isq"] = Measured(value=1)  # type: ignore[index]  # pyright: ignore
        return []

    facts = CaseFacts(procedure="crown", day=1)
    registry = loaded(a_plugin(classification_hints=meddle))

    assert registry.hints(facts) == []
    assert facts.measurements == {}
    assert registry.failures[0].kind == "raised"


def an_exit(locale: str) -> str:
    raise SystemExit


def a_crash(locale: str) -> str:
    raise RuntimeError("patient Jane Doe, day 12")


@pytest.mark.parametrize("notice", [a_crash, an_exit])
def test_a_plugin_that_raises_leaves_core_s_answer_and_no_health_data_in_the_log(
    notice: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """R-222."""
    registry = loaded(a_plugin("podiatry", notice=notice), a_plugin("other_one", notice=lambda: "Still here."))

    with caplog.at_level(logging.WARNING, logger="suivi.plugins"):
        answer = registry.notice("en")

    assert answer == f"{CORE_NOTICE}\n\nStill here."
    (failure,) = registry.failures
    assert (failure.plugin, failure.hook, failure.kind, failure.count) == ("podiatry", "notice", "raised", 1)
    assert caplog.messages == ["plugin podiatry: hook notice raised"]
    assert "Jane" not in caplog.text


def test_a_timeout_raised_by_the_plugin_itself_is_no_hang() -> None:
    def notice(locale: str) -> str:
        raise TimeoutError

    registry = loaded(a_plugin(notice=notice))
    registry.notice("en")

    assert registry.failures[0].kind == "raised"


def test_a_plugin_that_hangs_is_left_behind() -> None:
    """R-222."""
    forever = threading.Event()
    registry = loaded(
        a_plugin("asleep", notice=lambda: forever.wait()), a_plugin("awake", notice=lambda: "Awake."), time_box=0.05
    )

    answer = registry.notice("en")
    forever.set()

    assert answer == f"{CORE_NOTICE}\n\nAwake."
    assert [(failure.plugin, failure.kind) for failure in registry.failures] == [("asleep", "hung")]


@pytest.mark.parametrize("nonsense", ["", "  ", 7, b"bytes", ["a list"]])
def test_a_nonsensical_notice_is_left_out(nonsense: object) -> None:
    """R-003, R-222."""
    registry = loaded(a_plugin(notice=lambda: nonsense))

    assert registry.notice("en") == CORE_NOTICE
    assert registry.failures[0].kind == "nonsense"


@pytest.mark.parametrize("nonsense", ["objective_insufficiency", [{"suggests": None}], 3, {}])
def test_nonsensical_hints_are_left_out(nonsense: object) -> None:
    """R-222."""
    registry = loaded(a_plugin(classification_hints=lambda: nonsense))

    assert registry.hints(FACTS) == []
    assert registry.failures[0].kind == "nonsense"


def test_a_hook_that_failed_three_times_in_a_row_is_asked_no_more() -> None:
    """R-222."""
    asked: list[str] = []

    def notice(locale: str) -> str:
        asked.append(locale)
        raise RuntimeError

    registry = loaded(a_plugin(notice=notice))
    for _ in range(5):
        registry.notice("en")

    assert len(asked) == 3
    (failure,) = registry.failures
    assert (failure.count, failure.skipped) == (3, True)


def test_a_good_answer_in_between_starts_the_count_again() -> None:
    answers = iter(["", "", "Fine.", "", "", "Fine."])
    registry = loaded(a_plugin(notice=lambda: next(answers)))

    notices = [registry.notice("en") for _ in range(6)]

    assert notices[-1].endswith("Fine.")
    assert not registry.failures[0].skipped
    assert registry.failures[0].count == 4


def test_the_registry_s_procedures_cannot_be_changed() -> None:
    procedures: Any = loaded(claiming("podiatry", "bunion")).procedures()

    with pytest.raises(TypeError):
        procedures["bunion"] = None


@pytest.mark.parametrize("name", ["", "Podiatry", "foot care", "7feet", "a" * 61])
def test_a_plugin_without_a_usable_id_stops_the_start(name: str) -> None:
    with pytest.raises(BrokenPlugin, match="its id"):
        loaded(a_plugin(name))


def test_another_hook_version_is_told_before_a_signature_that_only_it_has() -> None:
    """R-221."""
    with pytest.raises(IncompatiblePlugin):
        loaded(a_plugin(hooks="2", notice=lambda locale, patient: ""))


@pytest.mark.parametrize("notice", ["x" * 2_001, "Feet\x00", "Feet \ud800"])
def test_a_notice_too_long_or_with_characters_that_cannot_be_kept_is_left_out(notice: str) -> None:
    """R-003."""
    registry = loaded(a_plugin(notice=lambda: notice))

    assert registry.notice("en") == CORE_NOTICE
    assert registry.failures[0].kind == "nonsense"


def a_directory(id: str, *bodies: str, src: tuple[str, ...] = ()) -> ModuleType:  # noqa: A002
    given = {
        "country": "HU",
        "name": "Council",
        "kind": "regulator",
        "remit": "complaints",
        "scope": {"foreigners": True},
    }
    entries = {name: ComplaintBody.model_validate({"id": name, "src": src, **given}) for name in bodies}
    return a_plugin(id, complaint_bodies=lambda: ComplaintBodies(bodies=entries))


def test_complaint_bodies_of_all_plugins_are_one_directory() -> None:
    """R-183."""
    registry = loaded(a_directory("beta", "hu_two"), a_directory("alpha", "hu_one"), a_plugin("gamma"))

    assert list(registry.complaint_bodies.bodies) == ["hu_one", "hu_two"]


def test_a_complaint_body_of_two_plugins_stops_the_start() -> None:
    """R-183."""
    with pytest.raises(ConflictingPlugins, match="alpha and beta both claim the complaint body hu_one"):
        loaded(a_directory("beta", "hu_one"), a_directory("alpha", "hu_one"))


def test_a_complaint_body_that_cites_nothing_we_know_stops_the_start() -> None:
    with pytest.raises(BrokenPlugin, match="the complaint body hu_one cites the source gossip"):
        loaded(a_directory("alpha", "hu_one", src=("gossip",)))


def test_without_plugins_there_is_no_complaint_body() -> None:
    assert loaded().complaint_bodies == ComplaintBodies()


def a_hint(**given: Any) -> Hint:
    return Hint(**{"suggests": None, "strength": "weak", "rule": "podiatry.rest", "reasons": ("day 3",), **given})


@pytest.mark.parametrize(
    "hints",
    [
        [a_hint(rule=None)],
        [a_hint(rule=" ")],
        [a_hint(rule="r" * 61)],
        [a_hint(rule="r\x00")],
        [a_hint(rule="c1")],
        [a_hint(rule="Too_Soon")],
        [a_hint(reasons="day 3")],
        [a_hint(reasons=(7,))],
        [a_hint(reasons=("r" * 601,))],
        [a_hint(reasons=("\ud800",))],
        [a_hint(reasons=("day 3",) * 11)],
        [a_hint(sources=([],))],
        [a_hint(sources=("s" * 61,))],
        [a_hint(sources=("gk",) * 11)],
        [a_hint()] * 21,
    ],
    ids=lambda hints: f"{len(hints)} {hints[0]!r:.110}",
)
def test_a_hint_that_could_break_an_answer_or_pass_for_core_s_is_left_out_and_counted(hints: list[Hint]) -> None:
    """R-222."""
    registry = loaded(a_plugin(classification_hints=lambda: hints))

    assert registry.hints(FACTS) == []
    assert [failure.kind for failure in registry.failures] == ["nonsense"]


def test_as_much_as_a_hint_may_say_is_said() -> None:
    hint = a_hint(rule="r" * 60, reasons=["r" * 600] * 10, sources=("s" * 60,) * 10)
    registry = loaded(a_plugin(classification_hints=lambda: [hint] * 20))

    assert registry.hints(FACTS) == [hint] * 20
    assert registry.failures == ()


def test_a_plugin_that_makes_light_of_a_general_red_flag_stops_the_start() -> None:
    specialty = a_specialty("podiatry", "bunion")
    bunion = specialty.procedures["bunion"]
    flags = tuple(flag.model_copy(update={"urgency": "routine"}) for flag in bunion.red_flags)
    light = specialty.model_copy(update={"procedures": {"bunion": bunion.model_copy(update={"red_flags": flags})}})

    with pytest.raises(BrokenPlugin, match="general red flag g_breathing routine, which is less than core does"):
        loaded(a_plugin(specialty=lambda: light))
