"""What the generator writes is what a Suivi that had run for two years would hold."""

import json
from collections import Counter

from bench.questions import DETAIL, INBOX, OURS, POST, SUIVI, leaves, questions_to
from bench.world import World
from tests.services.suivi import Client


async def test_a_coordinator_sees_the_newest_cases_of_their_own_clinic_and_no_others(
    coordinator: Client, world: World
) -> None:
    listed = await coordinator.ask("{ cases(first: 50) { nodes { openedAt clinic { name } } } caseCount }")

    opened = [case["openedAt"] for case in listed["cases"]["nodes"]]
    assert listed["caseCount"] == len(world.own_cases()) < world.cases
    assert opened == sorted(opened, reverse=True)
    assert {case["clinic"]["name"] for case in listed["cases"]["nodes"]} == {f"Clinic {world.own_clinic}"}


async def test_the_inbox_is_full_and_the_detail_has_a_hundred_messages_and_twenty_photos(
    coordinator: Client, world: World
) -> None:
    question = questions_to(SUIVI, world, token="")[DETAIL]
    inbox = await coordinator.ask(OURS[INBOX])
    detail = await coordinator.ask(OURS[DETAIL], **json.loads(next(question.bodies()))["variables"])

    case = detail["case"]
    assert [len(inbox["cases"]["nodes"]), leaves(inbox)] == [50, 1000]
    assert [len(case[part]["nodes"]) for part in ("messages", "evidence")] == [100, 20]
    assert len(case["clinic"]["publishedTerms"]) == 10


async def test_a_message_can_be_posted_to_a_generated_case(coordinator: Client, world: World) -> None:
    question = questions_to(SUIVI, world, token="")[POST]

    posted = await coordinator.ask(OURS[POST], **json.loads(next(question.bodies()))["variables"])

    assert posted["postMessage"]["__typename"] == "Message"


def test_clinics_are_unequal_and_the_benchs_own_has_some_hundred_of_a_hundred_thousand_cases() -> None:
    world = World(100_000)

    sizes = Counter(map(world.clinic_of, range(world.cases)))

    assert len(sizes) == 200
    assert 500 <= sizes[world.own_clinic] <= 1000
    assert max(sizes.values()) > 10 * min(sizes.values())


def test_ids_sort_in_the_order_cases_were_opened() -> None:
    world = World(1000)

    ids = [world.case_id(case) for case in range(world.cases)]

    assert ids == sorted(ids)
    assert {identity.version for identity in ids} == {7}
