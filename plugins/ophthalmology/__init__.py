"""Eye care: LASIK, PRK, SMILE, cataract lenses, ICL, pterygium and corneal cross-linking."""

from pathlib import Path

from suivi.core.hookspecs import hookimpl
from suivi.core.specialties.model import Manifest, Specialty
from suivi.core.specialties.reader import read_specialty
from suivi.core.wording.model import PromiseWords
from suivi.core.wording.words import promise_words_in


@hookimpl
def manifest() -> Manifest:
    locales = ("en", "fr", "de", "es", "tr", "ko")
    return Manifest(id="ophthalmology", version="1.0.0", hooks="1", locales=locales)


@hookimpl
def specialty() -> Specialty:
    return read_specialty(Path(__file__).parent)


@hookimpl
def promises(language: str) -> PromiseWords | None:
    return promise_words_in(Path(__file__).parent, language)
