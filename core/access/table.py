"""Who may do what: role x noun x verb, and how far each role reaches. Nothing else in Suivi grants anything.

`READ` is seeing. The other verbs belong to the noun they are checked against: `("case", "post_message")` is asked of
the case that the message goes into. A role that is missing from a row may not, ever; there is no superuser (R-011).
"""

from collections.abc import Mapping
from enum import Enum

from suivi.core.access.viewer import Role

READ = "read"
SEEING = frozenset({READ, "open"})
"""Verbs that look and change nothing: a mandate to read is enough for them."""

PATIENT, REPRESENTATIVE = Role.PATIENT, Role.REPRESENTATIVE
PRACTITIONER, COORDINATOR = Role.PRACTITIONER, Role.COORDINATOR
MEDIATOR, EXPERT, INTERPRETER = Role.MEDIATOR, Role.EXPERT, Role.INTERPRETER
FRONTEND, OPERATOR = Role.FRONTEND, Role.OPERATOR


class Reach(Enum):
    """How far a role reaches when it has the verb."""

    PARTY = "party"
    """What the viewer is a party to: as patient, by a mandate, at the clinic, by an assignment, for the partner."""
    ALL = "all"
    """Every row: for what is public, and for operators on what is not about anybody's health."""


PATIENT_SIDE = (PATIENT, REPRESENTATIVE)
CLINIC_SIDE = (PRACTITIONER, COORDINATOR)
BOTH_SIDES = (*PATIENT_SIDE, *CLINIC_SIDE)
EVERYONE = tuple(Role)


def party(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.PARTY)


def everything(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.ALL)


TABLE: Mapping[str, Mapping[str, Mapping[Role, Reach]]] = {
    "system": {
        "register_partner": everything(OPERATOR),
        "register_clinic": everything(OPERATOR),
    },
    "plugin": {READ: everything(*EVERYONE)},
    "partner": {
        READ: party(*PATIENT_SIDE, FRONTEND) | everything(OPERATOR),
        "register_patient": party(FRONTEND),
    },
    "clinic": {
        READ: everything(*EVERYONE),
        "update": party(COORDINATOR) | everything(OPERATOR),
        "add_member": party(COORDINATOR) | everything(OPERATOR),
        "draft_terms": party(COORDINATOR),
        "publish_terms": party(COORDINATOR),
        "register_treatment": party(*CLINIC_SIDE),
        "record_end": party(COORDINATOR) | everything(OPERATOR),
        "answer_succession": party(COORDINATOR) | everything(OPERATOR),
    },
    "clinic_settings": {READ: party(COORDINATOR) | everything(OPERATOR)},
    "member": {
        READ: party(*EVERYONE) | everything(OPERATOR),
        "end_membership": party(COORDINATOR) | everything(OPERATOR),
    },
    "terms": {READ: everything(*EVERYONE)},
    "terms_draft": {
        READ: party(COORDINATOR),
        "change": party(COORDINATOR),
        "discard": party(COORDINATOR),
        "publish": party(COORDINATOR),
    },
    "terms_offer": {
        READ: party(*BOTH_SIDES, MEDIATOR),
        "answer": party(*PATIENT_SIDE),
    },
    "patient": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT, INTERPRETER, FRONTEND),
        "grant_mandate": party(PATIENT, FRONTEND),
        "plan_trip": party(*PATIENT_SIDE),
        "register_treatment": party(*PATIENT_SIDE),
        "ask_confirmation": party(*PATIENT_SIDE),
    },
    "mandate": {
        READ: party(*PATIENT_SIDE, FRONTEND),
        "revoke": party(PATIENT, FRONTEND),
    },
    "trip": {READ: party(*BOTH_SIDES)},
    "treatment": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT),
        "record_anchor": party(*BOTH_SIDES),
        "record_objectives": party(*PATIENT_SIDE, PRACTITIONER),
        "add_addendum": party(*PATIENT_SIDE, PRACTITIONER),
        "record_consent": party(*CLINIC_SIDE),
        "record_cycle": party(*BOTH_SIDES),
        "record_individual_date": party(PRACTITIONER),
        "record_departure": party(*BOTH_SIDES),
        "record_measurements": party(*BOTH_SIDES),
        "record_check_up": party(*BOTH_SIDES),
        "repin_rules": party(*CLINIC_SIDE),
        "offer_terms": party(COORDINATOR),
        "register_device": party(*BOTH_SIDES),
        "attach_insurance": party(*BOTH_SIDES),
        "open_case": party(*BOTH_SIDES),
    },
    "device": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT),
        "correct": party(*BOTH_SIDES),
        "record_explantation": party(*BOTH_SIDES),
        "record_event": party(*BOTH_SIDES),
        "attach_warranty": party(*BOTH_SIDES),
    },
    "device_warranty": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT),
        "record_step": party(*BOTH_SIDES),
        "withdraw": party(*BOTH_SIDES),
    },
    "insurance": {
        READ: party(*BOTH_SIDES, MEDIATOR),
        "end": party(*BOTH_SIDES),
        "withdraw": party(*BOTH_SIDES),
    },
    "confirmation_request": {
        READ: party(*BOTH_SIDES, MEDIATOR),
        "answer": party(*CLINIC_SIDE),
        "withdraw": party(*PATIENT_SIDE),
    },
    "confirmation": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT),
        "open": party(*BOTH_SIDES, MEDIATOR, EXPERT),
    },
    "reminder": {READ: party(*BOTH_SIDES)},
    "measurement": {READ: party(*BOTH_SIDES, MEDIATOR, EXPERT)},
    "check_up_held": {READ: party(*BOTH_SIDES, MEDIATOR, EXPERT)},
    "case": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT, INTERPRETER),
        "post_message": party(*BOTH_SIDES, MEDIATOR, INTERPRETER),
        "add_evidence": party(*BOTH_SIDES),
        "report_complication": party(*BOTH_SIDES),
        "classify": party(PRACTITIONER),
        "close": party(*BOTH_SIDES),
        "reopen": party(*BOTH_SIDES),
        "assign": party(*BOTH_SIDES) | everything(OPERATOR),
    },
    "assignment": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT, INTERPRETER) | everything(OPERATOR),
        "end_assignment": party(*BOTH_SIDES) | everything(OPERATOR),
    },
    "message": {READ: party(*BOTH_SIDES, MEDIATOR, INTERPRETER)},
    "evidence": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT),
        "finish": party(*BOTH_SIDES),
        "open": party(*BOTH_SIDES, MEDIATOR, EXPERT),
    },
    "complication_report": {
        READ: party(*BOTH_SIDES, MEDIATOR, EXPERT),
        "mark_seen": party(*CLINIC_SIDE),
    },
    "classification": {READ: party(*BOTH_SIDES, MEDIATOR, EXPERT)},
    "delivery": {
        READ: party(*BOTH_SIDES, MEDIATOR) | everything(OPERATOR),
        "retry": everything(OPERATOR),
    },
    "event": {READ: party(*BOTH_SIDES, MEDIATOR)},
}


def reach(role: Role, noun: str, verb: str) -> Reach | None:
    """How far `role` reaches with `verb`; None when it may not at all. Unknown nouns and verbs raise KeyError."""
    return TABLE[noun][verb].get(role)
