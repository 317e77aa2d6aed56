"""R-012: every mutation, tried by everybody on their own side and on a stranger's, does what the matrix says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from suivi.core.access.viewer import Role
from tests.access.attempts import ABOUT, INPUTS, Input, everything_written, request_of, target
from tests.access.matrix import grants, matrix
from tests.access.oracle import Oracle
from tests.access.universe import PEOPLE, TODAY, Bundle, Person, Universe, snapshot
from tests.access.walking import SCHEMA
from tests.services.suivi import Client
from tests.services.world import row_id

in_the_universe = pytest.mark.asyncio(loop_scope="module")

MUTATIONS = sorted(matrix().roots["mutation"])
OTHERWISE = {"finishUpload": "FILE_MISSING", "recordCycle": "NOT_COUNTED_IN_CYCLES"}
"""What is answered to somebody who may, where a valid request has nothing to work on."""


def test_every_mutation_is_tried() -> None:
    assert set(INPUTS) == set(MUTATIONS), "write a valid request for the new mutation in tests/access/attempts.py"


async def judged(universe: Universe, person: Person, mutation: str, sent: Input, about: Bundle) -> str:
    """`allowed`, or the code of the refusal: NOT_FOUND for what may not even be seen."""
    who, on = universe.who(person), TODAY.date()
    noun, verb = rule(mutation, person)
    if noun in ("system", "partner"):
        # About nothing that is there already; a patient is registered for the partner of the token.
        return "allowed" if who.role in grants()[f"{noun}.{verb}"] else "NOT_ALLOWED"
    wanted = target(noun, sent, about)
    oracle = Oracle({**universe.rows, **await snapshot(noun)}, grants())
    if mutation == "withdrawTermsOffer" and row_id(about.offer_id) not in oracle.reaches(who, "terms_offer", on):
        return "NOT_FOUND"
    if wanted not in oracle.reaches(who, noun, on, verb):
        return "NOT_ALLOWED" if wanted in oracle.reaches(who, noun, on) else "NOT_FOUND"
    return "allowed" if _others_in_reach(universe, person, mutation, about) else "NOT_FOUND"


def rule(mutation: str, person: Person) -> tuple[str, str]:
    """Where each side is asked for its own, the clinic's side for the clinic and everybody else for the patient."""
    rules = dict(matrix().rules(mutation))
    if len(rules) == 1:
        return next(iter(rules.items()))
    clinic_side = person.role in (Role.PRACTITIONER, Role.COORDINATOR)
    noun = "clinic" if clinic_side else "patient"
    return noun, rules[noun]


def _others_in_reach(universe: Universe, person: Person, mutation: str, about: Bundle) -> bool:
    """Through a partner's frontend, a clinic registers treatments of that partner's patients only."""
    tenant = universe.who(person).partner_id
    return mutation != "registerTreatment" or tenant in (None, row_id(about.partner_id))


@in_the_universe
@pytest.mark.parametrize("person", PEOPLE, ids=str)
async def test_may_do_what_the_matrix_grants_and_nothing_else(universe: Universe, person: Person) -> None:
    client = universe.client(person)

    for about in (universe.own, universe.foreign):
        refusals: list[Refused] = []
        for mutation in MUTATIONS:
            sent = await request_of(person, mutation, about)
            expected = await judged(universe, person, mutation, sent, about)
            if expected == "allowed":
                result = await client.do(mutation, **sent)
                assert result.get("code", "allowed") == OTHERWISE.get(mutation, "allowed"), (
                    mutation,
                    about.name,
                    result,
                )
            else:
                refusals.append(Refused(mutation, sent, expected))
        before = await everything_written()

        assert await told(client, refusals) == {one.mutation: one.code for one in refusals}, about.name
        assert await everything_written() == before, f"somebody was refused about {about.name} and wrote something"


@dataclass(frozen=True)
class Refused:
    mutation: str
    sent: Input
    code: str


async def told(client: Client, refusals: Sequence[Refused]) -> dict[str, str]:
    """All of them sent in one document: mutation to the code it was refused with, or the type it answered with."""
    names = [one.mutation for one in refusals]
    takes = ", ".join(f"${name}: {name[0].upper()}{name[1:]}Input!" for name in names)
    asks = " ".join(f"{name}(input: ${name}) {{ __typename ... on Refusal {{ code }} }}" for name in names)
    inputs = {one.mutation: {"idempotencyKey": str(uuid4()), **one.sent} for one in refusals}
    data = await client.ask(f"mutation({takes}) {{ {asks} }}", **inputs)
    return {name: result.get("code", result["__typename"]) for name, result in data.items()}


@in_the_universe
async def test_every_grant_lets_somebody_do_it(universe: Universe) -> None:
    """Otherwise the tests here would prove refusals only."""
    tried = {(mutation, role) for mutation in MUTATIONS for rule in matrix().rules(mutation) for role in granted(rule)}

    done = {
        (mutation, person.role.value)
        for person in PEOPLE
        for mutation in MUTATIONS
        if str(person) in TRUSTED
        and await judged(universe, person, mutation, await INPUTS[mutation](universe.own), universe.own) == "allowed"
    }

    assert done == tried


def granted(rule: tuple[str, str]) -> set[str]:
    return set(grants()[".".join(rule)])


def ids_beside(mutation: str) -> list[tuple[str, bool]]:
    """The inputs of a mutation that name an object, and whether they take several."""
    assert SCHEMA.mutation_type is not None
    given = get_named_type(SCHEMA.mutation_type.fields[mutation].args["input"].type)
    assert isinstance(given, GraphQLInputObjectType)
    named = {name: str(definition.type) for name, definition in given.fields.items() if "ID" in str(definition.type)}
    return [(name, kind.startswith("[")) for name, kind in named.items()]


NAMED = {
    "cardId": "Evidence",
    "confirmationId": "Confirmation",
    "continuesId": "Treatment",
    "corrects": "Message",
    "documentId": "Evidence",
    "draftId": "TermsDraft",
    "fromTermsId": "Terms",
    "offerId": "TermsOffer",
    "practitionerId": "Member",
    "predecessorId": "Clinic",
    "reportId": "ComplicationReport",
    "requestId": "ConfirmationRequest",
    "successorId": "Clinic",
    "termsId": "Terms",
    "warrantyId": "DeviceWarranty",
}
"""The type an input names, where its own name does not say so."""
FREELY = {("registerTreatment", "clinicId"), ("registerTreatment", "patientId"), ("recordClinicEnd", "successorId")}
"""A patient may have been treated anywhere; a clinic registers whoever gave it their id, and any may succeed it."""


def kind_of(name: str) -> str:
    kind = NAMED.get(name, name.removesuffix("s").removesuffix("Id").capitalize())
    assert kind in ABOUT or kind == "Delivery", f"say in NAMED which type `{name}` is an id of"
    return kind


@in_the_universe
@pytest.mark.parametrize("mutation", [name for name in MUTATIONS if ids_beside(name)])
async def test_an_id_of_somebody_elses_is_refused_wherever_it_is_sent(universe: Universe, mutation: str) -> None:
    """Among what is one's own, one id of a stranger's: attached, corrected, cited or covered."""
    noun, verb = matrix().rules(mutation)[0]
    allowed = [role for role in grants()[f"{noun}.{verb}"] if grants()[f"{noun}.{verb}"][role] == "party"]
    people = [person for person in PEOPLE if person.role.value in allowed and str(person) in TRUSTED]

    for person in people:
        for name, several in ids_beside(mutation):
            if (mutation, name) not in FREELY and kind_of(name) in ABOUT:
                sent: dict[str, Any] = await INPUTS[mutation](universe.own)
                stranger = getattr(universe.foreign, ABOUT[kind_of(name)])
                sent[name] = [*sent.get(name, []), stranger] if several else stranger
                before = await everything_written()

                result = await universe.client(person).do(mutation, **sent)

                assert result["__typename"] == "Refusal", (mutation, name, str(person), result)
                assert await everything_written() == before, (mutation, name)


TRUSTED = {
    "patient: patient-one through partner 1",
    "representative: rep-act through partner 1",
    "practitioner: practitioner-one",
    "coordinator: coordinator-one",
    "mediator: mediator-own",
    "expert: expert-own",
    "interpreter: interpreter-own",
    "frontend: frontend-one through partner 1",
    "operator: operator",
}
"""For each role, the person who is a party to `own`."""
