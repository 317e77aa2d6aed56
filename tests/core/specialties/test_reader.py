"""Protocol files: a small good one, and the many ways to break it."""

import copy
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from suivi.core.specialties.model import Specialty
from suivi.core.specialties.reader import BrokenProtocol, read_specialty

CITED = {"src": ["shoe2020"], "conf": "medium"}
GOOD: dict[str, Any] = {
    "meta": {"specialty": "podiatry", "version": "1.0.0", "names": {"en": "foot care", "fr": "podologie"}},
    "sources": {"shoe2020": {"title": "On shoes", "kind": "paper", "url": "https://example.org/shoes"}},
    "measurements": {
        "angle_deg": {"name": "Angle of the toe", "type": "quantity", "unit": "deg", "range": [0, 90], **CITED},
        "grade": {"name": "Grade", "type": "ordinal", "values": ["A", "B", "C"], **CITED},
    },
    "photo_sets": {"foot": {"standard": "one foot", "views": ["from_above"], **CITED}},
    "duties": {"flat_shoes": {"text": "wear flat shoes", **CITED}},
    "red_flag_library": {
        "cold_toe": {"symptom": "toe cold and white", "urgency": "emergency_now", "suspect": "ischaemia", **CITED}
    },
    "exclusions": {"heels": {"en": "high heels", "fr": "talons hauts", **CITED}},
    "warranty_templates": {
        "clinic_screw": {
            "grantor": "clinic",
            "object": "screw",
            "duration": {"unit": "year", "min": 1, "typical": 2, "max": 3, "screw_head_years": 1},
            "covers": ["screw_fracture"],
            "patient_may_pay": ["travel"],
            "conditions": ["annual_checkup", "flat_shoes", "shoes kept for inspection"],
            "exclusions": ["heels", "trauma"],
            **CITED,
        }
    },
    "procedures": [
        {
            "id": "bunion",
            "names": {"en": "bunion surgery", "fr": "opération d’hallux valgus"},
            "site": {"scheme": "laterality", "values": ["right", "left"], "unit": "foot"},
            "anchors": {"day0": "surgery", "other": ["screw_removal"]},
            "codes": {"note": "none"},
            "phases": [
                {"id": "swelling", "days": [0, 42], "text": "the foot swells", **CITED},
                {"id": "shoes", "days": [42, None], "text": "ordinary shoes", **CITED},
            ],
            "stabilisation": {"min": 90, "typical": 180, "max": 365, **CITED},
            "on_site": {"min_days": 3, "typical_days": 7, "flight_after_days": 5, **CITED},
            "follow_up_basis": {"src": ["shoe2020"], "conf": "low"},
            "follow_up": [
                {"day": 14, "window": [10, 21], "where": "remote", "checks": ["wound", "angle_deg"], "photos": "foot"}
            ],
            "normal_signs": [{"id": "swell", "sign": "swollen foot", "days": [0, 90], "note": "evenings", **CITED}],
            "red_flags": [
                {"ref": "cold_toe", "days": [0, 7]},
                {
                    "id": "pus",
                    "symptom": "pus",
                    "days": [3, None],
                    "urgency": "same_day",
                    "suspect": "infection",
                    **CITED,
                },
            ],
            "outcomes": [
                {
                    "id": "still_crooked",
                    "measure": "angle_deg",
                    "op": "gt",
                    "value": 20,
                    "level": "insufficiency",
                    "from_day": 180,
                    **CITED,
                }
            ],
            "warranties": ["clinic_screw"],
            "duties": ["flat_shoes", "report_quickly"],
            "hints": [{"when": "still swollen at 60 days", "suggests": "normal_evolution", "strength": "weak"}],
        }
    ],
}
ENGLISH = {
    "views": {"from_above": "foot from above"},
    "checks": {"wound": "wound"},
    "anchors": {"surgery": "operation", "screw_removal": "removal of the screw"},
    "coverage": {"screw": "screw", "screw_fracture": "broken screw"},
    "sites": {"left": "left foot", "right": "right foot"},
}
FRENCH = {
    "procedures": {
        "bunion": {
            "phases": {"swelling": "le pied gonfle"},
            "normal_signs": {"swell": {"sign": "pied gonflé", "note": "le soir"}},
        }
    },
    "red_flag_library": {"cold_toe": "orteil froid et blanc"},
    "views": {"from_above": "pied vu d’en haut"},
}


def written(folder: Path, protocol: Any, **locales: Any) -> Path:
    (folder / "locale").mkdir(parents=True, exist_ok=True)
    text = protocol if isinstance(protocol, str) else yaml.safe_dump(protocol, sort_keys=False, allow_unicode=True)
    (folder / "protocol.yaml").write_text(text, encoding="utf-8")
    for locale, words in {"en": ENGLISH, "fr": FRENCH, **locales}.items():
        (folder / "locale" / f"{locale}.yaml").write_text(yaml.safe_dump(words, allow_unicode=True), encoding="utf-8")
    return folder


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good protocol with another value at a path such as `procedures.0.phases.1.days`; DELETED takes it away."""
    protocol = copy.deepcopy(GOOD)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    here: Any = protocol
    for step in steps:
        here = here[step]
    if value is DELETED:
        del here[last]
    elif last == "+":
        here.append(value)
    else:
        here[last] = value
    return protocol


DELETED = object()
FIRST = GOOD["procedures"][0]

# What is changed, to what, where the message says the problem is, and what it says of it.
BROKEN: list[tuple[str, Any, str, str]] = [
    ("meta", DELETED, "meta", "missing"),
    ("meta.version", DELETED, "meta.version", "missing"),
    ("meta.colour", "blue", "meta.colour", "unknown key"),
    ("meta.reference_period", "nine months", "meta.reference_period", "pattern"),
    ("colours", {}, "colours", "unknown key"),
    ("sources", DELETED, "sources", "missing"),
    ("sources.shoe2020.kind", DELETED, "sources.shoe2020.kind", "missing"),
    ("measurements.grade.type", "colour", "measurements.grade.type", "'colour' is not one of"),
    ("measurements.grade.name", DELETED, "measurements.grade.name", "English text is missing"),
    ("measurements.angle_deg.range", [90, 0], "measurements.angle_deg.range", "range reversed"),
    ("measurements.angle_deg.src", ["gossip"], "measurements.angle_deg.src[0]", "unknown source 'gossip'"),
    ("photo_sets.foot.views", ["from_below"], "photo_sets.foot.views", "'from_below' has no text under views"),
    ("duties.flat_shoes.conf", DELETED, "duties.flat_shoes.conf", "missing"),
    ("red_flag_library.cold_toe.urgency", "soon", "urgency", "'soon' is not one of"),
    ("red_flag_library.cold_toe.src", [], "red_flag_library.cold_toe.src", "missing"),
    ("exclusions.heels.en", DELETED, "exclusions.heels", "English text is missing"),
    ("warranty_templates.clinic_screw.grantor", "uncle", "clinic_screw.grantor", "'uncle' is not one of"),
    ("warranty_templates.clinic_screw.duration.max", 1, "clinic_screw.duration", "min <= typical <= max"),
    ("warranty_templates.clinic_screw.patient_may_pay", ["yacht"], "patient_may_pay[0]", "unknown fee kind 'yacht'"),
    ("warranty_templates.clinic_screw.usually_free", ["yacht"], "usually_free[0]", "unknown fee kind 'yacht'"),
    ("warranty_templates.clinic_screw.conditions", ["smile"], "conditions[0]", "unknown condition 'smile'"),
    ("warranty_templates.clinic_screw.exclusions", ["rain"], "exclusions[0]", "unknown exclusion 'rain'"),
    ("warranty_templates.clinic_screw.covers", ["loss"], "clinic_screw.covers", "'loss' has no text under coverage"),
    ("procedures", {}, "procedures", "missing"),
    ("procedures.+", FIRST, "procedures[bunion].id", "'bunion' is given twice"),
    ("procedures.0.id", "other", "procedures[other].id", "core's own"),
    ("procedures.0.colour", "blue", "procedures[bunion].colour", "unknown key"),
    ("procedures.0.names", {"fr": "hallux"}, "procedures[bunion].names", "English text is missing"),
    ("procedures.0.names", {"en": "bunion", "French": "oignon"}, "procedures[bunion].names.French", "no language code"),
    ("procedures.0.anchors.other", ["party"], "procedures[bunion].anchors", "'party' has no text under anchors"),
    ("procedures.0.phases.1.days", [42, 7], "procedures[bunion].phases[1].days", "range reversed"),
    ("procedures.0.phases.1.days", [42], "procedures[bunion].phases[1].days[1]", "missing"),
    ("procedures.0.phases.1.id", "swelling", "procedures[bunion].phases[1].id", "'swelling' is given twice"),
    ("procedures.0.phases.0.anchor", "party", "procedures[bunion].phases[0].anchor", "unknown anchor 'party'"),
    ("procedures.0.phases.0.src", DELETED, "procedures[bunion].phases[0].src", "missing"),
    ("procedures.0.phases.0.conf", "certain", "procedures[bunion].phases[0].conf", "high, medium or low"),
    ("procedures.0.stabilisation", DELETED, "procedures[bunion].stabilisation", "missing"),
    ("procedures.0.stabilisation.typical", 30, "procedures[bunion].stabilisation", "min <= typical <= max"),
    ("procedures.0.stabilisation.max", 100, "procedures[bunion].stabilisation", "min <= typical <= max"),
    ("procedures.0.stabilisation.anchor", "party", "[bunion].stabilisation.anchor", "unknown anchor 'party'"),
    ("procedures.0.stabilisation.src", DELETED, "procedures[bunion].stabilisation.src", "missing"),
    (
        "procedures.0.stabilisation.prosthetic",
        {"min": 9, "typical": 3},
        "procedures[bunion].stabilisation.prosthetic",
        "min <= typical <= max",
    ),
    ("procedures.0.stabilisation.variants", {"keyhole": {"min": 9}}, "variants.keyhole", "min <= typical <= max"),
    ("procedures.0.on_site.typical_days", 4, "procedures[bunion].on_site", "before the earliest flight"),
    ("procedures.0.follow_up_basis", DELETED, "procedures[bunion].follow_up_basis.src", "missing"),
    ("procedures.0.follow_up.0.window", [21, 10], "procedures[bunion].follow_up[0].window", "range reversed"),
    ("procedures.0.follow_up.0.day", 60, "procedures[bunion].follow_up[0]", "day 60 is outside its window"),
    ("procedures.0.follow_up.0.where", "beach", "procedures[bunion].follow_up[0].where", "'beach' is not one of"),
    ("procedures.0.follow_up.0.photos", "hand", "procedures[bunion].follow_up[0].photos", "unknown photo set 'hand'"),
    ("procedures.0.follow_up.0.checks", ["mood"], "follow_up[0].checks", "'mood' has no text under checks"),
    ("procedures.0.red_flags.0.ref", "cold_tow", "procedures[bunion].red_flags[0].ref", "not in red_flag_library"),
    ("procedures.0.red_flags.0.days", [7, 0], "procedures[bunion].red_flags[0].days", "range reversed"),
    ("procedures.0.red_flags.1.conf", DELETED, "procedures[bunion].red_flags[1].conf", "missing"),
    ("procedures.0.red_flags.+", {"ref": "cold_toe", "days": [0, 1]}, "red_flags[2].ref", "is given twice"),
    ("procedures.0.outcomes.0.measure", "angel", "procedures[bunion].outcomes[0].measure", "unknown measurement"),
    ("procedures.0.outcomes.0.op", "above", "procedures[bunion].outcomes[0].op", "'above' is not one of"),
    ("procedures.0.outcomes.0.level", "scandal", "procedures[bunion].outcomes[0].level", "'scandal' is not one of"),
    ("procedures.0.outcomes.0.value", 120, "procedures[bunion].outcomes[0].value", "outside the range"),
    ("procedures.0.outcomes.0.from_day", DELETED, "procedures[bunion].outcomes[0]", "from_day is missing"),
    ("procedures.0.outcomes.0.value", DELETED, "procedures[bunion].outcomes[0]", "measure, op and value"),
    ("procedures.0.outcomes.0.class_hint", "guilt", "outcomes[0].class_hint", "unknown case class 'guilt'"),
    ("procedures.0.hints.0.suggests", "guilt", "procedures[bunion].hints[0].suggests", "unknown case class 'guilt'"),
    ("procedures.0.hints.0.strength", "huge", "procedures[bunion].hints[0].strength", "'huge' is not one of"),
    ("procedures.0.warranties", ["clinic_nail"], "warranties[0]", "unknown warranty template 'clinic_nail'"),
    ("procedures.0.duties", ["dance"], "procedures[bunion].duties[0]", "unknown duty 'dance'"),
]


@pytest.mark.parametrize(("path", "value", "place", "says"), BROKEN, ids=[f"{row[0]}: {row[3]}" for row in BROKEN])
def test_a_broken_protocol_is_refused_naming_file_line_and_path(
    tmp_path: Path, path: str, value: Any, place: str, says: str
) -> None:
    """R-221."""
    folder = written(tmp_path, changed(path, value))

    with pytest.raises(BrokenProtocol) as broken:
        read_specialty(folder)

    assert str(folder / "protocol.yaml") in str(broken.value)
    found = [problem for problem in broken.value.problems if says in problem]
    assert any(place in problem for problem in found), broken.value
    assert all(problem.startswith("protocol.yaml line ") for problem in found)


@pytest.fixture
def podiatry(tmp_path: Path) -> Specialty:
    return read_specialty(written(tmp_path, GOOD))


def test_the_good_protocol_is_read_with_ids_and_translations(podiatry: Specialty) -> None:
    bunion = podiatry.procedures["bunion"]

    assert (bunion.specialty, bunion.phases[0].days, bunion.phases[1].days) == ("podiatry", (0, 42), (42, None))
    assert bunion.phases[0].text.read("fr") == ("le pied gonfle", "fr")
    assert bunion.phases[1].text.read("fr") == ("ordinary shoes", "en")
    assert bunion.normal_signs[0].note is not None
    assert bunion.normal_signs[0].note.read("fr")[0] == "le soir"
    assert podiatry.exclusions["heels"].text.read("fr")[0] == "talons hauts"
    assert podiatry.labels.views["from_above"].read("fr")[0] == "pied vu d’en haut"
    assert podiatry.warranty_templates["clinic_screw"].duration.parts == {"screw_head_years": 1}


def test_a_red_flag_by_reference_keeps_its_own_days_and_takes_the_rest_from_the_library(podiatry: Specialty) -> None:
    flag = podiatry.procedures["bunion"].red_flags[0]

    assert (flag.id, flag.days, flag.urgency, flag.src, flag.conf) == (
        "cold_toe", (0, 7), "emergency_now", ("shoe2020",), "medium",
    )  # fmt: skip
    assert flag.symptom.read("fr")[0] == "orteil froid et blanc"


def test_core_s_general_red_flags_follow_a_procedure_s_own(podiatry: Specialty) -> None:
    flags = [flag.id for flag in podiatry.procedures["bunion"].red_flags]

    assert flags[:2] == ["cold_toe", "pus"]
    assert len(flags) == 9
    assert all(flag.startswith("g_") for flag in flags[2:])


def test_a_general_red_flag_with_days_of_its_own_is_not_given_twice(tmp_path: Path) -> None:
    protocol = changed("procedures.0.red_flags.+", {"ref": "g_fever", "days": [0, 60]})

    flags = read_specialty(written(tmp_path, protocol)).procedures["bunion"].red_flags

    assert [flag.days for flag in flags if flag.id == "g_fever"] == [(0, 60)]


def test_a_general_red_flag_may_be_called_more_urgent_and_never_less(tmp_path: Path) -> None:
    protocol = changed("procedures.0.red_flags.+", {"ref": "g_fever", "days": [0, 60], "urgency": "routine"})
    protocol["procedures"][0]["red_flags"].append({"ref": "g_leg_dvt", "days": [0, 9], "urgency": "emergency_now"})

    flags = {flag.id: flag for flag in read_specialty(written(tmp_path, protocol)).procedures["bunion"].red_flags}

    assert (flags["g_fever"].urgency, flags["g_fever"].days) == ("same_day", (0, 60))
    assert flags["g_leg_dvt"].urgency == "emergency_now"


FEVER = {"symptom": "fever", "urgency": "routine", "suspect": "nothing", **CITED}


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("procedures.0.red_flags.+", {"id": "g_fever", "days": [0, 9], **FEVER}),
        ("procedures.0.red_flags.+", {"ref": "cold_toe", "id": "g_fever", "days": [8, 9]}),
        ("procedures.0.normal_signs.+", {"id": "g_fever", "sign": "fever", "days": [0, 90], **CITED}),
        ("red_flag_library.g_fever", FEVER),
    ],
)
def test_no_entry_stands_in_the_place_of_a_general_red_flag(path: str, entry: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BrokenProtocol, match="'g_fever' is a general red flag of core's own: use `ref: g_fever`"):
        read_specialty(written(tmp_path, changed(path, entry)))


def test_a_general_red_flag_keeps_its_symptom(tmp_path: Path) -> None:
    entry = {"ref": "g_fever", "days": [0, 60], "symptom": "sneezing"}

    with pytest.raises(BrokenProtocol, match=r"symptom of 'g_fever' is core's own"):
        read_specialty(written(tmp_path, changed("procedures.0.red_flags.+", entry)))


def test_check_ups_and_hints_inherit_their_sources(podiatry: Specialty) -> None:
    bunion = podiatry.procedures["bunion"]

    assert (bunion.check_ups[0].src, bunion.check_ups[0].conf) == (("shoe2020",), "low")
    assert bunion.hints[0].src == ("seed_en", "seed_fr", "gk")


def test_a_prosthesis_has_a_clock_of_its_own_with_the_same_sources(tmp_path: Path) -> None:
    second = {"anchor": "screw_removal", "min": 30, "typical": 60, "max": 90}
    protocol = changed("procedures.0.stabilisation.prosthetic", second)

    prosthetic = read_specialty(written(tmp_path, protocol)).procedures["bunion"].prosthetic

    assert prosthetic is not None
    assert (prosthetic.anchor, prosthetic.min, prosthetic.src) == ("screw_removal", 30, ("shoe2020",))


def test_what_a_specialty_uses_of_core_s_lists_is_found_in_the_specialty(podiatry: Specialty) -> None:
    assert set(podiatry.duties) == {"flat_shoes", "report_quickly"}
    assert set(podiatry.exclusions) == {"heels", "trauma"}


def test_general_knowledge_alone_is_medium_at_most(tmp_path: Path) -> None:
    protocol = changed("procedures.0.phases.0.src", ["gk"])
    protocol["procedures"][0]["phases"][0]["conf"] = "high"

    with pytest.raises(BrokenProtocol, match=r"phases\[0\].conf: .* medium at most"):
        read_specialty(written(tmp_path, protocol))


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    protocol = changed("procedures.0.phases.1.days", [42, 7])
    protocol["procedures"][0]["duties"] = ["dance"]
    protocol["measurements"]["grade"]["src"] = ["gossip"]

    with pytest.raises(BrokenProtocol, match="3 problems") as broken:
        read_specialty(written(tmp_path, protocol))

    assert len(broken.value.problems) == 3


def test_the_line_is_that_of_the_problem(tmp_path: Path) -> None:
    folder = written(tmp_path, changed("procedures.0.hints.0.strength", "huge"))
    lines = (folder / "protocol.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if "strength: huge" in text)

    with pytest.raises(BrokenProtocol, match=f"protocol.yaml line {line}: "):
        read_specialty(folder)


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    good = yaml.safe_dump(GOOD, sort_keys=False)

    with pytest.raises(BrokenProtocol, match=r"measurements\.grade: key given twice"):
        read_specialty(written(tmp_path, good.replace("  angle_deg:\n", "  grade:\n", 1)))


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "not a mapping"), ("- a list", "not a mapping"), ("a: [1", "expected"), ("a: \x07", "not allowed")],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BrokenProtocol, match=says):
        read_specialty(written(tmp_path, text))


def test_a_missing_protocol_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenProtocol, match="cannot be read"):
        read_specialty(tmp_path)


def test_a_translation_of_something_the_protocol_lacks_is_refused_naming_the_locale_file(tmp_path: Path) -> None:
    french = {"procedures": {"bunion": {"phases": {"sweling": "le pied gonfle"}}}}

    with pytest.raises(
        BrokenProtocol, match=r"fr.yaml line \d+: procedures.bunion.phases.sweling: the protocol has no such text"
    ):
        read_specialty(written(tmp_path, GOOD, fr=french))


def test_a_translation_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenProtocol, match=r"fr.yaml line 2: duties.flat_shoes: is not a text"):
        read_specialty(written(tmp_path, GOOD, fr={"duties": {"flat_shoes": 7}}))


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in pairs for place in ((*path, key), *_places(item, (*path, key)))]


@pytest.mark.parametrize("junk", [None, 7, "junk", [], ["a", {"b": 1}], {"a": {"b": []}}, [[1]]], ids=repr)
def test_whatever_stands_in_a_place_the_reader_reads_or_refuses_and_never_falls_over(tmp_path: Path, junk: Any) -> None:
    for number, place in enumerate(_places(GOOD)[::7]):
        protocol = changed(".".join(map(str, place)), junk)
        with suppress(BrokenProtocol):
            read_specialty(written(tmp_path / str(number), protocol))
