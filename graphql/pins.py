"""Pinned rules: what a treatment is computed with, what newer rules would change, and moving to them."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from suivi.core import inputs, reading
from suivi.core.acting import Acting
from suivi.core.cases.models import Case as CaseRow
from suivi.core.pins import actions, open_cases
from suivi.core.pins.models import Repin as RepinRow
from suivi.core.pins.rules import Rules, RulesOrigin
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.graphql.cases import Case
from suivi.graphql.context import Info
from suivi.graphql.figures import Source
from suivi.graphql.nodes import Connection, connection, read_id, read_page
from suivi.graphql.results import Refusal, attempt
from suivi.graphql.treatments import Treatment, load_treatment

RulesOriginEnum = strawberry.enum(RulesOrigin)


@strawberry.type(description="A move from one version of the rules to another. Both are kept.")
class Repin:
    from_version: str
    from_digest: str | None = strawberry.field(description="Null: the rules it had before had not been kept.")
    to_version: str
    to_digest: str
    reason: str
    repinned_by_role: str
    repinned_at: datetime

    @classmethod
    def of(cls, row: Any) -> "Repin":
        return cls(
            from_version=row.from_version,
            from_digest=row.from_digest,
            to_version=row.to_version,
            to_digest=row.to_digest,
            reason=row.reason,
            repinned_by_role=row.repinned_by_role,
            repinned_at=row.repinned_at,
        )


@strawberry.type(description="The rules of a specialty as they were when the treatment was registered, or moved.")
class PinnedRules:
    specialty: str
    version: str
    digest: str | None = strawberry.field(description="SHA-256 of the whole specialty. Null: nothing is pinned.")
    origin: RulesOriginEnum = strawberry.field(  # type: ignore[valid-type]
        description="LOADED: the loaded plugin has the very same. KEPT: read from what was kept, as the loaded plugin "
        "has others or is gone. UNPINNED: registered before rules were kept, so whatever is loaded. LOST: what was "
        "kept cannot be read, so whatever is loaded, or core's defaults."
    )
    loaded_version: str | None = strawberry.field(description="Null: no loaded plugin has rules for this treatment.")
    rules: strawberry.Private[Rules]
    row: strawberry.Private[Any]

    @strawberry.field(description="What the keys of sources in reasons stand for.")
    def sources(self) -> list[Source]:
        return [Source.of(key, source) for key, source in self.rules.specialty_of(self.row).sources.items()]

    @strawberry.field(description="Oldest first.")
    async def repins(self, info: Info) -> list[Repin]:
        rows = await info.context.parts(RepinRow, "treatment_id", self.row.id)
        return [Repin.of(row) for row in rows]

    @classmethod
    def of(cls, rules: Rules, row: Any) -> "PinnedRules":
        specialty, loaded = rules.specialty_of(row), rules.in_force_for(row)
        return cls(
            specialty=specialty.id,
            version=specialty.version,
            digest=row.rules_digest,
            origin=rules.origin_of(row),
            loaded_version=loaded.version if loaded else None,
            rules=rules,
            row=row,
        )


@strawberry.type(description="One field of the answers about a treatment, such as `red_flag.fever`.")
class RulesChange:
    field: str
    before: str | None = strawberry.field(description="Null: new.")
    after: str | None = strawberry.field(description="Null: no longer there.")


@strawberry.type(description="A treatment in an open case that may be moved to the rules that are loaded.")
class RulesMove:
    from_version: str
    to_version: str
    changes: list[RulesChange] = strawberry.field(
        description="From the day asked for on. Empty: every answer would stay as it is."
    )
    inner: strawberry.Private[open_cases.Move]

    @strawberry.field
    async def treatment(self, info: Info) -> Treatment | None:
        return await load_treatment(info, self.inner.treatment.id)

    @strawberry.field(description="The open cases that are about it.")
    async def cases(self, info: Info) -> list[Case]:
        return [Case.of(row) for row in await info.context.several(CaseRow, self.inner.case_ids)]

    @classmethod
    def of(cls, move: open_cases.Move) -> "RulesMove":
        return cls(
            from_version=move.treatment.rules_version,
            to_version=move.to_version,
            changes=[
                RulesChange(field=change.field, before=change.before, after=change.after) for change in move.changes
            ],
            inner=move,
        )


@strawberry.type
class PinQueries:
    @strawberry.field(
        description="For the clinic: its treatments in open cases that are pinned to other rules than the loaded ones, "
        "newest first, and what moving each would change. Today at the clinic, or as of a day."
    )
    async def rules_changes(
        self,
        info: Info,
        specialty: str | None = None,
        as_of: date | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[RulesMove]:
        house = info.context.house
        specialty = inputs.text_or_none(specialty, field="specialty", limit=60)
        visible = info.context.visible(TreatmentRow, verb="repin_rules")
        found = open_cases.movable(visible, house.registry, house.rules, specialty=specialty)
        rows, more = await reading.page(found, first=first, after=read_page(first, after))
        moves = await open_cases.moves(
            rows, house.rules, seen=info.context.visible(TreatmentRow), at=info.context.at, on=as_of
        )
        return connection([RulesMove.of(move) for move in moves], [move.treatment for move in moves], more=more)


@strawberry.input
class RepinRulesInput:
    idempotency_key: str
    treatment_id: strawberry.ID
    expected_version: int
    reason: str = strawberry.field(description="Why the newer rules are right for this patient. The patient reads it.")


RepinRulesResult = Annotated[Treatment | Refusal, strawberry.union("RepinRulesResult")]


@strawberry.type
class PinMutations:
    @strawberry.mutation(description="By the clinic: the treatment is computed with the loaded rules from now on.")
    async def repin_rules(self, info: Info, input: RepinRulesInput) -> RepinRulesResult:
        async def act(by: Acting) -> TreatmentRow:
            return await actions.repin_rules(
                by,
                read_id("Treatment", input.treatment_id, field="treatmentId"),
                expected_version=input.expected_version,
                reason=input.reason,
            )

        return await attempt(info, input.idempotency_key, act, Treatment.of)
