"""`python -m bench.execution`: an inbox on resolvers that do nothing, by graphql-core and by a plan.

50 cases, about 1,000 leaves. "plain" has every edge at hand; "loaded" gets each through a data loader.
"""

import asyncio
import enum
import time
from collections.abc import Callable
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, TypeVar

import strawberry
from graphql import DocumentNode, execute, parse, validate
from rich.console import Console
from rich.table import Table
from strawberry.dataloader import DataLoader
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from suivi.graphql.execution import Plan, compile_plan

PLAIN = """{ cases { id state clinic { name } patient { reference } messages(first: 3) { body sentAt }
  photoCount evidence(first: 4) { kind sha256 } } }"""
LOADED = PLAIN.replace("cases", "loadedCases")
ROUNDS, REQUESTS = 30, 5

T = TypeVar("T")


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.enum
class Kind(enum.Enum):
    BEFORE = "before"
    AFTER = "after"


@strawberry.type
class Clinic(Node):
    name: str


@strawberry.type
class Patient(Node):
    reference: str


@strawberry.type
class Message(Node):
    body: str
    sent_at: datetime


@strawberry.type
class Evidence(Node):
    kind: Kind
    sha256: str


CLINIC = Clinic(id=strawberry.ID("clinic"), name="Duna Dental")
PATIENT = Patient(id=strawberry.ID("patient"), reference="P-1")
SENT = datetime(2026, 3, 3, 9, tzinfo=UTC)
MESSAGES = [Message(id=strawberry.ID(str(number)), body="Bonjour", sent_at=SENT) for number in range(3)]
EVIDENCE = [Evidence(id=strawberry.ID(str(number)), kind=Kind.AFTER, sha256="0" * 64) for number in range(4)]


@strawberry.type
class Case(Node):
    state: Kind

    @strawberry.field
    def clinic(self, info: strawberry.Info) -> Clinic:
        return CLINIC

    @strawberry.field
    def patient(self, info: strawberry.Info) -> Patient:
        return PATIENT

    @strawberry.field
    def messages(self, info: strawberry.Info, first: int = 20) -> list[Message]:
        return MESSAGES[:first]

    @strawberry.field
    def photo_count(self) -> int:
        return 4

    @strawberry.field
    def evidence(self, first: int = 20) -> list[Evidence]:
        return EVIDENCE[:first]


@strawberry.type
class LoadedCase(Node):
    state: Kind

    @strawberry.field
    async def clinic(self, info: strawberry.Info) -> Clinic:
        return await loaded(info, "clinic", CLINIC)

    @strawberry.field
    async def patient(self, info: strawberry.Info) -> Patient:
        return await loaded(info, "patient", PATIENT)

    @strawberry.field
    async def messages(self, info: strawberry.Info, first: int = 20) -> list[Message]:
        return (await loaded(info, "messages", MESSAGES))[:first]

    @strawberry.field
    async def photo_count(self, info: strawberry.Info) -> int:
        return await loaded(info, "photos", 4)

    @strawberry.field
    async def evidence(self, info: strawberry.Info, first: int = 20) -> list[Evidence]:
        return (await loaded(info, "evidence", EVIDENCE))[:first]


async def loaded(info: strawberry.Info, name: str, value: T) -> T:
    async def load(keys: list[int]) -> list[T]:
        return [value for _ in keys]

    loaders: dict[str, DataLoader[Any, Any]] = info.context
    if name not in loaders:
        loaders[name] = DataLoader(load_fn=load)
    found: T = await loaders[name].load(len(loaders))
    return found


CASES = [Case(id=strawberry.ID(str(number)), state=Kind.BEFORE) for number in range(50)]
LOADED_CASES = [LoadedCase(id=strawberry.ID(str(number)), state=Kind.BEFORE) for number in range(50)]


@strawberry.type
class Query:
    @strawberry.field
    def cases(self) -> list[Case]:
        return CASES

    @strawberry.field
    def loaded_cases(self) -> list[LoadedCase]:
        return LOADED_CASES


SCHEMA = strawberry.Schema(Query)._schema


def by_core(text: str) -> Callable[[], Any]:
    document = parse(text)
    return lambda: execute(
        SCHEMA,
        document,
        context_value={},
        executor_class=StrawberryGraphQLCoreExecutionContext,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        operation_extensions=None,
    )


def planned(document: DocumentNode) -> Plan:
    plan = compile_plan(SCHEMA, document)
    if plan is None:
        raise SystemExit("there is no plan for the document")
    return plan


def by_plan(text: str) -> Callable[[], Any]:
    plan = planned(parse(text))
    return lambda: plan.execute(context={})


def compiling(text: str) -> Callable[[], Any]:
    """The first time a document is seen, once it is parsed and valid."""
    document = parse(text)
    return lambda: planned(document).execute(context={})


def validating(text: str) -> Callable[[], Any]:
    document = parse(text)
    return lambda: validate(SCHEMA, document)


async def cpu_ms(request: Callable[[], Any]) -> float:
    """Of the best round: others on the machine only ever make it slower."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        for _ in range(REQUESTS):
            result = request()
            if isawaitable(result):
                await result
        best = min(best, (time.process_time_ns() - begun) / REQUESTS / 1e6)
    return round(best, 3)


async def main() -> None:
    ways: dict[str, Callable[[str], Callable[[], Any]]] = {
        "parse": lambda text: lambda: parse(text),
        "validate": validating,
        "graphql-core": by_core,
        "plan": by_plan,
        "compile and run": compiling,
    }
    table = Table("", "plain, CPU ms", "loaded, CPU ms", title="inbox of 50 cases, resolvers that do nothing")
    for name, way in ways.items():
        table.add_row(name, *[str(await cpu_ms(way(text))) for text in (PLAIN, LOADED)])
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main())
