"""Plugins that raise, hang, answer nonsense or speak another version: shown to everybody, felt by nobody."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from suivi.core.hookspecs import hookimpl
from suivi.core.registry import IncompatiblePlugin, Registry
from suivi.core.specialties.hints import CaseFacts
from suivi.core.specialties.model import Manifest
from suivi.graphql.app import create_app
from suivi.plugins.email import EmailPlugin
from suivi.settings import Settings
from tests.services.suivi import suivi
from tests.services.world import World, build_world

pytestmark = pytest.mark.once

FACTS = CaseFacts(procedure="crown", day=100)
SECRET = "words of a patient"
NOTICE = "query($id: ID!) { treatment(id: $id) { terms { notice } recovery { phases { key } } } }"
FAILURES = "query { plugins { key procedures failures { hook kind count } } }"


@pytest.fixture
def forever() -> Iterator[threading.Event]:
    """What a plugin that hangs waits for; set at the end, so that its threads end with the test."""
    event = threading.Event()
    yield event
    event.set()


def misbehaving(hooks: str = "1", **implementations: Callable[..., Any]) -> ModuleType:
    plugin = ModuleType("troublemaker")

    def manifest() -> Manifest:
        return Manifest(id="troublemaker", version="2.3.0", hooks=hooks)

    for name, function in {"manifest": manifest, **implementations}.items():
        setattr(plugin, name, hookimpl(function))
    return plugin


def raises(locale: str) -> str:
    raise RuntimeError(SECRET)


def exits(locale: str) -> str:
    raise SystemExit(SECRET)


def answers(nonsense: Any) -> Callable[[str], Any]:
    def notice(locale: str) -> Any:
        return nonsense

    return notice


@asynccontextmanager
async def a_world_with(plugin: object, data_dir: Path, database_url: str) -> AsyncIterator[World]:
    registry = Registry.load(only=["dental"], extra=[EmailPlugin(None, "notices@suivi.example"), plugin], time_box=0.05)
    async with suivi(data_dir=data_dir, database_url=database_url, registry=registry) as started:
        yield await build_world(started)


async def failures(world: World) -> list[dict[str, Any]]:
    plugins = (await world.patient.ask(FAILURES))["plugins"]
    shown: list[dict[str, Any]] = next(plugin["failures"] for plugin in plugins if plugin["key"] == "troublemaker")
    return shown


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        pytest.param(raises, "raised", id="raises"),
        pytest.param(exits, "raised", id="ends the process"),
        pytest.param(answers(7), "nonsense", id="answers a number"),
        pytest.param(answers(b"bytes"), "nonsense", id="answers bytes"),
        pytest.param(answers(""), "nonsense", id="answers nothing readable"),
    ],
)
async def test_a_notice_that_fails_leaves_the_terms_and_cores_own_notice(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture, notice: Callable[[str], Any], kind: str
) -> None:
    """R-222: and the failure is shown, without what the plugin said."""
    async with a_world_with(misbehaving(notice=notice), tmp_path, database_url) as world:
        sound = world.suivi.running.house.registry
        answer = await world.patient.ask(NOTICE, id=world.treatment_id)
        shown = await failures(world)

    assert answer["treatment"]["terms"]["notice"] == Registry.load(only=["dental"]).notice("en")
    assert answer["treatment"]["recovery"]["phases"]
    # Asked once for the version that the terms were published under, and once to be shown.
    assert shown == [{"hook": "notice", "kind": kind, "count": 2}]
    assert sound.failures
    assert SECRET not in caplog.text


async def test_a_notice_that_hangs_is_not_waited_for_and_soon_not_asked(
    tmp_path: Path, database_url: str, forever: threading.Event
) -> None:
    """R-222: after three failures in a row the hook is left alone."""

    def notice(locale: str) -> None:
        forever.wait()

    async with a_world_with(misbehaving(notice=notice), tmp_path, database_url) as world:
        answers_ = [await world.patient.ask(NOTICE, id=world.treatment_id) for _ in range(5)]
        shown = await failures(world)

    assert all(answer == answers_[0] for answer in answers_)
    assert shown == [{"hook": "notice", "kind": "hung", "count": 3}]


@pytest.mark.parametrize(
    ("nonsense", "kind"),
    [
        pytest.param(None, "nonsense", id="nothing"),
        pytest.param(["not a hint"], "nonsense", id="no hints"),
        pytest.param({"suggests": "normal_evolution"}, "nonsense", id="a dictionary"),
    ],
)
async def test_hints_that_are_none_classify_nothing(
    tmp_path: Path, database_url: str, nonsense: Any, kind: str
) -> None:
    """R-083, R-222: no query asks for hints yet, so the registry is asked as one would."""

    def classification_hints(facts: CaseFacts) -> Any:
        return nonsense

    async with a_world_with(misbehaving(classification_hints=classification_hints), tmp_path, database_url) as world:
        hints = world.suivi.running.house.registry.hints(FACTS)
        shown = await failures(world)
        answer = await world.patient.ask(
            "query($id: ID!) { case(id: $id) { classifications { value } } }", id=world.case_id
        )

    assert hints == []
    assert shown == [{"hook": "classification_hints", "kind": kind, "count": 1}]
    assert answer == {"case": {"classifications": []}}


async def test_the_plugins_that_behave_go_on_beside_one_that_does_not(tmp_path: Path, database_url: str) -> None:
    """R-220, R-222."""
    async with a_world_with(misbehaving(notice=raises), tmp_path, database_url) as world:
        await world.patient.ask(NOTICE, id=world.treatment_id)
        plugins = {plugin["key"]: plugin for plugin in (await world.patient.ask(FAILURES))["plugins"]}

    assert plugins.keys() == {"dental", "email", "troublemaker"}
    assert len(plugins["dental"]["procedures"]) == 9
    assert plugins["dental"]["failures"] == plugins["email"]["failures"] == []


def test_a_plugin_that_speaks_another_hook_version_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    """R-221: naming the plugin and both versions."""
    with pytest.raises(IncompatiblePlugin) as stopped:
        create_app(Settings(data_dir=tmp_path), registry=Registry.load(only=["dental"], extra=[misbehaving(hooks="2")]))

    assert str(stopped.value) == (
        "The plugin troublemaker 2.3.0 speaks hook version 2, this Suivi speaks 1: "
        "install a version of the plugin, or of Suivi, that fits the other."
    )
