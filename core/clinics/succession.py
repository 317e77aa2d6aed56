"""Whether a clinic that an ended one names as its successor agrees: nobody is bound by being named (R-128)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from suivi.core.access.narrowing import NotFound, fetch
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.deliveries.actions import enqueue_to
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.specialties.model import Text
from suivi.core.sql import update
from suivi.core.versions import expect


class SuccessionState(StrEnum):
    NAMED = "named"
    """By the clinic that ended, and by nobody else."""
    ACCEPTED = "accepted"


class SuccessorEnded(Refusal):
    """The clinic named as successor has ended itself."""

    code = "SUCCESSOR_ENDED"
    remedy = "Name the clinic that took over from it in its turn, or none."


class SuccessionNotAsked(Refusal):
    """This clinic is not asked whether it takes over from that one: it is not named, or has accepted already."""

    code = "SUCCESSION_NOT_ASKED"
    remedy = "Look at `namedBy` of your clinic. What was accepted ends when the clinic that ended withdraws its end."


def state_of(clinic: Any) -> SuccessionState | None:
    """None: it names no successor."""
    if clinic.successor_id is None:
        return None
    return SuccessionState.NAMED if clinic.succession_accepted_at is None else SuccessionState.ACCEPTED


def sentence(state: SuccessionState, *, ended: str, successor: str) -> Text:
    """`ended` and `successor` are names of clinics."""
    said = _words()[state.value].by_locale
    return Text(by_locale={tag: words.format(ended=ended, successor=successor) for tag, words in said.items()})


@action(Clinic)
async def answer_succession(
    by: Acting, clinic_id: UUID, predecessor_id: UUID, *, expected_version: int, accept: bool
) -> Clinic:
    """Gives back the predecessor, at whose version the answer was given. Refused, the clinic is named no longer."""
    await fetch(Clinic, by.viewer, clinic_id, on=by.on, verb="answer_succession")
    both = await locked_both(clinic_id, predecessor_id)
    ended = both.get(predecessor_id)
    if ended is None:
        raise NotFound(noun="clinic", field="predecessorId")
    if ended.successor_id != clinic_id or state_of(ended) is not SuccessionState.NAMED:
        raise SuccessionNotAsked(field="predecessorId")
    await expect(ended, expected_version)
    if accept and both[clinic_id].ceased is not None:
        raise SuccessorEnded(field="clinicId")
    changed = {"succession_accepted_at": by.at} if accept else {"successor_id": None}
    ended.update_from_dict({**changed, "version": ended.version + 1})
    await update(ended)
    told = {"version": ended.version, "successor": str(clinic_id), "accepted": accept}
    event = await append(by, ended, "succession_answered", told, wrote=[ended])
    await enqueue_to(by, event, ended.id, urgent=False)
    return ended


async def tell_successor(by: Acting, ended: Clinic, successor_id: UUID, kind: str) -> None:
    """In its own history, and by a notice, which says nothing of whom and of whose patients."""
    event = await append(by, Clinic(id=successor_id), kind, {"clinic": str(ended.id)})
    await enqueue_to(by, event, successor_id, urgent=False)


async def locked_both(one: UUID, other: UUID) -> dict[UUID, Clinic]:
    """In one order whoever asks, so that two clinics that name each other do not wait in a circle."""
    rows = await Clinic.filter(id__in=[one, other]).order_by("id").select_for_update()
    return {clinic.id: clinic for clinic in rows}


@cache
def _words() -> Mapping[str, Text]:
    read = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return {state: Text.model_validate(text) for state, text in read["succession"].items()}
