"""Notices that do not arrive: seen by both sides, and given another chance by an operator."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.smtp import SmtpServer
from tests.services.world import World

DELIVERIES = """query($id: ID!) { case(id: $id) { deliveries { id state reason attempts } history {
  nodes { kind } } } }"""


async def reported(world: World, until: str) -> dict[str, Any]:
    """The notice of a report, once it has got so far."""
    await world.patient.do("reportComplication", caseId=world.case_id, words="It hurts.", language="en")
    async with asyncio.timeout(10):
        while True:
            case = (await world.patient.ask(DELIVERIES, id=world.case_id))["case"]
            delivery: dict[str, Any] = case["deliveries"][0]
            if delivery["state"] == until or delivery["reason"]:
                return delivery
            await asyncio.sleep(0.02)


async def test_a_notice_is_shown_as_delivered(world: World, subtests: pytest.Subtests) -> None:
    """R-072, and one that has arrived is not retried."""
    delivery = await reported(world, "DELIVERED")
    retrying = Trying(who=world.operator, mutation="retryDelivery", good={"deliveryId": delivery["id"]})
    patient = Trying(who=world.patient, mutation="retryDelivery", good=retrying.good)

    assert delivery["state"] == "DELIVERED"
    await each_is_refused(
        [
            retrying("that arrived", "DELIVERY_NOT_PARKED"),
            retrying("of a case", "INVALID_ID", "deliveryId", deliveryId=world.case_id),
            patient("by the patient", "NOT_ALLOWED"),
        ],
        subtests,
    )


async def test_while_mail_is_down_the_report_stands_and_says_so(world: World, smtp: SmtpServer) -> None:
    """R-072, R-175: refused for now is tried again by itself, so there is nothing to retry."""
    smtp.stop()

    delivery = await reported(world, "DELIVERED")
    retrying = Trying(who=world.operator, mutation="retryDelivery", good={"deliveryId": delivery["id"]})

    assert (delivery["state"], delivery["attempts"]) == ("WAITING", 1)
    assert delivery["reason"]
    await refusal(retrying("that waits", "DELIVERY_NOT_PARKED"))


async def test_a_notice_refused_for_good_is_parked_until_an_operator_tries_again(
    world: World, smtp: SmtpServer
) -> None:
    """R-072: with its history."""
    smtp.fail_with("550 5.1.1 No such mailbox")
    delivery = await reported(world, "PARKED")
    smtp.fail_with(None)
    operator = world.operator.at(datetime(2026, 3, 4, 9, 0, tzinfo=UTC))

    await operator.do("retryDelivery", "... on Delivery { state attempts }", deliveryId=delivery["id"])
    await smtp.wait_for(1)
    async with asyncio.timeout(10):
        while (case := (await world.patient.ask(DELIVERIES, id=world.case_id))["case"])["deliveries"][0][
            "state"
        ] != "DELIVERED":
            await asyncio.sleep(0.02)

    assert delivery["state"] == "PARKED"
    kinds = [node["kind"] for node in case["history"]["nodes"]]
    assert kinds[:4] == ["notice_delivered", "notice_retried", "notice_parked", "complication_reported"]


async def test_a_notice_about_no_case_is_given_another_chance_as_well(world: World, smtp: SmtpServer) -> None:
    """R-072, R-135: a clinic sees those it is sent, and an operator tries them again."""
    smtp.fail_with("550 5.1.1 No such mailbox")
    asked: dict[str, Any] = {"treatmentId": world.treatment_id, "items": [{"kind": "TERMS_AND_DEADLINES"}]}
    await world.patient.do("askConfirmation", patientId=world.patient_id, **asked)
    parked = await one_delivery(world, "PARKED")
    smtp.fail_with(None)

    operator = world.operator.at(datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    await operator.do("retryDelivery", "... on Delivery { state }", deliveryId=parked["id"])
    delivered = await one_delivery(world, "DELIVERED")
    [due] = (await world.patient.ask("{ reminders { nodes { confirmationRequest { id } deviceWarranty { id } } } }"))[
        "reminders"
    ]["nodes"]
    hidden = await world.patient.ask("{ deliveries { nodes { id } } }")

    assert (delivered["id"], delivered["case"], delivered["kind"]) == (parked["id"], None, "confirmation_asked")
    assert hidden["deliveries"]["nodes"] == []
    assert (bool(due["confirmationRequest"]), due["deviceWarranty"]) == (True, None)


async def one_delivery(world: World, state: str) -> dict[str, Any]:
    """As the clinic sees it, once it has got so far."""
    async with asyncio.timeout(60):
        while True:
            answer = await world.coordinator.ask("{ deliveries { nodes { id kind state case { id } } } }")
            found: list[dict[str, Any]] = answer["deliveries"]["nodes"]
            if [one["state"] for one in found] == [state]:
                return found[0]
            await asyncio.sleep(0.02)
