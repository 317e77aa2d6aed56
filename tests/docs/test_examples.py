"""Examples in the documentation are run, in the order of their page, and answer what the page says they answer."""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from graphql import OperationDefinitionNode, parse
from websockets.asyncio.client import ClientConnection, connect

from tests.docs.fences import Fence, fences
from tests.services.ports import free_port
from tests.services.suivi import Client, Suivi, jpeg
from tests.services.world import World

pytestmark = pytest.mark.once

PAGES = (
    "README.md",
    "docs/partner-guide.md",
    "docs/operating.md",
    "docs/access.md",
    "docs/complaint-bodies.md",
    "docs/hints.md",
    "docs/pinned-rules.md",
    "docs/measurements.md",
    "docs/recovery.md",
    "docs/cover.md",
    "docs/terms.md",
    "docs/confirmations.md",
    "docs/devices.md",
)
ANYTHING = "…"
PHOTO = jpeg()
SHELL = all(map(shutil.which, ("bash", "curl", "jq")))


def differences(said: Any, found: Any, at: str = "answer") -> list[str]:
    """Where an answer is not what the page says; `…` stands for anything."""
    if said == ANYTHING:
        return []
    if isinstance(said, dict) and isinstance(found, dict):
        unsaid = [f"{at}: {sorted(said)} is said, {sorted(found)} found"] if said.keys() != found.keys() else []
        return unsaid + [
            line for key in said.keys() & found for line in differences(said[key], found[key], f"{at}.{key}")
        ]
    if isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
        pairs = enumerate(zip(said, found, strict=True))
        return [line for place, (one, other) in pairs for line in differences(one, other, f"{at}[{place}]")]
    return [] if said == found else [f"{at}: {said!r} is said, {found!r} found"]


def anywhere_in(found: Any) -> list[Any]:
    """An answer and everything in it."""
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return [found, *(deeper for part in inner for deeper in anywhere_in(part))]


def declared(query: str) -> set[str]:
    operations = [node for node in parse(query).definitions if isinstance(node, OperationDefinitionNode)]
    return {variable.variable.name.value for node in operations for variable in node.variable_definitions or ()}


def refused(body: Any) -> bool:
    return any("code" in result for result in (body.get("data") or {}).values() if isinstance(result, dict))


@dataclass(kw_only=True)
class Reader:
    """Somebody who goes through a page and tries everything on it."""

    world: World
    folder: Path
    port: int
    variables: dict[str, Any] = field(default_factory=dict)
    answer: Any = None

    def __post_init__(self) -> None:
        world = self.world
        self.variables |= {"case": world.case_id, "treatment": world.treatment_id, "clinic": world.clinic_id}
        self.variables |= {"patient": world.patient_id, "sha256": hashlib.sha256(PHOTO).hexdigest()}
        (self.folder / "photo.jpg").write_bytes(PHOTO)
        (self.folder / ".curlrc").write_text(f'connect-to = "suivi.test:80:127.0.0.1:{self.port}"\n')

    def client(self, fence: Fence) -> Client:
        client: Client = getattr(self.world, fence.options.get("as", "patient"))
        at = fence.options.get("at")
        return client.at(datetime.fromisoformat(at)) if at else client

    async def read(self, fence: Fence) -> None:
        match fence.language, *fence.options:
            case "graphql", *_:
                await self._ask(fence)
            case "json", "answer", *_:
                # What it cost is beside every answer, and on no page.
                told = {name: part for name, part in self.answer.items() if name != "extensions"}
                assert differences(json.loads(fence.body), told) == [], str(fence)
            case "json", "contains", *_:
                said = json.loads(fence.body)
                assert any(not differences(said, part) for part in anywhere_in(self.answer)), str(fence)
            case "sh", "run", *_:
                await self._run(fence)
            case "text", "frames", *_:
                await self._follow(fence)

    async def _ask(self, fence: Fence) -> None:
        known = self.variables | {"key": str(uuid4())}
        given = {name: known.get(name) for name in declared(fence.body)}
        self.answer = await self.client(fence).send(fence.body, given)
        assert ("errors" in self.answer) == ("errors" in fence.options), f"{fence}: {self.answer}"
        assert refused(self.answer) == ("refused" in fence.options), f"{fence}: {self.answer}"
        if keep := fence.options.get("keep"):
            name, _, path = keep.partition("=")
            self.variables[name] = _at(self.answer["data"], path)
        (self.folder / "begun.json").write_text(json.dumps(self.answer))

    async def _run(self, fence: Fence) -> None:
        if not SHELL:
            # A machine that has no curl or jq: the same upload, by the client of the tests.
            await self._run_without_shell()
            return
        environment = {"PATH": os.environ["PATH"], "CURL_HOME": str(self.folder), "SUIVI": "http://suivi.test"}
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", fence.body),
            cwd=self.folder,
            env=environment | {"TOKEN": self.world.patient.token},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0, f"{fence}: {printed.decode()}"
        self.answer = json.loads(printed) if printed.startswith(b"{") else self.answer

    async def _run_without_shell(self) -> None:
        if "beginUpload" not in (self.answer or {}).get("data", {}):
            self.answer = await self.world.patient.send("{ viewer { role } }")
        else:
            await self.world.suivi.upload(self.world.patient, self.answer["data"]["beginUpload"], PHOTO)

    async def _follow(self, fence: Fence) -> None:
        token = self.client(fence).token
        address = f"ws://127.0.0.1:{self.port}/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            for line in fence.body.splitlines():
                if line.startswith("→"):
                    await socket.send(self._outgoing(line, token))
                elif line.startswith("←"):
                    found = json.loads(await self._next(socket))
                    found.get("payload", {}).pop("extensions", None)
                    assert differences(json.loads(line[1:]), found) == [], str(fence)

    def _outgoing(self, line: str, token: str) -> str:
        frame = json.loads(line[1:].replace(f"Bearer {ANYTHING}", f"Bearer {token}"))
        for name in frame.get("payload", {}).get("variables", {}):
            frame["payload"]["variables"][name] = self.variables[name]
        return json.dumps(frame)

    async def _next(self, socket: ClientConnection) -> str | bytes:
        """The next frame. Until it comes the clinic goes on posting: nothing tells when a subscription has begun."""
        receiving = asyncio.ensure_future(socket.recv())
        while not receiving.done():
            body = {"body": "Bonjour, c'est fréquent la première semaine.", "language": "fr"}
            await self.world.coordinator.do("postMessage", caseId=self.world.case_id, **body)
            await asyncio.wait({receiving}, timeout=0.1)
        return await receiving


def _at(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data[step]
    return data


@asynccontextmanager
async def serving(suivi: Suivi) -> AsyncIterator[int]:
    """The Suivi that is already running, on a port of its own, for clients that are other programs."""
    port = free_port()
    config = uvicorn.Config(suivi.app, port=port, lifespan="off", log_level="warning", ws="websockets-sansio")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


@pytest.mark.parametrize("page", PAGES)
async def test_every_example_answers_what_its_page_says(page: str, world: World, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    async with serving(world.suivi) as port:
        reader = Reader(world=world, folder=folder, port=port)
        for fence in fences(page):
            await reader.read(fence)


def test_there_is_no_graphql_in_the_documentation_that_is_not_run() -> None:
    from tests.docs.fences import pages

    elsewhere = [str(fence) for page in pages() if page not in PAGES for fence in fences(page, "graphql")]

    assert elsewhere == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"code": "NOT_FOUND"}, {"code": "NOT_ALLOWED"}),
        ({"code": ANYTHING}, {"code": "NOT_FOUND", "field": "id"}),
        ([1], [1, 2]),
    ],
)
def test_an_answer_that_is_not_what_the_page_says_is_noticed(said: Any, found: Any) -> None:
    assert differences(said, found)
