"""The ordinary course of a case, through the API."""

from datetime import UTC, datetime

from tests.services.suivi import jpeg, sha256
from tests.services.world import World, upload_photo


async def test_a_crown_registered_after_terms_were_published_pins_those_terms(world: World) -> None:
    """R-020, R-126."""
    answer = await world.patient.ask(
        "query($id: ID!) { treatment(id: $id) { sites terms { id } anchors { name on { text exact } } } }",
        id=world.treatment_id,
    )

    assert answer["treatment"] == {
        "sites": ["14"],
        "terms": {"id": world.terms_id},
        "anchors": [{"name": "definitive_cementation", "on": {"text": "2026-03-03", "exact": True}}],
    }


async def test_on_day_ten_it_is_too_early_to_judge_a_crown(world: World) -> None:
    """R-042: phase, normal signs, earliest assessment date, what never waits."""
    answer = await world.patient.ask(
        """query($id: ID!) { treatment(id: $id) { recovery(asOf: "2026-03-13") {
          phases { key text(locale: "fr") { text locale } }
          stabilisation { tooEarly mayBeJudgedFrom { earliest } reasons { sentence(locale: "fr") } }
          normalSigns { key } redFlags { key urgency whatToDo(locale: "fr") { text } }
          notADiagnosis(locale: "fr") { text } rules } } }""",
        id=world.treatment_id,
    )
    recovery = answer["treatment"]["recovery"]

    assert [phase["key"] for phase in recovery["phases"]] == ["settling"]
    assert recovery["stabilisation"]["tooEarly"] is True
    assert recovery["stabilisation"]["mayBeJudgedFrom"]["earliest"] == "2026-03-17"
    assert "cold" in [sign["key"] for sign in recovery["normalSigns"]]
    assert recovery["redFlags"][0]["urgency"] == "EMERGENCY_NOW"
    assert recovery["phases"][0]["text"]["locale"] == "fr"


async def test_photos_go_straight_to_the_store_and_are_counted_once_sealed(world: World) -> None:
    """R-240, R-243."""
    content = jpeg(colour="ivory")
    evidence_id = await upload_photo(world, world.patient, content)

    opened = await world.coordinator.do("openEvidence", "... on EvidenceLink { url }", evidenceId=evidence_id)
    seen = await world.suivi.download(opened["url"])
    counted = await world.patient.ask("query($id: ID!) { case(id: $id) { photoCount } }", id=world.case_id)

    assert sha256(seen.content) == sha256(content)
    assert counted["case"]["photoCount"] == 1


async def test_a_complication_is_accepted_at_once_and_reaches_the_clinics_mailbox(world: World, smtp) -> None:  # type: ignore[no-untyped-def]
    """R-070, R-072, R-175."""
    patient = world.patient.at(datetime(2026, 3, 15, 20, 0, tzinfo=UTC))

    report = await patient.do(
        "reportComplication",
        "... on ComplicationReport { urgency { level } redFlags }",
        caseId=world.case_id,
        signs=["facial_swelling_fever"],
        words="Ma joue gonfle et j'ai 38,6 de fièvre.",
        language="fr",
    )
    await smtp.wait_for(1)

    assert report["urgency"]["level"] == "EMERGENCY_NOW"
    assert smtp.recipients == ["aftercare-one@duna.example"]
