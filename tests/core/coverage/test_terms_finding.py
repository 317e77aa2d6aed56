"""The database finds the terms that the rule says are in force."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random

import pytest

from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.coverage.finding import terms_in_force, version_before
from suivi.core.coverage.models import Terms
from suivi.core.coverage.scopes import Scope, in_force
from tests.services.suivi import Statements

FIRST = date(2024, 2, 27)
THEN = datetime(2024, 2, 27, 12, tzinfo=UTC)
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
                effective_from=FIRST + timedelta(days=random.randrange(6)),
                published_at=THEN,
                publisher=member,
            )
        )
    return found


@pytest.mark.usefixtures("database")
async def test_the_database_finds_what_the_rule_finds() -> None:
    """For every kind of treatment and every day, of two clinics in one statement."""
    random = Random(5)
    clinics = [await a_clinic() for _ in range(2)]
    published = [versions(clinic, member, random, 25) for clinic, member in clinics]
    await Terms.bulk_create([terms for some in published for terms in some])
    ids = [clinic.id for clinic, _ in clinics]

    for specialty, (procedure, variant, material) in product(["dental", "surgery", None], SCOPES):
        about = Scope(specialty=specialty, procedure=procedure or "bridge", variant=variant, material=material)
        for on in (FIRST + timedelta(days=days) for days in (-1, 2)):
            with Statements() as statements:
                found = await terms_in_force(ids, about, on=on)

            expected = [in_force(some, about, on=on) for some in published]
            assert [found.get(identity) and found[identity].id for identity in ids] == [
                terms and terms.id for terms in expected
            ]
            assert len(statements) == 1


@pytest.mark.usefixtures("database")
async def test_the_version_before_is_the_last_one_of_the_same_scope() -> None:
    clinic, member = await a_clinic()
    published = versions(clinic, member, Random(7), 20)
    await Terms.bulk_create(published)

    for terms in published:
        scope = Scope.of(terms)
        earlier = [one for one in published if scope.same_as(one) and one.number < terms.number]

        before = await version_before(terms)

        assert (before and before.number) == max((one.number for one in earlier), default=None)
