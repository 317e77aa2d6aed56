"""The test class that a plugin's own tests inherit from (R-225)."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest
from packaging.version import InvalidVersion, Version

from suivi.core.hints.dry_run import try_cases
from suivi.core.hints.sample_cases import read_cases
from suivi.core.plugin_problems import PluginProblem
from suivi.core.registry import Registry
from suivi.core.specialties.common import common
from suivi.core.specialties.document import BrokenProtocol
from suivi.core.specialties.model import Manifest, Specialty
from suivi.testing import answering, citations, clocks, languages, ranges
from suivi.testing.fresh import SEEDS, Fresh, asked_afresh
from suivi.testing.subject import Subject

_SHOWN = 25


class PluginConformance:
    """Inherit from it, say which plugin, and pytest holds the plugin to what core expects of every one."""

    plugin: ClassVar[object] = None
    """The module that the entry point names, or an object in a module."""

    golden: ClassVar[Path | None] = None
    """The golden cases; `golden.yaml` beside the plugin unless given."""

    complete: ClassVar[Sequence[str]] = ("en",)
    """Languages in which not one text is missing. Others of the manifest have at least the names of procedures."""

    seeds: ClassVar[tuple[int, ...]] = SEEDS
    """Hash seeds of the processes it is asked in as well."""

    def test_core_loads_it(self) -> None:
        try:
            Registry.load(only=(), extra=[self.plugin])
        except PluginProblem as problem:
            pytest.fail(str(problem), pytrace=False)

    def test_its_manifest_says_what_it_is(self, subject: Subject) -> None:
        _none_of(manifest_problems(subject.manifest, subject.specialty))

    def test_every_figure_is_cited(self, specialty: Specialty) -> None:
        _none_of(citations.problems(specialty))

    def test_it_speaks_the_languages_it_says(self, subject: Subject) -> None:
        _none_of(languages.problems(subject.manifest, subject.specialty, self.complete))

    def test_its_ranges_make_sense(self, specialty: Specialty) -> None:
        _none_of(ranges.problems(specialty))

    def test_every_answer_is_one_that_core_can_use(self, subject: Subject) -> None:
        _none_of(answering.nonsense(subject))

    def test_its_notice_comes_after_core_s_own(self, subject: Subject) -> None:
        _none_of(notice_problems(subject))

    def test_it_answers_in_time(self, subject: Subject) -> None:
        _none_of(answering.late(subject))

    def test_it_changes_no_argument(self, subject: Subject) -> None:
        _none_of(answering.changed_arguments(subject))

    def test_it_always_answers_the_same(self, subject: Subject, afresh: Fresh) -> None:
        """Here, and in other processes."""
        _none_of((*answering.forgetful(subject), *answering.unlike(subject, afresh)))

    def test_it_only_answers_and_does_nothing_else(self, afresh: Fresh) -> None:
        """No file, no network, no other program: neither when it is imported nor when it is asked."""
        _none_of(afresh.deeds)

    def test_it_reads_no_clock(self, subject: Subject, afresh: Fresh) -> None:
        _none_of((*afresh.clocks, *clocks.problems(subject)))

    def test_its_golden_cases_come_out_as_expected(self, subject: Subject, specialty: Specialty) -> None:
        _none_of(golden_problems(subject, specialty))

    @pytest.fixture
    def subject(self) -> Subject:
        try:
            subject = Subject(self.plugin, self.golden)
            _ = subject.registry
        except Exception as error:
            pytest.skip(f"it does not load, as test_core_loads_it tells: {type(error).__name__}")
        return subject

    @pytest.fixture
    def specialty(self, subject: Subject) -> Specialty:
        if subject.specialty is None:
            pytest.skip("it has no specialty")
        return subject.specialty

    @pytest.fixture
    def afresh(self, subject: Subject) -> Fresh:
        """What it did and answered in a process of its own."""
        if subject.address is None:
            pytest.fail("`plugin` is an object that no module holds: give the module that the entry point names")
        found = asked_afresh(subject.address, subject.golden, self.seeds)
        if found.died:
            pytest.fail(f"asked in a process of its own, {found.died}", pytrace=False)
        return found


def _none_of(problems: Iterable[str]) -> None:
    found = list(dict.fromkeys(problems))
    more = [f"… and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    if found:
        pytest.fail("\n".join([*found[:_SHOWN], *more]), pytrace=False)


def manifest_problems(manifest: Manifest, specialty: Specialty | None) -> Iterable[str]:
    try:
        Version(manifest.version)
    except InvalidVersion:
        yield f"the version {manifest.version!r} is none that PEP 440 knows, such as 1.0.0"
    if specialty is not None and specialty.version != manifest.version:
        yield f"the manifest has version {manifest.version}, the protocol {specialty.version}: cases are pinned to one"
    if manifest.reviewed_on is not None and not _is_day(manifest.reviewed_on):
        yield f"reviewed_on is {manifest.reviewed_on!r}: a day is spelt as 2026-03-03"
    if (manifest.reviewer is None) != (manifest.reviewed_on is None):
        yield "reviewer and reviewed_on belong together: leave both out until somebody has reviewed the figures"


def _is_day(written: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", written) and date.fromisoformat(written))
    except ValueError:
        return False


def notice_problems(subject: Subject) -> Iterable[str]:
    """R-003."""
    for locale in ("en", "fr"):
        core, whole = common().notice.read(locale)[0], subject.registry.notice(locale)
        if not whole.startswith(core):
            yield f"the notice in {locale} no longer begins with core's own"
    for failure in subject.registry.failures:
        if failure.hook == "notice":
            yield f"core leaves its notice out: it {failure.kind}"


def golden_problems(subject: Subject, specialty: Specialty) -> Iterable[str]:
    if not subject.golden.exists():
        yield f"there are no golden cases: {subject.golden.name} is missing in {subject.golden.parent}"
        return
    try:
        cases = read_cases(subject.golden)
    except BrokenProtocol as error:
        yield str(error)
        return
    for name in specialty.procedures:
        if not any(case.given.procedure == name for case in cases):
            yield f"no golden case has the procedure {name}"
    for case, tried in zip(cases, try_cases(subject.registry, cases), strict=True):
        if case.expect is None:
            yield f"{case.id}: it does not say what it expects"
        told = [tried.problem] if tried.problem else [*tried.differences, *tried.notes]
        yield from (f"{case.id}: {says}" for says in told)
