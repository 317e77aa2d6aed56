"""The story of `suivi demo`, on a real server process, over HTTP and WebSocket: what each step has to show."""

from pathlib import Path

from tests.acceptance.conftest import Played


def test_the_clinic_publishes_its_terms_for_crowns(played: Played) -> None:
    """R-124, R-126: three years, bruxism excluded, materials covered, travel not."""
    terms = played["clinic_publishes_terms"]["terms"]

    payers = {fee["kind"]: fee["payer"] for fee in terms["fees"]}
    assert (terms["period"], terms["exclusions"]) == ("P3Y", ["bruxism"])
    assert (payers["materials"], payers["travel"]) == ("CLINIC", "PATIENT")
    assert set(payers.values()) == {"CLINIC", "PATIENT", "NOT_STATED"}


def test_a_promise_of_result_in_the_terms_is_stopped_once(played: Played) -> None:
    """R-004."""
    stopped = played["clinic_publishes_terms"]["stopped"]

    assert (stopped["code"], played["clinic_publishes_terms"]["terms"]["number"]) == ("OUTCOME_PROMISED", 1)
    assert stopped["remedy"]


def test_two_clinics_are_compared_and_one_has_published_nothing(played: Played) -> None:
    """R-131."""
    compared = played["patient_compares_and_asks"]["compared"]

    assert [one["state"] for one in compared["clinics"]] == ["PUBLISHED", "NONE_PUBLISHED"]
    assert [row["cells"] for row in compared["objects"]] == [[[{"limit": {"unit": "YEAR", "count": 3}}], []]]


def test_what_is_asked_in_writing_is_due_within_the_clinics_response_time(played: Played) -> None:
    """R-132: before there is a treatment."""
    request = played["patient_compares_and_asks"]["request"]

    assert (request["state"], request["dueOn"], request["terms"]) == ("OPEN", "2026-02-15", {"number": 1})


def test_the_coordinator_answers_item_by_item_and_changes_one(played: Played) -> None:
    """R-133."""
    confirmation = played["clinic_answers_item_by_item"]
    answers = [item["answer"] for item in confirmation["items"]]

    assert [one["answer"] for one in answers] == ["CONFIRMED", "CONFIRMED_WITH_CHANGES", "NOT_CONFIRMED"]
    assert answers[1]["content"]["components"] == [{"key": "crown", "limit": {"unit": "YEAR", "count": 5}}]
    assert answers[2]["reasonText"]["text"] == "The clinic does not offer this"
    assert (confirmation["signatoryName"], confirmation["languages"]) == ("Kata Szabó", ["fr", "en"])


def test_the_signed_document_is_verified_by_whoever_holds_it_and_one_byte_changed_is_refused(played: Played) -> None:
    """R-134."""
    verified, confirmation = played["anybody_can_verify_it"], played["clinic_answers_item_by_item"]

    assert (verified["intact"]["code"], verified["altered"]["code"]) == (0, 1)
    assert verified["intact"]["said"].startswith("Intact: it is as it was signed.")
    for fact in (confirmation["number"], confirmation["digest"], "Duna Dental, Budapest, HU", "Kata Szabó"):
        assert fact in verified["intact"]["said"]
    assert verified["altered"]["said"].startswith("CHANGED_SINCE: ")


def test_the_crown_has_the_terms_of_the_day_it_was_agreed_on(played: Played) -> None:
    """R-020, R-126."""
    published = played["clinic_publishes_terms"]["terms"]["id"]
    treatment = played["patient_agrees_to_a_crown"]["treatment"]

    assert treatment["terms"] == {"id": published, "number": 1}
    assert treatment["sites"] == ["14"]


def test_the_patients_hopes_are_frozen_on_the_day_of_cementation(played: Played) -> None:
    treatment = played["crown_is_cemented"]["treatment"]

    assert treatment["anchors"] == [{"name": "definitive_cementation", "on": {"text": "2026-03-03", "exact": True}}]
    assert treatment["objectives"] == {"patient": "To chew on the right side again.", "frozen": True}


def test_both_photos_are_kept_with_the_moment_the_camera_wrote(played: Played) -> None:
    """R-240, R-243, R-244."""
    seen = played["photos_go_straight_to_the_store"]

    assert [seen[name]["state"] for name in ("before", "after")] == ["KEPT", "KEPT"]
    assert seen["before"]["embeddedAt"] == "2026-02-27T09:12:00+00:00"
    assert "/graphql" not in seen["after"]["uploaded_to"]
    assert seen["photos"] == 2


def test_the_cover_map_has_the_five_years_that_were_confirmed_and_not_the_three_of_the_terms(played: Played) -> None:
    """R-127."""
    found = played["patient_sees_who_covers_what"]
    [clinic] = [layer for layer in found["layers"] if layer["kind"] == "CLINIC"]
    [crown] = clinic["segments"]

    assert (crown["starts"]["earliest"], crown["ends"]["earliest"]) == ("2026-03-03", "2031-03-03")
    assert (crown["state"], crown["source"]["said"]) == ("RUNNING", "CONFIRMED")
    assert ("component:crown", "PRECEDENCE") in {(line["key"], line["why"]) for line in found["lost"]}
    assert {"kind": "FEE_NOT_STATED", "about": "hospitalisation"} in [
        {"kind": gap["kind"], "about": gap["about"]} for gap in found["gaps"]
    ]
    assert Path(found["file"]).read_text(encoding="utf-8").startswith("<svg")


def test_worse_terms_that_come_later_change_nothing_of_what_was_agreed(played: Played) -> None:
    """R-126."""
    before, after = played["patient_sees_who_covers_what"], played["worse_terms_change_nothing"]
    worse = {one["key"] for one in after["worse"]["differences"] if one["compared"] == "WORSE"}

    assert (worse, after["in_force"]["terms"]["number"]) == ({"component:crown", "fee:materials"}, 2)
    assert (after["treatment"]["terms"]["number"], after["treatment"]["coverMap"]["layers"]) == (1, before["layers"])


def test_on_day_ten_the_patient_learns_in_french_that_it_is_too_early(played: Played) -> None:
    """R-042, R-060, R-064."""
    recovery = played["patient_asks_whether_it_is_too_early"]["recovery"]

    assert recovery["days"] == [{"earliest": 10}]
    assert recovery["stabilisation"]["tooEarly"] is True
    assert recovery["stabilisation"]["mayBeJudgedFrom"] == {"earliest": "2026-03-17"}
    assert recovery["phases"][0]["text"]["locale"] == "fr"
    assert recovery["normalSigns"]
    assert recovery["redFlags"][0]["urgency"] == "EMERGENCY_NOW"


def test_the_reference_window_says_which_rule_won(played: Played) -> None:
    """R-062. What was confirmed in writing goes before the terms that say the same."""
    window = played["patient_asks_whether_it_is_too_early"]["referenceWindow"]

    assert (window["state"], window["lastDayEarliest"]) == ("OPEN", "2027-03-03")
    assert (window["won"]["source"], window["won"]["period"]) == ("CONFIRMATION", "P12M")
    assert window["lost"] == [{"source": "CLINIC_TERMS", "period": "P12M"}, {"source": "DEFAULT", "period": "P9M"}]


def test_both_sides_hear_each_message_live_in_the_language_it_was_written_in(played: Played) -> None:
    """R-212, R-215."""
    seen = played["both_sides_talk_live"]

    assert seen["patient_heard"] == seen["practitioner_heard"]
    assert [(message["authorRole"], message["language"]) for message in seen["patient_heard"]] == [
        ("patient", "fr"),
        ("practitioner", "en"),
    ]
    assert seen["messages"] == 2


def test_swelling_with_fever_is_taken_at_once_and_sends_the_patient_to_the_emergency_room(played: Played) -> None:
    """R-070, R-071."""
    report = played["patient_reports_swelling_and_fever"]

    assert report["redFlags"] == ["facial_swelling_fever"]
    assert report["urgency"]["level"] == "EMERGENCY_NOW"
    assert "urgence" in report["urgency"]["whatToDo"]["text"]


def test_the_clinics_mailbox_has_a_notice_that_says_nothing_about_the_patient(played: Played) -> None:
    """R-072, R-175."""
    mail = played["clinic_has_the_notice"]

    assert (mail["to"], mail["language"]) == ("aftercare@duna-dental.example", "hu")
    for private in ("RP-0417", "patient-0417", "joue", "fièvre", "facial_swelling", "crown", "Paris"):
        assert private not in mail["whole"]
        assert private not in mail["text"]


def test_the_patient_sees_that_the_notice_was_delivered_and_read(played: Played) -> None:
    """R-072."""
    delivery = played["clinic_has_the_notice"]["delivery"]
    seen = played["clinic_marks_it_seen"]

    assert (delivery["state"], delivery["attempts"], delivery["urgent"]) == ("DELIVERED", 1, True)
    assert seen["seenBy"] == {"name": "Dr. Eszter Nagy"}


def test_nobody_but_the_practitioner_may_classify(played: Played) -> None:
    """R-010, R-011. A frontend's own token does not even see the case."""
    refusals = played["others_may_not_classify"]

    assert {role: refusal["code"] for role, refusal in refusals.items()} == {
        "coordinator": "NOT_ALLOWED",
        "mediator": "NOT_ALLOWED",
        "frontend": "NOT_FOUND",
    }
    assert all(refusal["remedy"] for refusal in refusals.values())


def test_the_practitioner_classifies_with_a_reason(played: Played) -> None:
    classification = played["practitioner_classifies"]

    assert classification["value"] == "MEDICAL_COMPLICATION"
    assert classification["practitioner"] == {"name": "Dr. Eszter Nagy"}
    assert classification["reason"].startswith("Spreading infection")


def test_the_history_holds_every_step_in_one_chain_and_verifies(played: Played) -> None:
    """R-207."""
    events, audit = played["history_is_shown_and_verified"]["events"], played["history_is_shown_and_verified"]["audit"]

    assert [event["kind"] for event in events] == [
        "case_opened",
        *["upload_begun", "evidence_received"] * 2,
        *["message_posted"] * 2,
        "complication_reported",
        "notice_delivered",
        "complication_seen",
        *["person_assigned"] * 3,
        "case_classified",
    ]
    assert [event["previousHash"] for event in events[1:]] == [event["hash"] for event in events[:-1]]
    assert (audit["code"], audit["verified"]) == (0, True)


def test_one_byte_changed_by_hand_is_found_and_its_row_named(played: Played) -> None:
    """R-207."""
    seen = played["changed_byte_is_found"]
    [finding] = seen["tampered"]["findings"]

    assert seen["tampered"]["code"] == 1
    assert (finding["what"], finding["table"], finding["row"]) == ("changed", "message", seen["message"])
    assert seen["message"] in finding["sentence"]
    assert seen["untouched"]["verified"] is True


def test_the_server_says_nothing_about_anybody_while_it_works(played: Played) -> None:
    said = played["log"]["text"]

    assert "Traceback" not in said
    assert not [line for line in said.splitlines() if "ERROR" in line or "WARNING" in line]
    for private in ("RP-0417", "patient-0417", "fièvre", "Camille", "aftercare@"):
        assert private not in said
