"""The picture of a cover map: always well formed, always the same, and never longer than it is wide."""

from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.clocks.zones import zone
from suivi.core.coverage.content import Component, LifetimeOf
from suivi.core.coverage.cover_map import CoverMap, CoverRecord, cover_map
from suivi.core.coverage.drawing import fitted, plain
from suivi.core.coverage.history import History
from suivi.core.coverage.picture import MOST_ROWS, picture
from suivi.core.coverage.saying import Saying
from suivi.core.inputs import OutOfRange
from suivi.core.specialties.common import common, other_specialty
from tests.core.coverage.cover import AGREED, AGREED_AT, LIMITS, START, crown, lifetime, terms, years

ON = date(2027, 6, 1)
NOTICE = "Medicine owes means and care, never a result; terms are no guarantee of a result."
SVG = "{http://www.w3.org/2000/svg}"


def a_map(*components: Component, anchor: str = "2026-03-03", insurer: str | None = None) -> CoverMap:
    procedure = common().other.model_copy(update={"anchors": common().other.anchors.model_copy(update={"day0": START})})
    insurance = SimpleNamespace(
        id=UUID(int=7),
        insurer=insurer,
        content={},
        valid_from=date(2026, 3, 1),
        valid_until=None,
        ended_at=None,
        withdrawn_at=None,
        claim_route="Call.",
    )
    record = CoverRecord(
        treatment=SimpleNamespace(sites=[], id=UUID(int=1)),
        procedure=procedure,
        clinic=SimpleNamespace(name="Duna Dental", ceased=None, ceased_on=None),
        history=History(
            agreed_on=AGREED,
            agreed_at=AGREED_AT,
            place=zone("Europe/Budapest"),
            day0=START,
            statements=(terms(*components),) if components else (),
        ),
        anchors=[SimpleNamespace(name=START, on=anchor)],
        insurances=[insurance] if insurer else [],
    )
    return cover_map(record, ON)


def drawn(found: CoverMap, *, locale: str = "en", width: int = 800) -> ElementTree.Element:
    saying = Saying(other_specialty(), common().other, locale)
    return ElementTree.fromstring(picture(found, saying, width=width, notice=NOTICE))


def words(root: ElementTree.Element) -> str:
    return root.findtext(f"{SVG}desc") or ""


def test_an_empty_map_says_that_nothing_is_on_record() -> None:
    root = drawn(a_map())

    assert root.findtext(f"{SVG}title") == "Who covers what, as of June 1, 2027"
    nothing = "Clinic: nothing on record. Manufacturer: nothing on record. Insurer: nothing on record."
    assert words(root) == f"{nothing} {NOTICE}"


@pytest.mark.parametrize("width", [320, 800])
def test_the_notice_stands_below_whole(width: int) -> None:
    """R-002: inside the picture, however narrow it is."""
    root = drawn(a_map(crown(years(3))), width=width)

    letters = [one for one in root.iter(f"{SVG}text") if one.get("stroke") is None]
    below = [one for one in letters if one.get("fill") == "#444" and one.get("text-anchor") == "start"]
    assert NOTICE in " ".join(one.text or "" for one in below)
    assert max(float(one.get("y", 0)) for one in below) < float(root.get("height", 0))


def test_everything_that_is_drawn_is_told() -> None:
    """Whoever does not see it reads the same."""
    root = drawn(a_map(crown(years(3)), crown(lifetime(LifetimeOf.PATIENT), id="root", object="root")), locale="fr")

    assert root.get("role") == "img"
    assert set((root.get("aria-labelledby") or "").split()) == {
        element.get("id") for element in root.iter() if element.tag in (f"{SVG}title", f"{SVG}desc")
    }
    assert "Elle prend fin le 3 mars 2029" in words(root)
    assert "pendant la vie du patient" in words(root)


def test_no_program_can_draw_a_halo_over_its_letters() -> None:
    """CairoSVG and MuPDF draw outlines last, whatever `paint-order` says: so the letters have none."""
    texts = list(drawn(a_map(crown(years(3)))).iter(f"{SVG}text"))
    halos, letters = (
        [one for one in texts if (one.get("stroke") is not None) is outlined] for outlined in (True, False)
    )

    assert [one.text for one in halos] == [one.text for one in letters]
    assert all(texts.index(halo) < texts.index(letter) for halo, letter in zip(halos, letters, strict=True))
    assert {one.get("paint-order") for one in texts} == {None}


def test_states_and_layers_are_told_apart_without_colours() -> None:
    root = drawn(a_map(crown(years(1)), crown(years(3), id="root", object="root"), insurer="One"))
    bars = [one for one in root.iter(f"{SVG}rect") if (one.get("fill") or "").startswith("url(")]

    fills = {(one.get("fill") or "").rstrip(")").rsplit("-", 1)[1] for one in bars}
    assert fills == {"clinic", "manufacturer", "insurer"}
    assert len({(one.get("opacity"), one.get("stroke-dasharray")) for one in bars}) >= 2


def test_a_map_with_very_many_lines_stays_a_picture() -> None:
    """All of them are in its words."""
    many = [crown(years(1), id=f"part-{number}", object=f"part_{number}") for number in range(100)]

    root = drawn(a_map(*many))

    assert int(root.get("height") or 0) < 1200
    assert f"and {100 - MOST_ROWS} more" in "".join(root.itertext())
    assert "part 99" in words(root)


def test_a_thousand_years_do_not_squeeze_what_is_near() -> None:
    root = drawn(a_map(crown(years(1200)), crown(years(3), id="root", object="root")))
    shown = [int(text[:4]) for text in root.itertext() if text[:4].isdigit()]

    assert 2028 < max(shown) < 2070
    assert "3226" in words(root)


@pytest.mark.parametrize("width", [319, 2001, -1])
def test_a_picture_has_a_width_that_can_be_read(width: int) -> None:
    with pytest.raises(OutOfRange):
        drawn(a_map(), width=width)


@given(
    name=st.text(max_size=300),
    limit=LIMITS,
    anchor=st.sampled_from(["2026-03-03", "2026", "unknown", "1900-01-01"]),
    width=st.integers(320, 2000),
)
@settings(max_examples=60, deadline=None)
def test_whatever_names_there_are_it_is_well_formed_and_the_same_each_time(
    name: str, limit: Any, anchor: str, width: int
) -> None:
    """Angle brackets, letters that XML cannot hold, scripts from right to left."""
    found = a_map(crown(limit, name=name or None), anchor=anchor, insurer=name or "One")
    saying = Saying(other_specialty(), common().other, "en")

    first, second = (picture(found, saying, width=width, notice=NOTICE) for _ in range(2))
    root = ElementTree.fromstring(first.encode())

    assert first == second
    assert not {one.tag for one in root.iter()} & {f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image", f"{SVG}a"}
    for bar in root.iter(f"{SVG}rect"):
        assert float(bar.get("width") or 0) >= 0
        assert float(bar.get("x") or 0) + float(bar.get("width") or 0) <= width + 2


@given(said=st.text(max_size=200), room=st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_words_that_do_not_fit_are_cut(said: str, room: int) -> None:
    shown = fitted(said, room, 10)

    assert len(shown) <= len(" ".join(said.split())) + 2
    ElementTree.fromstring(f"<t>{plain(shown)}</t>")
