"""Partners and registering them."""

from typing import Annotated
from uuid import UUID

import strawberry

from suivi.core.acting import Acting
from suivi.core.partners import actions
from suivi.core.partners.models import Partner as PartnerRow
from suivi.graphql.context import Info
from suivi.graphql.loading import Level, Load
from suivi.graphql.nodes import Node, Stored
from suivi.graphql.results import Refusal, attempt


@strawberry.type(description="A frontend's organisation: the tenant that patients and cases belong to.")
class Partner(Stored, Node):
    name: str


def partners(info: Info) -> Level[Partner | None]:
    return info.context.ones(PartnerRow).then(Partner.maybe)


def load_partner(info: Info, identity: UUID | None) -> Load[Partner | None]:
    return partners(info).of(identity)


@strawberry.input
class RegisterPartnerInput:
    idempotency_key: str
    name: str


RegisterPartnerResult = Annotated[Partner | Refusal, strawberry.union("RegisterPartnerResult")]


@strawberry.type
class PartnerMutations:
    @strawberry.mutation(description="Operators only.")
    async def register_partner(self, info: Info, input: RegisterPartnerInput) -> RegisterPartnerResult:
        async def act(by: Acting) -> PartnerRow:
            return await actions.register_partner(by, name=input.name)

        return await attempt(info, input.idempotency_key, act, Partner.of)
