"""Reading what a cover map rests on, for all treatments of a page together, and showing it."""

import asyncio
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.check_ups.models import CheckUpHeld
from suivi.core.clinics.models import Clinic as ClinicRow
from suivi.core.clocks.partial_dates import FIRST_YEAR, LAST_YEAR, PartialDate
from suivi.core.clocks.zones import zone
from suivi.core.confirmations.held import held_for
from suivi.core.coverage import ahead, complication_cover, cover, cover_map
from suivi.core.coverage.content import Clause as CoreClause
from suivi.core.coverage.cover_map import CoverRecord
from suivi.core.coverage.disputes import Dispute
from suivi.core.coverage.history import History, history_of, terms_needed
from suivi.core.coverage.models import Terms as TermsRow
from suivi.core.coverage.models import TermsOffer as TermsOfferRow
from suivi.core.devices.models import Device as DeviceRow
from suivi.core.devices.models import DeviceWarranty as DeviceWarrantyRow
from suivi.core.insurances.models import Insurance as InsuranceRow
from suivi.core.pins.rules import Rules
from suivi.core.treatments.models import Anchor as AnchorRow
from suivi.core.treatments.models import LocalAnchor as LocalAnchorRow
from suivi.core.treatments.models import Treatment as TreatmentRow
from suivi.core.treatments.sides import told_of
from suivi.graphql.check_ups import HeldCheckUp
from suivi.graphql.context import Info
from suivi.graphql.courses import load_course, today_at_clinic
from suivi.graphql.cover import (
    ComplicationCover,
    CoverDispute,
    CoverDuty,
    CoverGap,
    CoverLayer,
    CoverMap,
    CoverSegment,
    CoverStatement,
    CoverTurn,
    LostLine,
    Naming,
)
from suivi.graphql.cover_content import Clause, CoverComponent, CoverContent, labels
from suivi.graphql.devices import Device, DeviceWarranty, WarrantyStepStanding
from suivi.graphql.differences import line_of
from suivi.graphql.figures import WarrantyTemplate
from suivi.graphql.insurances import Insurance
from suivi.graphql.nodes import global_id
from suivi.graphql.obligors import Obligor
from suivi.graphql.recovery import label_of
from suivi.graphql.scalars import DateSpan, Reason
from suivi.graphql.treatments import Treatment, treatments_of_cases

MOST = 100
"""Insurances of a treatment that are looked at; fewer can be attached."""


class Drawn(Naming):
    """Makes what is shown of the map of one treatment."""

    def __init__(self, rules: Rules, row: Any) -> None:
        super().__init__(rules, row)
        self.treatment = Treatment.of(row)

    def map(self, found: cover_map.CoverMap) -> CoverMap:
        turns = [self.turn(one) for one in ahead.turns(found)]
        return CoverMap(
            treatment=self.treatment,
            as_of=found.on,
            none_published=found.none_published,
            layers=[self.layer(one) for one in found.layers],
            statements=[CoverStatement.of(one) for one in found.cover.statements],
            lost=[self.lost(one) for one in found.cover.lost],
            next=turns[0] if turns else None,
            turns=turns,
            duties=[self.duty(one) for one in ahead.duties(found)],
            gaps=[self.gap(one) for one in ahead.gaps(found)],
            disputes=[self.dispute(one) for one in found.disputes],
            usual=self.usual(),
            found=found,
            saying=self,
        )

    def usual(self) -> list[WarrantyTemplate]:
        known = self.specialty.warranty_templates
        return [WarrantyTemplate.of(known[key], self.specialty) for key in self.procedure.warranties if key in known]

    def layer(self, layer: cover_map.Layer) -> CoverLayer:
        kind = layer.kind
        return CoverLayer(
            key=layer.id,
            kind=kind,
            holder=layer.holder,
            segments=[self.segment(layer, one) for one in layer.segments],
            content=CoverContent.of(layer.content, self.words),
            claimant=layer.claimant,
            beneficiary=layer.beneficiary,
            how_to_claim=list(layer.how_to_claim),
            steps=[WarrantyStepStanding.of(one) for one in layer.steps],
            device=Device.maybe(layer.device),
            device_warranty=DeviceWarranty.of(layer.row) if kind is cover_map.LayerKind.MANUFACTURER else None,
            insurance=Insurance.of(layer.row) if kind is cover_map.LayerKind.INSURER else None,
            obligor=Obligor.maybe(layer.row) if kind is cover_map.LayerKind.CLINIC else None,
        )

    def segment(self, layer: cover_map.Layer, segment: cover_map.Segment) -> CoverSegment:
        time, component = segment.time, segment.component
        starts = time.limit.starts if time.limit else None
        return CoverSegment(
            key=segment.id,
            component=CoverComponent.of(component, layer.content, self.words) if component else None,
            sites=[label_of(self.specialty.labels.sites, site) for site in segment.sites],
            state=time.state,
            starts=DateSpan.of(time.starts),
            ends=DateSpan.of(time.ends),
            starts_with=labels([starts], self.words.anchor)[0] if starts else None,
            counted=time.counted,
            left=time.left,
            reason=Reason.of(time.reason),
            source=CoverStatement.of(segment.source) if segment.source else None,
            what=segment,
            saying=self,
        )

    def lost(self, lost: cover.Lost) -> LostLine:
        return LostLine(
            key=lost.line.id,
            kind=lost.line.kind,
            line=line_of(lost.line.value, self.words),
            source=CoverStatement.of(lost.line.source),
            why=lost.why,
            to=CoverStatement.of(lost.to),
            reason=Reason.of(lost.reason),
        )

    def turn(self, turn: ahead.Turn) -> CoverTurn:
        return CoverTurn(
            kind=turn.kind,
            on=_span(turn.on),
            layer=turn.layer.id,
            segment=turn.segment.id if turn.segment else None,
            what=turn,
            saying=self,
        )

    def duty(self, duty: ahead.Duty) -> CoverDuty:
        clause: CoreClause | None = duty.clause
        return CoverDuty(
            clause=Clause.of(clause, self.words) if clause else None,
            step=WarrantyStepStanding.of(duty.step) if duty.step else None,
            due=DateSpan.of(duty.due),
            done=[HeldCheckUp.of(one.row) for one in duty.done],
            layer=duty.layer.id,
            what=duty,
            saying=self,
        )

    def dispute(self, dispute: Dispute) -> CoverDispute:
        return CoverDispute(
            anchor=labels([dispute.anchor], self.words.anchor)[0],
            site=label_of(self.specialty.labels.sites, dispute.site) if dispute.site else None,
            cycle=dispute.cycle,
            between=_span(dispute.between),
            what=dispute,
            saying=self,
        )

    def gap(self, gap: ahead.Gap) -> CoverGap:
        about = gap.about
        if gap.kind is ahead.GapKind.DEVICE_WITHOUT_WARRANTY:
            about = global_id("Device", about.id)
        elif gap.kind is ahead.GapKind.TIME_NOT_STATED:
            about = about.id if about else None
        return CoverGap(kind=gap.kind, about=about, what=gap, saying=self)


def _span(dates: Any) -> DateSpan:
    return DateSpan(earliest=str(dates.earliest), latest=str(dates.latest))


async def load_cover_map(info: Info, row: Any, as_of: date | None) -> CoverMap:
    """Of a treatment that the viewer may see, on a day at its clinic. Raises OutOfRange."""
    if as_of is not None:
        inputs.number(as_of.year, field="asOf", least=FIRST_YEAR, most=LAST_YEAR)
    record = await cover_record(info, row)
    found = cover_map.cover_map(record, as_of or await today_at_clinic(info, row))
    return Drawn(await info.context.rules(row), row).map(found)


async def load_cover_maps(info: Info, case_id: UUID, as_of: date | None) -> list[CoverMap]:
    """Of every treatment of a case that the viewer may see."""
    rows = await treatments_of_cases(info).of(case_id)
    return await asyncio.gather(*(load_cover_map(info, row, as_of) for row in rows))


async def cover_of_report(info: Info, report: Any) -> list[ComplicationCover]:
    """Of the treatment it names, or of all of its case that the viewer may see."""
    noticed = PartialDate.parse(report.noticed_on)
    if report.treatment_id is not None:
        rows = await info.context.several(TreatmentRow, [report.treatment_id])
    else:
        rows = await treatments_of_cases(info).of(report.case_id)
    return await asyncio.gather(*(load_complication_cover(info, row, noticed) for row in rows))


async def load_complication_cover(info: Info, row: Any, noticed: PartialDate) -> ComplicationCover:
    record = await cover_record(info, row)
    answer = complication_cover.complication_cover(record, noticed.dates, today=await today_at_clinic(info, row))
    saying = Drawn(await info.context.rules(row), row)
    return ComplicationCover(
        treatment=saying.treatment,
        as_of=answer.found.on,
        state=answer.state,
        segments=[saying.segment(layer, one) for layer, one in answer.segments],
        answer=answer,
        saying=saying,
    )


async def cover_record(info: Info, row: Any) -> CoverRecord:
    """Those of a page of treatments are read together, a statement a table, however many terms a clinic has."""
    context = info.context
    rules = await context.rules(row)
    models = (AnchorRow, LocalAnchorRow, DeviceRow, DeviceWarrantyRow, CheckUpHeld)
    parts = asyncio.gather(*(context.parts(model, "treatment_id", row.id) for model in models))
    insurances = context.newest(InsuranceRow, "treatment_id", row.id, last=MOST)
    told = context.load("anchors told", told_of, row.id)
    history, course = await asyncio.gather(load_history(info, row), load_course(info, row))
    anchors, local, devices, warranties, check_ups = await parts
    return CoverRecord(
        treatment=row,
        procedure=rules.procedure_of(row),
        clinic=await context.one(ClinicRow, row.clinic_id),
        history=history,
        anchors=anchors,
        local_anchors=local,
        told=await told,
        course=course,
        devices=devices,
        warranties=warranties,
        insurances=(await insurances)[::-1],
        check_ups=check_ups,
    )


async def load_history(info: Info, row: Any) -> History:
    """What the clinic has said for a treatment. It is part of it: whoever sees the treatment may know."""
    context = info.context
    rules = await context.rules(row)
    confirmations = context.load("cover confirmations", _held, row.id)
    offers = await context.parts(TermsOfferRow, "treatment_id", row.id)
    clinic = await context.one(ClinicRow, row.clinic_id)
    terms = await context.several(TermsRow, terms_needed(row, offers))
    return history_of(
        row,
        day0=rules.procedure_of(row).anchors.day0,
        place=zone(clinic.time_zone if clinic else "UTC"),
        offers=offers,
        terms={one.id: one for one in terms},
        confirmations=await confirmations,
    )


async def _held(ids: list[UUID]) -> list[Any]:
    found = await held_for([SimpleNamespace(id=identity) for identity in ids])
    return [found[identity] for identity in ids]
