"""What the viewer may do to a case right now, told beforehand, so that no frontend has to know the rules (R-211)."""

from dataclasses import dataclass

from suivi.core.access.narrowing import not_allowed
from suivi.core.access.table import TABLE, reach
from suivi.core.access.viewer import Role, Viewer
from suivi.core.cases.models import CaseState
from suivi.core.cases.rules import obstacle
from suivi.core.refusals import Refusal

INPUTS: dict[str, tuple[str, ...]] = {
    "post_message": ("body", "language"),
    "add_evidence": ("kind", "contentType", "sha256"),
    "report_complication": ("language",),
    "classify": ("treatmentId", "value", "reason"),
    "close": ("expectedVersion",),
    "reopen": ("expectedVersion",),
    "assign": ("role", "subject", "name"),
}
"""What each action needs beside the case and an idempotency key."""

_TEXT = ("TEXT_EMPTY", "TEXT_TOO_LONG", "TEXT_UNUSABLE")
ON_INPUT: dict[str, tuple[str, ...]] = {
    "post_message": (*_TEXT, "UNKNOWN_LANGUAGE", "OUT_OF_RANGE", "NOT_FOUND", "EVIDENCE_AWAITED"),
    "add_evidence": (*_TEXT, "FILE_TYPE_NOT_ACCEPTED", "HASH_UNREADABLE", "TIME_UNREADABLE", "TREATMENT_NOT_IN_CASE"),
    "report_complication": (
        *_TEXT,
        "UNKNOWN_LANGUAGE",
        "OUT_OF_RANGE",
        "REPORT_EMPTY",
        "UNREADABLE_DATE",
        "TREATMENT_NOT_IN_CASE",
    ),
    "classify": (*_TEXT, "TREATMENT_NOT_IN_CASE", "SITE_NOT_TREATED", "GAP_MISSING"),
    "close": ("STALE_VERSION",),
    "reopen": ("STALE_VERSION",),
    "assign": (*_TEXT, "DATES_REVERSED"),
}
"""Codes that depend on what is sent. Every mutation can also answer the two idempotency codes and INVALID_ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """`refusals` is empty when nothing stands in the way before the inputs are known."""

    verb: str
    refusals: tuple[Refusal, ...]
    inputs: tuple[str, ...]
    on_input: tuple[str, ...]


def available(viewer: Viewer, state: CaseState, *, may_act: bool) -> list[Available]:
    """`may_act`: whether the viewer may act on this very case, as a representative whose mandate only reads may not."""
    return [
        Available(verb=verb, refusals=_refusals(viewer, verb, state, may_act), inputs=INPUTS[verb], on_input=codes)
        for verb, codes in ON_INPUT.items()
    ]


def _refusals(viewer: Viewer, verb: str, state: CaseState, may_act: bool) -> tuple[Refusal, ...]:
    if reach(viewer.role, "case", verb) is None or (viewer.role is Role.REPRESENTATIVE and not may_act):
        return (not_allowed(viewer, "case", verb),)
    refusal = obstacle(verb, state)
    return () if refusal is None else (refusal,)


assert set(ON_INPUT) == set(INPUTS) == set(TABLE["case"]) - {"read"}  # noqa: S101 - a new verb is announced, or nothing starts
