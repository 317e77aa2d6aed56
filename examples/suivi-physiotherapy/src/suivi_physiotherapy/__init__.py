"""Physiotherapy: a course for a frozen shoulder, and rehabilitation after reconstruction of the cruciate ligament."""

from pathlib import Path

from suivi.core.hookspecs import hookimpl
from suivi.core.specialties.hints import CaseFacts, Hint
from suivi.core.specialties.model import Manifest, Specialty
from suivi.core.specialties.reader import read_specialty
from suivi_physiotherapy.progress import slow_progress


@hookimpl
def manifest() -> Manifest:
    return Manifest(id="physiotherapy", version="1.0.0", hooks="1", locales=("en", "fr"))


@hookimpl
def specialty() -> Specialty:
    return read_specialty(Path(__file__).parent)


@hookimpl
def classification_hints(facts: CaseFacts) -> list[Hint]:
    return slow_progress(facts)
