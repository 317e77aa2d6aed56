"""Moving a treatment to the rules that are loaded, on the word of its clinic."""

from uuid import UUID

from suivi.core import inputs
from suivi.core.access.locking import locked
from suivi.core.acting import Acting, action
from suivi.core.events.log import append
from suivi.core.pins.models import Repin
from suivi.core.refusals import Refusal
from suivi.core.sql import update
from suivi.core.treatments.models import Treatment
from suivi.core.versions import expect


class RulesNotLoaded(Refusal):
    """No plugin that is loaded has rules for this treatment, so there are none to move it to."""

    code = "RULES_NOT_LOADED"
    remedy = "Nothing is lost: it stays computed with the rules that were kept. Ask the operator to install the plugin."


class RulesAlreadyPinned(Refusal):
    """This treatment has the rules that are loaded already: {rules}."""

    code = "RULES_ALREADY_PINNED"
    remedy = "There is nothing to do until another version of the plugin is installed; see `rulesChanges`."


@action(Treatment)
async def repin_rules(by: Acting, treatment_id: UUID, *, expected_version: int, reason: str) -> Treatment:
    """From now on the loaded rules answer. The rules it had stay kept, and the history names both."""
    treatment = await locked(Treatment, by.viewer, treatment_id, on=by.on, verb="repin_rules")
    await expect(treatment, expected_version)
    before = await by.house.rules.ready([treatment])
    there = before.in_force_for(treatment)
    if there is None:
        raise RulesNotLoaded(field="treatmentId")
    if before.pinned_is_loaded(treatment):
        raise RulesAlreadyPinned(field="treatmentId", rules=before.named(treatment))
    pinned = await by.house.rules.keep(there.id, at=by.at)
    repin = Repin(
        treatment_id=treatment.id,
        from_version=treatment.rules_version,
        from_digest=treatment.rules_digest,
        to_version=pinned.specialty.version,
        to_digest=pinned.digest,
        reason=inputs.text(reason, field="reason", limit=2000),
        repinned_by_role=by.viewer.role.value,
        repinned_by=by.viewer.subject,
        repinned_at=by.at,
    )
    treatment.update_from_dict({**pinned.columns, "version": treatment.version + 1})
    await update(treatment, *pinned.columns, "version")
    told = {"version": treatment.version, "specialty": there.id, "from": repin.from_version, "to": repin.to_version}
    digests = {"from_digest": repin.from_digest, "to_digest": repin.to_digest}
    await append(by, treatment, "rules_repinned", told | digests, new=[repin], wrote=[treatment, *pinned.written])
    return treatment
