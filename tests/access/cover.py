"""What the universe has of cover: drafts, offers, devices with warranties, insurance, requests and confirmations."""

from typing import TYPE_CHECKING, Any

from tests.services.suivi import Client
from tests.services.world import content, publish_terms

if TYPE_CHECKING:
    from tests.access.universe import Bundle

ALL = {"kind": "TERMS_AND_DEADLINES"}


async def drafted(bundle: "Bundle") -> None:
    """The clinic of this bundle has published a second version, which it can offer, and works on a third."""
    bundle.terms_id = (await publish_terms(bundle.coordinator, bundle.clinic_id, period="P5Y"))["id"]
    again = {"clinicId": bundle.clinic_id, "fromTermsId": bundle.terms_id}
    draft = await _done(bundle.coordinator, "startTermsDraft", "TermsDraft", **again)
    changes = {"draftId": draft["id"], "text": f"said_draft_{bundle.name}", "content": content(period="P2Y")}
    await _done(bundle.coordinator, "changeTermsDraft", "TermsDraft", **changes, expectedVersion=1)
    bundle.draft_id = draft["id"]


async def covered(bundle: "Bundle") -> None:
    """Everything about the bundle's own treatment; each side does some of it."""
    name, about = bundle.name, {"treatmentId": bundle.treatment_id}
    offer = await _done(bundle.coordinator, "offerTerms", "TermsOffer", **about, termsId=bundle.terms_id)
    bundle.offer_id = offer["id"]
    bundle.device_id = (await _done(bundle.practitioner, "registerDevice", "Device", **device(bundle)))["id"]
    attached = await _done(bundle.patient, "attachDeviceWarranty", "DeviceWarranty", **warranty(bundle))
    bundle.warranty_id = attached["id"]
    bundle.insurance_id = (await _done(bundle.patient, "attachInsurance", "Insurance", **insurance(bundle)))["id"]
    request = await asked(bundle, f"said_question_{name}", **about)
    bundle.request_id, bundle.confirmation_id = request, await answered(bundle, request)


async def courted(prospect: "Bundle", clinic: "Bundle") -> tuple[str, str]:
    """Somebody asks a clinic that has never met them, and is answered."""
    request = await asked(prospect, "said_question_prospect", clinicId=clinic.clinic_id, procedure="crown")
    return request, await answered(clinic, request)


async def asked(bundle: "Bundle", question: str, **about: str) -> str:
    items = [ALL, {"kind": "OTHER", "question": question}]
    given: dict[str, Any] = {"patientId": bundle.patient_id, "items": items, **about}
    request_id: str = (await _done(bundle.patient, "askConfirmation", "ConfirmationRequest", **given))["id"]
    return request_id


async def answered(clinic: "Bundle", request_id: str) -> str:
    """The second item alone: the first is still awaited."""
    answer = {"item": 2, "answer": "CONFIRMED_WITH_CHANGES", "text": f"said_confirmed_{clinic.name}"}
    signed: dict[str, Any] = {"requestId": request_id, "answers": [answer], "language": "en"}
    confirmation_id: str = (await _done(clinic.practitioner, "answerConfirmation", "Confirmation", **signed))["id"]
    return confirmation_id


def device(bundle: "Bundle") -> dict[str, Any]:
    label = {"manufacturer": "Duna Lab", "model": f"said_model_{bundle.name}"}
    return {"treatmentId": bundle.treatment_id, "object": "crown", "implantedOn": "2026-03-03", **label}


def warranty(bundle: "Bundle") -> dict[str, Any]:
    who = {"beneficiary": "PATIENT", "gives": "PRODUCT", "enrolmentDays": 90}
    text = {"asOf": "2026-03-03", "language": "en", "name": f"said_warranty_{bundle.name}", "source": "A leaflet."}
    return {"deviceId": bundle.device_id, **text, **who, "content": content(starts="implantation")}


def insurance(bundle: "Bundle") -> dict[str, Any]:
    policy = {"insurer": f"said_insurer_{bundle.name}", "policy": "KS-1", "language": "en"}
    when = {"validFrom": "2026-03-01", "validUntil": "2027-02-28", "claimRoute": "In writing."}
    return {"treatmentId": bundle.treatment_id, **policy, **when, "documentId": bundle.evidence_id}


async def _done(client: Client, mutation: str, kind: str, **given: Any) -> dict[str, Any]:
    result = await client.do(mutation, f"... on {kind} {{ id }}", **given)
    assert result["__typename"] == kind, (mutation, result)
    return result
