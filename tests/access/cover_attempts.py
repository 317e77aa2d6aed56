"""Valid requests for every mutation about cover, as often as they are asked for."""

from datetime import UTC, datetime
from typing import Any

from strawberry.relay.utils import to_base64

from suivi.core.access.viewer import Role
from suivi.core.clinics.models import Ceased, Clinic
from suivi.core.confirmations.models import ConfirmationAnswer, ConfirmationItem, ConfirmationRequest, ItemKind
from suivi.core.coverage.models import OfferAnswer, Terms, TermsDraft, TermsOffer
from suivi.core.devices.models import Device, DeviceWarranty
from suivi.core.insurances.models import Insurance
from suivi.core.records import Record
from suivi.core.treatments.models import Treatment
from tests.access import cover
from tests.access.universe import Bundle
from tests.services.world import content, row_id

Input = dict[str, Any]
THERE = {"ceased": None, "ceased_on": None, "successor_id": None, "succession_accepted_at": None}


async def _version(model: type[Record], node_id: str, **before: Any) -> int:
    """The row is as it was `before` somebody did something to it."""
    if before:
        await model.filter(id=row_id(node_id)).update(**before)
    version: int = (await model.get(id=row_id(node_id))).version  # type: ignore[attr-defined]
    return version


async def start_terms_draft(about: Bundle) -> Input:
    return {"clinicId": about.clinic_id, "fromTermsId": about.terms_id}


async def _draft(about: Bundle) -> Input:
    version = await _version(TermsDraft, about.draft_id, published_id=None, discarded_at=None)
    return {"draftId": about.draft_id, "expectedVersion": version}


async def change_terms_draft(about: Bundle) -> Input:
    return {**await _draft(about), "text": "Two years."}


async def discard_terms_draft(about: Bundle) -> Input:
    return await _draft(about)


async def publish_terms_draft(about: Bundle) -> Input:
    return await _draft(about)


async def record_clinic_end(about: Bundle) -> Input:
    """Announced ahead: until then everything goes on."""
    version = await _version(Clinic, about.clinic_id, **THERE)
    return {"clinicId": about.clinic_id, "expectedVersion": version, "ceased": "CLOSED", "on": "2030-01-01"}


async def withdraw_clinic_end(about: Bundle) -> Input:
    ended = {"ceased": Ceased.CLOSED, "ceased_on": "2030-01-01"}
    return {"clinicId": about.clinic_id, "expectedVersion": await _version(Clinic, about.clinic_id, **ended)}


async def answer_succession(about: Bundle) -> Input:
    """Asked by a clinic that nobody works at."""
    await _version(Clinic, about.clinic_id, **THERE)
    named = row_id(about.clinic_id)
    last: dict[str, Any] = {"ceased": Ceased.MERGED, "ceased_on": "2026-03-01", "successor_id": named}
    place = {"country": "HU", "city": "Pécs", "time_zone": "Europe/Budapest", "languages": ["hu"], "adapters": []}
    asks = {"response_days": 7, "registered_at": datetime(2026, 1, 1, tzinfo=UTC), "version": 1}
    ended, _ = await Clinic.get_or_create(name=f"Ended {about.name}", defaults={**place, **asks, **last})
    await Clinic.filter(id=ended.id).update(**last, succession_accepted_at=None)
    predecessor = to_base64("Clinic", ended.id)
    version = await _version(Clinic, predecessor)
    return {"clinicId": about.clinic_id, "predecessorId": predecessor, "expectedVersion": version, "accept": True}


async def offer_terms(about: Bundle) -> Input:
    """The version is another one than what is pinned, and no other offer is open."""
    offers = TermsOffer.filter(treatment_id=row_id(about.treatment_id), answer__isnull=True)
    await offers.update(answer=OfferAnswer.DECLINED)
    first = await Terms.filter(clinic_id=row_id(about.clinic_id), procedure="crown").order_by("number").first()
    await Treatment.filter(id=row_id(about.treatment_id)).update(terms_id=first and first.id)
    return {"treatmentId": about.treatment_id, "termsId": about.terms_id}


async def withdraw_terms_offer(about: Bundle) -> Input:
    return {"offerId": about.offer_id, "expectedVersion": await _version(TermsOffer, about.offer_id, answer=None)}


async def answer_terms_offer(about: Bundle) -> Input:
    return {**await withdraw_terms_offer(about), "accept": False}


async def ask_confirmation(about: Bundle) -> Input:
    return {"patientId": about.patient_id, "treatmentId": about.treatment_id, "items": [cover.ALL]}


async def withdraw_confirmation_request(about: Bundle) -> Input:
    version = await _version(ConfirmationRequest, about.request_id, withdrawn_at=None, answered_on=None)
    return {"requestId": about.request_id, "expectedVersion": version}


async def answer_confirmation(about: Bundle) -> Input:
    """About an item that nobody has answered, since an answer is for good."""
    await withdraw_confirmation_request(about)
    request_id = row_id(about.request_id)
    last = await ConfirmationItem.filter(request_id=request_id).order_by("-number").first()
    assert last is not None
    number = last.number
    if await ConfirmationAnswer.filter(item_id=last.id).exists():
        number += 1
        await ConfirmationItem.create(request_id=request_id, number=number, kind=ItemKind.OTHER, question="And now?")
    answer = {"item": number, "answer": "NOT_CONFIRMED", "reason": "INSURER_DECIDES"}
    return {"requestId": about.request_id, "answers": [answer]}


async def open_confirmation(about: Bundle) -> Input:
    return {"confirmationId": about.confirmation_id, "format": "JSON"}


async def register_device(about: Bundle) -> Input:
    return cover.device(about)


async def correct_device(about: Bundle) -> Input:
    return {"deviceId": about.device_id, "expectedVersion": await _version(Device, about.device_id), "lot": "B7"}


async def record_explantation(about: Bundle) -> Input:
    version = await _version(Device, about.device_id)
    return {"deviceId": about.device_id, "expectedVersion": version, "on": "2026-03-10"}


async def attach_device_warranty(about: Bundle) -> Input:
    return cover.warranty(about)


async def record_warranty_step(about: Bundle) -> Input:
    version = await _version(DeviceWarranty, about.warranty_id, withdrawn_at=None)
    return {"warrantyId": about.warranty_id, "expectedVersion": version, "step": "ENROLMENT", "on": "2026-03-05"}


async def record_device_event(about: Bundle) -> Input:
    version = await _version(Device, about.device_id)
    return {"deviceId": about.device_id, "expectedVersion": version, "noticedOn": "2026-03-10", "event": "other"}


async def withdraw_device_warranty(about: Bundle) -> Input:
    version = await _version(DeviceWarranty, about.warranty_id, withdrawn_at=None)
    return {"warrantyId": about.warranty_id, "expectedVersion": version}


async def withdraw_insurance(about: Bundle) -> Input:
    version = await _version(Insurance, about.insurance_id, withdrawn_at=None)
    return {"insuranceId": about.insurance_id, "expectedVersion": version}


async def attached_by(role: Role, mutation: str, about: Bundle) -> None:
    """What is withdrawn was attached by the same side."""
    if mutation == "withdrawDeviceWarranty":
        await DeviceWarranty.filter(id=row_id(about.warranty_id)).update(recorder_role=role.value)
    if mutation == "withdrawInsurance":
        await Insurance.filter(id=row_id(about.insurance_id)).update(recorder_role=role.value)


async def attach_insurance(about: Bundle) -> Input:
    return cover.insurance(about)


async def end_insurance(about: Bundle) -> Input:
    version = await _version(Insurance, about.insurance_id, ended_at=None, withdrawn_at=None)
    return {"insuranceId": about.insurance_id, "expectedVersion": version}


async def withdraw_terms(about: Bundle) -> Input:
    """A version of its own scope that has not taken effect."""
    published = await Terms.get(id=row_id(about.terms_id))
    columns = {name: getattr(published, name) for name in Terms._meta.fields_db_projection if name != "id"}
    ahead = columns | {"number": 900, "material": "e.max", "effective_from": "2030-01-01"}
    terms, _ = await Terms.get_or_create(clinic_id=published.clinic_id, number=900, defaults=ahead)
    await Terms.filter(id=terms.id).update(withdrawn_at=None)
    return {"termsId": to_base64("Terms", terms.id)}


async def publish_terms(about: Bundle) -> Input:
    words = {"language": "en", "text": "We repair.", "content": content(period="P1Y")}
    return {"clinicId": about.clinic_id, "procedure": "crown", **words}


INPUTS = {
    "answerConfirmation": answer_confirmation,
    "answerSuccession": answer_succession,
    "answerTermsOffer": answer_terms_offer,
    "askConfirmation": ask_confirmation,
    "attachDeviceWarranty": attach_device_warranty,
    "attachInsurance": attach_insurance,
    "changeTermsDraft": change_terms_draft,
    "correctDevice": correct_device,
    "discardTermsDraft": discard_terms_draft,
    "endInsurance": end_insurance,
    "offerTerms": offer_terms,
    "openConfirmation": open_confirmation,
    "publishTerms": publish_terms,
    "publishTermsDraft": publish_terms_draft,
    "recordClinicEnd": record_clinic_end,
    "recordDeviceEvent": record_device_event,
    "recordExplantation": record_explantation,
    "recordWarrantyStep": record_warranty_step,
    "registerDevice": register_device,
    "startTermsDraft": start_terms_draft,
    "withdrawClinicEnd": withdraw_clinic_end,
    "withdrawConfirmationRequest": withdraw_confirmation_request,
    "withdrawDeviceWarranty": withdraw_device_warranty,
    "withdrawInsurance": withdraw_insurance,
    "withdrawTerms": withdraw_terms,
    "withdrawTermsOffer": withdraw_terms_offer,
}

ABOUT = {
    "Confirmation": "confirmation_id",
    "ConfirmationRequest": "request_id",
    "Device": "device_id",
    "DeviceWarranty": "warranty_id",
    "Insurance": "insurance_id",
    "Terms": "terms_id",
    "TermsDraft": "draft_id",
    "TermsOffer": "offer_id",
}
