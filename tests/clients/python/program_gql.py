"""What `gql` gets: the schema by introspection, queries checked by it and written in Python, and a subscription."""
# mypy: disable-error-code="import-not-found"
# pyright: reportMissingImports=false

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Any

from gql import Client, GraphQLRequest, gql
from gql.dsl import DSLInlineFragment, DSLMutation, DSLQuery, DSLSchema, dsl_gql
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

POSTED = gql("subscription($id: ID!) { messagePosted(caseId: $id) { body } }")


def say(what: str, told: Any = None) -> None:
    print(json.dumps({"what": what, "told": told}), flush=True)  # noqa: T201


async def failure(asked: Awaitable[Any]) -> Any:
    try:
        return await asked
    except TransportQueryError as error:
        return {"codes": [told["extensions"]["code"] for told in error.errors or []], "data": error.data}
    except TransportError as error:
        return {"failed": type(error).__name__, "code": getattr(error, "code", None)}


def authorised(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def introspected(url: str, token: str) -> Any:
    transport = HTTPXAsyncTransport(url, headers=authorised(token))
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        return session.client.schema


def post(ds: DSLSchema, case_id: str, body: str) -> GraphQLRequest:
    message = {"idempotencyKey": "one of gql", "caseId": case_id, "language": "fr", "body": body}
    posted = DSLInlineFragment().on(ds.Message).select(ds.Message.body, ds.Message.sentAt)
    refused = DSLInlineFragment().on(ds.Refusal).select(ds.Refusal.code)
    return dsl_gql(DSLMutation(ds.Mutation.postMessage.args(input=message).select(posted, refused)))


def case(ds: DSLSchema, case_id: str) -> GraphQLRequest:
    return dsl_gql(DSLQuery(ds.Query.case.args(id=case_id).select(ds.Case.state, ds.Case.messageCount)))


async def over_http(url: str, schema: Any, token: str, case_id: str) -> None:
    ds = DSLSchema(schema)
    transport = HTTPXAsyncTransport(url, headers=authorised(token))
    async with Client(transport=transport, schema=schema, parse_results=True) as session:
        say("posted", (await session.execute(post(ds, case_id, "Bonjour")))["postMessage"]["body"])
        say("refused", (await session.execute(post(ds, case_id, "Bonsoir")))["postMessage"])
        say("case", (await session.execute(case(ds, case_id)))["case"])
        say("unseen", await failure(session.execute(case(ds, "x"))))
    async with Client(transport=transport) as session:
        say("invalid", await failure(session.execute(gql("{ nothing }"))))
    async with Client(transport=HTTPXAsyncTransport(url)) as session:
        say("unknown", await failure(session.execute(gql("{ viewer { role } }"))))


async def over_socket(url: str, token: str, case_id: str) -> None:
    transport = WebsocketsTransport(url, init_payload=authorised(token))
    async with Client(transport=transport) as session:
        say("query", (await session.execute(gql("{ viewer { role } }")))["viewer"])
        say("unheard", await failure(anext(session.subscribe(posted("x")))))
        say("following")
        async for heard in session.subscribe(posted(case_id)):
            say("next", heard["messagePosted"]["body"])
            break


def posted(case_id: str) -> GraphQLRequest:
    return GraphQLRequest(POSTED, variable_values={"id": case_id})


async def main() -> None:
    host, introspecting, token, case_id = sys.argv[1:]
    url = f"http://{host}/graphql"
    schema = await introspected(url, introspecting)
    say("types", len(schema.type_map))
    await over_http(url, schema, token, case_id)
    await over_socket(f"ws://{host}/graphql", token, case_id)
    say("done")


asyncio.run(main())
