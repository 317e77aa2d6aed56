"""What clinics say for a procedure, side by side, for people who have not chosen one yet."""

import asyncio
from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Any

import strawberry

from suivi.core import inputs
from suivi.core.access.narrowing import NotFound
from suivi.core.clinics.ending import has_ended
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.coverage import comparing
from suivi.core.coverage import content as said
from suivi.core.coverage.content import Content
from suivi.core.coverage.models import Payer
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.specialties.model import Text
from suivi.graphql.clinics import Clinic, require_known
from suivi.graphql.context import Info
from suivi.graphql.cover_content import (
    Clause,
    ClauseKindEnum,
    CoverComponent,
    FeeLine,
    fee_name,
    labels,
    vocabulary_of,
)
from suivi.graphql.coverage import Terms, asked_scope
from suivi.graphql.figures import Label
from suivi.graphql.nodes import read_ids
from suivi.graphql.noticed import Noticed
from suivi.graphql.results import LocalizedText
from suivi.graphql.scalars import localized

FEWEST, MOST = 2, 10


@strawberry.enum(
    description="Where nothing is published nothing is stated, and nothing is covered. "
    "CLINIC_ENDED: it takes no new treatments, and its terms are those of treatments agreed before."
)
class TermsState(Enum):
    PUBLISHED = "published"
    NONE_PUBLISHED = "none_published"
    CLINIC_ENDED = "clinic_ended"


SENTENCES = {
    TermsState.PUBLISHED: Text(
        by_locale={
            "en": "These are the clinic’s terms, and no guarantee of a result.",
            "fr": "Ce sont les conditions de la clinique, et non une garantie de résultat.",
        }
    ),
    TermsState.NONE_PUBLISHED: Text(
        by_locale={
            "en": "This clinic has published no terms for this procedure. Ask it to confirm in writing what it covers.",
            "fr": "Cette clinique n’a publié aucune condition pour cet acte. Demandez-lui de confirmer par écrit ce "
            "qu’elle prend en charge.",
        }
    ),
    TermsState.CLINIC_ENDED: Text(
        by_locale={
            "en": "This clinic has ended and takes no new treatments. Its terms go on for treatments agreed before.",
            "fr": "Cette clinique a pris fin et n’accepte plus de nouveau traitement. Ses conditions continuent de "
            "valoir pour les traitements convenus avant.",
        }
    ),
}


@strawberry.type(description="What a clinic has published for a procedure on a day. Never blank.")
class ClinicTerms(Noticed):
    clinic: Clinic
    state: TermsState
    terms: Terms | None = strawberry.field(description="Null exactly where nothing is published.")
    response_days: int = strawberry.field(description="As its terms state, else the clinic.")
    reference_period: str | None = strawberry.field(description="ISO 8601; null: not stated.")

    @strawberry.field(description="The state in words.")
    def sentence(self, info: Info, locale: str | None = None) -> LocalizedText:
        return localized(SENTENCES[TermsState(self.state)], info, locale)

    @classmethod
    def of(cls, clinic: Any, terms: Any, on: date) -> "ClinicTerms":
        """`on` is the day asked about, at the clinic."""
        state = TermsState.PUBLISHED if terms else TermsState.NONE_PUBLISHED
        own = terms.response_days if terms else None
        return cls(
            clinic=clinic,
            state=TermsState.CLINIC_ENDED if has_ended(clinic, on=on) else state,
            terms=terms,
            response_days=clinic.response_days if own is None else own,
            reference_period=terms.reference_period if terms else None,
        )


@strawberry.type(description="What each clinic covers of one object, in the order of the clinics.")
class ComparedObject:
    object: Label
    name: str | None = strawberry.field(description="Of an `other` object.")
    cells: list[list[CoverComponent]] = strawberry.field(description="Empty for a clinic: not stated.")


@strawberry.type
class ComparedFeeCell:
    line: FeeLine = strawberry.field(description="For whatever has no line of its own. NOT_STATED where silent.")
    of_components: list[FeeLine] = strawberry.field(description="Lines of single components.")


@strawberry.type(description="Who pays one kind of fee at each clinic, in the order of the clinics.")
class ComparedFee:
    kind: str
    cells: list[ComparedFeeCell]

    @strawberry.field
    def name(self, info: Info, locale: str | None = None) -> LocalizedText:
        return fee_name(self.kind, info, locale)


@strawberry.type(description="An exclusion or obligation, with the words each clinic has for it.")
class ComparedClause:
    kind: ClauseKindEnum  # type: ignore[valid-type]
    code: Label
    cells: list[list[Clause]] = strawberry.field(description="Empty for a clinic: it does not state this clause.")


@strawberry.type(
    description="Rows have a cell a clinic, in the order asked. Limits in years and months are said in months as well."
)
class TermsComparison(Noticed):
    clinics: list[ClinicTerms]
    contents: strawberry.Private[Sequence[Content | None]]
    words: strawberry.Private[Vocabulary]

    @strawberry.field
    def objects(self) -> list[ComparedObject]:
        return [
            ComparedObject(
                object=labels([row.key[0]], self.words.object)[0],
                name=next((one.name for cell in row.cells for one in cell if row.key[1]), None),
                cells=[
                    [CoverComponent.of(one, content or Content(), self.words) for one in cell]
                    for cell, content in zip(row.cells, self.contents, strict=True)
                ],
            )
            for row in comparing.components(self.contents)
        ]

    @strawberry.field(description="Every kind of fee, in a fixed order.")
    def fees(self) -> list[ComparedFee]:
        stated = [content or Content() for content in self.contents]
        return [
            ComparedFee(kind=row.key, cells=[_fee_cell(cell, row.key) for cell in row.cells])
            for row in comparing.fees(stated)
        ]

    @strawberry.field
    def clauses(self) -> list[ComparedClause]:
        return [
            ComparedClause(
                kind=row.key[0],
                code=labels([row.key[1]], lambda code, kind=row.key[0]: self.words.clause(kind, code))[0],
                cells=[[Clause.of(one, self.words) for one in cell] for cell in row.cells],
            )
            for row in comparing.clauses(self.contents)
        ]


def _fee_cell(lines: Sequence[said.FeeLine], kind: str) -> ComparedFeeCell:
    general = next((line for line in lines if line.component is None), None)
    silent = said.FeeLine(kind=kind, payer=Payer.NOT_STATED)
    return ComparedFeeCell(
        line=FeeLine.of(general or silent),
        of_components=[FeeLine.of(line) for line in lines if line.component is not None],
    )


@strawberry.type
class ComparingQueries:
    @strawberry.field(
        description="Terms of 2 to 10 clinics for a procedure, side by side and in the same units, for anybody. Of "
        "each clinic those in force now; with a day, those of a treatment agreed on it."
    )
    async def compare_terms(
        self,
        info: Info,
        clinic_ids: list[strawberry.ID],
        procedure: str,
        variant: str | None = None,
        material: str | None = None,
        as_of: date | None = None,
    ) -> TermsComparison:
        inputs.number(len(clinic_ids), field="clinicIds", least=FEWEST, most=MOST)
        ids = read_ids("Clinic", clinic_ids, field="clinicIds")
        if len(set(ids)) < len(ids):
            raise comparing.ClinicRepeated(field="clinicIds")
        rows: list[Any] = await asyncio.gather(*(info.context.one(ClinicRow, identity) for identity in ids))
        if None in rows:
            raise NotFound(noun="clinic", field="clinicIds")
        compared = [Clinic.of(row) for row in rows]
        found = await asyncio.gather(
            *(clinic.find_terms(info, procedure, variant, material, as_of) for clinic in compared)
        )
        scope = asked_scope(info, procedure, variant, material)
        require_known(info, procedure, *found)
        return TermsComparison(
            clinics=[
                ClinicTerms.of(clinic, terms, clinic.day_asked(info, as_of))
                for clinic, terms in zip(compared, found, strict=True)
            ],
            contents=[said.content_of(terms.row) if terms else None for terms in found],
            words=vocabulary_of(info, scope.specialty, scope.procedure),
        )
