"""How much of the way from the first measurement to the agreed one a joint has come."""

from suivi.core.specialties.hints import CaseFacts, Hint, Measured

HALF_WAY_DAY = 90
"""Days after which less than half of the way is worth a look."""

MOTIONS = {"frozen_shoulder_course": "elevation_deg", "acl_rehabilitation": "knee_flexion_deg"}


def slow_progress(facts: CaseFacts) -> list[Hint]:
    motion = MOTIONS.get(facts.procedure, "")
    measured = facts.measurements.get(motion)
    share = _share_of_the_way(measured) if measured else None
    if share is None or share >= 0.5 or facts.day < HALF_WAY_DAY:
        return []
    reason = f"day {facts.day}: {share:.0%} of the way from the first {motion} to the agreed one"
    return [
        Hint(suggests=None, strength="weak", rule="physiotherapy.slow_progress", reasons=(reason,), sources=("gk",))
    ]


def _share_of_the_way(measured: Measured) -> float | None:
    """None where a figure is missing, or where there was no way to go."""
    value, first, agreed = measured.value, measured.baseline, measured.target
    for figure in (value, first, agreed):
        if isinstance(figure, bool | str) or figure is None:
            return None
    return None if agreed == first else (value - first) / (agreed - first)  # type: ignore[operator]
