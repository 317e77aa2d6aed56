"""Builders for tests of hints: a small specialty whose days are easy to remember, and facts with defaults."""

from typing import Any

from suivi.core.hints.assessment import assess
from suivi.core.hints.model import Assessment
from suivi.core.specialties.common import common
from suivi.core.specialties.hints import CaseFacts, Documentation, Measured
from suivi.core.specialties.model import Procedure, Specialty

COMPLETE = Documentation(before_photos=True, follow_up_photos=True, check_ups="all_due")
GK = {"src": ["gk"], "conf": "medium"}

THRESHOLDS = [
    {"id": "gap", "measure": "gap_mm", "op": "gt", "value": 2, "from_day": 120, "level": "insufficiency", **GK},
    {"id": "early", "measure": "turn_deg", "op": "gt", "value": 10, "from_day": 7, "level": "insufficiency", **GK},
    {"id": "look", "measure": "score", "op": "gte", "value": 30, "from_day": 90, "level": "review", **GK},
    {
        "id": "haze", "measure": "haze", "op": "gte", "value": 2, "from_day": 90, "level": "insufficiency",
        "class_hint": "medical_complication", **GK,
    },
    {
        "id": "broken", "measure": "rupture", "op": "in", "value": ["confirmed"], "from_day": 0,
        "level": "insufficiency", "class_hint": "device_failure", **GK,
    },
    {"id": "worse", "measure": "sight", "op": "gt_baseline", "value": 0.2, "from_day": 90, "level": "insufficiency",
     **GK},
    {"id": "short", "measure": "height_mm", "op": "lt_target", "value": 0, "from_day": 90, "level": "insufficiency",
     **GK},
    {
        "id": "volume", "measure": "volume_pct", "op": "lt", "value": 25, "from_day": 90, "level": "insufficiency",
        "requires": [{"fact": "weight_change_pct", "op": "abs_lte", "value": 5}], **GK,
    },
    {
        "id": "cells", "measure": "cells_pct", "op": "lt", "value": 70, "from_day": 0, "level": "insufficiency",
        "documents": ["certificate"], **GK,
    },
    {
        "id": "uneven", "measure": "level_mm", "op": "gt", "value": 20, "from_day": 90, "level": "insufficiency",
        "needs": ["baseline"], **GK,
    },
    {"id": "stable", "measure": "change", "op": "abs_lte", "value": 0.5, "from_day": 90, "level": "gate", **GK},
]  # fmt: skip


def a_procedure(**changes: Any) -> Procedure:
    """Judged from day 90, usually day 180; swelling is normal on days 1 to 14, a leak is watched for until day 30."""
    own_flag = {"id": "leak", "symptom": "clear fluid leaks", "days": [0, 30], "urgency": "same_day", "suspect": "leak"}
    values: dict[str, Any] = {
        "id": "repair",
        "specialty": "repairs",
        "names": "repair",
        "site": {"scheme": "laterality", "unit": "side", "values": ["left", "right"]},
        "anchors": {"day0": "surgery", "other": ["second"]},
        "phases": [{"id": "healing", "days": [0, 30], "text": "it settles", **GK}],
        "stabilisation": {"min": 90, "typical": 180, "max": 365, **GK},
        "check_ups": [{"day": 30, "window": [20, 40], "where": "remote", "photos": "front", **GK}],
        "normal_signs": [
            {"id": "swelling", "sign": "swelling", "days": [1, 14], **GK},
            {"id": "firm", "sign": "firm feel", "days": [0, 60],
             "escalates": [{"from_day": 61, "urgency": "routine", **GK}], **GK},
        ],
        "red_flags": [{**own_flag, **GK}, *(flag.model_dump() for flag in common().general_red_flags)],
        "outcomes": THRESHOLDS,
    }  # fmt: skip
    return Procedure.model_validate(values | changes)


def a_specialty(procedure: Procedure, *, photos: bool = True) -> Specialty:
    measures = {"gap_mm", "turn_deg", "score", "haze", "sight", "height_mm", "volume_pct", "cells_pct", "level_mm"}
    return Specialty.model_validate(
        {
            "id": "repairs",
            "version": "1.0.0",
            "names": "repairs",
            "sources": {},
            "procedures": {procedure.id: procedure},
            "measurements": {name: {"id": name, "name": name, "type": "quantity"} for name in sorted(measures)},
            "photo_sets": {"front": {"id": "front", "standard": "front", "views": ["front"] if photos else []}},
        }
    )


def facts(day: int, *signs: str, measured: dict[str, Any] | None = None, **changes: Any) -> CaseFacts:
    """A measurement is a value, or a mapping with its baseline and target."""
    read = {
        key: Measured(**value) if isinstance(value, dict) else Measured(value=value)
        for key, value in (measured or {}).items()
    }
    return CaseFacts(**{"procedure": "repair", "day": day, "signs": signs, "measurements": read, **changes})


def assessed(given: CaseFacts, procedure: Procedure | None = None, *, photos: bool = True) -> Assessment:
    procedure = procedure or a_procedure()
    return assess(procedure, a_specialty(procedure, photos=photos), given)
