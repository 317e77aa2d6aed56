import re
import tracemalloc
from collections.abc import Iterator
from datetime import date, timedelta
from string import Formatter

import pytest

from suivi.core.clocks import (
    PartialDate,
    PeriodSource,
    Reason,
    StabilisationState,
    WindowState,
    lodging_preserved_until,
    recovery,
)
from suivi.core.clocks.check_ups import Left
from suivi.core.clocks.cycles import CycleRecord, cycles_window, series_on
from suivi.core.clocks.lodging import ask_before_judging
from suivi.core.clocks.measured import Reading
from suivi.core.clocks.reasons import LOCALES, templates
from suivi.core.specialties.model import Series, Stabilisation, StableMeasurement
from suivi.core.treatments.models import DepartureDecision
from tests.core.clocks.builders import a_full_procedure, a_procedure, a_window, dates, ivf

DAY_0 = date(2026, 3, 3)


def placeholders(template: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name}


def reasons_of_windows() -> Iterator[Reason]:
    pause = [(date(2026, 6, 1), date(2026, 6, 10))]
    for anchor in ("2026-03-03", "2026-03", "2026", "unknown"):
        for on in (date(2026, 1, 1), date(2026, 6, 1), date(2027, 2, 1), date(2028, 2, 1)):
            window = a_window(anchor, on=on)
            yield from window.reasons
            yield from lodging_preserved_until(window, stabilisation_latest=date(2027, 3, 3), response_days=14).reasons
            yield from lodging_preserved_until(window, stabilisation_latest=None, response_days=14).reasons
    yield from a_window("2026-03-03", on=date(2026, 12, 3)).reasons
    yield from a_window("2026-03", on=date(2026, 6, 1)).reasons
    yield from a_window(terms="P1Y1M", suspensions=pause).reasons
    yield from a_window(specialty="P6W").reasons
    yield from a_window(confirmation="P8M").reasons


def reasons_of_recoveries() -> Iterator[Reason]:
    ivf = a_procedure(stabilisation=Stabilisation(unit="cycle", min=2, typical=3, max=6))
    for anchors in (dates(), *(dates(implant_placement=text) for text in ("2026-03-03", "2026", "unknown"))):
        for day in (-3, 5, 80, 1000):
            for own in (None, date(2026, 6, 1)):
                on = DAY_0 + timedelta(days=day)
                yield from recovery(a_full_procedure(), anchors, on, individual_date=own).reasons
                for cycle in (None, 1, 2, 6):
                    yield from recovery(ivf, anchors, on, cycle, individual_date=own).reasons


def contradictions() -> Iterator[Reason]:
    """A cycle cancelled and closed before its eggs were collected."""
    ended, later = PartialDate.parse("2026-01-10"), {"oocyte_retrieval": PartialDate.parse("2026-01-13")}
    record = CycleRecord(number=1, dates=later, cancelled_on=ended, closed_on=ended)
    yield from series_on(ivf().series or Series(unit="cycle"), None, [record], date(2026, 6, 1)).doubts


def reasons_of_cycles() -> Iterator[Reason]:
    cancelled = CycleRecord(number=1, cancelled_on=PartialDate.parse("2026-01-20"))
    records = [
        cancelled,
        CycleRecord(number=2, dates=dates(oocyte_retrieval="2026-02-01", embryo_transfer="2026-02")),
        CycleRecord(number=3, dates=dates(oocyte_retrieval="2026-05-01"), closed_on=PartialDate.parse("2026-06-01")),
        CycleRecord(number=4, dates=dates(stimulation_start="2026-07-01")),
    ]
    procedure = ivf()
    assert procedure.series is not None
    lenient = procedure.series.model_copy(update={"cancelled_counts": True})
    for rule in (procedure.series, lenient):
        for number in range(5):
            for on in (date(2026, 2, 16), date(2026, 5, 10), date(2027, 1, 1)):
                series = series_on(rule, procedure.stabilisation, records[:number], on)
                yield from (reason for cycle in series.cycles for reason in cycle.reasons)
                yield from (cycles_window(series, allowed).reason for allowed in (1, 3))
                yield from recovery(procedure, {}, on, series=series).reasons
    yield from contradictions()
    yield cycles_window(series_on(procedure.series, None, records[2:3], date(2027, 1, 1)), 3).reason


def reasons_of_measurements() -> Iterator[Reason]:
    rule = StableMeasurement(measure="refraction", within=0.5, apart_days=30)
    laser = a_procedure(stabilisation=Stabilisation(min=90, typical=90, max=365, measured=rule))
    values = [Reading(PartialDate.parse(f"2026-0{month}-01"), value) for month, value in ((6, 0), (7, 1), (8, 1))]
    for count in range(4):
        for own in (None, date(2026, 10, 1)):
            yield from recovery(
                laser,
                dates(implant_placement="2026-03-03"),
                date(2026, 9, 1),
                readings=values[:count],
                individual_date=own,
            ).reasons


def reasons_of_departures() -> Iterator[Reason]:
    for decision in DepartureDecision:
        for text in ("2026-03-04", "2026-03-20"):
            left = Left(on=PartialDate.parse(text), decision=decision.value, told_by="patient")
            placed = dates(implant_placement="2026-03-03", definitive_crown="2026-01-01")
            staged = a_full_procedure().model_copy(
                update={"raw": {"staged": {"stages": ["implant_placement", "definitive_crown"]}}}
            )
            yield from recovery(staged, placed, date(2026, 4, 1), departures=[left]).reasons


def reasons_to_ask() -> Iterator[Reason]:
    window = a_window("2026-03-03", on=date(2026, 6, 1))
    slow = a_procedure(stabilisation=Stabilisation(min=400, typical=400))
    for procedure in (slow, ivf()):
        series = series_on(ivf().series or Series(unit="cycle"), None, [], date(2026, 6, 1))
        today = recovery(procedure, dates(implant_placement="2026-03-03"), date(2026, 6, 1), series=series)
        reason = ask_before_judging(window, today.stabilisation)
        assert reason is not None
        yield reason


def test_both_languages_have_every_sentence_with_the_same_facts() -> None:
    english, french = (templates(language) for language in ("en", "fr"))

    assert english.keys() == french.keys()
    for key in english:
        assert placeholders(english[key]) == placeholders(french[key]), key


def test_every_reason_any_answer_gives_has_a_sentence_in_both_languages_and_no_sentence_is_idle() -> None:
    given = [
        *reasons_of_windows(),
        *reasons_of_recoveries(),
        *reasons_of_cycles(),
        *reasons_of_measurements(),
        *reasons_of_departures(),
        *reasons_to_ask(),
    ]

    for reason in given:
        for locale in LOCALES:
            assert not re.search(r"[{}]|\bNone\b", reason.sentence(locale))
        assert re.fullmatch(r"[a-z_]+@\d+", reason.rule)
    assert {reason.text_key for reason in given} == {key for key in templates("en") if not key.startswith("words.")}


def test_every_state_and_every_source_of_a_period_has_its_sentence() -> None:
    known = templates("en").keys()

    assert {f"window.{state.lower()}" for state in WindowState} <= known
    assert {f"window.period_from_{source.lower()}" for source in PeriodSource} <= known
    assert {f"{unit}.{state.lower()}" for unit in ("stabilisation", "cycles") for state in StabilisationState} <= known


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "The clinic's terms give 1 year, 1 month. Counted from: March 3, 2026."),
        ("en-GB", "The clinic's terms give 1 year, 1 month. Counted from: 3 March 2026."),
        ("fr", "Les conditions de la clinique prévoient 1\xa0an, 1\xa0mois. Point de départ : 3 mars 2026."),
        ("fr_FR", "Les conditions de la clinique prévoient 1\xa0an, 1\xa0mois. Point de départ : 3 mars 2026."),
        ("tr", "The clinic's terms give 1 year, 1 month. Counted from: March 3, 2026."),
        ("not a locale", "The clinic's terms give 1 year, 1 month. Counted from: March 3, 2026."),
    ],
)
def test_dates_and_lengths_are_written_the_readers_way(locale: str, sentence: str) -> None:
    assert a_window("2026-03-03", terms="P1Y1M").reasons[0].sentence(locale) == sentence


@pytest.mark.parametrize(
    ("anchor", "english", "french"),
    [("2026-03", "March 2026.", "mars 2026."), ("2026", "2026.", "2026."), ("unknown", "not known.", "date inconnue.")],
)
def test_a_date_known_in_part_is_written_in_part(anchor: str, english: str, french: str) -> None:
    """R-065"""
    reason = a_window(anchor).reasons[0]

    assert reason.sentence("en").endswith(f"Counted from: {english}")
    assert reason.sentence("fr").endswith(f"Point de départ : {french}")


def test_both_closing_instants_are_written_on_the_clock_of_their_place() -> None:
    """R-064"""
    closes = a_window("2026-03-03", patient="Pacific/Auckland").reasons[2]

    assert closes.sentence("fr") == (
        "Le dernier jour se termine à la clinique (Europe/Istanbul) : 4 décembre 2026, 00:00 ; "
        "chez le patient (Pacific/Auckland) : 4 décembre 2026, 00:00. Le plus tardif des deux compte."
    )


def test_ranges_of_days_read_naturally_also_when_open() -> None:
    def sentence(days: str, locale: str) -> str:
        return Reason(rule="phase@1", text_key="phase.today", facts={"day": "3/5", "days": days}).sentence(locale)

    assert sentence("0/14", "en") == "Today: day 3 to day 5. This phase: day 0 to day 14."
    assert sentence("14/..", "fr") == "Aujourd'hui : du jour 3 au jour 5. Cette phase : à partir du jour 14."
    assert sentence("../-2", "en") == "Today: day 3 to day 5. This phase: until day -2."
    assert sentence("../..", "fr") == "Aujourd'hui : du jour 3 au jour 5. Cette phase : tous les jours."


def test_languages_that_nobody_speaks_take_no_memory() -> None:
    """R-214: anybody may ask in another one each time."""
    reason = a_window("2026-03-03").reasons[0]
    tracemalloc.start()
    for number in range(1_000):
        assert reason.sentence(f"fr-{number}" + "x" * 20_000).endswith("3 mars 2026.")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 1_000_000
