"""A frontend builds its forms from the API: what may be asked, in words, with what each input accepts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from suivi.core.registry import Registry
from tests.services.suivi import Client, Statements, suivi
from tests.services.world import World

pytestmark = pytest.mark.once

FORM = """query($key: String!, $locale: String) { procedure(key: $key) {
  signs { key text(locale: $locale) { text } urgency firstDay lastDay anchor }
  measurements { ...Definition }
  facts { key question(locale: $locale) { text } type unit range { least most } values { ...Label } }
  photoSets { key standard views { ...Label } radiographs { ...Label } documents { ...Label } video { ...Label }
    capture { ...Label } limits(locale: $locale) { text } sources confidence }
  views { ...Label }
  anchorChoices { key first text(locale: $locale) { text locale } }
  site { scheme unit multiple values siteValues { ...Label } details { ...Label } }
  variants { ...Label }
  series { unit min typical max intervalDays { first last } starts countsFrom note(locale: $locale) { text } }
  checkUps { day anchor window { first last } where repeatEveryDays checks { ...Label } photoSet onlyIf sources }
  warrantyTemplates { key grantor object { ...Label } duration { unit min typical max orMore } starts
    covers { ...Label } remedy { ...Label } usuallyFree { ...Label } patientMayPay { ...Label } conditions { ...Label }
    exclusions { ...Label } sources confidence }
  dutyTexts { ...Label }
  phases { key text(locale: $locale) { text } days { first last } anchor sources confidence }
  stabilisation { ...Figures }
  prosthetic { ...Figures }
  outcomes { ...Threshold }
  sources { key title kind url }
} }
fragment Label on Label { key text(locale: $locale) { text locale } }
fragment Figures on StabilisationFigures { unit min typical max anchor variants { variant { ...Label } min typical max }
  measured { measure within times apartDays } sources confidence }
fragment Threshold on Threshold { key level comparisons { measure op values { number choice truth } } fromDay unit
  anchor condition requires { fact op values { number choice truth } } documents { ...Label } classHint sources }
fragment Definition on MeasurementDefinition { key name(locale: $locale) { text } type unit range { least most }
  values { ...Label } per perSite baselineNeeded targetNeeded better thresholds { ...Threshold } sources confidence }"""


async def form(who: Client, key: str, locale: str | None = None) -> dict[str, Any]:
    answer = await who.ask(FORM, key=key, locale=locale)
    found: dict[str, Any] = answer["procedure"]
    return found


def keyed(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["key"]: item for item in items}


async def test_a_form_of_measurements_says_what_each_input_accepts(world: World) -> None:
    """R-220: type, unit, range, scale, whether it is about one tooth, and whether a value from before is needed."""
    crown = keyed((await form(world.patient, "crown", "fr"))["measurements"])
    implant = keyed((await form(world.patient, "single_implant"))["measurements"])

    gap, grade = crown["marginal_gap_um"], crown["restoration_ryge"]
    assert (gap["type"], gap["unit"], gap["range"]) == ("QUANTITY", "um", {"least": 0, "most": 1000})
    assert (gap["values"], gap["per"], gap["perSite"]) == ([], "restoration", True)
    assert (grade["type"], grade["unit"], grade["range"]) == ("ORDINAL", None, None)
    assert [step["key"] for step in grade["values"]] == ["A", "B", "C", "D"]
    assert grade["thresholds"][0]["comparisons"] == [
        {
            "measure": "restoration_ryge",
            "op": "IN",
            "values": [{"number": None, "choice": choice, "truth": None} for choice in "CD"],
        }
    ]
    assert crown["delta_e00"]["targetNeeded"]
    assert not gap["baselineNeeded"]
    assert implant["implant_mobile"]["type"] == "BOOLEAN"
    assert [step["text"]["text"] for step in implant["bleeding_or_pus"]["values"]][1] == "bleeding"


async def test_only_what_the_procedure_uses_is_offered_and_the_rest_can_be_asked_for(world: World) -> None:
    answer = await world.patient.ask(
        '{ procedure(key: "crown") { measurements { key } allMeasurements { key thresholds { key } } } }'
    )
    used = [found["key"] for found in answer["procedure"]["measurements"]]
    everything = keyed(answer["procedure"]["allMeasurements"])

    assert "isq" not in used
    assert set(used) < set(everything)
    assert everything["isq"]["thresholds"] == []


async def test_sites_can_be_chosen_without_knowing_the_scheme(world: World) -> None:
    """R-022: every tooth there is, milk teeth included, each arch by name; none for a procedure without a site."""
    crown, whitening, other = [(await form(world.patient, key))["site"] for key in ("crown", "whitening", "other")]

    teeth = [site["key"] for site in crown["siteValues"]]
    assert (len(teeth), teeth[0], teeth[-1]) == (52, "11", "85")
    assert [(site["key"], site["text"]["text"]) for site in whitening["siteValues"]] == [
        ("upper", "upper jaw"),
        ("lower", "lower jaw"),
    ]
    assert other["siteValues"] == []


async def test_each_site_that_a_form_offers_is_accepted(world: World) -> None:
    for key in ("crown", "whitening", "full_arch_all_on_4"):
        sites = [site["key"] for site in (await form(world.patient, key))["site"]["siteValues"]]

        done = await world.patient.do(
            "registerTreatment",
            "... on Treatment { sites }",
            patientId=world.patient_id,
            clinicId=world.clinic_id,
            procedure=key,
            sites=sites,
        )

        assert done["sites"] == sites


async def test_every_anchor_has_a_text_and_the_first_is_named(world: World) -> None:
    first, *others = (await form(world.patient, "single_implant", "fr"))["anchorChoices"]

    assert (first["key"], first["first"]) == ("implant_placement", True)
    assert not any(anchor["first"] for anchor in others)
    assert {anchor["text"]["locale"] for anchor in (first, *others)} == {"fr"}


async def test_a_planned_check_up_says_what_is_looked_at_and_photographed(world: World) -> None:
    """R-030, R-033: in words, with the views of its photo set."""
    crown = await form(world.patient, "crown")

    [first, second, *_] = crown["checkUps"]
    photos = keyed(crown["photoSets"])
    assert (first["day"], first["window"], first["anchor"]) == (1, {"first": 1, "last": 3}, "definitive_cementation")
    assert second["checks"][0] == {
        "key": "cold_pain_nrs",
        "text": {"text": "Sensitivity, numeric rating", "locale": "en"},
    }
    assert crown["checkUps"][-1]["repeatEveryDays"] == 365
    assert len(photos["smile_12"]["views"]) == 12
    assert [how["key"] for how in photos["smile_12"]["capture"]] == ["clinic", "patient"]
    assert len(crown["views"]) == len({view["key"] for view in crown["views"]}) > 12


async def test_figures_come_with_their_sources(world: World) -> None:
    """R-226: every source that an entry cites is in the list of the procedure."""
    crown = await form(world.patient, "crown")

    cited = set(cited_in(crown))
    assert cited
    assert cited <= set(keyed(crown["sources"]))
    assert crown["stabilisation"]["min"] <= crown["stabilisation"]["typical"]
    assert crown["stabilisation"]["sources"]


def cited_in(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from cited_in(item)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "sources" and value and isinstance(value[0], str):
                yield from value
            else:
                yield from cited_in(value)


async def test_what_a_warranty_usually_covers_reads_as_text(world: World) -> None:
    """R-110: a template binds nobody, and says what a clinic's terms may have to say."""
    crown = await form(world.patient, "crown", "fr")

    template = keyed(crown["warrantyTemplates"])["clinic_crown"]
    assert template["object"]["text"]["locale"] == "fr"
    assert template["duration"]["unit"] == "year"
    for group in ("covers", "remedy", "usuallyFree", "exclusions"):
        assert all(label["text"]["text"] for label in template[group]), group
    assert [duty["key"] for duty in crown["dutyTexts"]]


async def test_every_procedure_can_be_shown_whole_in_every_language(world: World, subtests: pytest.Subtests) -> None:
    """R-004, R-220: a missing translation falls back to English, and says so; no key is left without a text."""
    registry = world.suivi.running.house.registry

    for key in [*registry.procedures(), "other"]:
        for locale in ("en", "fr", "ko"):
            with subtests.test(key, locale=locale):
                assert [text for text in texts_in(await form(world.patient, key, locale)) if not text.strip()] == []


def texts_in(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from texts_in(item)
    elif isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from texts_in(value)


async def test_a_form_needs_no_statement_at_all(world: World) -> None:
    """R-218: it is what the plugins say, and they are in memory."""
    with Statements() as statements:
        await form(world.patient, "crown")

    assert len(statements) == 0


async def test_a_specialty_without_labels_reads_as_its_own_ids(tmp_path: Path, database_url: str) -> None:
    """R-220: a stranger's plugin that gives no texts breaks no form."""
    registry = Registry.load(only=["dental"])
    specialty = registry.specialty("dental")
    assert specialty is not None
    bare = specialty.model_copy(update={"labels": type(specialty.labels)()})
    registry._specialties["dental"] = bare

    async with suivi(data_dir=tmp_path, database_url=database_url, registry=registry, deliver=False) as running:
        crown = await form(running.as_(Role.PATIENT, "anybody"), "crown")

    assert crown["anchorChoices"][0]["text"] == {"text": "definitive cementation", "locale": "en"}
    assert crown["views"][0]["text"]["locale"] == "en"
