"""What a frontend does: GraphQL over HTTP, uploads by form, subscriptions over WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

REFUSAL = "... on Refusal { code message remedy }"
SETTLING_SECONDS = 0.5


class Unexpected(Exception):  # noqa: N818 - an answer the story does not know how to go on from
    """The server answered something else than the story needs."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """Somebody with a token. `clock` is the moment they act at: the server goes by it in development only."""

    http: httpx.AsyncClient
    token: str = field(repr=False)
    clock: datetime
    locale: str = "en"

    def at(self, clock: datetime) -> "Client":
        return replace(self, clock=clock)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer. Raises Unexpected when it has errors."""
        headers = {"authorization": f"Bearer {self.token}", **self._moment()}
        sent = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        answer = sent.json()
        if answer.get("errors"):
            raise Unexpected(json.dumps(answer["errors"], ensure_ascii=False))
        data: dict[str, Any] = answer["data"]
        return data

    async def attempt(self, mutation: str, fields: str, *, key: str, **given: Any) -> dict[str, Any]:
        """What a mutation answers: the object, or the refusal. The same key again does the same thing once."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        query = f"mutation($input: {kind}!) {{ result: {mutation}(input: $input) {{ __typename {fields} {REFUSAL} }} }}"
        result: dict[str, Any] = (await self.ask(query, input={"idempotencyKey": key, **given}))["result"]
        return result

    async def do(self, mutation: str, fields: str, *, key: str, **given: Any) -> dict[str, Any]:
        """The object that a mutation made. Raises Unexpected when it was refused."""
        result = await self.attempt(mutation, fields, key=key, **given)
        if result["__typename"] == "Refusal":
            raise Unexpected(f"{mutation} was refused: {result['code']}: {result['message']}")
        return result

    async def refused(self, mutation: str, fields: str, *, key: str, **given: Any) -> dict[str, Any]:
        """The refusal of a mutation. Raises Unexpected when it went through."""
        result = await self.attempt(mutation, fields, key=key, **given)
        if result["__typename"] != "Refusal":
            raise Unexpected(f"{mutation} should have been refused and was not")
        return result

    async def upload(self, form: Mapping[str, Any], content: bytes) -> None:
        """Send a file with the form that `beginUpload` gave out, straight to the object store."""
        fields = {item["name"]: item["value"] for item in form["fields"]}
        sent = await self.http.post(form["url"], data=fields, files={"file": ("photo.jpg", content)})
        if not sent.is_success:
            raise Unexpected(f"the object store answered {sent.status_code} to an upload")

    async def download(self, url: str) -> bytes:
        """What a link shows, or what anybody may fetch. Raises Unexpected."""
        got = await self.http.get(url)
        if not got.is_success:
            raise Unexpected(f"a download was answered with {got.status_code}")
        return got.content

    @asynccontextmanager
    async def following(self, subscription: str, **variables: Any) -> AsyncIterator["asyncio.Queue[dict[str, Any]]"]:
        """What a subscription tells, as it arrives, by graphql-transport-ws."""
        address = str(self.http.base_url.join("/graphql").copy_with(scheme="ws"))
        protocols = [Subprotocol("graphql-transport-ws")]
        async with connect(address, subprotocols=protocols, additional_headers=self._moment()) as socket:
            await _say(socket, {"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}})
            if json.loads(await socket.recv())["type"] != "connection_ack":
                raise Unexpected("the server did not acknowledge the WebSocket connection")
            payload = {"query": subscription, "variables": variables}
            await _say(socket, {"id": "following", "type": "subscribe", "payload": payload})
            arriving: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
            reading = asyncio.create_task(_read(socket, arriving))
            # The protocol does not acknowledge a subscription: give the server a moment to begin listening.
            await asyncio.sleep(SETTLING_SECONDS)
            try:
                yield arriving
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    def _moment(self) -> dict[str, str]:
        return {"suivi-clock": self.clock.isoformat(), "accept-language": self.locale}


async def _say(socket: ClientConnection, message: Mapping[str, Any]) -> None:
    await socket.send(json.dumps(message))


async def _read(socket: ClientConnection, arriving: "asyncio.Queue[dict[str, Any]]") -> None:
    async for frame in socket:
        message = json.loads(frame)
        if message["type"] == "next":
            arriving.put_nowait(message["payload"]["data"])
        elif message["type"] == "ping":
            await _say(socket, {"type": "pong"})
