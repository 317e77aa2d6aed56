"""Whose warranty a template is: one maker's is attached to no other maker's device (R-137)."""

import re
import unicodedata
from collections.abc import Mapping

from suivi.core.refusals import Refusal
from suivi.core.specialties.model import WarrantyTemplate

_FORMS = re.compile(r"(?: (?:ab|ag|as|bv|co|company|corp|corporation|gmbh|inc|kg|limited|llc|ltd|nv|plc|sa|srl|spa))+$")
"""Legal forms of companies, which labels have or leave out."""


class OtherMakersWarranty(Refusal):
    """This template is the warranty of {makers}, and the device is on record as another manufacturer's."""

    code = "WARRANTY_OF_ANOTHER_MANUFACTURER"
    remedy = (
        "Choose a template of the device's own manufacturer, or none, and enter what that manufacturer's text says. "
        "Where the manufacturer on record is wrong, correct the device; where the warranty is, withdraw it first."
    )


def makers_of(template: WarrantyTemplate) -> tuple[str, ...]:
    """Names the maker goes by on labels and in records; none: it is of a kind of device, whoever makes it."""
    brand = (template.brand, *re.split(r"[()]", template.brand)) if template.brand else ()
    return tuple(dict.fromkeys(name.strip() for name in (*brand, *template.makers) if name.strip()))


def fits(template: WarrantyTemplate, manufacturer: str) -> bool:
    makers = makers_of(template)
    return not makers or _alike(manufacturer) in map(_alike, makers)


def require_fitting(template: WarrantyTemplate | None, manufacturer: str, *, field: str) -> None:
    """Raises OtherMakersWarranty. None fits: no plugin has it any more."""
    if template is not None and not fits(template, manufacturer):
        raise OtherMakersWarranty(field=field, makers=template.brand or ", ".join(makers_of(template)))


def require_own(templates: Mapping[str, WarrantyTemplate], attached: list[str], manufacturer: str) -> None:
    """For a device whose manufacturer is corrected while warranties from these templates are attached."""
    for key in attached:
        require_fitting(templates.get(key), manufacturer, field="manufacturer")


def _alike(name: str) -> str:
    """Without case, accents, punctuation and the form of the company."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace(".", ""))
    words = re.findall(r"\w+", "".join(one for one in plain if not unicodedata.combining(one)))
    return _FORMS.sub("", " ".join(words))
