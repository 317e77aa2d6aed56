"""The database finds the terms that the rule says are in force."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID

import pytest
from tortoise.connection import get_connection

from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.clocks.zones import day_at, zone
from suivi.core.coverage.finding import terms_agreed, terms_in_force, version_before
from suivi.core.coverage.models import Terms
from suivi.core.coverage.scopes import Scope, agreed, in_force
from tests.services.suivi import Statements

FIRST = date(2024, 2, 27)
THEN = datetime(2024, 2, 27, 12, tzinfo=UTC)
PLACE = zone("Europe/Budapest")
SCOPES = list(product(["crown", "veneer", ""], [None, "adhesive"], [None, "zirconia"]))


async def a_clinic() -> tuple[Clinic, Member]:
    clinic = await Clinic.create(
        name="Duna Dental",
        country="HU",
        city="Budapest",
        time_zone="Europe/Budapest",
        languages=["hu"],
        adapters=[],
        response_days=5,
        registered_at=THEN,
        version=1,
    )
    member = await Member.create(
        clinic=clinic,
        kind=MemberKind.COORDINATOR,
        subject="kata",
        name="Kata",
        languages=["hu"],
        since=FIRST,
        version=1,
    )
    return clinic, member


def versions(clinic: Clinic, member: Member, random: Random, number: int) -> list[Terms]:
    """Of scopes and days taken at random; a whole specialty has no variants."""
    found = []
    for count in range(number):
        procedure, variant, material = random.choice(SCOPES)
        published_at = THEN + timedelta(hours=random.randrange(100))
        found.append(
            Terms(
                clinic=clinic,
                procedure=procedure,
                variant=variant if procedure else None,
                material=material,
                # Versions published before there were scopes say no specialty.
                specialty=random.choice(["dental", "surgery"] if not procedure else ["dental", None]),
                number=count + 1,
                language="en",
                text="Three years.",
                period="P3Y",
                starts="day0",
                covers=[],
                fees={},
                exclusions=[],
                effective_from=day_at(PLACE, published_at) + timedelta(days=random.choice([0, 0, 0, 1, 3])),
                published_at=published_at,
                withdrawn_at=random.choice([None, None, None, THEN]),
                publisher=member,
            )
        )
    return found


@pytest.mark.usefixtures("database")
async def test_the_database_finds_what_the_rule_finds() -> None:
    """For every kind of treatment, of two clinics together, and also on days on which they publish."""
    random = Random(5)
    clinics = [await a_clinic() for _ in range(2)]
    published = [versions(clinic, member, random, 25) for clinic, member in clinics]
    await Terms.bulk_create([terms for some in published for terms in some])
    ids = [clinic.id for clinic, _ in clinics]

    for specialty, (procedure, variant, material) in product(["dental", "surgery", None], SCOPES):
        about = Scope(specialty=specialty, procedure=procedure or "bridge", variant=variant, material=material)
        for on in (FIRST + timedelta(days=days) for days in (0, 2, 9)):
            with Statements() as statements:
                now = await terms_in_force(ids, about, on=on)
                told = len(statements)
                of_day = await terms_agreed(ids, about, on=on)

            expected = [in_force(some, about, on=on) for some in published]
            as_agreed = [agreed(some, about, on=on, place=PLACE) for some in published]
            assert [now.get(key) and now[key].id for key in ids] == [terms and terms.id for terms in expected]
            assert [of_day.get(key) and of_day[key].id for key in ids] == [terms and terms.id for terms in as_agreed]
            assert told == 1
            assert len(statements) <= 5


@pytest.mark.usefixtures("database")
async def test_the_version_before_is_the_last_one_of_the_same_scope() -> None:
    clinic, member = await a_clinic()
    published = versions(clinic, member, Random(7), 20)
    await Terms.bulk_create(published)

    for terms in published:
        scope = Scope.of(terms)
        earlier = [one for one in published if scope.same_as(one) and one.number < terms.number]
        earlier = [one for one in earlier if one.withdrawn_at is None]

        before = await version_before(terms)

        assert (before and before.number) == max((one.number for one in earlier), default=None)


@pytest.mark.usefixtures("database")
async def test_the_newest_versions_are_read_off_an_index_and_never_sorted() -> None:
    """However many there are of one scope."""
    clinic, member = await a_clinic()
    await Terms.bulk_create(versions(clinic, member, Random(3), 20))
    about = Scope(specialty="dental", procedure="crown", variant="adhesive", material="zirconia")

    with Statements() as statements:
        await terms_in_force([clinic.id], about, on=FIRST)

    assert not await _sorts(statements.sent[0])


async def _sorts(statement: str) -> bool:
    """Whether the database says that it would sort rows, where it may look for another way."""
    connection = get_connection("default")
    async with connection.acquire_connection() as raw:
        if connection.capabilities.dialect == "sqlite":
            plan = await raw.execute_fetchall(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?"))
            return any("TEMP B-TREE" in row["detail"] for row in plan)
        async with raw.transaction():
            await raw.execute("SET LOCAL enable_sort = off")
            await raw.execute("SET LOCAL enable_seqscan = off")
            asked = await raw.prepare(f"EXPLAIN {statement}")
            values = {"uuid": UUID(int=1), "text": "crown", "varchar": "crown", "date": FIRST}
            plan = await asked.fetch(*(values[kind.name] for kind in asked.get_parameters()))
            return any("Sort" in row[0] for row in plan)
