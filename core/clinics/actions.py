"""Registering clinics, and who works there from when to when."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.access.narrowing import fetch, require
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.clocks.zones import zone
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.versions import expect


class UnknownAdapter(Refusal):
    """No clinic adapter of that name is loaded. Loaded: {loaded}."""

    code = "UNKNOWN_ADAPTER"
    remedy = "Choose one of the loaded adapters, or have its plugin installed."


class MembershipEnded(Refusal):
    """This membership has already ended."""

    code = "MEMBERSHIP_ENDED"
    remedy = "Add the person again to let them in again."


@action(Clinic)
async def register_clinic(
    by: Acting,
    *,
    name: str,
    country: str,
    city: str,
    time_zone: str,
    languages: list[str],
    notice_address: str | None,
    adapters: list[str],
    response_days: int,
) -> Clinic:
    require(by.viewer, "system", "register_clinic")
    details = _checked(
        by,
        name=name,
        country=country,
        city=city,
        time_zone=time_zone,
        languages=languages,
        notice_address=notice_address,
        adapters=adapters,
        response_days=response_days,
    )
    clinic = Clinic(**details, registered_at=by.at, version=1)
    await append(by, clinic, "clinic_registered", {"version": 1}, new=[clinic])
    return clinic


@action(Clinic)
async def update_clinic(by: Acting, clinic_id: UUID, *, expected_version: int, changes: Mapping[str, Any]) -> Clinic:
    """`changes` holds only what is to change, by the names that `register_clinic` has."""
    clinic = await locked(Clinic, by.viewer, clinic_id, on=by.on, verb="update")
    await expect(clinic, expected_version)
    changed = _checked(by, **changes)
    clinic.update_from_dict({**changed, "version": clinic.version + 1})
    await update(clinic)
    await append(by, clinic, "clinic_updated", {"version": clinic.version, "fields": sorted(changed)}, wrote=[clinic])
    return clinic


def _checked(by: Acting, **details: Any) -> dict[str, Any]:
    checks: dict[str, Callable[[Any], Any]] = {
        "name": lambda value: inputs.text(value, field="name", limit=200),
        "country": lambda value: inputs.country(value, field="country"),
        "city": lambda value: inputs.text(value, field="city", limit=120),
        "time_zone": lambda value: zone(value, field="timeZone").key,
        "languages": lambda value: inputs.languages(value, field="languages"),
        "notice_address": lambda value: None if value is None else inputs.mailbox(value, field="noticeAddress"),
        "adapters": lambda value: _known_adapters(by, value),
        "response_days": lambda value: inputs.number(value, field="responseDays", least=1, most=90),
    }
    return {name: checks[name](value) for name, value in details.items()}


def _known_adapters(by: Acting, adapters: list[str]) -> list[str]:
    loaded = by.house.registry.adapters
    if any(adapter not in loaded for adapter in adapters):
        raise UnknownAdapter(field="adapters", loaded=", ".join(sorted(loaded)) or "none")
    return list(dict.fromkeys(adapters))


@action(Member)
async def add_member(
    by: Acting,
    clinic_id: UUID,
    *,
    kind: MemberKind,
    subject: str,
    name: str,
    languages: list[str],
    since: date | None,
    until: date | None,
) -> Member:
    """`since` is the first day of access, today unless told otherwise; `until` is the last one."""
    clinic = await fetch(Clinic, by.viewer, clinic_id, on=by.on, verb="add_member")
    inputs.in_order(since or by.on, until, field="until")
    member = Member(
        clinic_id=clinic.id,
        kind=kind,
        subject=inputs.text(subject, field="subject", limit=255),
        name=inputs.text(name, field="name", limit=200),
        languages=inputs.languages(languages, field="languages"),
        since=since or by.on,
        until=until,
        version=1,
    )
    await append(by, clinic, "member_added", {"member": str(member.id), "kind": kind.value}, new=[member])
    return member


@action(Member)
async def end_membership(by: Acting, member_id: UUID, *, expected_version: int, last_day: date | None) -> Member:
    """Access ends with `last_day`: yesterday, that is at once, unless told otherwise. Authorship stays."""
    member = await locked(Member, by.viewer, member_id, on=by.on, verb="end_membership")
    await expect(member, expected_version, told_of=member.clinic_id)
    if member.until is not None and member.until < by.on:
        raise MembershipEnded()
    inputs.in_order(member.since, last_day, field="lastDay")
    member.until = last_day or date.fromordinal(by.on.toordinal() - 1)
    member.version += 1
    await update(member)
    clinic = await Clinic.get(id=member.clinic_id)
    ended = {"member": str(member.id), "last_day": str(member.until), "version": member.version}
    await append(by, clinic, "membership_ended", ended, wrote=[member])
    return member
