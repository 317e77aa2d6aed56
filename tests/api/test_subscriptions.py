"""R-215: hearing of what happens, live, over real WebSockets, for exactly as long as one may."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from suivi.core.access.viewer import Role
from suivi.core.cases.models import Assignment
from suivi.core.clinics.models import Member
from suivi.core.records import new_id
from suivi.graphql import following
from suivi.graphql.endpoint.callers import Callers
from suivi.graphql.live.hubs import _events
from suivi.graphql.nodes import global_id
from suivi.graphql.schema import schema
from tests.conftest import Parts
from tests.services.ports import free_port
from tests.services.suivi import Client, Statements, Suivi
from tests.services.world import CEMENTED, World, row_id

PROTOCOL = Subprotocol("graphql-transport-ws")
MESSAGES = "subscription($case: ID!) { messagePosted(caseId: $case) { body authorRole } }"
CHANGES = "subscription($case: ID!) { caseChanged(caseId: $case) { event { kind } case { state } } }"
THREAD = "subscription($case: ID!) { caseChanged(caseId: $case) { case { messageCount } } }"
SINCE = "subscription($case: ID!, $after: ID) { messagePosted(caseId: $case, after: $after) { id body } }"
CHANGES_SINCE = (
    "subscription($case: ID!, $after: ID) { caseChanged(caseId: $case, after: $after) { event { id seq } } }"
)
PATIENCE = 10.0
"""Seconds after which what has not arrived will not."""


@dataclass
class Socket:
    """One connection that has been let in, and the operations on it."""

    connection: ClientConnection

    async def subscribe(self, query: str, *, name: str = "1", **variables: Any) -> None:
        await self.say({"id": name, "type": "subscribe", "payload": {"query": query, "variables": variables}})

    async def say(self, message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = json.loads(await asyncio.wait_for(self.connection.recv(), PATIENCE))
        return heard

    async def data(self) -> dict[str, Any]:
        heard = await self.hear()
        assert heard["type"] == "next", heard
        assert "errors" not in heard["payload"], heard
        told: dict[str, Any] = heard["payload"]["data"]
        return told

    async def refusal(self) -> tuple[str, Any]:
        """The code an operation ended with, and whatever data came with it."""
        heard = await self.hear()
        payload = heard["payload"]
        errors = payload if heard["type"] == "error" else payload["errors"]
        return errors[0]["extensions"]["code"], None if heard["type"] == "error" else payload["data"]


@asynccontextmanager
async def socket(url: str, token: str | None, *, clock: datetime = CEMENTED) -> AsyncIterator[Socket]:
    async with connect(
        url, subprotocols=[PROTOCOL], additional_headers={"suivi-clock": clock.isoformat()}
    ) as connection:
        opened = Socket(connection)
        await opened.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"} if token else {}})
        assert await opened.hear() == {"type": "connection_ack"}
        yield opened


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the test run."""
        yield


@pytest.fixture
async def url(running: Suivi) -> AsyncIterator[str]:
    """The running Suivi behind a real port."""
    config = uvicorn.Config(running.app, port=free_port(), lifespan="off", ws="websockets-sansio", log_config=None)
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{config.port}/graphql"
    server.should_exit = True
    await serving


def followers(world: World) -> int:
    return len(schema.hubs(world.suivi.running.house.feed))


async def listening(world: World, number: int = 1) -> None:
    """Until there are so many subscribers: what is posted before is in the history, not here."""
    async with asyncio.timeout(PATIENCE):
        while followers(world) != number:
            await asyncio.sleep(0.01)


async def posted(by: Client, world: World, body: str) -> str:
    """The message's id."""
    result = await by.do("postMessage", "... on Message { id }", caseId=world.case_id, body=body, language="fr")
    assert result["__typename"] == "Message", result
    identity: str = result["id"]
    return identity


async def many_posted(by: Client, world: World, bodies: Sequence[str]) -> None:
    """Fifty in a request."""
    given = 'idempotencyKey: "many-{0}", caseId: "{1}", body: "{0}", language: "fr"'
    for some in batched(bodies, 50):
        fields = (
            f"m{n}: postMessage(input: {{{given.format(body, world.case_id)}}}) {{ __typename }}" for n, body in some
        )
        await by.ask(f"mutation {{ {' '.join(fields)} }}")


def batched(bodies: Sequence[str], size: int) -> Iterator[list[tuple[int, str]]]:
    numbered = list(enumerate(bodies))
    return (numbered[start : start + size] for start in range(0, len(numbered), size))


async def test_both_sides_hear_each_others_messages_as_they_are_posted(world: World, url: str) -> None:
    async with socket(url, world.patient.token) as patient, socket(url, world.coordinator.token) as coordinator:
        await patient.subscribe(MESSAGES, case=world.case_id)
        await coordinator.subscribe(MESSAGES, case=world.case_id)
        await listening(world, 2)

        await posted(world.patient, world, "Bonjour docteur")
        await posted(world.practitioner, world, "Bonjour")

        question, answer = (
            {"body": "Bonjour docteur", "authorRole": "patient"},
            {"body": "Bonjour", "authorRole": "practitioner"},
        )
        for side in (patient, coordinator):
            assert [await side.data(), await side.data()] == [{"messagePosted": question}, {"messagePosted": answer}]


async def test_both_sides_hear_that_their_case_changed_and_how_it_stands(world: World, url: str) -> None:
    async with socket(url, world.patient.token) as patient, socket(url, world.coordinator.token) as coordinator:
        await patient.subscribe(CHANGES, case=world.case_id)
        await coordinator.subscribe(CHANGES, case=world.case_id)
        await listening(world, 2)

        await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)

        for side in (patient, coordinator):
            assert await side.data() == {"caseChanged": {"event": {"kind": "case_closed"}, "case": {"state": "CLOSED"}}}


async def test_a_message_in_another_case_is_heard_by_nobody_here(world: World, url: str) -> None:
    other = await world.patient.do("openCase", "... on Case { id }", treatmentIds=[world.treatment_id])
    async with socket(url, world.patient.token) as patient:
        await patient.subscribe(MESSAGES, case=world.case_id)
        await listening(world)

        await world.patient.do("postMessage", caseId=other["id"], body="elsewhere", language="fr")
        await posted(world.patient, world, "here")

        assert (await patient.data())["messagePosted"]["body"] == "here"


async def test_an_expert_hears_that_the_case_changed_and_neither_its_history_nor_its_messages(
    world: World, url: str
) -> None:
    """R-012: experts read neither messages nor the history, live as little as otherwise."""
    await invited(world, "EXPERT")
    expert = world.suivi.as_(Role.EXPERT, "expert")
    async with socket(url, expert.token) as listener:
        await listener.subscribe(MESSAGES, name="messages", case=world.case_id)
        await listener.subscribe(CHANGES, name="changes", case=world.case_id)
        await listening(world, 2)

        await posted(world.patient, world, "Bonjour")

        heard = await listener.hear()
    assert (heard["id"], heard["payload"]["data"]["caseChanged"]) == (
        "changes",
        {"event": None, "case": {"state": "OPEN"}},
    )


async def invited(world: World, role: str) -> dict[str, Any]:
    person = {"role": role, "subject": role.lower(), "name": "Invited"}
    return await world.coordinator.do(
        "assignPerson", "... on Assignment { id version }", caseId=world.case_id, **person
    )


@pytest.mark.parametrize("protocols", [[Subprotocol("graphql-ws")], None], ids=["graphql-ws", "none"])
async def test_the_protocol_that_graphql_ws_replaced_is_refused(
    running: Suivi, url: str, protocols: list[Subprotocol] | None
) -> None:
    """CVE-2026-35523, CVE-2026-35526: nothing is read from such a connection, a token included."""
    async with connect(url, subprotocols=protocols) as connection:
        with pytest.raises(ConnectionClosed) as closed:
            await Socket(connection).hear()

    assert (connection.subprotocol, closed.value.rcvd and closed.value.rcvd.code) == (None, 4406)


@pytest.mark.parametrize("which", ["missing", "nonsense", "expired", "of another service"])
async def test_without_a_valid_token_the_connection_is_closed(running: Suivi, url: str, which: str) -> None:
    tokens = {
        "missing": None,
        "nonsense": "nonsense",
        "expired": running.token(Role.PATIENT, "patient-one", lives=timedelta(seconds=-60)),
        "of another service": running.key.mint(
            subject="patient-one",
            role=Role.PATIENT,
            audience="another",
            lives=timedelta(hours=1),
            now=datetime.now(UTC),
        ),
    }

    with pytest.raises(ConnectionClosed) as closed:
        async with socket(url, tokens[which]):
            pass

    codes = {
        "missing": "TOKEN_MISSING",
        "nonsense": "TOKEN_MALFORMED",
        "expired": "TOKEN_EXPIRED",
        "of another service": "TOKEN_AUDIENCE",
    }
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4403, codes[which])


async def test_nothing_is_answered_before_the_token_was_shown(world: World, url: str) -> None:
    async with connect(url, subprotocols=[PROTOCOL]) as connection:
        await Socket(connection).subscribe(MESSAGES, case=world.case_id)

        with pytest.raises(ConnectionClosed) as closed:
            await Socket(connection).hear()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("query", [MESSAGES, CHANGES])
async def test_somebody_elses_case_is_not_found(world: World, url: str, query: str) -> None:
    """R-012."""
    for role, subject in [
        (Role.PATIENT, "stranger"),
        (Role.OPERATOR, "operator"),
        (Role.PRACTITIONER, "coordinator-one"),
    ]:
        async with socket(url, world.suivi.token(role, subject)) as stranger:
            await stranger.subscribe(query, case=world.case_id)

            assert await stranger.refusal() == ("NOT_FOUND", None)


async def test_a_mediator_whose_assignment_ends_hears_no_more(world: World, url: str) -> None:
    assignment = await invited(world, "MEDIATOR")
    async with socket(url, world.suivi.token(Role.MEDIATOR, "mediator")) as mediator:
        await mediator.subscribe(MESSAGES, case=world.case_id)
        await listening(world)
        await posted(world.patient, world, "before")
        before = await mediator.data()

        ended = {"assignmentId": assignment["id"], "expectedVersion": assignment["version"]}
        await world.coordinator.do("endAssignment", **ended)
        await posted(world.patient, world, "after")

        assert before["messagePosted"]["body"] == "before"
        await ends(mediator, "after")
    assert await Assignment.filter(id=row_id(assignment["id"]), valid_until__isnull=False).exists()


async def ends(listener: Socket, unheard: str) -> None:
    """With the error ACCESS_ENDED, and nothing more comes."""
    assert await listener.refusal() == ("ACCESS_ENDED", None)
    rest: list[str] = []
    await listener.say({"type": "ping"})
    while not rest or json.loads(rest[-1])["type"] != "pong":
        rest.append(str(await asyncio.wait_for(listener.connection.recv(), PATIENCE)))
    assert [json.loads(message)["type"] for message in rest] == ["pong"]
    assert unheard not in "".join(rest)


async def test_a_coordinator_who_leaves_the_clinic_hears_no_more(world: World, url: str) -> None:
    """R-016."""
    member = await Member.get(subject="coordinator-one")
    async with socket(url, world.coordinator.token) as coordinator:
        await coordinator.subscribe(CHANGES, case=world.case_id)
        await listening(world)

        # By a colleague; done straight in the database, so that the ending itself is no event of the case.
        await Member.filter(id=member.id).update(until=CEMENTED.date() - timedelta(days=1))
        await posted(world.patient, world, "after")

        await ends(coordinator, "after")


async def test_a_token_that_expires_ends_what_it_began(world: World, url: str) -> None:
    """Reading by the same connection, too: it outlives the token otherwise."""
    token = world.suivi.token(Role.PATIENT, "patient-one", lives=timedelta(seconds=2))
    async with socket(url, token) as patient:
        await patient.subscribe(MESSAGES, case=world.case_id)
        await listening(world)
        await asyncio.sleep(2.01)

        await posted(world.patient, world, "after")

        assert await patient.refusal() == ("TOKEN_EXPIRED", None)
        await asyncio.wait_for(patient.connection.wait_closed(), PATIENCE)
        assert (patient.connection.close_code, patient.connection.close_reason) == (4403, "TOKEN_EXPIRED")


async def test_when_the_access_of_one_ends_the_other_hears_on(world: World, url: str) -> None:
    assignment = await invited(world, "MEDIATOR")
    mediator_token = world.suivi.token(Role.MEDIATOR, "mediator")
    async with socket(url, world.patient.token) as patient, socket(url, mediator_token) as mediator:
        for side in (patient, mediator):
            await side.subscribe(MESSAGES, case=world.case_id)
        await listening(world, 2)

        ended = {"assignmentId": assignment["id"], "expectedVersion": assignment["version"]}
        await world.coordinator.do("endAssignment", **ended)
        await posted(world.practitioner, world, "after")

        await ends(mediator, "after")
        assert (await patient.data())["messagePosted"]["body"] == "after"
        assert followers(world) == 1


async def test_a_token_that_expires_ends_it_for_its_bearer_alone(world: World, url: str) -> None:
    """Though both were told the same until then."""
    brief = world.suivi.token(Role.PATIENT, "patient-one", lives=timedelta(seconds=2))
    lasting = world.suivi.token(Role.PATIENT, "patient-one")
    async with socket(url, brief) as one, socket(url, lasting) as other:
        for side in (one, other):
            await side.subscribe(MESSAGES, case=world.case_id)
        await listening(world, 2)

        assert await one.refusal() == ("TOKEN_EXPIRED", None)
        await posted(world.practitioner, world, "after")

        assert (await other.data())["messagePosted"]["body"] == "after"


@dataclass
class Heard:
    """An outlet that keeps what it is told."""

    told: list[str] = field(default_factory=list)
    ended: Any = None

    def tell(self, payload: str) -> None:
        self.told.append(payload)

    def end(self, last: Any = None) -> None:
        self.ended = last

    async def room(self) -> None: ...


async def outlet(world: World, query: str, role: Role, subject: str, **variables: Any) -> Heard:
    """Somebody follows the case, not over any wire."""
    heard, callers = Heard(), Callers(world.suivi.running)
    token = f"Bearer {world.suivi.token(role, subject)}"
    context = await callers.of(token, clock=lambda: CEMENTED, locale="en")
    await schema.follow(query, {"case": world.case_id, **variables}, None, context, heard)
    return heard


async def told(*outlets: Heard) -> list[str]:
    """What each was told first."""
    async with asyncio.timeout(PATIENCE):
        while not all(outlet.told for outlet in outlets):
            await asyncio.sleep(0.01)
    return [outlet.told[0] for outlet in outlets]


async def test_one_answer_is_made_for_all_who_are_told_the_same(world: World) -> None:
    """R-215: by rights where edges are asked for; whatever the rights where there are none."""
    same = [await outlet(world, THREAD, Role.PATIENT, "patient-one") for _ in range(3)]
    others = [await outlet(world, THREAD, Role.COORDINATOR, "coordinator-one")]
    plain = [await outlet(world, CHANGES, Role.PATIENT, "patient-one")]
    plain += [await outlet(world, CHANGES, Role.PRACTITIONER, "practitioner-one")]

    await posted(world.patient, world, "Bonjour")

    first, *rest = await told(*same)
    assert all(answer is first for answer in rest)
    assert (await told(*others))[0] is not first
    one, another = await told(*plain)
    assert one is another


async def test_nobody_is_told_what_somebody_elses_rights_let_them_read(world: World) -> None:
    """R-012: the same documents, asked side by side."""
    for role in ("EXPERT", "MEDIATOR"):
        await invited(world, role)
    people = [(Role.EXPERT, "expert"), (Role.MEDIATOR, "mediator"), (Role.PATIENT, "patient-one")]
    changes = [await outlet(world, CHANGES, *person) for person in people]
    threads = [await outlet(world, THREAD, *person) for person in people]
    messages = [await outlet(world, MESSAGES, *person) for person in people]

    await posted(world.patient, world, "Bonjour")
    await told(*changes, *threads, *messages[1:])

    kinds = [json.loads(heard.told[0])["data"]["caseChanged"]["event"] for heard in changes]
    counts = [json.loads(heard.told[0])["data"]["caseChanged"]["case"]["messageCount"] for heard in threads]
    assert kinds == [None, {"kind": "message_posted"}, {"kind": "message_posted"}]
    assert counts == [0, 1, 1]
    assert [len(heard.told) for heard in messages] == [0, 1, 1]


async def test_who_asks_for_more_just_as_others_are_told_is_told_by_their_own_rights(world: World) -> None:
    """R-012: what many are told together is plain, and an edge is nobody's but the asker's."""
    await invited(world, "EXPERT")
    patient = await outlet(world, CHANGES, Role.PATIENT, "patient-one")
    changes = await outlet(world, CHANGES, Role.EXPERT, "expert")
    hub = schema.hubs(world.suivi.running.house.feed)._hubs[row_id(world.case_id)]
    _, expert = hub._readers.values()

    async with expert.lock:
        joining = asyncio.create_task(outlet(world, THREAD, Role.EXPERT, "expert"))
        await _until(lambda: bool(expert.lock._waiters))
        await posted(world.patient, world, "Bonjour")
        await _until(lambda: len(expert.lock._waiters or ()) == 2)
    thread = await joining
    answers = [json.loads(answer)["data"]["caseChanged"] for answer in await told(patient, changes, thread)]

    assert [answer["event"] for answer in answers[:2]] == [{"kind": "message_posted"}, None]
    assert answers[2]["case"]["messageCount"] == 0


async def _until(come: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not come():
            await asyncio.sleep(0.01)


async def test_many_with_rights_of_their_own_are_looked_up_in_a_handful_of_statements(
    world: World, parts: Parts
) -> None:
    """R-012, R-215: each anew for each event, and those who may no more are told so, and only they."""
    if parts == "embedded":
        pytest.skip("a file has no round trips to spare")
    people = [f"mediator-{number}" for number in range(12)]
    for person in people:
        invitation = {"role": "MEDIATOR", "subject": person, "name": "Mona"}
        await world.patient.do("assignPerson", caseId=world.case_id, **invitation)
    heard = [await outlet(world, MESSAGES, Role.MEDIATOR, person) for person in people]
    hub = schema.hubs(world.suivi.running.house.feed)._hubs[row_id(world.case_id)]
    await Assignment.filter(subject="mediator-7").update(valid_until=CEMENTED.date() - timedelta(days=1))
    before = hub.seq

    await posted(world.patient, world, "Bonjour")
    await told(*heard[:7], *heard[8:])
    for readers in hub._readers.values():
        readers.seq = before
    events = await _events(hub.case_id, after=before)
    with Statements() as sent:
        await hub._tell(events)

    assert len({one.told[0] for one in [*heard[:7], *heard[8:]]}) == 1
    assert heard[7].told == []
    assert heard[7].ended.errors[0].extensions["code"] == "ACCESS_ENDED"
    assert len(sent) == 3, "who sees the case, who the message, and the message"


async def test_what_was_missed_comes_first_and_each_message_once(world: World, url: str) -> None:
    """R-215: over several pages of the log, while others go on posting."""
    last = await posted(world.patient, world, "seen")
    missed = [f"missed {n}" for n in range(250)]
    await many_posted(world.patient, world, missed)
    async with socket(url, world.patient.token) as patient, socket(url, world.patient.token) as neighbour:
        await neighbour.subscribe(MESSAGES, case=world.case_id)
        await listening(world)

        await patient.subscribe(SINCE, case=world.case_id, after=last)
        during = [f"during {n}" for n in range(10)]
        for body in during:
            await posted(world.practitioner, world, body)
        heard = [(await patient.data())["messagePosted"] for _ in range(260)]
        await posted(world.practitioner, world, "afterwards")

        assert [message["body"] for message in heard] == missed + during
        assert (await patient.data())["messagePosted"]["body"] == "afterwards"
        assert len({message["id"] for message in heard}) == 260


async def test_a_case_that_was_closed_meanwhile_is_caught_up_with_event_by_event(world: World) -> None:
    """The event's id is what to go on from."""
    first = await outlet(world, CHANGES_SINCE, Role.PATIENT, "patient-one")
    await posted(world.patient, world, "heard")
    (seen,) = await told(first)
    await posted(world.patient, world, "missed")
    await world.patient.do("closeCase", caseId=world.case_id, expectedVersion=1)

    after = json.loads(seen)["data"]["caseChanged"]["event"]
    again = await outlet(world, CHANGES_SINCE, Role.PATIENT, "patient-one", after=after["id"])
    await told(again)

    sequence = [json.loads(answer)["data"]["caseChanged"]["event"]["seq"] for answer in again.told]
    assert sequence == [after["seq"] + 1, after["seq"] + 2]


async def test_one_can_only_go_on_from_what_one_may_read_of_this_case(world: World) -> None:
    """R-012."""
    other = await world.patient.do("openCase", "... on Case { id }", treatmentIds=[world.treatment_id])
    foreign = await world.patient.do(
        "postMessage", "... on Message { id }", caseId=other["id"], body="elsewhere", language="fr"
    )
    await invited(world, "EXPERT")
    own = await posted(world.patient, world, "here")
    unknown = str(global_id("Message", new_id()))
    expected = [
        (Role.PATIENT, "patient-one", foreign["id"], "AFTER_UNKNOWN"),
        (Role.PATIENT, "patient-one", unknown, "AFTER_UNKNOWN"),
        (Role.PATIENT, "patient-one", world.case_id, "INVALID_ID"),
        (Role.PATIENT, "stranger", own, "NOT_FOUND"),
        (Role.EXPERT, "expert", own, "AFTER_UNKNOWN"),
    ]

    for role, subject, after, code in expected:
        heard = await outlet(world, SINCE, role, subject, after=after)

        assert heard.ended.errors[0].extensions["code"] == code
    event = str(global_id("Event", new_id()))
    heard = await outlet(world, CHANGES_SINCE, Role.PATIENT, "patient-one", after=event)
    assert heard.ended.errors[0].extensions["code"] == "AFTER_UNKNOWN"


async def test_too_much_to_tell_again_is_left_to_the_pages_of_the_thread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_MISSED", 2)
    last = await posted(world.patient, world, "seen")
    await many_posted(world.patient, world, ["one", "two", "three"])

    heard = await outlet(world, SINCE, Role.PATIENT, "patient-one", after=last)

    assert heard.ended.errors[0].extensions["code"] == "TOO_MUCH_MISSED"
    assert heard.told == []


async def test_leaving_frees_what_the_subscription_held(world: World, url: str) -> None:
    feed: Any = world.suivi.running.house.feed
    local = getattr(feed, "_local", feed)
    async with socket(url, world.patient.token) as patient:
        await patient.subscribe(MESSAGES, case=world.case_id)
        await listening(world)

        await patient.say({"id": "1", "type": "complete"})

        await listening(world, 0)
        async with asyncio.timeout(PATIENCE):
            while local._listeners:
                await asyncio.sleep(0.01)
    assert not local._listeners


@contextmanager
def another_process(running: Suivi, port: int) -> Iterator[None]:
    """A second server on the same parts."""
    chosen = running.running.settings
    secrets = {
        "SUIVI_DATABASE_URL": chosen.database_url,
        "SUIVI_STORAGE_URL": chosen.storage_url,
        "SUIVI_FEED_URL": chosen.feed_url,
    }
    told = {name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None}
    environment = os.environ | told | {"SUIVI_DATA_DIR": str(chosen.data_dir), "SUIVI_DELIVER": "false"}
    command = [sys.executable, "-c", "from suivi.cli import main; main()", "serve", "--port", str(port)]
    log = Path(chosen.data_dir) / "second.log"
    with log.open("w") as said, subprocess.Popen(command, env=environment, stdout=said, stderr=said) as process:
        try:
            yield
        finally:
            process.terminate()


async def healthy(url: str) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient() as http:
        while True:
            try:
                if (await http.get(url)).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_a_message_posted_through_one_server_is_heard_at_another(world: World, parts: Parts, url: str) -> None:
    """The live feed between processes: Valkey."""
    if parts == "embedded":
        pytest.skip("the embedded feed is for one process")
    port = free_port()
    with another_process(world.suivi, port):
        await healthy(f"http://127.0.0.1:{port}/health")
        async with socket(f"ws://127.0.0.1:{port}/graphql", world.coordinator.token) as coordinator:
            await coordinator.subscribe(MESSAGES, case=world.case_id)
            heard = asyncio.create_task(coordinator.data())
            # What is posted before the other process listens is in the history: post until one is heard.
            async with asyncio.timeout(PATIENCE):
                while not heard.done():
                    await posted(world.patient, world, "across")
                    await asyncio.wait([heard], timeout=0.2)

    assert heard.result() == {"messagePosted": {"body": "across", "authorRole": "patient"}}
