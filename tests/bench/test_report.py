"""Figures become targets, tables, pictures and a page."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.questions import CONTESTANTS, LIMIT, POSTGRAPHILE, QUESTIONS, SUIVI
from bench.report import BEGIN, END, keep, pictures, publish, tables
from bench.running import QUICK
from bench.targets import targets

SVG = "{http://www.w3.org/2000/svg}"


def some_figures(rate: float, cpu: float) -> dict[str, Any]:
    return {"requests_per_second": rate, "p50_ms": 1.5, "p99_ms": 4.25, "cpu_ms": cpu}


@pytest.fixture
def measured() -> dict[str, Any]:
    """Suivi at three times PostGraphile and half of the limit."""
    figures = {SUIVI: some_figures(300, 1), POSTGRAPHILE: some_figures(100, 4), LIMIT: some_figures(600, 0.5)}
    memory = {SUIVI: 60.0, POSTGRAPHILE: 240.0, LIMIT: 30.0}
    fan_out = {"subscribers": 1000, "one person": {"event_us": 20.0}, "as many people": {"event_us": 30.0}}
    return {
        "endpoint": {"questions": dict.fromkeys(QUESTIONS, figures), "memory_mb": memory},
        "growth": {
            "cases": {"before": 10, "after": 100},
            "inbox": {"before": some_figures(120, 1), "after": some_figures(100, 1)},
        },
        "idle": {"connections": 2000, "acknowledged_kb": 28.0, "following_a_case_kb": 40.0},
        "fanout": fan_out,
    }


def test_a_target_is_met_or_not_by_ratios_within_the_run(measured: dict[str, Any]) -> None:
    found = {target.what: (round(target.value, 2), target.met) for target in targets(measured)}

    assert found["inbox: throughput to PostGraphile's"] == (3.0, True)
    assert found["inbox: CPU to PostGraphile's"] == (0.25, True)
    assert found["inbox: throughput to the limit's"] == (0.5, False)
    assert found["memory to PostGraphile's"] == (0.25, True)
    assert found["inbox: time from 10 to 100 cases"] == (1.2, True)
    assert found["µs CPU a delivered event, subscribers as many people"] == (30.0, False)


def test_without_postgraphile_the_rest_is_still_judged(measured: dict[str, Any]) -> None:
    for figures in measured["endpoint"]["questions"].values():
        figures.pop(POSTGRAPHILE, None)
    del measured["endpoint"]["memory_mb"][POSTGRAPHILE]

    found = [target.what for target in targets({"endpoint": measured["endpoint"]})]

    assert found == [f"{name}: throughput to the limit's" for name in QUESTIONS]


def test_pictures_say_their_figures_in_words_too(measured: dict[str, Any]) -> None:
    for picture in pictures(measured["endpoint"]).values():
        drawn = ElementTree.fromstring(picture)

        assert drawn.findtext(f"{SVG}title")
        described = drawn.findtext(f"{SVG}desc") or ""
        assert all(f"{who} " in described for who in CONTESTANTS)
        assert "prefers-color-scheme: dark" in picture


def test_bars_are_as_long_as_their_figures(measured: dict[str, Any]) -> None:
    drawn = ElementTree.fromstring(pictures(measured["endpoint"])["performance-requests.svg"])

    ours, theirs, limit = (float(bar.attrib["width"]) for bar in drawn.findall(f"{SVG}rect")[:3])

    assert ours / limit == pytest.approx(300 / 600, abs=0.01)
    assert theirs / limit == pytest.approx(100 / 600, abs=0.01)


def test_the_page_keeps_its_words_and_gets_new_figures(measured: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")

    publish(measured, page)

    written = page.read_text(encoding="utf-8")
    assert written.startswith(f"before\n{BEGIN}\n")
    assert written.endswith(f"{END}\nafter\n")
    assert "old" not in written
    assert "| inbox | Suivi | 300 | 1.50 | 4.25 | 1.000 |" in written
    assert (tmp_path / "performance-cpu.svg").exists()


def test_everything_found_is_kept_in_a_file_of_its_own(measured: dict[str, Any], tmp_path: Path) -> None:
    kept = json.loads(keep(measured, QUICK, tmp_path).read_text(encoding="utf-8"))

    assert kept["growth"] == measured["growth"]
    assert kept["amounts"]["cases"] == QUICK.cases
    assert len(kept["targets"]) == len(targets(measured))
    assert len(tables(measured)) == 4
