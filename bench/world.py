"""Many cases, written straight into the tables by SQL: what is measured is reading and posting, not building.

Everything follows from a case's number. Ids are UUIDs of version 7 as `core/records.py` makes them: rows sort by id in
the order they would have been made, and the messages of one case lie between those of others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from bench.dialects import Dialect

BEGUN = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""When everything was registered, in milliseconds since 1970; the first case is opened a day later."""
DAY = 24 * 3600 * 1000
SPAN = 730 * DAY
"""From the first case to the last."""
MESSAGES, PHOTOS, TERMS = 10, 4, 10
"""Of every case; terms of every clinic."""
LONG_MESSAGES, LONG_PHOTOS, LONG_CASES = 100, 20, 16
BODY = "Bonjour, la couronne est un peu sensible au froid depuis hier. Est-ce normal ?"
WORDS = "The clinic covers the repair or replacement of the work described, on presentation of the follow-up record. "
BATCHES = 40

PARTNER, CLINIC, MEMBER, TERM, PATIENT, TREATMENT, ANCHOR, CASE, COVERED, EVENT, MESSAGE, PHOTO = range(12)
"""What an id is of: its kind keeps ids of one moment apart."""

Execute = Callable[[str], Awaitable[object]]
Told = Callable[[float], None]
"""Hears which share of the work is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class World:
    """How much there is, and which of it belongs to the clinic that the bench asks for."""

    cases: int
    people: int = 1
    """Coordinators of that clinic: `coordinator-0`, `coordinator-1` ..."""

    @property
    def clinics(self) -> int:
        return max(2, min(200, self.cases // 500))

    @property
    def own_clinic(self) -> int:
        """A clinic of middling size: about 700 of 100,000 cases."""
        return self.clinics // 8

    @property
    def step(self) -> int:
        """Milliseconds from one case to the next."""
        return SPAN // self.cases

    def clinic_of(self, case: int) -> int:
        """Unequal: the first of 200 clinics has 7 % of all cases, the last a quarter of one per cent."""
        spread = case * 7919 % 10007
        return spread * spread * self.clinics // (10007 * 10007)

    def own_cases(self) -> list[int]:
        return [case for case in range(self.cases) if self.clinic_of(case) == self.own_clinic]

    def long_cases(self) -> list[int]:
        """Cases of the clinic with a long thread, older than its newest 50."""
        own = self.own_cases()
        middle = max(0, len(own) // 2 - LONG_CASES)
        return own[middle : middle + LONG_CASES]

    def opened(self, case: int) -> int:
        return BEGUN + DAY + case * self.step

    def case_id(self, case: int) -> UUID:
        return _id(self.opened(case), CASE, case)

    @property
    def clinic_id(self) -> UUID:
        return _id(BEGUN, CLINIC, self.own_clinic)


def _id(moment: int, kind: int, number: int) -> UUID:
    return UUID(f"{moment:012x}7{kind:03x}8000{number:012x}")


async def fill(world: World, dialect: Dialect, sessions: Sequence[Execute], told: Told = lambda share: None) -> None:
    """Into migrated, empty tables whose foreign keys are not checked meanwhile; sessions share the work."""
    writing = _Writing(world, dialect)
    for statement in writing.places():
        await sessions[0](statement)
    size = max(1, -(-world.cases // BATCHES))
    starts, done = iter(range(0, world.cases, size)), count(1)

    async def work(execute: Execute) -> None:
        for first in starts:
            for statement in writing.cases(first, min(first + size, world.cases) - 1):
                await execute(statement)
            told(min(1.0, next(done) * size / world.cases))

    await asyncio.gather(*(work(execute) for execute in sessions))
    for statement in writing.long_threads(world.long_cases()):
        await sessions[0](statement)


class _Writing:
    """The statements. `i` is the number of a case, `m` that of a message or photo within it."""

    def __init__(self, world: World, dialect: Dialect) -> None:
        self.world = world
        self.dialect = dialect
        self.begun = dialect.moment(str(BEGUN))
        self.opened = f"({BEGUN + DAY} + i * {world.step})"
        spread = "(i * 7919 % 10007)"
        self.clinic = self.id(str(BEGUN), CLINIC, f"{spread} * {spread} * {world.clinics} / {10007 * 10007}")
        self.partner = self.id(str(BEGUN), PARTNER, "0")

    def id(self, moment: str, kind: int, number: str) -> str:
        return self.dialect.uuid(moment, f"7{kind:03x}8000", number)

    def places(self) -> list[str]:
        """The partner, the clinics with their people, and their terms."""
        clinic, practitioner = self.id(str(BEGUN), CLINIC, "i"), self.id(str(BEGUN), MEMBER, "i")
        own = self.id(str(BEGUN), CLINIC, str(self.world.own_clinic))
        of_clinics = self.dialect.numbers(0, self.world.clinics - 1)
        of_people = self.dialect.numbers(0, self.world.people - 1)
        of_terms = self.dialect.numbers(0, self.world.clinics * TERMS - 1)
        return [
            f"""INSERT INTO partner (id, name, registered_at) VALUES ({self.partner}, 'Partner', {self.begun})""",
            f"""{of_clinics} INSERT INTO clinic (id, name, country, city, time_zone, languages, notice_address,
                adapters, response_days, registered_at, version)
                SELECT {clinic}, 'Clinic ' || i, 'HU', 'Budapest', 'Europe/Budapest', '["hu","en"]', NULL, '[]', 7,
                {self.begun}, 1 FROM numbers""",
            f"""{of_clinics} INSERT INTO member (id, clinic_id, kind, subject, name, languages, since, until, version)
                SELECT {practitioner}, {clinic}, 'practitioner', 'practitioner-' || i, 'Dr. ' || i, '["hu"]',
                '2023-01-01', NULL, 1 FROM numbers""",
            f"""{of_people} INSERT INTO member (id, clinic_id, kind, subject, name, languages, since, until, version)
                SELECT {self.id(str(BEGUN + 1), MEMBER, "i")}, {own}, 'coordinator', 'coordinator-' || i,
                'Coordinator ' || i, '["hu"]', '2023-01-01', NULL, 1 FROM numbers""",
            f"""{of_terms} INSERT INTO terms (id, clinic_id, procedure, number, language, text, period, starts, covers,
                fees, exclusions, reference_period, response_days, effective_from, published_at, publisher_id)
                SELECT {self.id(str(BEGUN), TERM, "i")}, {self.id(str(BEGUN), CLINIC, f"i / {TERMS}")}, 'crown',
                i % {TERMS} + 1, 'en', '{WORDS * 5}', 'P3Y', 'definitive_cementation', '["repair"]',
                '{{"new_work":"clinic"}}', '[]', 'P12M', 7, '2023-01-01', {self.begun},
                {self.id(str(BEGUN), MEMBER, f"i / {TERMS}")} FROM numbers""",
        ]

    def cases(self, first: int, last: int) -> list[str]:
        numbers = self.dialect.numbers(first, last)
        identity = {kind: self.id(self.opened, kind, "i") for kind in (TREATMENT, CASE, ANCHOR, COVERED, EVENT)}
        patient, opened = self.id(self.opened, PATIENT, "i"), self.dialect.moment(self.opened)
        treatment, case = identity[TREATMENT], identity[CASE]
        nothing = "0" * 64
        return [
            f"""{numbers} INSERT INTO patient (id, partner_id, reference, subject, languages, time_zone, registered_at,
                version) SELECT {patient}, {self.partner}, 'P-' || i, 'patient-' || i, '["fr"]', 'Europe/Paris',
                {opened}, 1 FROM numbers""",
            f"""{numbers} INSERT INTO treatment (id, patient_id, clinic_id, specialty, procedure, sites, agreed_on,
                rules_plugin, rules_version, registered_at, version) SELECT {treatment}, {patient}, {self.clinic},
                'dental', 'crown', '["14"]', '2023-01-01', 'dental', '1.0.0', {opened}, 1 FROM numbers""",
            f"""{numbers} INSERT INTO anchor (id, treatment_id, name, on_date, recorded_at) SELECT {identity[ANCHOR]},
                {treatment}, 'definitive_cementation', '2026-03-03', {opened} FROM numbers""",
            f"""{numbers} INSERT INTO "case" (id, partner_id, patient_id, clinic_id, state, opened_at, closed_at,
                version) SELECT {case}, {self.partner}, {patient}, {self.clinic}, 'open', {opened}, NULL, 1
                FROM numbers""",
            f"""{numbers} INSERT INTO case_treatment (id, case_id, treatment_id) SELECT {identity[COVERED]}, {case},
                {treatment} FROM numbers""",
            f"""{numbers} INSERT INTO chain (noun_id, noun, length, head) SELECT {case}, 'case', 1, '{nothing}'
                FROM numbers""",
            f"""{numbers} INSERT INTO event (id, noun, noun_id, seq, kind, at, actor_role, actor, payload, records,
                previous, hash) SELECT {identity[EVENT]}, 'case', {case}, 1, 'case_opened', {opened}, 'patient',
                'patient-' || i, '{{"version":1}}', '{{}}', '{nothing}', '{nothing}' FROM numbers""",
            self._messages(numbers, 0, MESSAGES),
            self._photos(numbers, 0, PHOTOS),
        ]

    def long_threads(self, cases: Sequence[int]) -> list[str]:
        chosen = ", ".join(f"(CAST({case} AS bigint))" for case in cases)
        numbers = f"WITH numbers(i) AS (VALUES {chosen})"
        return [
            self._messages(numbers, MESSAGES, LONG_MESSAGES),
            self._photos(numbers, PHOTOS, LONG_PHOTOS),
        ]

    def _messages(self, numbers: str, first: int, end: int) -> str:
        """One every seven hours."""
        at = f"({self.opened} + (m + 1) * CAST({7 * 3600 * 1000} AS bigint))"
        return f"""{numbers}, {_parts(first, end)} INSERT INTO message (id, case_id, author_role, author, author_name,
            body, language, corrects_id, sent_at) SELECT {self.id(at, MESSAGE, f"i * {LONG_MESSAGES} + m")},
            {self.id(self.opened, CASE, "i")}, 'patient', 'patient-' || i, NULL, '{BODY}', 'fr', NULL,
            {self.dialect.moment(at)} FROM numbers, parts ORDER BY {at}, i"""

    def _photos(self, numbers: str, first: int, end: int) -> str:
        at = f"({self.opened} + (m + 1) * CAST({11 * 3600 * 1000} AS bigint))"
        received = self.dialect.moment(at)
        return f"""{numbers}, {_parts(first, end)} INSERT INTO evidence (id, case_id, treatment_id, kind, view, state,
            content_type, size, sha256, claimed_at, embedded_at, begun_at, form_expires_at, received_at, sender_role,
            sender) SELECT {self.id(at, PHOTO, f"i * {LONG_PHOTOS} + m")}, {self.id(self.opened, CASE, "i")},
            {self.id(self.opened, TREATMENT, "i")}, 'photo_after', NULL, 'kept', 'image/jpeg', 100000 + i % 1000,
            '{"0123456789abcdef" * 4}', NULL, NULL, {received}, {received}, {received}, 'patient', 'patient-' || i
            FROM numbers, parts ORDER BY {at}, i"""


def _parts(first: int, end: int) -> str:
    return f"parts(m) AS (VALUES {', '.join(f'({number})' for number in range(first, end))})"
