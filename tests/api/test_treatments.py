"""Registering treatments, and everything that is no treatment."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.suivi import Client
from tests.services.world import CEMENTED, World, build_world

TREATMENT = "... on Treatment { id version sites }"


def registering(world: World, who: Client | None = None) -> Trying:
    good: dict[str, Any] = {
        "patientId": world.patient_id,
        "clinicId": world.clinic_id,
        "procedure": "crown",
        "sites": ["15"],
    }
    return Trying(who=who or world.patient, mutation="registerTreatment", good=good)


async def registered(world: World, **changed: Any) -> str:
    trying = registering(world)
    treatment = await world.patient.do("registerTreatment", TREATMENT, **(trying.good | changed))
    assert treatment["__typename"] == "Treatment", treatment
    treatment_id: str = treatment["id"]
    return treatment_id


async def clinic_in(world: World, time_zone: str) -> str:
    clinic = await world.operator.do(
        "registerClinic",
        "... on Clinic { id }",
        name="Elsewhere",
        country="US",
        city="Elsewhere",
        timeZone=time_zone,
        languages=["en"],
    )
    clinic_id: str = clinic["id"]
    return clinic_id


async def test_what_cannot_be_registered_as_a_treatment(world: World, subtests: pytest.Subtests) -> None:
    """R-020: each mistake has its code, and nothing is half written."""
    wrong = registering(world)
    seated = {"name": "definitive_cementation", "on": "2026-03-03"}
    too_many = [f"{quadrant}{tooth}" for quadrant in "1234" for tooth in "12345678"]
    too_many += [f"{quadrant}{tooth}" for quadrant in "5678" for tooth in "12345"] + ["99"] * 20
    other = await build_world(world.suivi, name="two")
    elsewhere = await other.patient.do("planTrip", "... on Trip { id }", patientId=other.patient_id, country="HU")

    await each_is_refused(
        [
            wrong("a procedure nobody knows", "UNKNOWN_PROCEDURE", "procedure", procedure="rhinoplasty"),
            wrong("a procedure that is no text", "UNKNOWN_PROCEDURE", "procedure", procedure="\x00"),
            wrong("other, and not what", "DESCRIPTION_MISSING", "description", procedure="other", sites=[]),
            wrong("other, and only spaces", "DESCRIPTION_MISSING", "description", procedure="other", description=" "),
            wrong("a description too long", "TEXT_TOO_LONG", "description", description="x" * 201),
            wrong("tooth 99", "UNKNOWN_SITE", "sites", sites=["99"]),
            wrong("tooth 19", "UNKNOWN_SITE", "sites", sites=["19"]),
            wrong("tooth fourteen", "UNKNOWN_SITE", "sites", sites=["fourteen"]),
            wrong("tooth 14 in other digits", "UNKNOWN_SITE", "sites", sites=["١٤"]),
            wrong("an empty tooth", "UNKNOWN_SITE", "sites", sites=[""]),
            wrong("one good tooth and one bad", "UNKNOWN_SITE", "sites", sites=["14", "99"]),
            wrong("more teeth than there are", "UNKNOWN_SITE", "sites", sites=too_many),
            wrong("no tooth", "SITE_MISSING", "sites", sites=[]),
            wrong(
                "an anchor of another procedure",
                "UNKNOWN_ANCHOR",
                "anchors",
                anchors=[{"name": "embryo_transfer", "on": "2026-03-03"}],
            ),
            wrong("an anchor twice", "ANCHOR_REPEATED", "anchors", anchors=[seated, seated]),
            wrong("an anchor tomorrow", "ANCHOR_IN_FUTURE", "anchors", anchors=[seated | {"on": "2026-03-04"}]),
            wrong("an anchor next month", "ANCHOR_IN_FUTURE", "anchors", anchors=[seated | {"on": "2026-04"}]),
            wrong("an anchor next year", "ANCHOR_IN_FUTURE", "anchors", anchors=[seated | {"on": "2027"}]),
            wrong("the 30th of February", "UNREADABLE_DATE", "anchors", anchors=[seated | {"on": "2026-02-30"}]),
            wrong("a date in words", "UNREADABLE_DATE", "anchors", anchors=[seated | {"on": "3 March 2026"}]),
            wrong("the year 999", "UNREADABLE_DATE", "anchors", anchors=[seated | {"on": "0999"}]),
            wrong("agreed tomorrow", "AGREED_IN_FUTURE", "agreedOn", agreedOn="2026-03-04"),
            wrong(
                "agreed after it was done",
                "AGREED_AFTER_TREATMENT",
                "agreedOn",
                anchors=[seated | {"on": "2026-02-01"}],
                agreedOn="2026-02-02",
            ),
            wrong("empty objectives", "TEXT_EMPTY", "patientObjectives", patientObjectives="\t"),
            wrong(
                "words of the other side", "OBJECTIVES_NOT_YOURS", "practitionerObjectives", practitionerObjectives="x"
            ),
            wrong("no such patient", "INVALID_ID", "patientId", patientId=world.clinic_id),
            wrong("no such clinic", "INVALID_ID", "clinicId", clinicId="14"),
            wrong("a patient of another partner", "NOT_FOUND", None, patientId=other.patient_id),
            wrong("another clinic's dentist", "NOT_FOUND", "practitionerId", practitionerId=other.practitioner_id),
            wrong("another patient's trip", "NOT_FOUND", "tripId", tripId=elsewhere["id"]),
        ],
        subtests,
    )


async def test_an_anchor_that_is_still_to_come_is_told_when_it_may_be_recorded(world: World) -> None:
    """R-212."""
    wrong = registering(world)

    refused = await refusal(
        wrong(
            "the day after",
            "ANCHOR_IN_FUTURE",
            "anchors",
            anchors=[{"name": "definitive_cementation", "on": "2026-03-05"}],
        )
    )

    assert refused["availableFrom"] == "2026-03-05"


async def test_the_remedy_of_an_unknown_procedure_names_the_way_out(world: World) -> None:
    """R-020, R-212: in the reader's language."""
    french = Client(http=world.patient.http, token=world.patient.token, clock=CEMENTED, locale="fr-CA")

    in_english = await refusal(registering(world)("unknown", "UNKNOWN_PROCEDURE", "procedure", procedure="lasik"))
    in_french = await refusal(
        registering(world, french)("inconnue", "UNKNOWN_PROCEDURE", "procedure", procedure="lasik")
    )

    assert "`other`" in in_english["remedy"]
    assert "`other`" in in_french["remedy"]
    assert in_english["message"] != in_french["message"]


async def test_a_procedure_no_specialty_knows_is_followed_with_core_defaults(world: World) -> None:
    """R-020, R-060: `other`, with a description."""
    treatment_id = await registered(
        world,
        procedure="other",
        description="Gum graft",
        sites=[],
        anchors=[{"name": "procedure", "on": "2026-03-03"}],
    )

    answer = await world.patient.ask(
        """query($id: ID!) { treatment(id: $id) { specialty description procedure { key }
          recovery(asOf: "2026-03-13") { stabilisation { tooEarly } redFlags { key } rules }
          referenceWindow(asOf: "2026-03-13") { won { source period } lastDayLatest } } }""",
        id=treatment_id,
    )
    treatment = answer["treatment"]

    assert (treatment["specialty"], treatment["description"]) == ("other", "Gum graft")
    assert treatment["recovery"]["stabilisation"]["tooEarly"] is True
    assert "g_breathing" in [flag["key"] for flag in treatment["recovery"]["redFlags"]]
    assert treatment["referenceWindow"] == {
        "won": {"source": "DEFAULT", "period": "P9M"},
        "lastDayLatest": "2026-12-03",
    }


async def test_a_tooth_named_twice_is_treated_once(world: World) -> None:
    """R-022."""
    asked: dict[str, Any] = registering(world).good | {"sites": ["14", " 14", "15"]}

    treatment = await world.patient.do("registerTreatment", TREATMENT, **asked)

    assert treatment["sites"] == ["14", "15"]


async def test_tomorrow_in_utc_is_already_today_at_a_clinic_in_the_east(world: World) -> None:
    """R-064: an anchor's day is the clinic's day."""
    patient = world.patient.at(datetime(2026, 3, 3, 23, 30, tzinfo=UTC))

    treatment = await patient.do(
        "registerTreatment",
        TREATMENT,
        **registering(world).good,
        agreedOn="2026-03-04",
        anchors=[{"name": "definitive_cementation", "on": "2026-03-04"}],
    )

    assert treatment["__typename"] == "Treatment", treatment


async def test_today_in_utc_is_still_tomorrow_at_a_clinic_in_the_west(world: World) -> None:
    """R-064."""
    wrong = registering(world, world.patient.at(datetime(2026, 3, 4, 2, 0, tzinfo=UTC)))
    wrong.good["clinicId"] = await clinic_in(world, "America/New_York")

    await refusal(
        wrong(
            "recorded a day early",
            "ANCHOR_IN_FUTURE",
            "anchors",
            anchors=[{"name": "definitive_cementation", "on": "2026-03-04"}],
        )
    )
    await refusal(wrong("agreed a day early", "AGREED_IN_FUTURE", "agreedOn", agreedOn="2026-03-04"))


async def test_an_anchor_recorded_later_needs_the_version_it_was_based_on(
    world: World, subtests: pytest.Subtests
) -> None:
    """R-023, R-213: corrections stay in the history."""
    trying = Trying(
        who=world.patient,
        mutation="recordAnchor",
        good={
            "treatmentId": world.treatment_id,
            "expectedVersion": 1,
            "name": "definitive_cementation",
            "on": "2026-03-02",
        },
    )

    corrected = await world.patient.do("recordAnchor", TREATMENT, **trying.good)
    history = await world.patient.ask(
        "query($id: ID!) { treatment(id: $id) { history { nodes { kind details } } } }", id=world.treatment_id
    )

    assert corrected["version"] == 2
    details = history["treatment"]["history"]["nodes"][0]["details"]
    assert (details["before"], details["on"]) == ("2026-03-03", "2026-03-02")
    trying.good["expectedVersion"] = 2
    await each_is_refused(
        [
            trying("a version seen before the correction", "STALE_VERSION", "expectedVersion", expectedVersion=1),
            trying("a version from the future", "STALE_VERSION", "expectedVersion", expectedVersion=7),
            trying("an unknown anchor", "UNKNOWN_ANCHOR", "name", name="surgery"),
            trying("a future date", "ANCHOR_IN_FUTURE", "on", on="2026-03-04"),
            trying("no date at all", "UNREADABLE_DATE", "on", on=""),
        ],
        subtests,
    )


async def test_a_stale_version_is_told_what_happened_meanwhile(world: World) -> None:
    """R-213: a conflict with its changes."""
    based_on_version_1: dict[str, Any] = {
        "treatmentId": world.treatment_id,
        "expectedVersion": 1,
        "name": "definitive_cementation",
        "on": "2026-03-01",
    }
    await world.coordinator.do("recordAnchor", TREATMENT, **(based_on_version_1 | {"on": "2026-03-02"}))

    refused = await refusal(
        Trying(who=world.patient, mutation="recordAnchor", good=based_on_version_1)(
            "changed meanwhile", "STALE_VERSION", "expectedVersion"
        )
    )

    assert refused["conflict"] == {"currentVersion": 2, "changes": [{"kind": "anchor_recorded"}]}


async def test_objectives_are_open_until_the_anchor_and_frozen_after_it(
    world: World, subtests: pytest.Subtests
) -> None:
    """R-024: then only addenda."""
    treatment_id = await registered(world)
    about: dict[str, Any] = {"treatmentId": treatment_id}
    objectives = Trying(
        who=world.patient, mutation="recordObjectives", good=about | {"objectives": "A", "expectedVersion": 4}
    )
    addendum = Trying(who=world.patient, mutation="addAddendum", good=about | {"text": "And whiter."})

    await refusal(addendum("an addendum to what is still open", "OBJECTIVES_OPEN", "text"))
    hoped = await world.patient.do(
        "recordObjectives", TREATMENT, **about, objectives="To chew again.", expectedVersion=1
    )
    planned = await world.practitioner.do(
        "recordObjectives", TREATMENT, **about, objectives="A crown in occlusion.", expectedVersion=2
    )
    began = await world.practitioner.do(
        "recordAnchor", TREATMENT, **about, name="definitive_cementation", on="2026-03-03", expectedVersion=3
    )
    added = await world.patient.do("addAddendum", TREATMENT, **about, text="And whiter.")
    answer = await world.patient.ask(
        """query($id: ID!) { treatment(id: $id) { objectives { patient practitioner frozen
          addenda { authorRole text addedAt } } } }""",
        id=treatment_id,
    )

    assert [step["version"] for step in (hoped, planned, began, added)] == [2, 3, 4, 4]
    assert answer["treatment"]["objectives"] == {
        "patient": "To chew again.",
        "practitioner": "A crown in occlusion.",
        "frozen": True,
        "addenda": [{"authorRole": "patient", "text": "And whiter.", "addedAt": "2026-03-03T15:00:00+00:00"}],
    }
    await each_is_refused(
        [
            objectives("objectives after the fact", "OBJECTIVES_FROZEN", "objectives"),
            objectives("and after somebody else", "STALE_VERSION", "expectedVersion", expectedVersion=1),
            addendum("an empty addendum", "TEXT_EMPTY", "text", text=" "),
            addendum("an endless addendum", "TEXT_TOO_LONG", "text", text="x" * 10_001),
        ],
        subtests,
    )


async def test_an_anchor_whose_date_nobody_knows_freezes_the_objectives_too(world: World) -> None:
    """R-024, R-065: the treatment began, whenever that was."""
    treatment_id = await registered(world, anchors=[{"name": "definitive_cementation", "on": "unknown"}])

    code = await world.patient.refused(
        "recordObjectives", treatmentId=treatment_id, objectives="Late hopes", expectedVersion=1
    )

    assert code == "OBJECTIVES_FROZEN"


async def test_a_missing_consent_shows_as_a_gap_and_breaks_nothing(world: World, subtests: pytest.Subtests) -> None:
    """R-025."""
    ask = "query($id: ID!) { treatment(id: $id) { consents { documentVersion language signedOn evidence { id } } } }"
    trying = Trying(
        who=world.coordinator,
        mutation="recordConsent",
        good={
            "treatmentId": world.treatment_id,
            "documentVersion": "2026-1",
            "language": "fr",
            "signedOn": "2026-02-20",
        },
    )

    gap = await world.patient.ask(ask, id=world.treatment_id)
    await each_is_refused(
        [
            trying("no version", "TEXT_EMPTY", "documentVersion", documentVersion=""),
            trying("no language", "UNKNOWN_LANGUAGE", "language", language="Klingon"),
            trying("signed tomorrow", "SIGNED_IN_FUTURE", "signedOn", signedOn="2026-03-04"),
            trying("a scan that is no evidence", "INVALID_ID", "evidenceId", evidenceId=world.case_id),
        ],
        subtests,
    )
    await world.coordinator.do("recordConsent", TREATMENT, **trying.good)
    closed = await world.patient.ask(ask, id=world.treatment_id)

    assert gap["treatment"]["consents"] == []
    assert closed["treatment"]["consents"] == [
        {"documentVersion": "2026-1", "language": "fr", "signedOn": "2026-02-20", "evidence": None}
    ]


async def test_several_treatments_of_one_trip_have_clocks_of_their_own(world: World) -> None:
    """R-021, R-023: the implant on 3 March, its crown on 10 August, and another crown on 3 March."""
    trip = await world.patient.do(
        "planTrip", "... on Trip { id }", patientId=world.patient_id, country="HU", arrivesOn="2026-03-01"
    )
    later = world.patient.at(datetime(2026, 8, 10, 9, 0, tzinfo=UTC))
    implant = await registered(
        world,
        procedure="single_implant",
        sites=["36"],
        tripId=trip["id"],
        anchors=[{"name": "implant_placement", "on": "2026-03-03"}],
    )
    crown = await registered(world, tripId=trip["id"], anchors=[{"name": "definitive_cementation", "on": "2026-03-03"}])
    for treatment_id, name in ((implant, "definitive_crown"), (crown, "definitive_cementation")):
        moved = await later.do(
            "recordAnchor", TREATMENT, treatmentId=treatment_id, name=name, on="2026-08-10", expectedVersion=1
        )
        assert moved["__typename"] == "Treatment", moved

    answer = await later.ask(
        """query($id: ID!) { trip: node(id: $id) { ... on Trip { treatments { procedureId
          referenceWindow { anchor lastDayLatest } recovery { days { anchor earliest } } } } } }""",
        id=trip["id"],
    )
    by_procedure = {treatment["procedureId"]: treatment for treatment in answer["trip"]["treatments"]}
    days = {day["anchor"]: day["earliest"] for day in by_procedure["single_implant"]["recovery"]["days"]}

    assert by_procedure["single_implant"]["referenceWindow"]["lastDayLatest"] == "2026-12-03"
    assert by_procedure["crown"]["referenceWindow"]["lastDayLatest"] == "2027-05-10"
    assert days == {"implant_placement": 160, "definitive_crown": 0}


async def test_terms_published_after_the_treatment_began_are_never_pinned(world: World) -> None:
    """R-126: registered late and without a day of agreement, it pins what was in force when it began at the latest."""
    late = await registered(
        world,
        agreedOn=None,
        anchors=[
            {"name": "tooth_preparation", "on": "2026-01-10"},
            {"name": "definitive_cementation", "on": "2026-03-03"},
        ],
    )

    told = await world.patient.ask(
        "query($id: ID!) { treatment(id: $id) { agreedOn terms { number } referenceWindow { won { source } } } }",
        id=late,
    )

    assert told["treatment"] == {
        "agreedOn": "2026-01-10",
        "terms": None,
        "referenceWindow": {"won": {"source": "DEFAULT"}},
    }


async def test_a_clinic_speaks_for_itself_and_joins_no_trip_it_has_no_part_in(world: World) -> None:
    """R-012, R-024."""
    trip = await world.patient.do("planTrip", "... on Trip { id }", patientId=world.patient_id, country="HU")
    given = registering(world).good | {"patientObjectives": None}

    forged = await world.coordinator.refused("registerTreatment", **(given | {"patientObjectives": "A smile."}))
    unseen = await world.coordinator.refused("registerTreatment", **(given | {"tripId": trip["id"]}))

    assert (forged, unseen) == ("OBJECTIVES_NOT_YOURS", "NOT_FOUND")
