"""What a statement of cover says: components with their time limits, who pays which fee, and clauses.

A clinic's terms, an answer of a written confirmation, a manufacturer's warranty and an insurance all say it in this
one shape, so that they can be compared line by line. It is kept as JSON; money is a decimal and never a float.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, PlainSerializer

from suivi.core.clocks.periods import Period
from suivi.core.coverage.models import Payer, Terms
from suivi.core.specialties.common import common
from suivi.core.specialties.model import CaseClass, Data

Code = Annotated[str, Field(min_length=1, max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Said = Annotated[str, Field(min_length=1, max_length=200)]
"""As in warranty templates: without a space it is a code, with spaces plain words."""
Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=4), PlainSerializer(str, return_type=str)]

DAY0 = "day0"
"""As the anchor of a limit: the first anchor of whatever procedure was done, for terms of a whole specialty."""
OTHER = "other"
"""As an object, an event or a clause: none that has a code; the words beside it say what."""


class LimitUnit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    CYCLE = "cycle"
    SESSION = "session"
    USE = "use"
    LIFETIME = "lifetime"


CALENDAR = frozenset({LimitUnit.DAY, LimitUnit.WEEK, LimitUnit.MONTH, LimitUnit.YEAR})
"""Units that end on a day; the others end when something has been counted, or somebody or something is no more."""


class LifetimeOf(StrEnum):
    """Whose lifetime a lifetime is (R-123)."""

    PATIENT = "patient"
    DEVICE = "device"
    PRACTICE = "practice"


class ClauseKind(StrEnum):
    EXCLUSION = "exclusion"
    OBLIGATION = "obligation"


class Money(Data):
    amount: Amount
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217."""


class Limit(Data):
    """For how long or how often, counted from an anchor. `count` is None for a lifetime, `lifetime_of` for others."""

    unit: LimitUnit
    count: int | None = Field(default=None, ge=1, le=1200)
    lifetime_of: LifetimeOf | None = None
    starts: Code
    """An anchor, or DAY0."""

    @property
    def months(self) -> int | None:
        """Of a limit in years or months."""
        each = {LimitUnit.YEAR: 12, LimitUnit.MONTH: 1}.get(self.unit)
        return each * self.count if each and self.count else None

    @property
    def days(self) -> int | None:
        """Of a limit in weeks or days, which are no months."""
        each = {LimitUnit.WEEK: 7, LimitUnit.DAY: 1}.get(self.unit)
        return each * self.count if each and self.count else None

    @property
    def unfinished(self) -> bool:
        return (self.lifetime_of if self.unit is LimitUnit.LIFETIME else self.count) is None

    @property
    def period(self) -> str | None:
        """ISO 8601, as it was stated; None where it is not counted by the calendar."""
        return f"P{self.count}{self.unit[0].upper()}" if self.unit in CALENDAR and self.count else None


class Component(Data):
    """One thing that is covered, such as the crown itself or a touch-up, for its own time."""

    id: Code
    name: Words | None = None
    """In the words of who says it; None: the coded `object` says enough."""
    object: Code
    """Coded as in warranty templates: `crown`, `breast_implant`, `complication` ..."""
    covers: tuple[Said, ...] = ()
    """Events covered. Empty: not stated."""
    classes: tuple[CaseClass, ...] = ()
    """Classes of a case that it answers for. Empty: not stated."""
    remedy: tuple[Said, ...] = ()
    limit: Limit | None = None
    """None: not stated."""


class FeeLine(Data):
    """Who pays one kind of fee. What no line mentions is not stated, and never reads as covered (R-122)."""

    kind: Code
    payer: Payer
    component: Code | None = None
    """Id of the component it is about; None: all that no line of their own mentions."""
    share: int | None = Field(default=None, ge=1, le=99)
    """Percent the patient does not pay, where it is shared."""
    cap: Money | None = None
    """The most that is paid for the patient."""
    note: Words | None = None


class Clause(Data):
    """An exclusion, or what the patient has to do to keep the cover. `id` is what refusals and checks name (R-124)."""

    id: Code
    kind: ClauseKind
    code: Code
    """Of the specialty's exclusions, duties or warranty conditions, or `other`."""
    text: Words
    components: tuple[Code, ...] = ()
    """Ids it is about; empty: all of them."""


class Content(Data):
    """All of a statement of cover."""

    components: tuple[Component, ...] = ()
    fees: tuple[FeeLine, ...] = ()
    clauses: tuple[Clause, ...] = ()
    how_to_claim: Words | None = None

    def fee_matrix(self, component: str | None = None) -> list[FeeLine]:
        """Every known kind of fee in a fixed order, then others that are stated (R-122).

        For a component its own line, else the one for all; nothing stated reads NOT_STATED.
        """
        general = {line.kind: line for line in self.fees if line.component is None}
        own = {line.kind: line for line in self.fees if component is not None and line.component == component}
        stated = general | own
        kinds = dict.fromkeys((*common().fee_kinds, *stated))
        return [stated.get(kind) or FeeLine(kind=kind, payer=Payer.NOT_STATED) for kind in kinds]

    def without_unfinished(self) -> "Content":
        """Limits that do not say how many, as drafts may have, are not stated."""
        finished = tuple(
            one.model_copy(update={"limit": None}) if one.limit is not None and one.limit.unfinished else one
            for one in self.components
        )
        return self.model_copy(update={"components": finished})

    def plain(self) -> dict[str, Any]:
        """As it is kept: JSON without what says nothing."""
        return self.model_dump(mode="json", exclude_defaults=True)


def content_of(terms: Any) -> Content:
    """Of a row of terms, also of one published before terms had components."""
    if terms.content is not None:
        return Content.model_validate(terms.content)
    return _of_first_terms(terms)


def _of_first_terms(terms: Terms) -> Content:
    component = Component(id="all", object=terms.procedure, covers=tuple(terms.covers), limit=_limit(terms))
    fees = tuple(FeeLine(kind=kind, payer=Payer(payer)) for kind, payer in terms.fees.items())
    clauses = tuple(
        Clause(id=f"exclusion-{number}", kind=ClauseKind.EXCLUSION, code="other", text=text)
        for number, text in enumerate(terms.exclusions, start=1)
    )
    return Content(components=(component,), fees=fees, clauses=clauses)


def _limit(terms: Terms) -> Limit:
    period = Period.parse(terms.period)
    if not period.total_months:
        return Limit(unit=LimitUnit.DAY, count=period.total_days, starts=terms.starts)
    years, months = divmod(period.total_months, 12)
    if months:
        return Limit(unit=LimitUnit.MONTH, count=period.total_months, starts=terms.starts)
    return Limit(unit=LimitUnit.YEAR, count=years, starts=terms.starts)
