"""The languages a plugin says it speaks."""

import re
from collections.abc import Iterator, Sequence

from suivi.core.specialties.model import LOCALE, Manifest, Specialty
from suivi.core.specialties.texts import missing_texts


def problems(manifest: Manifest, specialty: Specialty | None, complete: Sequence[str]) -> Iterator[str]:
    """`complete` are languages in which not one text may be missing; English always is one."""
    if "en" not in manifest.locales:
        yield "the manifest does not name en: English is what every other language falls back to"
    for locale in manifest.locales:
        if not re.match(LOCALE, locale):
            yield f"the manifest names the language {locale!r}: a language is spelt as fr or pt-BR"
        elif specialty is not None:
            yield from _unnamed(specialty, locale)
    for locale in dict.fromkeys(("en", *complete)):
        if locale not in manifest.locales:
            yield f"{locale} is called complete and is not among the manifest's languages"
        elif specialty is not None:
            yield from (f"{locale} is called complete and has no {path}" for path in missing_texts(specialty, locale))


def _unnamed(specialty: Specialty, locale: str) -> Iterator[str]:
    """Whoever picks a language meets the names of procedures first."""
    names = {"the specialty": specialty.names} | {
        f"the procedure {key}": procedure.names for key, procedure in specialty.procedures.items()
    }
    for what, text in names.items():
        if locale not in text.by_locale:
            yield f"the manifest names {locale}, and {what} has no name in it"
