"""Terms of a specialty, a procedure, a material: which of them somebody sees, and a treatment keeps."""

from datetime import timedelta
from typing import Any

from tests.api.wrongs import Trying, error_code, refusal
from tests.services.suivi import Statements
from tests.services.world import BEFORE, World, content, publish_terms

IN_FORCE = """query($id: ID!, $of: String!, $material: String) { clinic(id: $id) {
  termsInForce(procedure: $of, material: $material) { number procedure material specialty } } }"""
TERMS_FOR = """query($id: ID!, $of: String!) { clinic(id: $id) { termsFor(procedure: $of) {
  state responseDays referencePeriod sentence(locale: "fr") { text locale } notice terms { number } } } }"""


async def in_force(world: World, procedure: str, material: str | None = None) -> Any:
    answer = await world.patient.ask(IN_FORCE, id=world.clinic_id, of=procedure, material=material)
    return answer["clinic"]["termsInForce"]


async def treated_with(world: World, **changed: Any) -> Any:
    agreed: dict[str, Any] = {"procedure": "crown", "sites": ["15"], "agreedOn": "2026-03-03"}
    return await world.patient.do(
        "registerTreatment",
        "... on Treatment { material terms { number material specialty procedure } }",
        patientId=world.patient_id,
        clinicId=world.clinic_id,
        **(agreed | changed),
    )


async def test_the_nearest_terms_are_shown_and_pinned(world: World) -> None:
    """R-120: those of the material before those of the procedure, whichever is newer; then those of the specialty."""
    at = world.coordinator.at(BEFORE + timedelta(days=1))
    await publish_terms(at, world.clinic_id, material="Zirconia", period="P5Y")
    day0 = content(starts="day0", period="P1Y")
    await publish_terms(at, world.clinic_id, procedure=None, specialty="dental", content=day0, text="One year.")
    await publish_terms(at, world.clinic_id, period="P2Y")

    shown = [await in_force(world, of, material) for of, material in (("crown", "ZIRCONIA"), ("crown", "gold"))]
    of_bridge = await in_force(world, "bridge")
    pinned = [await treated_with(world, material=material) for material in ("zirconia", None)]
    of_veneer = await treated_with(world, procedure="veneer")

    assert [(terms["number"], terms["material"]) for terms in shown] == [(2, "zirconia"), (3, None)]
    assert of_bridge == {"number": 1, "procedure": "", "material": None, "specialty": "dental"}
    assert [(one["material"], one["terms"]["number"]) for one in pinned] == [("zirconia", 2), (None, 3)]
    assert (of_veneer["terms"]["procedure"], of_veneer["terms"]["number"]) == ("", 1)


async def test_versions_of_other_scopes_do_not_stand_in_each_others_way(world: World) -> None:
    """R-125: only those of the same scope follow one another."""
    await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2027-01-01")

    of_gold = await publish_terms(world.coordinator, world.clinic_id, material="gold")
    good = {"procedure": "crown", "language": "en", "text": "Two years.", "clinicId": world.clinic_id}
    trying = Trying(who=world.coordinator, mutation="publishTerms", good=good)

    assert int(of_gold["number"]) == 3
    await refusal(trying("before its next", "TERMS_OVERLAP", "effectiveFrom"))


async def test_a_clinic_without_terms_says_so(world: World) -> None:
    """R-129: never blank, in the reader's language, with the notice; the clinic's own response time stays."""
    some = (await world.frontend.ask(TERMS_FOR, id=world.clinic_id, of="crown"))["clinic"]["termsFor"]
    none = (await world.frontend.ask(TERMS_FOR, id=world.clinic_id, of="veneer"))["clinic"]["termsFor"]

    assert (some["state"], some["terms"]) == ("PUBLISHED", {"number": 1})
    assert (none["state"], none["terms"], none["responseDays"]) == ("NONE_PUBLISHED", None, 5)
    assert "aucune condition" in none["sentence"]["text"]
    assert none["notice"]


async def test_a_clinic_that_has_ended_says_so_beside_its_terms(world: World) -> None:
    """R-128, R-129: from its last day on, for whoever looks for a clinic; and not of the days before."""
    ended = await world.coordinator.do(
        "recordClinicEnd", clinicId=world.clinic_id, expectedVersion=1, ceased="CLOSED", on="2026-03-05"
    )
    assert ended["__typename"] == "Clinic", ended
    later = world.frontend.at(BEFORE + timedelta(days=60))

    [before, after] = [
        (await who.ask(TERMS_FOR, id=world.clinic_id, of="crown"))["clinic"]["termsFor"]
        for who in (world.frontend, later)
    ]

    assert (before["state"], before["terms"]) == ("PUBLISHED", {"number": 1})
    assert (after["state"], after["terms"]) == ("CLINIC_ENDED", {"number": 1})
    assert "n’accepte plus" in after["sentence"]["text"]


async def test_terms_published_at_noon_are_shown_at_once_and_count_for_the_days_after(world: World) -> None:
    """R-126: of a treatment that was agreed on that day nobody says at which hour."""
    await publish_terms(world.coordinator, world.clinic_id, period="P1Y")
    ask = """query($id: ID!, $on: Date) {
      clinic(id: $id) { termsInForce(procedure: "crown", asOf: $on) { number } } }"""

    shown = [
        (await world.patient.ask(ask, id=world.clinic_id, on=on))["clinic"]["termsInForce"]["number"]
        for on in (None, "2026-03-03", "2026-03-04")
    ]
    pinned = [await treated_with(world, agreedOn=on) for on in ("2026-03-03", None)]

    assert shown == [2, 1, 2]
    assert [one["terms"]["number"] for one in pinned] == [1, 2]


async def test_versions_are_listed_newest_first_and_by_procedure(world: World) -> None:
    ask = "query($id: ID!, $of: String) { clinic(id: $id) { publishedTerms(procedure: $of) { number procedure } } }"
    await publish_terms(world.coordinator, world.clinic_id, procedure="veneer", starts="bonding")
    await publish_terms(world.coordinator, world.clinic_id)

    everything = (await world.patient.ask(ask, id=world.clinic_id))["clinic"]["publishedTerms"]
    crowns = (await world.patient.ask(ask, id=world.clinic_id, of="crown"))["clinic"]["publishedTerms"]

    assert [(one["procedure"], one["number"]) for one in everything] == [("crown", 2), ("veneer", 1), ("crown", 1)]
    assert [one["number"] for one in crowns] == [2, 1]


async def test_terms_of_many_clinics_are_found_in_one_statement(world: World) -> None:
    """R-218: with one statement more than the clinics alone take."""
    for number in range(3):
        await _another_clinic(world, f"another {number}")
    clinics = "{ clinics { nodes { id %s } } }"

    with Statements() as alone:
        await world.frontend.ask(clinics % "timeZone")
    with Statements() as with_terms:
        answer = await world.frontend.ask(clinics % 'termsInForce(procedure: "crown") { number }')

    assert [clinic["termsInForce"] for clinic in answer["clinics"]["nodes"]] == [None, None, None, {"number": 1}]
    assert len(with_terms) == len(alone) + 1


async def test_publishing_takes_as_many_statements_however_many_versions_there_are(world: World) -> None:
    """R-218: earlier versions are not read."""
    sent = []
    for _ in range(2):
        with Statements() as statements:
            await publish_terms(world.coordinator, world.clinic_id)
        sent.append(len(statements))
        for _ in range(5):
            await publish_terms(world.coordinator.at(BEFORE), world.clinic_id, material="gold")

    assert sent[0] == sent[1]
    assert sent[1] <= 16


async def test_what_somebody_asks_in_vain(world: World) -> None:
    assert await error_code(world.frontend, IN_FORCE, id=world.clinic_id, of=" ") == "TEXT_EMPTY"
    assert (
        await error_code(world.frontend, IN_FORCE, id=world.clinic_id, of="crown", material="") == "MATERIAL_UNUSABLE"
    )


async def _another_clinic(world: World, name: str) -> str:
    clinic = await world.operator.do(
        "registerClinic",
        "... on Clinic { id }",
        name=name,
        country="TR",
        city="Izmir",
        timeZone="Europe/Istanbul",
        languages=["tr"],
    )
    return str(clinic["id"])
