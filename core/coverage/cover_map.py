"""Who covers a treatment on a day, and until when: the clinic, the manufacturers of its devices, the insurers (R-077).

The three layers stand beside one another, none takes anything from another, and each outlives the end of the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from suivi.core.clinics.models import Ceased
from suivi.core.clocks.cycles import SeriesToday
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.clocks.sites import LocalDate, dates_at
from suivi.core.clocks.zones import day_at
from suivi.core.coverage.content import Clause, Component, Content
from suivi.core.coverage.cover import Cover, Statement
from suivi.core.coverage.disputes import Dispute, disputes
from suivi.core.coverage.history import History
from suivi.core.coverage.times import CoverTime, Dated, enrolled, time_of, within
from suivi.core.coverage.yearly import CheckUpCounted, counted
from suivi.core.devices.enrolment import hindrance
from suivi.core.devices.rules import EXPLANTATION, IMPLANTATION, Holder, Standing, Step, standings
from suivi.core.specialties.model import Procedure
from suivi.core.treatments.series import Course
from suivi.core.treatments.sides import Told, dates_by_both


class LayerKind(StrEnum):
    CLINIC = "clinic"
    MANUFACTURER = "manufacturer"
    INSURER = "insurer"


@dataclass(frozen=True, kw_only=True)
class CoverRecord:
    """What a map is read off, as rows. Devices with their warranties in the order they were recorded."""

    treatment: Any
    procedure: Procedure
    clinic: Any
    history: History
    anchors: Sequence[Any] = ()
    local_anchors: Sequence[Any] = ()
    told: Sequence[Told] = ()
    """Of the anchors, by both sides."""
    course: Course | None = None
    devices: Sequence[Any] = ()
    warranties: Sequence[Any] = ()
    insurances: Sequence[Any] = ()
    check_ups: Sequence[Any] = ()
    """Those that were held."""

    @cached_property
    def dates(self) -> tuple[dict[str, PartialDate], list[LocalDate]]:
        """Of all anchors, in doubt where the two sides disagree: every component looks at them, at every site."""
        return dates_by_both(self.anchors, self.local_anchors, self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One stretch of cover. Without a component it is a policy that does not say what for.

    `sites` are those it is about where others have dates of their own; none: all of them. `part` is the component's id
    where the layer has several of one object, and no name tells them apart.
    """

    id: str
    time: CoverTime
    component: Component | None = None
    sites: tuple[str, ...] = ()
    part: str | None = None
    source: Statement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one clinic, manufacturer or insurer states. `row` is the clinic, the device's warranty or the insurance."""

    kind: LayerKind
    id: str
    holder: str
    content: Content
    segments: tuple[Segment, ...]
    row: Any
    claimant: Holder = Holder.PATIENT
    beneficiary: Holder = Holder.PATIENT
    how_to_claim: tuple[str, ...] = ()
    steps: tuple[Standing, ...] = ()
    device: Any = None
    cover: Cover | None = None
    """Of the clinic."""

    @property
    def sites(self) -> tuple[str, ...]:
        """Of a device that is at one alone; none: all of the treatment's."""
        return (self.device.site,) if self.device is not None and self.device.site else ()

    def clauses_of(self, component: str | None) -> tuple[Clause, ...]:
        return tuple(one for one in self.content.clauses if not one.components or component in one.components)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverMap:
    on: date
    cover: Cover
    layers: tuple[Layer, ...]
    devices: tuple[Any, ...]
    sites: tuple[str, ...] = ()
    """Of the treatment."""
    check_ups: tuple[CheckUpCounted, ...] = ()
    """On record by that day, that count as yearly ones."""
    disputes: tuple[Dispute, ...] = ()

    @property
    def segments(self) -> Iterator[tuple[Layer, Segment]]:
        for layer in self.layers:
            for segment in layer.segments:
                yield layer, segment

    @property
    def none_published(self) -> bool:
        """The clinic published no terms for this treatment, and confirmed nothing."""
        return not self.cover.statements


def cover_map(record: CoverRecord, on: date) -> CoverMap:
    """`on` is a day at the clinic; what was said later than that does not count."""
    cover = record.history.cover(on)
    devices = {device.id: device for device in record.devices}
    layers = [
        _of_clinic(record, cover, on),
        *(_of_manufacturer(record, one, devices[one.device_id], on) for one in _attached(record.warranties)),
        *(_of_insurer(record, one, on) for one in _attached(record.insurances)),
    ]
    return CoverMap(
        on=on,
        cover=cover,
        layers=tuple(layers),
        devices=tuple(record.devices),
        sites=tuple(record.treatment.sites),
        check_ups=tuple(counted(record.check_ups, record.procedure, _anchors(record, None), on=on)),
        disputes=tuple(disputes(*record.dates)),
    )


def _attached(rows: Sequence[Any]) -> Iterator[Any]:
    """Without what was attached by mistake, which never covered anything."""
    return (one for one in rows if one.withdrawn_at is None)


def _of_clinic(record: CoverRecord, cover: Cover, on: date) -> Layer:
    content = cover.content()
    claims = [one.content.how_to_claim for one in cover.statements if one.content.how_to_claim]
    return Layer(
        kind=LayerKind.CLINIC,
        id=LayerKind.CLINIC.value,
        holder=record.clinic.name,
        content=content,
        segments=tuple(_of_components(record, cover, content, on)),
        row=record.clinic,
        how_to_claim=tuple(dict.fromkeys(reversed(claims))),
        cover=cover,
    )


def _of_components(record: CoverRecord, cover: Cover, content: Content, on: date) -> Iterator[Segment]:
    for bundle in cover.components:
        line = bundle.component
        assert line is not None, "components are the bundles that have one"  # noqa: S101
        component: Component = line.value
        for sites, time in _times_by_site(record, component, on):
            place = "".join(f":{site}" for site in sites)
            yield Segment(
                id=f"{line.id}{place}",
                time=time,
                component=component,
                sites=sites,
                part=_part(component, content),
                source=line.source,
            )


def _times_by_site(record: CoverRecord, component: Component, on: date) -> Iterator[tuple[tuple[str, ...], CoverTime]]:
    """Sites with the same dates together; no site is named where all have them."""
    alike: dict[tuple[str, str, str], tuple[CoverTime, list[str]]] = {}
    for site in record.treatment.sites if record.local_anchors else ():
        time = time_of(component.limit, _dated(record, component, site, on), on=on)
        alike.setdefault((str(time.starts), str(time.ends), time.state), (time, []))[1].append(site)
    if len(alike) < 2:
        yield (), time_of(component.limit, _dated(record, component, None, on), on=on)
        return
    for _, (time, sites) in sorted(alike.items()):
        yield tuple(sites), time


def _dated(record: CoverRecord, component: Component, site: str | None, on: date) -> Dated:
    clinic = record.clinic
    return Dated(
        day0=record.procedure.anchors.day0,
        anchors=_anchors(record, site),
        series=_series(record, on),
        device_out=_device_out(record.devices, component, site),
        practice_closed_on=clinic.ceased_on if clinic.ceased == Ceased.CLOSED else None,
    )


def _anchors(record: CoverRecord, site: str | None) -> dict[str, PartialDate]:
    dates, local = record.dates
    return dates_at(dates, local, site=site)


def _series(record: CoverRecord, on: date) -> SeriesToday | None:
    return record.course.on(on) if record.course else None


def _device_out(devices: Sequence[Any], component: Component, site: str | None) -> PartialDate | None:
    """Of the devices that a component may mean: those of its kind, or all where none is called so."""
    there = [device for device in devices if site is None or device.site in (None, site)]
    meant = [device for device in there if device.object == component.object] or there
    if not meant or not all(device.explanted_on for device in meant):
        return None
    return max((PartialDate.parse(device.explanted_on) for device in meant), key=lambda day: day.latest or date.min)


def _of_manufacturer(record: CoverRecord, warranty: Any, device: Any, on: date) -> Layer:
    content = Content.model_validate(warranty.content)
    steps = tuple(standings(warranty, device, on))
    enrolment = next((one for one in steps if one.step is Step.ENROLMENT), None)
    segments = _segments(warranty.id, content, _dated_by(device, record, on), on)
    return Layer(
        kind=LayerKind.MANUFACTURER,
        id=str(warranty.id),
        holder=device.manufacturer,
        content=content,
        segments=tuple(_enrolled(one, enrolment, content) for one in segments),
        row=warranty,
        claimant=Holder(warranty.claimant),
        beneficiary=Holder(warranty.beneficiary),
        how_to_claim=(content.how_to_claim,) if content.how_to_claim else (),
        steps=steps,
        device=device,
    )


def _enrolled(segment: Segment, enrolment: Standing | None, content: Content) -> Segment:
    component = segment.component.id if segment.component else ""
    return replace(segment, time=enrolled(segment.time, hindrance(enrolment, content, component), enrolment))


def _dated_by(device: Any, record: CoverRecord, on: date) -> Dated:
    """The device's own dates, beside the anchors of its site."""
    out = PartialDate.parse(device.explanted_on) if device.explanted_on else None
    own = {IMPLANTATION: PartialDate.parse(device.implanted_on), **({EXPLANTATION: out} if out else {})}
    return Dated(
        day0=IMPLANTATION,
        anchors={**_anchors(record, device.site), **own},
        series=_series(record, on),
        device_out=out,
    )


def _of_insurer(record: CoverRecord, insurance: Any, on: date) -> Layer:
    content = Content.model_validate(insurance.content)
    dated = Dated(day0=record.procedure.anchors.day0, anchors=_anchors(record, None), series=_series(record, on))
    valid = insurance.valid_from, _first_day_without(insurance, record)
    segments = list(_segments(insurance.id, content, dated, on)) or [
        Segment(id=str(insurance.id), time=time_of(None, dated, on=on))
    ]
    claims = (insurance.claim_route, content.how_to_claim)
    return Layer(
        kind=LayerKind.INSURER,
        id=str(insurance.id),
        holder=insurance.insurer,
        content=content,
        segments=tuple(replace(one, time=within(one.time, valid, on=on)) for one in segments),
        row=insurance,
        how_to_claim=tuple(words for words in claims if words),
    )


def _first_day_without(insurance: Any, record: CoverRecord) -> date | None:
    """`valid_until` is covered; the day on which a cancellation was recorded is not. No day follows 9999-12-31."""
    until = insurance.valid_until
    ends = [until + timedelta(days=1)] if until and until < date.max else []
    ends += [day_at(record.history.place, insurance.ended_at)] if insurance.ended_at else []
    return max(min(ends), insurance.valid_from) if ends else None


def _segments(identity: UUID, content: Content, dated: Dated, on: date) -> Iterator[Segment]:
    for component in content.components:
        time = time_of(component.limit, dated, on=on)
        part = _part(component, content)
        yield Segment(id=f"{identity}:{component.id}", time=time, component=component, part=part)


def _part(component: Component, content: Content) -> str | None:
    alike = [one for one in content.components if one.object == component.object]
    return component.id if len(alike) > 1 and component.name is None else None
