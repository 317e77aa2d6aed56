"""Offering other terms for a treatment, and the patient's answer: the only way that what was pinned changes (R-126)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from suivi.core.access.locking import locked
from suivi.core.access.narrowing import NotFound, fetch
from suivi.core.acting import Acting, action
from suivi.core.clinics.models import Clinic
from suivi.core.clinics.staff import member_acting
from suivi.core.clocks.zones import day_at, zone
from suivi.core.confirmations.held import held_for
from suivi.core.coverage.differences import Difference
from suivi.core.coverage.history import History, history_of, terms_needed
from suivi.core.coverage.models import OfferAnswer, Terms, TermsOffer
from suivi.core.coverage.scopes import Scope
from suivi.core.coverage.withdrawing import require_standing
from suivi.core.events.log import append
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.versions import expect


class TermsOtherScope(Refusal):
    """These terms are not about this treatment: another clinic, procedure, variant or material."""

    code = "TERMS_OTHER_SCOPE"
    remedy = "Offer a version that the treatment's own clinic published for its procedure."


class TermsNotInForce(Refusal):
    """These terms take effect on {effective_from}."""

    code = "TERMS_NOT_IN_FORCE"
    remedy = "Offer them once they have taken effect."


class TermsPinnedAlready(Refusal):
    """The treatment has these terms already."""

    code = "TERMS_PINNED_ALREADY"
    remedy = "Nothing needs doing."


class OfferOpen(Refusal):
    """Another offer for this treatment has not been answered."""

    code = "OFFER_OPEN"
    remedy = "Wait for the answer, or withdraw that offer first."


class OfferAnswered(Refusal):
    """This offer has been answered or withdrawn."""

    code = "OFFER_ANSWERED"
    remedy = "Read its answer. The clinic may offer terms again."


class TermsWorse(Refusal):
    """In some lines these terms are worse than what is held, or cannot be compared with it: {lines}."""

    code = "TERMS_WORSE"
    remedy = "To accept all the same, send the id of each of these lines in `acknowledged`; or decline."


@action(TermsOffer)
async def offer_terms(by: Acting, treatment_id: UUID, terms_id: UUID) -> TermsOffer:
    """One open offer at a time. Better or worse: the patient sees it line by line and decides."""
    treatment = await locked(Treatment, by.viewer, treatment_id, on=by.on, verb="offer_terms")
    terms = await fetch(Terms, by.viewer, terms_id, on=by.on)
    await _require_offerable(by, treatment, terms)
    offerer = await member_acting(by, treatment.clinic_id)
    assert offerer is not None, "the access table lets only the clinic's coordinators in"  # noqa: S101
    offer = TermsOffer(
        treatment_id=treatment.id,
        terms_id=terms.id,
        replaces_id=treatment.terms_id,
        offerer_id=offerer.id,
        offered_at=by.at,
        version=1,
    )
    told = {"offer": str(offer.id), "terms": str(terms.id), "number": terms.number}
    await append(by, treatment, "terms_offered", told, new=[offer])
    return offer


@action(TermsOffer)
async def withdraw_terms_offer(by: Acting, offer_id: UUID, *, expected_version: int) -> TermsOffer:
    """By the clinic, as long as it has not been answered."""
    seen = await fetch(TermsOffer, by.viewer, offer_id, on=by.on)
    treatment = await locked(Treatment, by.viewer, seen.treatment_id, on=by.on, verb="offer_terms")
    offer = await _open(seen.id, treatment, expected_version)
    await _answered(by, treatment, offer, OfferAnswer.WITHDRAWN, "terms_offer_withdrawn")
    return offer


@action(TermsOffer)
async def answer_terms_offer(
    by: Acting, offer_id: UUID, *, accept: bool, acknowledged: Collection[str], expected_version: int
) -> TermsOffer:
    """Accepting moves the treatment's pin. Declining changes nothing, and stays on record.

    `acknowledged` names each line that is worse, or not comparable; other names in it change nothing. Raises
    TermsWorse where one is missing.
    """
    seen = await fetch(TermsOffer, by.viewer, offer_id, on=by.on, verb="answer")
    # The treatment first, as everybody does who changes its offers.
    treatment = await Treatment.select_for_update().get(id=seen.treatment_id)
    offer = await _open(seen.id, treatment, expected_version)
    if not accept:
        await _answered(by, treatment, offer, OfferAnswer.DECLINED, "terms_offer_declined")
        return offer
    worse = [one.id for one in await _changes(by, treatment, offer) if one.compared.against_the_patient]
    if not set(worse) <= set(acknowledged):
        raise TermsWorse(field="acknowledged", lines=", ".join(one for one in worse if one not in acknowledged))
    offer.acknowledged = worse
    treatment.terms_id = offer.terms_id
    treatment.version += 1
    await update(treatment, "terms_id", "version")
    await _answered(by, treatment, offer, OfferAnswer.ACCEPTED, "terms_repinned", repinned=treatment)
    return offer


async def _require_offerable(by: Acting, treatment: Treatment, terms: Terms) -> None:
    about = Scope.of(treatment)
    if terms.clinic_id != treatment.clinic_id or not any(one.same_as(terms) for one in about.nearest_first()):
        raise TermsOtherScope(field="termsId")
    if terms.id == treatment.terms_id:
        raise TermsPinnedAlready(field="termsId")
    require_standing(terms, field="termsId")
    clinic = await Clinic.get(id=treatment.clinic_id)
    if terms.effective_from > day_at(zone(clinic.time_zone), by.at):
        raise TermsNotInForce(
            field="termsId", available_from=terms.effective_from, effective_from=str(terms.effective_from)
        )
    if await TermsOffer.filter(treatment_id=treatment.id, answer__isnull=True).exists():
        raise OfferOpen(field="treatmentId")


async def _open(offer_id: UUID, treatment: Treatment, expected_version: int) -> TermsOffer:
    """As it stands now that the treatment is locked."""
    offer = await TermsOffer.select_for_update().get(id=offer_id)
    if offer.answer is not None:
        raise OfferAnswered(field="offerId")
    await expect(offer, expected_version, told_of=treatment.id)
    return offer


async def _answered(
    by: Acting,
    treatment: Treatment,
    offer: TermsOffer,
    answer: OfferAnswer,
    kind: str,
    *,
    repinned: Treatment | None = None,
) -> None:
    offer.answer = answer
    offer.answered_at = by.at
    offer.answerer_role = by.viewer.role.value
    offer.version += 1
    await update(offer)
    told: dict[str, Any] = {"offer": str(offer.id), "terms": str(offer.terms_id)}
    if repinned is not None:
        told |= {"version": repinned.version, "replaces": offer.replaces_id and str(offer.replaces_id)}
        told["acknowledged"] = offer.acknowledged
    await append(by, treatment, kind, told, wrote=[offer, *([repinned] if repinned else [])])


async def _changes(by: Acting, treatment: Treatment, offer: TermsOffer) -> tuple[Difference, ...]:
    history = await history_for(by, treatment)
    return history.with_terms(await Terms.get(id=offer.terms_id), at=by.at)


async def history_for(by: Acting, treatment: Treatment) -> History:
    """All that the clinic has said for it, whoever asks."""
    offers = await TermsOffer.filter(treatment_id=treatment.id).order_by("id")
    clinic = await Clinic.get_or_none(id=treatment.clinic_id)
    if clinic is None:
        raise NotFound(noun="clinic")
    pinned = await by.house.rules.ready([treatment])
    confirmations = await held_for([treatment])
    return history_of(
        treatment,
        day0=pinned.procedure_of(treatment).anchors.day0,
        place=zone(clinic.time_zone),
        offers=offers,
        terms={terms.id: terms for terms in await Terms.filter(id__in=terms_needed(treatment, offers))},
        confirmations=confirmations[treatment.id],
    )
