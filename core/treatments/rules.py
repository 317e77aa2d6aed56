"""What a treatment may be: sites in their scheme, anchors its procedure knows, objectives frozen by day 0."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.refusals import Refusal
from suivi.core.specialties.model import Procedure, Site

OTHER = "other"
MAX_SITES = 64

# ISO 3950: permanent teeth 11-48, milk teeth 51-85.
_FDI = re.compile(r"([1-4][1-8]|[5-8][1-5])", re.ASCII)


class UnknownProcedure(Refusal):
    """No loaded specialty knows this procedure."""

    code = "UNKNOWN_PROCEDURE"
    remedy = "See `procedures` for what is known, or use `other` with a description: core defaults then apply."


class DescriptionMissing(Refusal):
    """The procedure `other` needs a description of what was done."""

    code = "DESCRIPTION_MISSING"
    remedy = "Add a description, or choose one of the known procedures."


class UnknownSite(Refusal):
    """A site is not one this procedure can have. Its scheme is {scheme}."""

    code = "UNKNOWN_SITE"
    remedy = "Teeth: two digits, FDI, 11-48 or 51-85. Arches: upper or lower. See `procedure { site }`."


class SiteMissing(Refusal):
    """This procedure is done at a site, and none was given."""

    code = "SITE_MISSING"
    remedy = "Name each treated site once, for example the tooth."


class UnknownAnchor(Refusal):
    """This procedure has no anchor of that name. It has: {anchors}."""

    code = "UNKNOWN_ANCHOR"
    remedy = "Use one of the procedure's anchors; `procedure { anchors }` lists them."


class AnchorRepeated(Refusal):
    """The same anchor was given twice."""

    code = "ANCHOR_REPEATED"
    remedy = "Give each anchor once."


class AnchorInFuture(Refusal):
    """An anchor is something that has happened, and this date is still to come."""

    code = "ANCHOR_IN_FUTURE"
    remedy = "Record the anchor on or after its day; leave it out until then."


class ObjectivesFrozen(Refusal):
    """The objectives are frozen since the treatment began."""

    code = "OBJECTIVES_FROZEN"
    remedy = "Add an addendum: it is dated and stands beside them."


class ObjectivesOpen(Refusal):
    """The objectives are not frozen yet, so there is nothing to add to."""

    code = "OBJECTIVES_OPEN"
    remedy = "Change the objectives themselves until the treatment begins."


def checked_sites(sites: Sequence[str], procedure: Procedure) -> list[str]:
    """Each site once, in the order given. Raises UnknownSite and SiteMissing."""
    scheme = procedure.site
    cleaned = list(dict.fromkeys(site.strip() for site in sites))
    if not cleaned and scheme.scheme not in ("patient", "none"):
        raise SiteMissing(field="sites")
    if len(cleaned) > MAX_SITES or not all(_is_site(site, scheme) for site in cleaned):
        raise UnknownSite(field="sites", scheme=scheme.scheme)
    return cleaned


def _is_site(site: str, scheme: Site) -> bool:
    if scheme.scheme == "fdi":
        return _FDI.fullmatch(site) is not None
    values = scheme.values or {"arch": ("upper", "lower"), "laterality": ("left", "right")}.get(scheme.scheme, ())
    return site in values if values else 0 < len(site) <= 60 and site.isprintable()


def checked_anchors(
    anchors: Iterable[tuple[str, str]],
    procedure: Procedure,
    *,
    on: date,
    fields: tuple[str, str] = ("anchors", "anchors"),
) -> dict[str, PartialDate]:
    """Anchors by name, none in the future of `on`, the day at the clinic. `fields` are the inputs of name and date.

    Raises UnknownAnchor, AnchorRepeated, AnchorInFuture, UnreadableDate.
    """
    checked: dict[str, PartialDate] = {}
    for name, text in anchors:
        if name not in procedure.anchors.all():
            raise UnknownAnchor(field=fields[0], anchors=", ".join(procedure.anchors.all()))
        if name in checked:
            raise AnchorRepeated(field=fields[0])
        checked[name] = PartialDate.parse(text, field=fields[1])
        if checked[name].is_after(on):
            raise AnchorInFuture(field=fields[1], available_from=checked[name].earliest)
    return checked


def objectives_frozen(anchors: Iterable[str], procedure: Procedure) -> bool:
    """Since an anchor is never in the future, the treatment began when its day 0 is on record, whatever its date."""
    return procedure.anchors.day0 in set(anchors)
