"""What a treatment may be: sites in their scheme, anchors its procedure knows, objectives frozen by day 0."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from suivi.core.classifications.rules import SiteNotTreated
from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.refusals import Refusal
from suivi.core.specialties.model import Procedure, Site

OTHER = "other"
REVISION = "revision"
"""An anchor that every procedure has. It is shown, and restarts no clock (R-023)."""
MAX_SITES = 64
MAX_CYCLES = 100
MAX_EMBRYOS = 100

# ISO 3950: permanent teeth 11-48, milk teeth 51-85.
_FDI = re.compile(r"([1-4][1-8]|[5-8][1-5])", re.ASCII)
FDI_TEETH = "FDI 11-18, 21-28, 31-38, 41-48, 51-55, 61-65, 71-75, 81-85"
_VALUES = {"arch": ("upper", "lower"), "laterality": ("left", "right")}


class UnknownProcedure(Refusal):
    """No loaded specialty knows this procedure."""

    code = "UNKNOWN_PROCEDURE"
    remedy = "See `procedures` for what is known, or use `other` with a description: core defaults then apply."


class DescriptionMissing(Refusal):
    """The procedure `other` needs a description of what was done."""

    code = "DESCRIPTION_MISSING"
    remedy = "Add a description, or choose one of the known procedures."


class UnknownSite(Refusal):
    """A site is not one this procedure can have. It can have: {sites}."""

    code = "UNKNOWN_SITE"
    remedy = "Name the sites exactly as listed, 64 at most. See `procedure { site }`."


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


class AgreedAfterTreatment(Refusal):
    """A treatment is agreed before it is done, and these two days say the opposite."""

    code = "AGREED_AFTER_TREATMENT"
    remedy = (
        "Correct the day that is wrong. The day it was agreed is told once, with `registerTreatment`: it decides which "
        "terms are pinned."
    )


class UnknownVariant(Refusal):
    """This procedure has no variant of that name. It has: {variants}."""

    code = "UNKNOWN_VARIANT"
    remedy = "Use one of the procedure's variants, or leave it out where there are none."


class ContinuesAnotherPatient(Refusal):
    """A treatment goes on with an earlier one of the same patient, and this is another patient's."""

    code = "CONTINUES_ANOTHER_PATIENT"
    remedy = "Name an earlier treatment of this patient, or none."


class DoesNotContinue(Refusal):
    """This procedure does not go on with the series of that treatment."""

    code = "DOES_NOT_CONTINUE"
    remedy = "Leave it out: the treatment then stands for itself. See `continuedBy` of the earlier procedure's series."


class NotCountedInCycles(Refusal):
    """This procedure is not counted in cycles, sessions or uses."""

    code = "NOT_COUNTED_IN_CYCLES"
    remedy = "Leave the cycle out."


class CycleNumberSkipped(Refusal):
    """Cycles are numbered through, and the next one is {next}."""

    code = "CYCLE_NUMBER_SKIPPED"
    remedy = "Record the earlier ones first, or use the next number."


class UnknownCycle(Refusal):
    """Nothing is on record of a cycle with that number in this treatment."""

    code = "UNKNOWN_CYCLE"
    remedy = "See `treatment { cycles }`, or leave the cycle out for the latest."


class NotYetHappened(Refusal):
    """This is recorded once it has happened, and its date is still to come."""

    code = "NOT_YET_HAPPENED"
    remedy = "Record it on or after its day."


class EmbryosLeft(Refusal):
    """A cycle is closed when no embryo is left to transfer, and this one still has some."""

    code = "EMBRYOS_LEFT"
    remedy = "Leave the closing date out, or correct the number of embryos left."


class JudgedBeforeTreatment(Refusal):
    """A result is judged after the treatment, and this date lies before it."""

    code = "JUDGED_BEFORE_TREATMENT"
    remedy = "Give a day after the treatment, or correct the anchor of the treatment."


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorGiven:
    """An anchor as the sender gives it: its date at every site and in every cycle, unless one is named."""

    name: str
    on: str
    site: str | None = None
    cycle: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorChecked:
    name: str
    on: PartialDate
    site: str | None = None
    cycle: int | None = None

    @property
    def local(self) -> bool:
        return self.site is not None or self.cycle is not None


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
        raise UnknownSite(field="sites", sites=_possible(scheme))
    return cleaned


def _possible(scheme: Site) -> str:
    """Without a word of any language, since a fact is not translated."""
    return FDI_TEETH if scheme.scheme == "fdi" else ", ".join(_values(scheme)) or scheme.scheme


def _is_site(site: str, scheme: Site) -> bool:
    if scheme.scheme == "fdi":
        return _FDI.fullmatch(site) is not None
    values = _values(scheme)
    return site in values if values else 0 < len(site) <= 60 and site.isprintable()


def _values(scheme: Site) -> Sequence[str]:
    """None where any words will do."""
    return scheme.values or _VALUES.get(scheme.scheme, ())


def checked_anchors(
    anchors: Iterable[AnchorGiven],
    procedure: Procedure,
    sites: Sequence[str],
    *,
    on: date,
    counted: bool,
    fields: tuple[str, str, str, str] = ("anchors", "anchors", "anchors", "anchors"),
) -> list[AnchorChecked]:
    """None in the future of `on`, the day at the clinic. `counted`: whether there are cycles to name.

    `fields` are the inputs of name, date, site and cycle.

    Raises UnknownAnchor, AnchorRepeated, AnchorInFuture, UnreadableDate, SiteNotTreated, NotCountedInCycles. That no
    cycle is skipped is for `checked_cycle`, which has to know the others.
    """
    checked: list[AnchorChecked] = []
    for given in anchors:
        if given.cycle is not None and not counted:
            raise NotCountedInCycles(field=fields[3])
        anchor = _checked_anchor(given, procedure, sites, on=on, fields=fields)
        if any((anchor.name, anchor.site, anchor.cycle) == (known.name, known.site, known.cycle) for known in checked):
            raise AnchorRepeated(field=fields[0])
        checked.append(anchor)
    return checked


def _checked_anchor(
    given: AnchorGiven, procedure: Procedure, sites: Sequence[str], *, on: date, fields: tuple[str, str, str, str]
) -> AnchorChecked:
    name_field, date_field, site_field, _ = fields
    names = (*procedure.anchors.all(), REVISION)
    if given.name not in names:
        raise UnknownAnchor(field=name_field, anchors=", ".join(dict.fromkeys(names)))
    day = PartialDate.parse(given.on, field=date_field)
    if day.is_after(on):
        raise AnchorInFuture(field=date_field, available_from=day.earliest)
    site = checked_site(given.site, sites, field=site_field)
    return AnchorChecked(name=given.name, on=day, site=site, cycle=given.cycle)


def require_agreed_before(
    agreed_on: date, anchors: Iterable[AnchorChecked], procedure: Procedure, *, field: str
) -> None:
    """At the latest on the day it was done, at any of its sites. Raises AgreedAfterTreatment."""
    done = [anchor.on.latest for anchor in anchors if anchor.name == procedure.anchors.day0 and anchor.on.latest]
    if done and agreed_on > min(done):
        raise AgreedAfterTreatment(field=field)


def checked_site(site: str | None, sites: Sequence[str], *, field: str) -> str | None:
    """One of the treatment's sites, or None for all of them. Raises SiteNotTreated."""
    if site is not None and site not in sites:
        raise SiteNotTreated(field=field)
    return site


def checked_variant(variant: str | None, procedure: Procedure) -> str | None:
    if variant is not None and variant not in procedure.variants:
        raise UnknownVariant(field="variant", variants=", ".join(procedure.variants) or "none")
    return variant


def checked_cycle(number: int, known: Collection[int], *, field: str) -> int:
    """A number the series has, or the next one. Raises CycleNumberSkipped."""
    following = max(known, default=0) + 1
    if not 1 <= number <= min(following, MAX_CYCLES):
        raise CycleNumberSkipped(field=field, next=following)
    return number


def checked_cycles(anchors: Iterable[AnchorChecked], known: Iterable[int], *, field: str) -> None:
    """As `checked_cycle`, for anchors that may bring several cycles at once."""
    numbers = sorted({anchor.cycle for anchor in anchors if anchor.cycle is not None})
    for position, number in enumerate(numbers):
        checked_cycle(number, set(chain(known, numbers[:position])), field=field)


def happened(text: str | None, *, on: date, field: str) -> str | None:
    """A partial date that is not still to come. Raises UnreadableDate and NotYetHappened."""
    if text is None:
        return None
    day = PartialDate.parse(text, field=field)
    if day.is_after(on):
        raise NotYetHappened(field=field, available_from=day.earliest)
    return str(day)


def objectives_frozen(anchors: Iterable[str], procedure: Procedure) -> bool:
    """Since an anchor is never in the future, the treatment began when its day 0 is on record, whatever its date."""
    return procedure.anchors.day0 in set(anchors)
