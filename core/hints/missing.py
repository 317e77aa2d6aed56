"""What is missing to say more, in words. The codes themselves are stable and documented."""

from suivi.core.hints.sentences import Fact, Phrase
from suivi.core.specialties.model import Specialty


def named(code: str, specialty: Specialty) -> Fact:
    """`baseline:sight` as the words for it; a code nobody has words for stays as it is."""
    kind, _, key = code.partition(":")
    if not key:
        return Phrase(f"missing.{kind}")
    return Phrase(f"missing.{kind}", {"name": _name(kind, key, specialty)})


def _name(kind: str, key: str, specialty: Specialty) -> Fact:
    match kind:
        case "condition":
            return specialty.facts[key].question if key in specialty.facts else key
        case "document":
            return specialty.labels.views.get(key, key)
        case "anchor":
            return specialty.labels.anchors.get(key, key)
    return specialty.measurements[key].name if key in specialty.measurements else key
