"""Requests that are refused, checked alike: the code, the field, words for a person, and not a row written."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from tortoise import Tortoise

from tests.services.suivi import Client

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What somebody may try by mistake. `given` is the mutation's input without its idempotency key."""

    says: str
    who: Client
    mutation: str
    given: dict[str, Any]
    code: str
    field: str | None = None


async def every_row() -> Rows:
    """The whole database, by table, idempotency keys and chains included."""
    models = [model for app in (Tortoise.apps or {}).values() for model in app.values()]
    return {model.__name__: await model.all().order_by(model._meta.pk_attr).values() for model in models}


@asynccontextmanager
async def nothing_written() -> AsyncIterator[None]:
    before = await every_row()
    yield
    after = await every_row()
    changed = [table for table in before if before[table] != after[table]]
    assert not changed, f"a refused request wrote to {', '.join(changed)}"


async def refusal(wrong: Wrong, *, key: str | None = None) -> dict[str, Any]:
    """The refusal that was expected, looked at from all sides."""
    async with nothing_written():
        result = await wrong.who.do(wrong.mutation, key=key, **wrong.given)
    assert result["__typename"] == "Refusal", f"{wrong.says}: was accepted"
    assert (result["code"], result["field"]) == (wrong.code, wrong.field), f"{wrong.says}: {result}"
    assert result["message"].strip(), wrong.says
    assert result["remedy"].strip(), wrong.says
    assert not re.search(r"\{\w*\}", result["message"] + result["remedy"]), wrong.says
    return result


async def each_is_refused(wrongs: list[Wrong], subtests: pytest.Subtests) -> None:
    for wrong in wrongs:
        with subtests.test(wrong.says):
            await refusal(wrong)


@dataclass(kw_only=True)
class Trying:
    """Makes wrongs out of one good request that one thing is changed in."""

    who: Client
    mutation: str
    good: dict[str, Any] = field(default_factory=dict)

    def __call__(self, says: str, code: str, about: str | None = None, **changed: Any) -> Wrong:
        return Wrong(says=says, who=self.who, mutation=self.mutation, given=self.good | changed, code=code, field=about)


async def error_code(client: Client, query: str, **variables: Any) -> str:
    """The code of the error that a query is answered with."""
    body = await client.send(query, variables)
    code: str = body["errors"][0]["extensions"]["code"]
    return code
