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
from suivi.core.specialties.model import CaseClass, Data

Code = Annotated[str, Field(min_length=1, max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4), PlainSerializer(str, return_type=str)]


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


class Component(Data):
    """One thing that is covered, such as the crown itself or a touch-up, for its own time."""

    id: Code
    name: Words | None = None
    """In the words of who says it; None: the coded `object` says enough."""
    object: Code
    """Coded as in warranty templates: `crown`, `breast_implant`, `complication` ..."""
    covers: tuple[Code, ...] = ()
    """Events covered, coded. Empty: not stated."""
    classes: tuple[CaseClass, ...] = ()
    """Classes of a case that it answers for. Empty: not stated."""
    remedy: tuple[Code, ...] = ()
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
