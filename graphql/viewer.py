"""Who the API thinks you are."""

from datetime import datetime

import strawberry

from suivi.core.access.table import TABLE
from suivi.graphql.context import Info
from suivi.graphql.nodes import global_id


@strawberry.type(description="The caller, as the token tells it.")
class Viewer:
    role: str
    subject: str
    partner_id: strawberry.ID | None
    frontend: str | None = strawberry.field(description="The partner frontend acting on the subject's behalf.")
    expires_at: datetime | None
    may: list[str] = strawberry.field(description="What the role may do to what it is a party to, as `noun.verb`.")


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="Whoever is asking, as the token tells it.")
    def viewer(self, info: Info) -> Viewer:
        viewer = info.context.viewer
        return Viewer(
            role=viewer.role.value,
            subject=viewer.subject,
            partner_id=global_id("Partner", viewer.partner_id) if viewer.partner_id else None,
            frontend=viewer.frontend,
            expires_at=viewer.expires_at,
            may=[f"{noun}.{verb}" for noun, verbs in TABLE.items() for verb in verbs if viewer.role in verbs[verb]],
        )
