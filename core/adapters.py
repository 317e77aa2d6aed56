"""What a clinic's adapter is: the capabilities it has, and how a notice leaves through it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Capability(StrEnum):
    NOTIFY = "NOTIFY"
    RECEIVE_MESSAGE = "RECEIVE_MESSAGE"
    RECEIVE_EVIDENCE = "RECEIVE_EVIDENCE"
    PUBLISH_TERMS = "PUBLISH_TERMS"
    SYNC_CASE = "SYNC_CASE"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """That something waits, and a link to it. Never what it says: a notice carries no health data."""

    event_id: UUID
    """The same for every attempt: a receiver drops repeats by it."""
    delivery_id: UUID
    kind: str
    to: str
    """Address of the mailbox."""
    locale: str
    link: str
    urgent: bool
    means: str = ""
    """That medicine is a duty of means and never of result, for the end of what is sent (R-002)."""
    means_locale: str = ""
    """The language that is really in; "": `locale`."""
    means_version: str = ""


class NotDelivered(Exception):  # noqa: N818 - says what happened to a notice
    """The notice did not arrive. `permanent`: trying again cannot help, as with a mailbox that does not exist."""

    def __init__(self, reason_code: str, permanent: bool) -> None:
        self.reason_code = reason_code
        self.permanent = permanent
        super().__init__(reason_code)


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """`notify` may do I/O, and is the only thing of a plugin that may; it raises NotDelivered."""

    id: str
    capabilities: frozenset[Capability]
    notify: Callable[[Notice], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        if (Capability.NOTIFY in self.capabilities) != (self.notify is not None):
            raise ValueError("an adapter has notify exactly when it claims the capability NOTIFY")
