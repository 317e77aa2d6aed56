"""Trying rules on sample cases: what comes out, and whether it is what was expected. Nothing is stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from suivi.core.hints.asked import checked_facts
from suivi.core.hints.assessment import assess
from suivi.core.hints.model import Assessment, most_urgent
from suivi.core.hints.sample_cases import Expected, ExpectedSite, GivenCase, SampleCase
from suivi.core.measurements.rules import checked_value
from suivi.core.refusals import Refusal
from suivi.core.registry import Registry
from suivi.core.specialties.hints import CaseFacts
from suivi.core.specialties.model import CaseClass, Procedure, Specialty, Urgency
from suivi.core.texts import sentence
from suivi.core.treatments.rules import UnknownSite, checked_sites

Verdict = Literal["as_expected", "differs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`problem` says why nothing could be evaluated. `differences` are sentences, empty where all is as expected."""

    id: str
    top_class: CaseClass | None = None
    highest_urgency: Urgency | None = None
    missing: tuple[str, ...] = ()
    sites: tuple[Assessment, ...] = ()
    per_site: bool = False
    verdict: Verdict | None = None
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What was given and could not be used, such as a measurement the specialty does not have."""
    problem: str | None = None


def try_cases(registry: Registry, cases: Iterable[SampleCase]) -> list[Tried]:
    return [try_case(registry, case) for case in cases]


def try_case(registry: Registry, case: SampleCase) -> Tried:
    procedure = registry.procedure(case.given.procedure)
    problem = _problem(case.given, procedure)
    if procedure is None or problem is not None:
        return Tried(id=case.id, problem=problem, verdict="differs" if case.expect else None)
    specialty = registry.specialty(procedure.specialty)
    assert specialty is not None, "a loaded procedure has a loaded specialty"  # noqa: S101
    usable = [_usable(facts, specialty) for facts in case.given.facts_by_site()]
    sites = [assess(procedure, specialty, facts, registry.offered) for facts, _ in usable]
    notes = [note for _, notes in usable for note in notes]
    notes += (note for facts, _ in usable for note in _site_notes(facts, procedure))
    tried = replace(_together(case, sites), notes=tuple(dict.fromkeys(notes)))
    if case.expect is None:
        return tried
    differences = tuple(_differences(case.expect, tried))
    return replace(tried, verdict="differs" if differences else "as_expected", differences=differences)


def _usable(facts: CaseFacts, specialty: Specialty) -> tuple[CaseFacts, list[str]]:
    """Without the values that the API would refuse, and what was wrong with each."""
    measurements, notes = dict(facts.measurements), []
    for key, measured in facts.measurements.items():
        try:
            for value in (measured.value, measured.baseline, measured.target):
                if value is not None:
                    checked_value(value, key, specialty)
        except Refusal as refusal:
            measurements.pop(key)
            notes.append(f"{key}: {sentence(refusal, 'en')}")
    answers = dict(facts.facts)
    for key, answer in facts.facts.items():
        try:
            checked_facts({key: answer}, specialty)
        except Refusal as refusal:
            answers.pop(key)
            notes.append(f"{key}: {sentence(refusal, 'en')}")
    return replace(facts, measurements=measurements, facts=answers), notes


def _problem(given: GivenCase, procedure: Procedure | None) -> str | None:
    if procedure is None:
        return f"no loaded specialty knows the procedure {given.procedure!r}; see `suivi plugins`"
    if procedure.specialty != given.specialty:
        return f"{given.procedure!r} is a procedure of {procedure.specialty!r}, not of {given.specialty!r}"
    if given.variant is not None and given.variant not in procedure.variants:
        return (
            f"{given.procedure!r} has no variant {given.variant!r}; it has: {', '.join(procedure.variants) or 'none'}"
        )
    unknown = [name for name in given.anchor_days if name not in procedure.anchors.all()]
    if unknown:
        return f"{given.procedure!r} has no anchor {unknown[0]!r}; it has: {', '.join(procedure.anchors.all())}"
    return None


def _together(case: SampleCase, sites: Sequence[Assessment]) -> Tried:
    """Of several sites, the first whose hint ranks highest speaks for the case; each keeps its own answer."""
    leading = min(sites, key=_standing)
    return Tried(
        id=case.id,
        top_class=leading.top_class,
        highest_urgency=most_urgent(site.highest_urgency for site in sites),
        missing=tuple(dict.fromkeys(name for site in sites for name in site.missing)),
        sites=tuple(sites),
        per_site=bool(case.given.sites),
    )


def _standing(site: Assessment) -> int:
    """A complication goes before a shortfall, both before a case that is open, and that before reassurance."""
    order: tuple[CaseClass | None, ...] = ("medical_complication", "objective_insufficiency", None)
    return order.index(site.top_class) if site.top_class in order else len(order)


def _site_notes(facts: CaseFacts, procedure: Procedure) -> Iterator[str]:
    if facts.site is None:
        return
    try:
        checked_sites([facts.site], procedure)
    except UnknownSite as refusal:
        yield sentence(refusal, "en")


def _differences(expect: Expected, tried: Tried) -> Iterator[str]:
    yield from _compared(expect, tried.top_class, tried.highest_urgency, tried.missing)
    found: Mapping[str | None, Assessment] = {site.site: site for site in tried.sites}
    for name, wanted in expect.per_site.items():
        site = found.get(name)
        if site is None:
            yield f"{name}: no such site was given"
        else:
            told = _compared(wanted, site.top_class, site.highest_urgency, site.missing)
            yield from (f"{name}: {difference}" for difference in told)
    if expect.case_highest_urgency is not None and tried.highest_urgency not in expect.case_highest_urgency.any_of:
        yield _expected("case_highest_urgency", expect.case_highest_urgency.any_of, tried.highest_urgency)


def _compared(
    expect: ExpectedSite, top_class: CaseClass | None, urgency: Urgency | None, missing: tuple[str, ...]
) -> Iterator[str]:
    if expect.top_class and (top_class or "none") not in {name or "none" for name in expect.top_class.any_of}:
        yield _expected("top_class", [name or "none" for name in expect.top_class.any_of], top_class or "none")
    if expect.highest_urgency and urgency not in expect.highest_urgency.any_of:
        yield _expected("highest_urgency", expect.highest_urgency.any_of, urgency)
    if top_class in expect.must_not:
        yield f"top_class must not be {top_class}"
    if expect.missing and set(missing) not in [set(names) for names in expect.missing.any_of]:
        yield _expected("missing", [", ".join(names) or "nothing" for names in expect.missing.any_of], missing)


def _expected(what: str, wanted: Iterable[object], found: object) -> str:
    spelt = found if isinstance(found, str) else ", ".join(found) or "nothing" if isinstance(found, tuple) else found
    return f"{what} is {spelt}, expected: {' or '.join(str(one) for one in wanted)}"
