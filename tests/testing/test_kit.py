"""The conformance kit: a good plugin passes, and a plugin that breaks one thing is told which (R-225)."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from suivi.core.specialties.model import Specialty
from suivi.testing import PluginConformance, answering, citations, clocks, languages, ranges
from suivi.testing.conformance import golden_problems, manifest_problems, notice_problems
from suivi.testing.fresh import Fresh, asked_afresh
from suivi.testing.subject import Subject
from tests.testing.packages import GOLDEN, a_package, imported, protocol, subject_of

ONE = (1,)


def hook(body: str, name: str = "classification_hints", argument: str = "facts") -> str:
    """A hook that replaces the good one."""
    return f"\n\n@hookimpl\ndef {name}({argument}):\n    {body}\n"


def given(subject: Subject) -> Specialty:
    assert subject.specialty is not None
    return subject.specialty


def in_manifest(subject: Subject) -> Iterable[str]:
    return manifest_problems(subject.manifest, subject.specialty)


def in_figures(subject: Subject) -> Iterable[str]:
    return citations.problems(given(subject))


def in_languages(subject: Subject) -> Iterable[str]:
    return languages.problems(subject.manifest, subject.specialty, ("en", "fr"))


def in_ranges(subject: Subject) -> Iterable[str]:
    return ranges.problems(given(subject))


def in_golden(subject: Subject) -> Iterable[str]:
    return golden_problems(subject, given(subject))


def in_source(subject: Subject) -> Iterable[str]:
    return clocks.problems(subject)


def in_processes(subject: Subject) -> Iterable[str]:
    return answering.unlike(subject, asked_afresh(subject.address or "", subject.golden))


class Fault(NamedTuple):
    """What is wrong, the check that finds it, and what that says."""

    name: str
    check: Callable[[Subject], Iterable[str]]
    says: str
    hooks: str = ""
    protocol: str = ""
    golden: str = ""


MANIFEST = 'Manifest(id="podiatry", version="{version}", hooks="1", locales={locales}{more})'


def manifest(version: str = "1.0.0", locales: tuple[str, ...] = ("en", "fr"), more: str = "") -> str:
    return hook("return " + MANIFEST.format(version=version, locales=locales, more=more), "manifest", "")


def with_specialty(change: str) -> str:
    """A specialty changed after it was read, as one that no file was read for would be."""
    body = f"    read = read_specialty(Path(__file__).parent)\n    bunion = read.procedures['bunion']\n    {change}\n"
    again = 'return read.model_copy(update={"procedures": {"bunion": bunion}})'
    return f"\n\n@hookimpl\ndef specialty():\n{body}    {again}\n"


FAULTS = [
    Fault("a version nobody can compare", in_manifest, "'first' is none that PEP 440 knows", manifest("first")),
    Fault("two versions", in_manifest, "the manifest has version 2.0.0, the protocol 1.0.0", manifest("2.0.0")),
    Fault(
        "a day of review that is none",
        in_manifest,
        "a day is spelt as 2026-03-03",
        manifest(more=', reviewer="Dr A", reviewed_on="March"'),
    ),
    Fault("a review without a reviewer", in_manifest, "belong together", manifest(more=', reviewed_on="2026-03-03"')),
    Fault(
        "a figure without a source",
        in_figures,
        "procedures[bunion].stabilisation: it names no source",
        with_specialty(
            "bunion = bunion.model_copy(update={'stabilisation': bunion.stabilisation.model_copy(update={'src': ()})})"
        ),
    ),
    Fault(
        "a source that is not there",
        in_figures,
        "its source 'gossip' is not among",
        with_specialty(
            "bunion = bunion.model_copy(update={'stabilisation': bunion.stabilisation.model_copy("
            "update={'src': ('gossip',)})})"
        ),
    ),
    Fault(
        "general knowledge called certain",
        in_figures,
        "medium at most",
        with_specialty(
            "bunion = bunion.model_copy(update={'stabilisation': bunion.stabilisation.model_copy("
            "update={'src': ('gk',), 'conf': 'high'})})"
        ),
    ),
    Fault(
        "a language without names",
        in_languages,
        "the procedure bunion has no name in it",
        manifest(locales=("en", "fr", "de")),
    ),
    Fault("a language spelt out", in_languages, "the language 'French'", manifest(locales=("en", "fr", "French"))),
    Fault("no English", in_languages, "does not name en", manifest(locales=("fr",))),
    Fault("a language that is not complete", in_languages, "fr is called complete and has no duties[flat_shoes].text"),
    Fault("a first day nobody describes", in_ranges, "none covers day 0", protocol=protocol("[0, 42]", "[3, 42]")),
    Fault(
        "no check-up late enough",
        in_ranges,
        "before a result may be judged on day 90",
        protocol=protocol(
            "      - {day: 180, window: [150, 210], where: clinic_or_local, checks: [angle_deg], photos: foot}\n", ""
        ),
    ),
    Fault(
        "a result nobody lives to see",
        in_ranges,
        "longer than anybody waits",
        protocol=protocol("max: 365", "max: 20000"),
    ),
    Fault(
        "a fact that cannot be",
        in_ranges,
        "is nothing that weight_change_pct can be",
        protocol=protocol("op: abs_lte, value: 5", "op: abs_lte, value: 500"),
    ),
    Fault(
        "a sign that peaks when it is over",
        in_ranges,
        "it peaks on day 99",
        protocol=protocol("days: [0, 90], src", "days: [0, 90], peak_day: 99, src"),
    ),
    Fault(
        "a range of one number",
        in_ranges,
        "its range holds only 20",
        protocol=protocol("[0, 90], src: [shoe2020], conf: high", "[20, 20], src: [shoe2020], conf: high"),
    ),
    Fault(
        "an empty notice",
        answering.nonsense,
        "notice('en') answers an empty text",
        hook('return ""', "notice", "locale"),
    ),
    Fault(
        "an endless notice",
        answering.nonsense,
        "a notice has at most 2000",
        hook('return "Feet. " * 1000', "notice", "locale"),
    ),
    Fault(
        "a notice core leaves out",
        notice_problems,
        "core leaves its notice out: it nonsense",
        hook('return "  "', "notice", "locale"),
    ),
    Fault("hints that are none", answering.nonsense, "which is no list of Hint", hook('return ["fine"]')),
    Fault(
        "a hint without a reason",
        answering.nonsense,
        "without a rule's name or a reason",
        hook('return [Hint(suggests=None, strength="weak", rule="x")]'),
    ),
    Fault(
        "a hint with an unknown source",
        answering.nonsense,
        "the source 'gossip'",
        hook('return [Hint(suggests=None, strength="weak", rule="x", reasons=("y",), sources=("gossip",))]'),
    ),
    Fault(
        "a hint under the name of a rule of core's",
        answering.nonsense,
        "the rule 'c1', which is core's own",
        hook('return [Hint(suggests=None, strength="weak", rule="c1", reasons=("y",))]'),
    ),
    Fault(
        "a hint core leaves out",
        answering.nonsense,
        "whose reasons are no tuple of at most 10 texts",
        hook('return [Hint(suggests=None, strength="weak", rule="x", reasons="y" * 50_000)]'),
    ),
    Fault(
        "silence taken for a good sign",
        answering.nonsense,
        "suggests normal_evolution of a case with no sign, no measurement and nothing on file",
        hook('return [Hint(suggests="normal_evolution", strength="weak", rule="x", reasons=("y",))]'),
    ),
    Fault(
        "silence taken for a change of mind",
        answering.nonsense,
        "suggests subjective_dissatisfaction of a case with no sign",
        hook('return [Hint(suggests="subjective_dissatisfaction", strength="weak", rule="x", reasons=("y",))]'),
    ),
    Fault(
        "a notice in place of core's",
        answering.nonsense,
        "claims to replace core's notice",
        hook('return "This replaces the notice above."', "notice", "locale"),
    ),
    Fault(
        "promises that are no words",
        answering.nonsense,
        "answers no PromiseWords of en",
        hook('return "nose"', "promises", "language"),
    ),
    Fault(
        "a notice that calms",
        answering.nonsense,
        "gives an all-clear",
        hook('return "Feet differ. If no sign is listed, all is well."', "notice", "locale"),
    ),
    Fault(
        "a hook that stumbles",
        answering.nonsense,
        "raises KeyError: 'angle_deg', at suivi_podiatry",
        hook('return [facts.measurements["angle_deg"]]'),
    ),
    Fault(
        "a hook that dawdles",
        answering.late,
        "takes longer than 0.25 seconds",
        "\nimport threading\n"
        + hook('return threading.Event().wait(0.3) or [] if "golden" in repr(facts) or facts.day == 2 else []'),
    ),
    Fault(
        "a hook that meddles",
        answering.changed_arguments,
        "changes its argument: facts.day is 10 and then 11",
        hook('object.__setattr__(facts, "day", facts.day + 1); return []'),
    ),
    Fault(
        "a hook that tries to meddle",
        answering.changed_arguments,
        "tries to change its argument",
        hook('facts.measurements["angle_deg"] = 1; return []'),
    ),
    Fault(
        "a hook that remembers",
        answering.forgetful,
        "answers something else when it is asked again",
        "\nasked = []\n"
        + hook('asked.append(1); return [Hint(suggests=None, strength="weak", rule="x", reasons=(str(len(asked)),))]'),
    ),
    Fault(
        "a hook that throws dice",
        in_processes,
        "answers something else",
        hook('return [Hint(suggests=None, strength="weak", rule="x", reasons=(str(hash("x")),))]'),
    ),
    Fault(
        "a clock nobody came by",
        in_source,
        "datetime.now() reads a clock",
        "\nimport datetime\n" + hook('return [datetime.datetime.now()] if facts.site == "moon" else []'),
    ),
    Fault(
        "a clock under another name",
        in_source,
        "time.process_time() reads a clock",
        "\nimport time as t\n" + hook('return [t.process_time()] if facts.site == "moon" else []'),
    ),
    Fault(
        "a date under another name",
        in_source,
        "date.today() reads a clock",
        "\nfrom datetime import date as d\n" + hook('return [d.today()] if facts.site == "moon" else []'),
    ),
    Fault(
        "today spelt out",
        in_source,
        "time.strftime() reads a clock",
        "\nimport time\n" + hook('return [time.strftime("%F")] if facts.site == "moon" else []'),
    ),
    Fault("dice", in_source, "it imports random", "\nimport random\n"),
    Fault(
        "a golden case that comes out otherwise",
        in_golden,
        "top_class is normal_evolution, expected: ",
        golden=GOLDEN.replace("top_class: normal_evolution", "top_class: none"),
    ),
    Fault(
        "a golden case of nothing",
        in_golden,
        "no loaded specialty knows the procedure",
        golden=GOLDEN.replace("procedure: bunion, day: 2", "procedure: wart, day: 2"),
    ),
    Fault(
        "a golden case that expects nothing",
        in_golden,
        "does not say what it expects",
        golden=GOLDEN.replace("    expect: {top_class: medical_complication, highest_urgency: emergency_now}", ""),
    ),
    Fault(
        "golden cases that cannot be read", in_golden, "golden.yaml line 4", golden=GOLDEN.replace("day: 10", "dag: 10")
    ),
    Fault("a procedure without golden case", in_golden, "no golden case has the procedure bunion", golden="cases: []"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_plugin_with_one_fault_is_told_which(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"protocol_yaml": fault.protocol, "golden_yaml": fault.golden}
    package = a_package(tmp_path, hooks=fault.hooks, **{name: text for name, text in files.items() if text})

    found = list(fault.check(subject_of(package, monkeypatch)))

    assert any(fault.says in sentence for sentence in found), found


BUSY = """
import os
import socket
import threading
import time

BEGAN = time.time()


def tried(deed):
    try:
        deed()
    except Exception:
        pass


tried(lambda: socket.getaddrinfo("localhost", 80))


@hookimpl
def classification_hints(facts):
    import subprocess
    from datetime import date, datetime

    tried(lambda: open("/etc/hostname"))
    tried(lambda: open("/dev/null", "w"))
    tried(lambda: socket.create_connection(("127.0.0.1", 9)))
    tried(lambda: subprocess.run(["true"]))
    tried(lambda: Path("somewhere").mkdir())
    tried(lambda: __import__("sqlite3").connect(":memory:"))
    tried(lambda: os.listdir("/"))
    tried(lambda: os.scandir("/etc"))
    tried(lambda: os.environ.get("HOME"))
    tried(lambda: list(os.environ))
    tried(lambda: threading.Thread(target=print).start())
    tried(lambda: (time.strftime("%F"), time.clock_gettime(0), time.process_time()))
    return [] if date.today().year > 2000 and datetime.now() and time.localtime() else None
"""
IN_A_CASE = "classification_hints(golden case swollen after ten days)"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """What was seen of a plugin that does everything it should not, and hushes it up."""
    package = a_package(tmp_path_factory.mktemp("busy"), hooks=BUSY)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(package.parent)
        return asked_afresh(package.name, package / "golden.yaml", ONE)


@pytest.mark.parametrize(
    "says",
    [
        "its import uses the network (socket.getaddrinfo), at __init__.py line",
        f"{IN_A_CASE} reads the file /etc/hostname, at __init__.py line",
        f"{IN_A_CASE} writes the file /dev/null",
        f"{IN_A_CASE} uses the network (socket.",
        f"{IN_A_CASE} starts another program (subprocess.Popen)",
        f"{IN_A_CASE} changes files (os.mkdir)",
        f"{IN_A_CASE} opens a database (sqlite3.connect)",
        f"{IN_A_CASE} lists the folder /, at __init__.py line",
        f"{IN_A_CASE} lists the folder /etc",
        f"{IN_A_CASE} reads the environment (HOME), at __init__.py line",
        f"{IN_A_CASE} reads the environment (all of it)",
        f"{IN_A_CASE} starts a thread, at __init__.py line",
    ],
)
def test_whatever_a_plugin_does_besides_answering_is_seen(says: str, busy: Fresh) -> None:
    """R-222."""
    assert any(says in deed for deed in busy.deeds), busy


@pytest.mark.parametrize(
    "says",
    [
        "its import reads the clock with time.time(), at __init__.py line",
        f"{IN_A_CASE} reads the clock with date.today(), at __init__.py line",
        f"{IN_A_CASE} reads the clock with datetime.now()",
        f"{IN_A_CASE} reads the clock with time.localtime()",
        f"{IN_A_CASE} reads the clock with time.strftime()",
        f"{IN_A_CASE} reads the clock with time.clock_gettime()",
        f"{IN_A_CASE} reads the clock with time.process_time()",
    ],
)
def test_every_clock_a_plugin_reads_is_seen(says: str, busy: Fresh) -> None:
    """R-222."""
    assert any(says in clock for clock in busy.clocks), busy


def test_a_plugin_that_only_answers_is_seen_doing_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = subject_of(a_package(tmp_path), monkeypatch)

    seen = asked_afresh(subject.address or "", subject.golden, ONE)

    assert (seen.deeds, seen.clocks, seen.died) == ((), (), None)


def test_a_notice_may_say_that_nothing_is_an_all_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-003."""
    says = hook('return "A sign that is not listed is never an all-clear."', "notice", "locale")

    assert list(answering.nonsense(subject_of(a_package(tmp_path, hooks=says), monkeypatch))) == []


def test_a_plugin_that_ends_its_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = a_package(tmp_path, hooks="\nimport os\nos._exit(3)\n")
    monkeypatch.syspath_prepend(package.parent)

    assert asked_afresh(package.name, package / "golden.yaml", ONE).died == "the process ended with 3"


def test_a_plugin_core_would_not_load_is_told_why_and_by_one_check_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = a_package(tmp_path, protocol_yaml=protocol("days: [0, 42]", "days: [42, 0]"))
    kit = type("TestPodiatry", (PluginConformance,), {"plugin": imported(package, monkeypatch)})()

    with pytest.raises(pytest.fail.Exception, match=r"protocol.yaml line \d+: .*range reversed"):
        kit.test_core_loads_it()


def test_an_object_that_no_module_holds_is_asked_for_by_its_module() -> None:
    assert Subject(SimpleNamespace()).address is None


def written(folder: Path, package: Path) -> Path:
    """The three lines that are an author's whole test file."""
    test = folder / "test_conformance.py"
    test.write_text(
        f"import {package.name}\nfrom suivi.testing import PluginConformance\n\n\n"
        f"class TestPodiatry(PluginConformance):\n    plugin = {package.name}\n"
    )
    return test


def run_pytest(test: Path, *paths: Path, only: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment["PYTHONPATH"] = os.pathsep.join([*map(str, paths), *sys.path])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", only, str(test)]
    return subprocess.run(command, cwd=test.parent, env=environment, capture_output=True, text=True, timeout=60)


def test_three_lines_hold_a_good_plugin_to_everything(tmp_path: Path) -> None:
    package = a_package(tmp_path)

    done = run_pytest(written(tmp_path, package), tmp_path)

    assert "13 passed" in done.stdout, done.stdout


def test_a_fault_is_told_without_a_traceback(tmp_path: Path) -> None:
    package = a_package(tmp_path, hooks=hook('return ""', "notice", "locale"))

    done = run_pytest(written(tmp_path, package), tmp_path, only="every_answer")

    assert "notice('en') answers an empty text; None adds nothing" in done.stdout
    assert "Traceback" not in done.stdout
    assert "conformance.py" not in done.stdout.split("short test summary")[0]


def test_nothing_of_the_kit_is_loaded_in_a_run_that_does_not_ask_for_it(tmp_path: Path) -> None:
    trial = tmp_path / "test_trial.py"
    trial.write_text(
        "import sys\n\ndef test_trial():\n    assert not [m for m in sys.modules if m.startswith('suivi')]\n"
    )

    assert run_pytest(trial).returncode == 0
