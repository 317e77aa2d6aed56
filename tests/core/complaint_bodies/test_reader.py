"""Directories of complaint bodies: a small good one, and the many ways to break it."""

import copy
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from suivi.core.complaint_bodies.model import Aesthetic, BodyKind, ComplaintBodies, Filer
from suivi.core.complaint_bodies.reader import BrokenProtocol, read_complaint_bodies

COUNCIL: dict[str, Any] = {
    "country": "AT",
    "regions": ["AT-9"],
    "name": {"en": "Patients' council", "de": "Patientenrat"},
    "kind": "patient_ombudsman",
    "remit": "complaints about hospitals",
    "who_may_file": ["patient", "representative"],
    "scope": {
        "foreigners": True,
        "aesthetic": "excluded",
        "severity": {"any_of": [{"kind": "permanent_harm_pct", "op": "gt", "value": 20}], "words": "over 20%"},
    },
    "languages": ["de", "en-GB"],
    "cost": {"least": 50, "currency": "EUR", "words": "a fee"},
    "time_limits": [{"of": "filing", "period": "P3Y", "counts_from": "knowledge"}],
    "contacts": {
        "websites": [{"url": "https://council.example"}],
        "emails": [{"address": "office@council.at"}],
        "phones": [
            {"number": "+43-1-5871204", "reach": "international"},
            {"number": "01 5871204", "reach": "domestic", "src": ["gk"], "conf": "low"},
            {"number": "144", "reach": "domestic", "short_code": True},
        ],
    },
    "conflicts": [
        {
            "field": "phones",
            "claims": [{"value": "01 5871204", "src": ["council"]}, {"value": "01 5871205", "src": ["gk"]}],
            "note": "two numbers",
        }
    ],
    "verified_on": date(2026, 3, 1),
    "needs_person": True,
    "reasons": "only if the hospital agrees",
    "src": ["council"],
    "conf": "high",
}
GOOD: dict[str, Any] = {
    "meta": {"version": "1.0.0"},
    "sources": {"council": {"title": "The council", "kind": "official", "url": "https://council.example"}},
    "kinds": {"patient_ombudsman": "ombudsman"},
    "bodies": {"at_council": COUNCIL},
    "legal_notes": {
        "at_two_years": {"country": "AT", "topic": "two_years", "text": "two years", "src": ["council"], "conf": "low"}
    },
    "emergency_numbers": [{"countries": ["AT", "EU"], "numbers": [{"number": "112"}], "src": ["gk"], "conf": "high"}],
    "routing": {
        "jurisdiction": "place_of_treatment",
        "regions_needed": ["AT"],
        "emergency": "where_the_patient_is",
        "order": ["clinic_written_reply", "country_body"],
        "text": {"order": "the clinic first"},
    },
}
FRENCH: dict[str, Any] = {
    "kinds": {"patient_ombudsman": "médiateur"},
    "bodies": {
        "at_council": {
            "remit": "réclamations sur les hôpitaux",
            "scope": {"severity": {"words": "plus de 20 %"}},
            "cost": {"words": "payant"},
            "conflicts": {"phones": "deux numéros"},
            "reasons": "seulement si l’hôpital est d’accord",
        }
    },
    "legal_notes": {"at_two_years": "deux ans"},
    "routing": {"order": "la clinique d’abord"},
}
DELETED = object()


def written(folder: Path, bodies: Any, french: Any = FRENCH) -> Path:
    (folder / "locale").mkdir(parents=True, exist_ok=True)
    text = bodies if isinstance(bodies, str) else yaml.safe_dump(bodies, sort_keys=False, allow_unicode=True)
    (folder / "bodies.yaml").write_text(text, encoding="utf-8")
    (folder / "locale" / "fr.yaml").write_text(yaml.safe_dump(french, allow_unicode=True), encoding="utf-8")
    return folder


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good directory with another value at a path of the council, or from the top with a leading dot."""
    whole = copy.deepcopy(GOOD)
    here: Any = whole if path.startswith(".") else whole["bodies"]["at_council"]
    *steps, last = [int(step) if step.isdigit() else step for step in path.strip(".").split(".")]
    for step in steps:
        here = here[step]
    if value is DELETED:
        del here[last]
    else:
        here[last] = value
    return whole


PHONES = "contacts.phones.0"

# What is changed, to what, where the message says the problem is, and what it says of it.
BROKEN: list[tuple[str, Any, str, str]] = [
    (".bodies", DELETED, "bodies", "missing"),
    (".bodies", ["at_council"], "bodies", "is not a mapping"),
    (".colours", {}, "colours", "unknown key"),
    (".meta.colour", "blue", "meta.colour", "unknown key"),
    (".sources.council.kind", DELETED, "sources.council.kind", "missing"),
    (".kinds", {"oracle": "oracle"}, "kinds.oracle", "is not one of"),
    (".legal_notes.at_two_years.conf", DELETED, "legal_notes.at_two_years.conf", "missing"),
    (".legal_notes.at_two_years.country", "XX", "legal_notes.at_two_years.country", "'XX' is no ISO 3166-1"),
    (".emergency_numbers.0.numbers.0.number", "call us", "emergency_numbers[0].numbers[0].number", "pattern"),
    (".routing.order", ["prayer"], "routing.order[0]", "'prayer' is not one of"),
    ("colour", "blue", "bodies.at_council.colour", "unknown key"),
    ("country", "XX", "bodies.at_council.country", "'XX' is no ISO 3166-1 alpha-2 code"),
    ("country", DELETED, "bodies.at_council.country", "missing"),
    ("regions", ["AT-77"], "bodies.at_council.regions[0]", "'AT-77' is no ISO 3166-2 code"),
    ("regions", ["DE-BY"], "bodies.at_council", "'DE-BY' is no region of AT"),
    ("kind", "oracle", "bodies.at_council.kind", "'oracle' is not one of"),
    ("name", {"de": "Rat"}, "bodies.at_council.name", "English text is missing"),
    ("who_may_file", ["neighbour"], "bodies.at_council.who_may_file[0]", "'neighbour' is not one of"),
    ("scope", DELETED, "bodies.at_council.scope", "missing"),
    ("scope.foreigners", DELETED, "bodies.at_council.scope.foreigners", "missing"),
    ("scope.specialties", ["a"], "bodies.at_council.scope", "both covered and excluded"),
    ("scope.severity.any_of.0.value", DELETED, "scope.severity.any_of[0]", "needs op and value"),
    ("scope.severity.any_of.0.kind", "death", "scope.severity.any_of[0]", "takes no op and value"),
    ("languages", ["klingon!"], "bodies.at_council.languages[0]", "no BCP 47 tag"),
    ("cost.currency", "EURO", "bodies.at_council.cost.currency", "'EURO' is no ISO 4217 code"),
    ("cost.currency", DELETED, "bodies.at_council.cost", "an amount needs its currency"),
    ("cost.free", True, "bodies.at_council.cost", "free, and yet there is a fee"),
    ("time_limits.0.period", "3 years", "bodies.at_council.time_limits[0].period", "no ISO 8601 length"),
    ("contacts.websites.0.url", "http://council.example", "contacts.websites[0].url", "does not begin with https"),
    ("contacts.websites.0.url", "www.council.example", "contacts.websites[0].url", "no address of a web page"),
    ("contacts.emails.0.address", "office at council", "contacts.emails[0].address", "no e-mail address"),
    (f"{PHONES}.number", "+43-1-12", PHONES, "no telephone number of AT"),
    (f"{PHONES}.number", "+49-30-1234567", PHONES, "no telephone number of AT"),
    (f"{PHONES}.number", "01 5871204", PHONES, "begins with +"),
    ("contacts.phones.2.short_code", False, "contacts.phones[2]", "no telephone number of AT"),
    ("contacts.phones.2.number", "14-14-14-14", "contacts.phones[2]", "no telephone number of AT"),
    ("contacts.phones.1.src", ["gossip"], "contacts.phones[1].src[0]", "unknown source 'gossip'"),
    ("conflicts.0.claims.1.value", "01 5871204", "conflicts[0]", "the claims agree"),
    ("conflicts.0.claims.1.src", ["gossip"], "conflicts[0].claims[1].src[0]", "unknown source 'gossip'"),
    ("verified_on", "lately", "bodies.at_council.verified_on", "valid date"),
    ("needs_person", False, "bodies.at_council", "needs_person and reasons come together"),
    ("src", DELETED, "bodies.at_council.src", "missing"),
    ("src", ["gossip"], "bodies.at_council.src[0]", "unknown source 'gossip'"),
    ("conf", "certain", "bodies.at_council.conf", "'certain' is not one of"),
]


@pytest.mark.parametrize(("path", "value", "place", "says"), BROKEN, ids=[f"{row[0]}: {row[3]}" for row in BROKEN])
def test_a_broken_directory_is_refused_naming_file_line_and_path(
    tmp_path: Path, path: str, value: Any, place: str, says: str
) -> None:
    """R-183, R-221."""
    bodies = changed(path, value)
    if path == "scope.specialties":
        bodies["bodies"]["at_council"]["scope"]["excluded_specialties"] = ["a"]

    with pytest.raises(BrokenProtocol) as broken:
        read_complaint_bodies(written(tmp_path, bodies))

    found = [problem for problem in broken.value.problems if says in problem]
    where = place.replace(PHONES, "contacts.phones[0]")
    assert any(where in problem and problem.startswith("bodies.yaml line ") for problem in found), broken.value


@pytest.fixture
def directory(tmp_path: Path) -> ComplaintBodies:
    return read_complaint_bodies(written(tmp_path, GOOD))


def test_the_good_directory_is_read_with_ids_and_translations(directory: ComplaintBodies) -> None:
    council = directory.bodies["at_council"]

    assert (council.id, council.kind, council.regions) == ("at_council", BodyKind.PATIENT_OMBUDSMAN, ("AT-9",))
    assert council.who_may_file == (Filer.PATIENT, Filer.REPRESENTATIVE)
    assert council.scope.aesthetic is Aesthetic.EXCLUDED
    assert council.remit.read("fr") == ("réclamations sur les hôpitaux", "fr")
    assert council.name.read("fr") == ("Patients' council", "en")
    assert council.name.read("de") == ("Patientenrat", "de")
    assert council.conflicts[0].note.read("fr")[0] == "deux numéros"
    assert directory.kinds[BodyKind.PATIENT_OMBUDSMAN].read("fr")[0] == "médiateur"
    assert directory.legal_notes["at_two_years"].text.read("fr")[0] == "deux ans"


def test_a_contact_without_sources_of_its_own_rests_on_those_of_its_entry(directory: ComplaintBodies) -> None:
    council = directory.bodies["at_council"]

    assert [(phone.src, phone.conf) for phone in council.contacts.phones[:2]] == [
        (("council",), "high"),
        (("gk",), "low"),
    ]
    assert council.time_limits[0].src == ("council",)


def test_what_the_directory_cites_of_cores_own_sources_is_found_in_it(directory: ComplaintBodies) -> None:
    assert set(directory.sources) == {"council", "gk"}


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    bodies = changed("country", "XX")
    bodies["bodies"]["at_council"]["kind"] = "oracle"
    bodies["bodies"]["at_council"]["src"] = ["gossip"]

    with pytest.raises(BrokenProtocol) as broken:
        read_complaint_bodies(written(tmp_path, bodies))

    assert {"country", "kind", "src"} <= {
        problem.split(": ")[1].split(".")[2].split("[")[0] for problem in broken.value.problems
    }


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    text = yaml.safe_dump(GOOD, sort_keys=False).replace("legal_notes:", "  at_council: {}\nlegal_notes:", 1)

    with pytest.raises(BrokenProtocol, match=r"bodies\.at_council: key given twice"):
        read_complaint_bodies(written(tmp_path, text))


def test_a_translation_of_something_the_directory_lacks_is_refused_naming_the_locale_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenProtocol, match=r"fr\.yaml line \d+: bodies\.at_council\.motto: the protocol has no such"):
        read_complaint_bodies(written(tmp_path, GOOD, {"bodies": {"at_council": {"motto": "courage"}}}))


@pytest.mark.parametrize("junk", [None, 7, "text", [], [[]], {"a": {"b": []}}], ids=repr)
@pytest.mark.parametrize(
    "place", ["scope", "contacts", "contacts.phones", "conflicts", "time_limits", "name", ".routing"]
)
def test_whatever_stands_in_a_place_the_reader_reads_or_refuses_and_never_falls_over(
    tmp_path: Path, place: str, junk: Any
) -> None:
    with suppress(BrokenProtocol):
        read_complaint_bodies(written(tmp_path, changed(place, junk), {}))
