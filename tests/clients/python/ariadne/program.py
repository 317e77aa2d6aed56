"""What a partner writes with the client that ariadne-codegen makes of our schema. mypy reads it in that environment."""
# mypy: disable-error-code="import-not-found"
# pyright: reportMissingImports=false

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Any

from suivi_client.client import Client
from suivi_client.enums import CaseState, CheckUpsOnFileInput
from suivi_client.exceptions import GraphQLClientGraphQLMultiError, GraphQLClientHttpError
from suivi_client.input_types import (
    DocumentationInput,
    HintsInput,
    MeasuredInput,
    MeasuredValueInput,
    PostMessageInput,
)
from suivi_client.post_message import PostMessagePostMessageMessage, PostMessagePostMessageRefusal


def say(what: str, told: object = None) -> None:
    print(json.dumps({"what": what, "told": told}), flush=True)  # noqa: T201


async def failure(asked: Awaitable[object]) -> object:
    try:
        return str(await asked)
    except GraphQLClientGraphQLMultiError as failed:
        codes = [(error.extensions or {})["code"] for error in failed.errors]
        return {"codes": codes, "data": failed.data}
    except GraphQLClientHttpError as failed:
        return {"status": failed.status_code}


def told(result: PostMessagePostMessageMessage | PostMessagePostMessageRefusal) -> str:
    if isinstance(result, PostMessagePostMessageRefusal):
        return str(result.code)
    return f"{result.sent_at.tzinfo} {result.body}"


def measured() -> HintsInput:
    """Documents are named, for ariadne-codegen looks for the enums of a default object in the wrong class."""
    given = MeasuredInput(key="nothing", value=MeasuredValueInput(number=1))
    on_file = DocumentationInput(checkUps=CheckUpsOnFileInput.SOME)
    return HintsInput(procedure="crown", day=30, measurements=[given], documentation=on_file)


async def ask(client: Client, stranger: Client, case_id: str) -> None:
    message = PostMessageInput(idempotencyKey="one of ariadne", caseId=case_id, body="Bonjour", language="fr")
    say("posted", told((await client.post_message(message)).post_message))
    other = message.model_copy(update={"body": "Bonsoir"})
    say("refused", told((await client.post_message(other)).post_message))
    case = (await client.case_screen(case_id, first=1)).case
    assert case is not None
    say("case", [case.state is CaseState.OPEN, *(line.body for line in case.messages.nodes)])
    node = (await client.anything(case_id)).node
    say("node", node.typename__ if node else None)
    say("hints", (await client.hints(measured())).hints.model_dump(mode="json"))
    say("unseen", await failure(client.case_screen("x", first=1)))
    say("unknown", await failure(stranger.case_screen(case_id, first=1)))


async def main() -> None:
    host, token, case_id = sys.argv[1:]
    url, headers = f"http://{host}/graphql", {"Authorization": f"Bearer {token}"}
    init: dict[str, Any] = dict(headers)
    client = Client(url, headers, ws_url=f"ws://{host}/graphql", ws_connection_init_payload=init)
    async with client, Client(url) as stranger:
        await ask(client, stranger, case_id)
        say("following")
        async for heard in client.message_posted(case_id):
            say("next", heard.message_posted.body)
            break
        say("unheard", await failure(anext(client.message_posted("x"))))
    say("done")


asyncio.run(main())
