"""Whoever is asking, as told by a bearer token."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person or machine is to a case. One token carries one role."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    PRACTITIONER = "practitioner"
    COORDINATOR = "coordinator"
    MEDIATOR = "mediator"
    EXPERT = "expert"
    INTERPRETER = "interpreter"
    FRONTEND = "frontend"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The authenticated caller. Being named here grants nothing: `suivi.core.access.narrow` asks the database too."""

    role: Role
    subject: str
    """The token's `sub`: stable, issued by the identity provider, never an e-mail address."""
    partner_id: UUID | None = None
    """The tenant the token was issued for; always set for `Role.FRONTEND`."""
    frontend: str | None = None
    """The partner frontend acting on the subject's behalf (the token's `act.sub`), named in every event."""
    scopes: frozenset[str] = field(default_factory=frozenset)
    expires_at: datetime | None = None
