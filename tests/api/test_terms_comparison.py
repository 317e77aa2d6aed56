"""Terms of several clinics side by side, for people who have no treatment yet."""

from typing import Any

from tests.api.wrongs import error_code
from tests.services.suivi import Statements
from tests.services.world import CEMENTED, World, build_world, content, publish_terms

COMPARE = """query($ids: [ID!]!, $of: String! = "crown", $on: Date) {
  compareTerms(clinicIds: $ids, procedure: $of, asOf: $on) {
    clinics { clinic { id } state responseDays referencePeriod terms { number } sentence { text } }
    objects { object { key } name cells { limit { months count unit lifetimeOf } } }
    fees { kind cells { line { payer share cap { amount currency } } ofComponents { component payer } } }
    clauses { kind code { key } cells { text } }
    notice
  } }"""


async def compare(world: World, *ids: str, **asked: Any) -> Any:
    answer = await world.frontend.at(CEMENTED).ask(COMPARE, ids=ids, **asked)
    return answer["compareTerms"]


async def a_clinic_without_terms(world: World) -> str:
    clinic = await world.operator.do(
        "registerClinic",
        "... on Clinic { id }",
        name="Yeni",
        country="TR",
        city="Izmir",
        timeZone="Europe/Istanbul",
        languages=["tr"],
    )
    return str(clinic["id"])


async def test_clinics_are_compared_line_by_line_in_the_same_units(world: World) -> None:
    """R-131: months for years; silence reads NOT_STATED; a clinic without terms says so; in the order asked."""
    other = await build_world(world.suivi, name="two")
    without = await a_clinic_without_terms(world)
    cap = {"amount": "250000", "currency": "HUF"}
    fees: list[dict[str, Any]] = [
        {"kind": "travel", "payer": "SHARED", "share": 50, "cap": cap},
        {"kind": "travel", "payer": "CLINIC", "component": "crown"},
    ]
    terms = content(period="P18M", fees=fees, exclusions=["bruxism", "trauma"])
    terms["components"].append({"key": "care", "object": "other", "name": "Care"})
    await publish_terms(other.coordinator, other.clinic_id, content=terms, responseDays=2, referencePeriod="P12M")

    found = await compare(world, without, world.clinic_id, other.clinic_id)

    assert [clinic["state"] for clinic in found["clinics"]] == ["NONE_PUBLISHED", "PUBLISHED", "PUBLISHED"]
    assert [clinic["responseDays"] for clinic in found["clinics"]] == [7, 5, 2]
    crown, care = found["objects"]
    assert [[one["limit"]["months"] for one in cell] for cell in crown["cells"]] == [[], [36], [18]]
    assert (care["name"], [len(cell) for cell in care["cells"]]) == ("Care", [0, 0, 1])
    by_kind = {row["kind"]: row["cells"] for row in found["fees"]}
    assert [cell["line"]["payer"] for cell in by_kind["travel"]] == ["NOT_STATED", "PATIENT", "SHARED"]
    assert by_kind["travel"][2]["line"]["cap"] == cap
    assert by_kind["travel"][2]["ofComponents"] == [{"component": "crown", "payer": "CLINIC"}]
    assert {cell["line"]["payer"] for cell in by_kind["interpreter"]} == {"NOT_STATED"}
    stated = {row["code"]["key"]: [len(cell) for cell in row["cells"]] for row in found["clauses"]}
    assert stated == {"bruxism": [0, 1, 1], "trauma": [0, 0, 1]}
    assert found["notice"]


async def test_a_comparison_is_of_the_day_asked_for(world: World) -> None:
    other = await build_world(world.suivi, name="two")
    await publish_terms(other.coordinator, other.clinic_id, effectiveFrom="2028-02-29")

    days = ("2026-01-01", "2028-02-28", "2028-02-29")
    compared = [await compare(world, world.clinic_id, other.clinic_id, on=day) for day in days]

    numbers = [[one["terms"] and one["terms"]["number"] for one in found["clinics"]] for found in compared]
    assert numbers == [[None, None], [1, 1], [1, 2]]


async def test_a_comparison_takes_as_many_statements_for_two_clinics_as_for_five(world: World) -> None:
    """R-218."""
    clinics = [world.clinic_id, *[await a_clinic_without_terms(world) for _ in range(4)]]

    with Statements() as of_two:
        await compare(world, *clinics[:2], on="2026-03-03")
    with Statements() as of_five:
        await compare(world, *clinics, on="2026-03-03")

    assert len(of_two) == len(of_five) <= 3


async def test_what_cannot_be_compared(world: World) -> None:
    one, treatment = world.clinic_id, world.treatment_id
    missing = await a_clinic_without_terms(world)
    asked: list[tuple[list[str], str]] = [
        ([one], "crown"),
        ([one, one], "crown"),
        ([one, missing], " "),
        ([one, missing], "zz"),
    ]

    codes = [await error_code(world.frontend, COMPARE, ids=ids, of=of) for ids, of in asked]
    of_a_treatment = await error_code(world.frontend, COMPARE, ids=[one, treatment])
    nobody = "Q2xpbmljOjAxYTIwNjAxLTY1YzMtNzc5Yy05MjBiLTExOTAwMzIxMDVkOA=="
    of_nobody = await error_code(world.frontend, COMPARE, ids=[one, nobody])

    assert codes == ["OUT_OF_RANGE", "CLINIC_REPEATED", "TEXT_EMPTY", "UNKNOWN_PROCEDURE"]
    assert (of_a_treatment, of_nobody) == ("INVALID_ID", "NOT_FOUND")
