"""Who may see and do what, said a second time in plain Python over plain rows: what the tests compare Suivi with.

Nothing here comes from `suivi.core.access`; the grants are those of `matrix.txt`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

Row = dict[str, Any]
Grants = Mapping[str, Mapping[str, str]]
"""`noun.verb` to role to `party` or `all`."""

LOOKING = ("read", "open")
PATIENT_SIDE, CLINIC_SIDE = ("patient", "representative"), ("practitioner", "coordinator")
INVITED = ("mediator", "expert", "interpreter")
OF_A_TREATMENT = ("measurement", "check_up_held", "terms_offer", "device", "device_warranty", "insurance")
BETWEEN_BOTH = ("confirmation_request", "confirmation", "reminder")
"""Of a patient and a clinic, with a treatment or before there is one."""


@dataclass(frozen=True, kw_only=True)
class Who:
    role: str
    subject: str
    partner_id: UUID | None = None


def in_time(row: Row, on: date, first: str, last: str) -> bool:
    return row[first] <= on and (row[last] is None or row[last] >= on)


@dataclass(frozen=True)
class Oracle:
    rows: Mapping[str, Sequence[Row]]
    grants: Grants

    def reaches(self, who: Who, noun: str, on: date, verb: str = "read") -> set[UUID]:
        """Ids of the rows of `noun` that this person may `verb` on that day."""
        extent = self.grants[f"{noun}.{verb}"].get(who.role)
        table = "clinic" if noun == "clinic_settings" else noun
        if extent is None:
            return set()
        rows = self.rows[table]
        if extent == "party":
            party = _Party(self.rows, who, on, acting=verb not in LOOKING)
            rows = [row for row in rows if party.includes(noun, row)]
        return {row["id"] for row in rows}


class _Party:
    def __init__(self, rows: Mapping[str, Sequence[Row]], who: Who, on: date, *, acting: bool) -> None:
        self.rows, self.who, self.on, self.acting = rows, who, on, acting
        self.of_tenant = {
            row["id"] for row in rows["patient"] if who.partner_id is None or row["partner_id"] == who.partner_id
        }
        self.patients = self._patients() & self.of_tenant
        self.clinics = self._clinics()
        self.invited_to = self._invited_to()
        self.cases = {row["id"] for row in rows["case"] if self._case(row)}
        self.treatments = {row["id"] for row in rows["treatment"] if self._treatment(row)}
        self.requests = {row["id"] for row in rows["confirmation_request"] if self._between(row)}

    def includes(self, noun: str, row: Row) -> bool:
        if noun in ("case", "treatment", "patient", "mandate", "trip", "partner", "member", "delivery", "event"):
            return bool(getattr(self, f"_{noun}")(row))
        if noun in OF_A_TREATMENT:
            return row["treatment_id"] in self.treatments
        if noun in BETWEEN_BOTH:
            return self._between(row)
        if noun == "terms_draft":
            return row["clinic_id"] in self.clinics
        if noun in ("clinic", "clinic_settings"):
            return row["id"] in self.clinics
        return row["case_id"] in self.cases

    def _patients(self) -> set[UUID]:
        """Whom this person is, or holds a mandate for."""
        if self.who.role == "patient":
            return {row["id"] for row in self.rows["patient"] if row["subject"] == self.who.subject}
        if self.who.role == "representative":
            mine = (row for row in self.rows["mandate"] if self._holds(row))
            return {row["patient_id"] for row in mine if row["scope"] == "act" or not self.acting}
        return set()

    def _holds(self, mandate: Row) -> bool:
        return mandate["subject"] == self.who.subject and in_time(mandate, self.on, "valid_from", "valid_until")

    def _clinics(self) -> set[UUID]:
        return {
            row["clinic_id"]
            for row in self.rows["member"]
            if row["subject"] == self.who.subject
            and row["kind"] == self.who.role
            and in_time(row, self.on, "since", "until")
        }

    def _invited_to(self) -> set[UUID]:
        return {
            row["case_id"]
            for row in self.rows["assignment"]
            if row["subject"] == self.who.subject
            and row["role"] == self.who.role
            and in_time(row, self.on, "valid_from", "valid_until")
        }

    def _case(self, row: Row) -> bool:
        if self.who.role in CLINIC_SIDE:
            return row["clinic_id"] in self.clinics and row["patient_id"] in self.of_tenant
        if self.who.role in INVITED:
            return row["id"] in self.invited_to and row["patient_id"] in self.of_tenant
        return row["patient_id"] in self.patients

    def _treatment(self, row: Row) -> bool:
        if self.who.role in CLINIC_SIDE:
            return row["clinic_id"] in self.clinics and row["patient_id"] in self.of_tenant
        if self.who.role in INVITED:
            covered = {part["treatment_id"] for part in self.rows["case_treatment"] if part["case_id"] in self.cases}
            return row["id"] in covered
        return row["patient_id"] in self.patients

    def _between(self, row: Row) -> bool:
        if self.who.role in CLINIC_SIDE:
            return row["clinic_id"] in self.clinics and row["patient_id"] in self.of_tenant
        if self.who.role in INVITED:
            return row["treatment_id"] in self.treatments
        return row["patient_id"] in self.patients

    def _patient(self, row: Row) -> bool:
        if self.who.role == "frontend":
            return row["id"] in self.of_tenant
        if self.who.role in CLINIC_SIDE:
            treated = {treatment["patient_id"] for treatment in self._at_my_clinics()}
            return row["id"] in treated & self.of_tenant
        if self.who.role in INVITED:
            return row["id"] in {case["patient_id"] for case in self.rows["case"] if case["id"] in self.cases}
        return row["id"] in self.patients

    def _at_my_clinics(self) -> list[Row]:
        return [row for row in self.rows["treatment"] if row["clinic_id"] in self.clinics]

    def _mandate(self, row: Row) -> bool:
        if self.who.role == "representative":
            return self._holds(row) and row["patient_id"] in self.of_tenant
        if self.who.role == "frontend":
            return row["patient_id"] in self.of_tenant
        return row["patient_id"] in self.patients

    def _trip(self, row: Row) -> bool:
        if self.who.role in CLINIC_SIDE:
            seen = [treatment for treatment in self.rows["treatment"] if self._treatment(treatment)]
            return row["id"] in {treatment["trip_id"] for treatment in seen}
        return row["patient_id"] in self.patients

    def _partner(self, row: Row) -> bool:
        if self.who.role == "frontend":
            return bool(row["id"] == self.who.partner_id)
        mine = [patient for patient in self.rows["patient"] if patient["id"] in self.patients]
        return row["id"] in {patient["partner_id"] for patient in mine}

    def _member(self, row: Row) -> bool:
        here = row["clinic_id"] in self.clinics
        return here if self.acting else here or row["kind"] == "practitioner"

    def _delivery(self, row: Row) -> bool:
        """A notice about no case is its clinic's own, and not for a partner's frontend: it may be of anybody."""
        if row["case_id"] is not None:
            return row["case_id"] in self.cases
        return self.who.role in CLINIC_SIDE and row["clinic_id"] in self.clinics and self.who.partner_id is None

    def _event(self, row: Row) -> bool:
        known = {"case": self.cases, "treatment": self.treatments, "confirmation_request": self.requests}
        return row["noun_id"] in known.get(row["noun"], set())
