"""schemathesis asks a running Suivi everything the schema lets anybody ask."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from graphql import DocumentNode
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckContext
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext, HookDispatcher, HookScope
from schemathesis.specs.openapi.checks import response_schema_conformance
from strawberry.relay.utils import to_base64
from tortoise import Tortoise

from suivi.core.access.viewer import Role
from suivi.core.refusals import Refusal
from suivi.graphql.schema import LOADERS
from tests.access.attempts import INPUTS
from tests.access.matrix import grants, matrix
from tests.access.universe import Person, Universe
from tests.fuzzing.likely import Likely

SDL = Path(__file__).parents[2] / "schema.graphql"
PEOPLE = (
    Person(role=Role.PATIENT, subject="patient-one", partner=1),
    Person(role=Role.REPRESENTATIVE, subject="rep-act", partner=1),
    Person(role=Role.PRACTITIONER, subject="practitioner-one"),
    Person(role=Role.COORDINATOR, subject="coordinator-one"),
    Person(role=Role.FRONTEND, subject="frontend-one", partner=1),
    Person(role=Role.OPERATOR, subject="operator"),
)
"""Of one side, which may do whatever can be done."""
KNOWN = Refusal.by_code.keys() | {"BAD_USER_INPUT"}


@dataclass(kw_only=True)
class Findings:
    """What came of the cases by operation, codes of errors and refusals, and whatever should not have been."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    def summed(self) -> Counter[str]:
        return sum(self.outcomes.values(), Counter())


@dataclass(kw_only=True)
class Fuzzing:
    """Runs in a thread of its own, beside the event loop that Suivi is served from."""

    universe: Universe
    url: str
    caplog: pytest.LogCaptureFixture
    loop: asyncio.AbstractEventLoop
    seed: int = 4
    positive: int = 38
    negative: int = 3
    findings: Findings = field(default_factory=Findings)
    numbers: Iterator[int] = field(default_factory=count)
    allowed: bool = True
    """Whether the requests that are sent now are such as the schema allows."""
    session: requests.Session = field(default_factory=requests.Session)

    def run(self, ids: Mapping[str, list[str]]) -> Findings:
        described = schemathesis.graphql.from_path(SDL)
        described.config.update(base_url=f"{self.url}/graphql")
        self.likely = Likely(schema=described.client_schema, ids=ids, valid=self._valid)
        hooks = HookDispatcher(scope=HookScope.TEST)
        hooks.register_hook_with_name(self._rewritten, "map_body")
        for found in described.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr] # pyright: ignore[reportAttributeAccessIssue]
            self.allowed = True
            self._each(operation, operation.as_strategy(hooks=hooks), self.positive)
            self.allowed = False
            self._each(operation, operation.as_strategy(GenerationMode.NEGATIVE), self.negative)
        return self.findings

    def _valid(self, mutation: str) -> Mapping[str, Any]:
        async def sent() -> Mapping[str, Any]:
            return await INPUTS[mutation](self.universe.own)

        return asyncio.run_coroutine_threadsafe(sent(), self.loop).result()

    def _rewritten(self, context: HookContext, body: DocumentNode) -> DocumentNode:
        # Not hypothesis's randomness: it favours the same few numbers.
        return self.likely.rewritten(body, Random(f"{self.seed} {next(self.numbers)}"))

    def _each(self, operation: Any, cases: st.SearchStrategy[Any], number: int) -> None:
        """Nothing is raised and nothing shrunk: what one case wrote is there when the next one asks."""
        people = st.sampled_from(welcome(operation)) | st.sampled_from(PEOPLE)

        @seed(self.seed)
        @settings(
            max_examples=number,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        )
        @given(case=cases, person=people)
        def ask(case: Any, person: Person) -> None:
            self._ask(case, person)

        ask()

    def _ask(self, case: Any, person: Person) -> None:
        client, logged = self.universe.client(person), len(self.caplog.records)
        headers = {"authorization": f"Bearer {client.token}", "suivi-clock": client.clock.isoformat()}
        response = case.call(session=self.session, headers=headers)
        troubles = [record for record in self.caplog.records[logged:] if record.levelno >= logging.ERROR]
        told = [logging.Formatter().format(record) for record in troubles]
        try:
            case.validate_response(response, checks=[response_schema_conformance, self._as_promised])
        except FailureGroup as failures:
            told += [str(failure) for failure in failures.exceptions]
        self.findings.troubles += [f"{person}\n{case.body}\n{trouble}" for trouble in told]

    def _as_promised(self, context: CheckContext, response: Response, case: Case[Any]) -> None:
        assert response.status_code < 500, response.status_code
        answer = response.json()
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert set(codes) <= KNOWN, answer["errors"]
        told = next(iter((answer.get("data") or {}).values()), None)
        # Negative documents do not ask for it.
        if isinstance(told, dict) and told.get("__typename") == "Refusal":
            codes.append(told.get("code", "?"))
        self.findings.codes.update(codes)
        outcome = _outcome(answer, told, codes) if self.allowed else "not allowed"
        self.findings.outcomes.setdefault(case.operation.label, Counter())[outcome] += 1


def _outcome(answer: Mapping[str, Any], told: Any, codes: list[str]) -> str:
    if "data" not in answer:
        return "not executed"
    if codes:
        return "refused"
    return "nothing found" if told is None else "answered"


def welcome(operation: Any) -> list[Person]:
    """Those whose role may do it."""
    name = operation.definition.field_name
    if operation.definition.is_query:
        return list(PEOPLE)
    reached = {role for noun, verb in matrix().rules(name) for role in grants()[f"{noun}.{verb}"]}
    return [person for person in PEOPLE if person.role.value in reached]


async def ids_of_everything() -> dict[str, list[str]]:
    """Relay ids of each type, a few of each."""
    rows = {"HeldCheckUp": "CheckUpHeld"}
    models = Tortoise.apps["suivi"]
    found: dict[str, list[str]] = {}
    for kind in LOADERS:
        keys = await models[rows.get(kind, kind)].all().order_by("id").limit(12).values_list("id", flat=True)
        found[kind] = [to_base64(kind, str(key)) for key in keys]
    return found
