"""The page of each specialty shows what its data says, the same bytes every time, and can be read by everybody."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from suivi.commands import plugins_page
from suivi.core.registry import Registry
from suivi.core.specialties.common import other_specialty
from suivi.core.specialties.model import Procedure, Specialty
from suivi.problems import Problem
from suivi.reference import fitting, reference_index, reference_page
from tests.docs.fences import ROOT
from tests.docs.test_generated import GENERATOR

SVG = "{http://www.w3.org/2000/svg}"
SPECIALTIES: list[Specialty] = GENERATOR.specialties()
PAGES: Mapping[str, str] = GENERATOR.reference()
PICTURES = {name: text for name, text in PAGES.items() if name.endswith(".svg")}
PROCEDURES = [procedure for specialty in SPECIALTIES for procedure in specialty.procedures.values()]
KILOBYTE = 1000
DENIALS = ("NOT guaranteed", "treat 'guaranteed' offers as a warning sign")

# A promise of result in a text of ours; what a clinic or a law calls itself in a source is its own.
PROMISES = re.compile(r"\b(guarantee\w*|permanent|risk-free|perfect|assured|certainly|success rate)\b", re.I)


class Words(NamedTuple):
    left: float
    right: float
    y: float
    text: str


def picture_of(procedure: Procedure) -> str:
    return PICTURES[f"specialties/{procedure.specialty}/{procedure.id}.svg"]


def named(procedure: Procedure) -> str:
    return procedure.id


def words_in(svg: str) -> Iterator[Words]:
    """Every text with where it begins and ends, taken as wide as it may get."""
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        look, x = text.get("class", ""), float(text.get("x", "0"))
        size = 18 if look == "head" else 8 if look == "conf" else 12 if look in ("", "name") else 10.5
        wide = fitting.width(text.text or "", size, bold=look in ("head", "part", "name"))
        left = x - wide if look in ("days", "conf") else x - wide / 2 if look in ("tick", "mark") else x
        yield Words(left, left + wide, float(text.get("y", "0")), text.text or "")


# As the data says


def test_every_page_and_picture_is_what_the_data_says() -> None:
    kept = {
        f"specialties/{file.relative_to(ROOT / 'docs/specialties')}": file.read_text(encoding="utf-8")
        for file in (ROOT / "docs" / "specialties").rglob("*.*")
    }

    assert sorted(kept) == sorted(PAGES), "run `make docs`"
    assert [name for name, text in PAGES.items() if kept[name] != text] == [], "run `make docs`"


def test_the_same_data_gives_the_same_bytes() -> None:
    again = {f"specialties/{name}": text for name, text in reference_page(SPECIALTIES[0]).items()}

    assert again.items() <= PAGES.items()


def test_the_overview_leads_to_every_procedure() -> None:
    overview = PAGES["specialties/README.md"]

    assert len(PROCEDURES) == 34
    assert [named(one) for one in PROCEDURES if overview.count(f"[{_heading(one)}]({one.specialty}.md#") != 1] == []


def _heading(procedure: Procedure) -> str:
    name = procedure.names.read("en")[0]
    return name[:1].upper() + name[1:]


@pytest.mark.parametrize("specialty", SPECIALTIES, ids=lambda specialty: specialty.id)
def test_a_page_has_every_procedure_sign_and_check_up_in_words(specialty: Specialty) -> None:
    page = PAGES[f"specialties/{specialty.id}.md"]

    for procedure in specialty.procedures.values():
        assert f"\n## {_heading(procedure)}\n" in page
        assert all(name in page for locale, name in procedure.names.by_locale.items() if locale != "en")
        assert all(flag.symptom.read("en")[0] in page for flag in procedure.red_flags)
        assert all(sign.sign.read("en")[0] in page for sign in procedure.normal_signs)
        assert all(phase.text.read("en")[0] in page for phase in procedure.phases)
        assert all(hint.when.read("en")[0].replace("<", "&lt;").replace("|", "\\|") in page for hint in procedure.hints)


@pytest.mark.parametrize("specialty", SPECIALTIES, ids=lambda specialty: specialty.id)
def test_every_source_a_page_cites_leads_somewhere(specialty: Specialty) -> None:
    page = PAGES[f"specialties/{specialty.id}.md"]
    cited = set(re.findall(r"\[([a-z][a-z0-9_]*)\](?![(:\]])", page))
    defined = set(re.findall(r"^\[([a-z][a-z0-9_]*)\]: \S+$", page, flags=re.MULTILINE))

    assert cited == defined


@pytest.mark.parametrize("procedure", PROCEDURES, ids=named)
def test_a_picture_says_every_sign_threshold_and_phase_that_counts_days(procedure: Procedure) -> None:
    """R-071: red flags are never missing, whatever the picture has to shorten."""
    said = {title.text or "" for title in ET.fromstring(picture_of(procedure)).iter(f"{SVG}title")}
    listed = {one.id for section in (procedure.red_flags, procedure.normal_signs, procedure.phases) for one in section}
    listed |= {threshold.id for threshold in procedure.outcomes if threshold.from_day is not None}

    assert {one for one in listed if not any(text.startswith(f"{one}: ") for text in said)} == set()


@pytest.mark.parametrize("procedure", PROCEDURES, ids=named)
def test_a_picture_cuts_nothing_off_a_sign_that_must_not_wait_or_off_when_to_judge(procedure: Procedure) -> None:
    """R-071, R-041"""
    whole = [f"{flag.id}: " for flag in procedure.red_flags] + ["The result may be judged "]
    rows = [row for row in ET.fromstring(picture_of(procedure)).iter(f"{SVG}g") if _title(row).startswith(tuple(whole))]

    assert rows
    assert [_title(row) for row in rows if any("…" in (text.text or "") for text in row.iter(f"{SVG}text"))] == []


@pytest.mark.parametrize("name", ["lasik", "prk"])
def test_a_result_that_has_to_be_measured_says_so_in_its_picture(name: str) -> None:
    """R-041: two stable refractions."""
    measured = [one for one in PROCEDURES if one.stabilisation.measured and name in one.id]
    rows = [row for one in measured for row in ET.fromstring(picture_of(one)).iter(f"{SVG}g")]
    judged = [row for row in rows if _title(row).startswith("The result may be judged ")]

    assert judged
    assert all("measured 2 times" in " ".join(text.text or "" for text in row.iter(f"{SVG}text")) for row in judged)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=named)
def test_no_two_figures_of_a_picture_read_alike(procedure: Procedure) -> None:
    """What tells thresholds apart is the figure, so it is the last thing to be shortened."""
    root = ET.fromstring(picture_of(procedure))
    groups = [group for group in root.iter(f"{SVG}g") if ". It counts from " in _title(group)]
    read = [tuple(text.text for text in group.iter(f"{SVG}text")) for group in groups]

    assert len(read) == len([one for one in procedure.outcomes if one.from_day is not None])
    assert len(set(read)) == len(read)


def _title(group: ET.Element) -> str:
    title = group.find(f"{SVG}title")
    return (title.text or "") if title is not None else ""


# For everybody


def test_no_page_tells_what_clinicians_suspect() -> None:
    """Patients read these pages too."""
    told = "\n".join(PAGES.values())
    suspected = {flag.suspect for one in PROCEDURES for flag in one.red_flags if len(flag.suspect.split()) > 2}

    assert [suspect for suspect in suspected if f": {suspect}" in told or f"| {suspect} |" in told] == []


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith(".md")])
def test_a_page_promises_nothing_and_says_that_nobody_approved_it(name: str) -> None:
    """R-001."""
    ours = PAGES[name].partition("\n## Sources")[0]
    for denied in DENIALS:
        ours = ours.replace(denied, "")

    assert PROMISES.findall(ours) == []
    assert "Not validated" in ours
    assert "all-clear" in ours


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_stands_alone_and_speaks(name: str) -> None:
    root = ET.fromstring(PICTURES[name])
    links = [value for one in root.iter() for key, value in one.attrib.items() if key.endswith(("href", "src"))]

    assert root.get("role") == "img"
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text and root[1].text  # noqa: PT018
    assert root.find(f".//{SVG}script") is None
    assert links == []
    assert "url(" not in PICTURES[name]
    assert "prefers-color-scheme:dark" in PICTURES[name]
    assert "Not validated" in PICTURES[name]
    assert len(PICTURES[name].encode()) < 40 * KILOBYTE


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_of_a_picture_runs_out_of_it_or_into_another(name: str) -> None:
    placed = list(words_in(PICTURES[name]))
    _, _, width, height = map(float, ET.fromstring(PICTURES[name]).get("viewBox", "").split())
    lines: dict[float, list[Words]] = {}
    for one in sorted(placed):
        lines.setdefault(one.y, []).append(one)

    assert [one for one in placed if one.left < 0 or one.right > width or not 0 < one.y < height] == []
    assert [pair for line in lines.values() for pair in pairwise(line) if pair[0].right > pair[1].left] == []


@pytest.mark.parametrize("procedure", PROCEDURES, ids=named)
def test_urgency_is_told_by_shape_and_not_by_colour_alone(procedure: Procedure) -> None:
    root = ET.fromstring(picture_of(procedure))
    shapes = {
        urgency: {
            (one.tag.removeprefix(SVG), len(one.get("points", "").split()))
            for one in root.iter()
            if one.get("class") == f"f-{urgency}" and not _is_arrow(one)
        }
        for urgency in {flag.urgency for flag in procedure.red_flags}
    }

    assert all(len(drawn) == 1 for drawn in shapes.values())
    assert len({next(iter(drawn)) for drawn in shapes.values()}) == len(shapes)


def _is_arrow(shape: ET.Element) -> bool:
    """The end of a line that runs on: its back is upright."""
    points = [point.split(",") for point in shape.get("points", "").split()]
    return len(points) == 3 and points[0][0] == points[2][0]


# For every plugin


def test_a_specialty_without_translations_warranties_or_stay_has_a_page_too() -> None:
    pages = reference_page(other_specialty())

    assert "## Other procedure" in pages["other.md"]
    assert ET.fromstring(pages["other/other.svg"]).tag == f"{SVG}svg"


def test_an_overview_can_be_made_of_one_specialty_alone() -> None:
    pages = reference_index([other_specialty()])

    assert "1 procedure on one scale" in pages["README.md"]
    assert ET.fromstring(pages["all-procedures.svg"]).tag == f"{SVG}svg"


def test_long_names_are_cut_between_words() -> None:
    assert fitting.shortened("swelling under the tongue or of the neck", 12, 150) == "swelling under the…"
    assert fitting.shortened("short", 12, 150) == "short"
    assert fitting.wrapped("fever of 38 °C or more", 12, 80, lines=2) == ["fever of", "38\u00a0°C or…"]


def test_a_plugin_author_writes_the_page_of_one_specialty(tmp_path: Path) -> None:
    status = plugins_page.run("other", tmp_path)

    assert status == 0
    assert (tmp_path / "other.md").read_text(encoding="utf-8") == reference_page(other_specialty())["other.md"]
    assert (tmp_path / "other" / "other.svg").exists()


def test_a_specialty_nobody_loaded_is_named(tmp_path: Path) -> None:
    known = Registry.load().specialties()

    with pytest.raises(Problem, match="There is no specialty astrology") as problem:
        plugins_page.run("astrology", tmp_path)

    assert all(name in str(problem.value) for name in known)
