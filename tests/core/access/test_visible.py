"""R-012, R-014: what is read by statements written once is, row for row, what `narrow` lets through."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from suivi.core.access.many import SeenByMany, who_sees
from suivi.core.access.narrowing import narrow
from suivi.core.access.parties import PARTIES, Asking
from suivi.core.access.statements import STAND_INS, Given, Shape, Untemplated, statement
from suivi.core.access.table import READ, TABLE, reach
from suivi.core.access.viewer import Role, Viewer
from suivi.core.access.visible import Visible, parts_of
from suivi.core.cases.models import Case, CaseState, CaseTreatment
from suivi.core.clinics.models import Clinic, Member, MemberKind
from suivi.core.evidence.models import Evidence, EvidenceKind, EvidenceState
from suivi.core.messages.models import Message
from suivi.core.patients.models import Patient
from suivi.core.reading import Row
from suivi.core.records import Record
from suivi.core.treatments.models import Treatment
from tests.access.universe import PEOPLE, TODAY, Person, Universe, a_universe
from tests.services.databases import Databases
from tests.services.suivi import Statements

pytestmark = pytest.mark.asyncio(loop_scope="module")

ON = TODAY.date()
NOUNS = [noun for noun in TABLE if noun not in ("system", "plugin")]
PARENTS = ("case_id", "noun_id", "treatment_id", "patient_id", "clinic_id", "trip_id", "partner_id")
AWKWARD = """O'Neill" -- $1 ? %s {0}; DROP"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def universe(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Universe]:
    async with a_universe(request, databases, tmp_path_factory.mktemp("universe")) as built:
        yield built


def model_of(noun: str) -> type[Record]:
    models: dict[str, Any] = {model._meta.db_table: model for model in Tortoise.apps["suivi"].values()}
    found: type[Record] = models[noun.removesuffix("_settings")]
    return found


def viewer_for(universe: Universe, person: Person) -> Viewer:
    who = universe.who(person)
    return Viewer(role=person.role, subject=who.subject, partner_id=who.partner_id)


def columns(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{name: value for name, value in vars(row).items() if name != "position"} for row in rows]


def newest_first(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["id"], reverse=True)


def by_parent(rows: Sequence[dict[str, Any]], parent: str, keys: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    grouped = {key: [row for row in newest_first(rows) if row[parent] == key] for key in keys}
    return {key: found for key, found in grouped.items() if found}


@pytest.mark.parametrize("noun", NOUNS)
async def test_everybody_reads_the_rows_that_they_may_see_and_no_other(universe: Universe, noun: str) -> None:
    model = model_of(noun)
    everything = await model.all().values()
    ids = [row["id"] for row in everything]

    for person in PEOPLE:
        seen = Visible(model=model, viewer=viewer_for(universe, person), on=ON, noun=noun)
        expected = newest_first(await narrow(model, seen.viewer, on=ON, noun=noun).values())

        assert {key: vars(row) for key, row in (await seen.by_id(ids)).items()} == {row["id"]: row for row in expected}
        assert await seen.ids(ids) == {row["id"] for row in expected}, person
        assert set(await seen.by_id(ids[:1])) == {row["id"] for row in expected} & set(ids[:1]), person
        assert await seen.count({}) == len(expected), person
        await _same_pages(seen, expected)
        await _same_by_parent(seen, expected, everything)


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun != "clinic_settings"])
async def test_who_of_all_may_see_a_row_is_told_as_if_each_were_asked_alone(universe: Universe, noun: str) -> None:
    model = model_of(noun)
    viewers = [viewer_for(universe, person) for person in PEOPLE]
    seen = [set(await narrow(model, viewer, on=ON).values_list("id", flat=True)) for viewer in viewers]
    ids = [row["id"] for row in await model.all().values("id")]

    for identity in (*ids[:2], *ids[-2:], uuid4()):
        expected = {number for number, theirs in enumerate(seen) if identity in theirs}

        assert await who_sees(model, identity, viewers, on=ON) == expected
        assert await who_sees(model, identity, viewers[:1], on=ON) == expected & {0}
    assert await who_sees(model, uuid4(), [], on=ON) == set()


async def test_a_row_that_many_are_told_of_is_read_once_and_only_if_any_of_them_may_see_it(universe: Universe) -> None:
    viewers = [viewer_for(universe, person) for person in PEOPLE]
    read = {row["id"]: row for row in await Message.all().values()}
    message = next(iter(read))

    many, nobody = SeenByMany(viewers, ON), SeenByMany([], ON)
    with Statements() as sent:
        rows = [await many.row((Message, message)) for _ in range(3)]
        asked = len(sent)
        await many.seeing((Message, message))

    assert [row and vars(row) for row in rows] == [read[message]] * 3
    assert len(sent) == asked
    assert await nobody.row((Message, message)) is None


async def _same_pages(seen: Visible, expected: list[dict[str, Any]]) -> None:
    rows, more = await seen.page(first=2, after=None, where={})
    assert (columns(rows), more) == (expected[:2], len(expected) > 2)
    if more:
        later, _ = await seen.page(first=100, after=rows[-1].id, where={})
        assert columns(later) == expected[2:]


async def _same_by_parent(seen: Visible, expected: list[dict[str, Any]], everything: Sequence[dict[str, Any]]) -> None:
    for parent in [name for name in PARENTS if name in seen.model._meta.db_fields][:2]:
        keys = list({row[parent] for row in everything if row[parent]})
        grouped = by_parent(expected, parent, keys)

        newest = await seen.newest(parent, keys, last=1, before=None, where={})
        assert {key: columns(rows) for key, rows in newest.items()} == {key: rows[:2] for key, rows in grouped.items()}
        assert await seen.counts(parent, keys, {}) == {key: len(rows) for key, rows in grouped.items()}


@pytest.mark.parametrize("noun", NOUNS)
async def test_everybody_may_do_what_they_may_do_to_the_same_rows_and_no_other(universe: Universe, noun: str) -> None:
    """Which verb of acting makes no difference to whom it is about: one for each extent of each role is asked."""
    model = model_of(noun)
    ids = [row["id"] for row in await model.all().values("id")]

    for person in PEOPLE:
        for verb in _verbs(noun, person.role):
            viewer = viewer_for(universe, person)
            expected = set(await narrow(model, viewer, on=ON, verb=verb, noun=noun).values_list("id", flat=True))

            seen = Visible(model=model, viewer=viewer, on=ON, verb=verb, noun=noun)

            assert await seen.ids(ids) == expected, (person, verb)
            assert set(await seen.by_id(ids)) == expected, (person, verb)


def _verbs(noun: str, role: Role) -> list[str]:
    by_extent = {(verb == "open", reach(role, noun, verb)): verb for verb in TABLE[noun] if verb != READ}
    return list(by_extent.values())


@pytest.mark.parametrize("days", [timedelta(days=-400), timedelta(days=-11), timedelta(days=90)])
async def test_access_that_is_over_or_still_to_come_is_judged_on_the_day_that_is_told(
    universe: Universe, days: timedelta
) -> None:
    """R-013: one statement serves every day."""
    on = ON + days
    for person in PEOPLE:
        viewer = viewer_for(universe, person)
        expected = set(await narrow(Case, viewer, on=on).values_list("id", flat=True)) if _reads(person) else set()

        seen = Visible(model=Case, viewer=viewer, on=on)

        assert {row.id for row in (await seen.page(first=100, after=None, where={}))[0]} == expected, person


def _reads(person: Person) -> bool:
    return reach(person.role, "case", READ) is not None


async def test_the_row_that_is_locked_is_there_only_for_whoever_may_change_it(universe: Universe) -> None:
    case_id = (await Case.all().order_by("id").first().values())["id"]
    viewers = [viewer_for(universe, person) for person in PEOPLE]

    for viewer in viewers:
        async with in_transaction():
            locked = await Visible(model=Case, viewer=viewer, on=ON, verb="close").locked(case_id)
        allowed = await narrow(Case, viewer, on=ON, verb="close").filter(id=case_id).exists()

        assert (locked is not None) == allowed


async def test_what_belongs_to_a_parent_is_read_oldest_first(universe: Universe) -> None:
    covered = await CaseTreatment.all().order_by("id").values()
    keys = list({row["case_id"] for row in covered})

    found = await parts_of(CaseTreatment, "case_id", keys)

    assert {key: columns(rows) for key, rows in found.items()} == {
        key: [row for row in covered if row["case_id"] == key] for key in keys
    }
    assert await parts_of(CaseTreatment, "case_id", []) == {}


OPERATOR = Viewer(role=Role.OPERATOR, subject="operator")


def staff(universe: Universe) -> Viewer:
    return viewer_for(universe, next(person for person in PEOPLE if person.subject == "practitioner-one"))


@pytest.mark.parametrize("others", [0, 1, 500])
async def test_lists_of_any_length_are_asked_for_in_the_same_words(universe: Universe, others: int) -> None:
    viewer = staff(universe)
    own = [row["id"] for row in await narrow(Message, viewer, on=ON).values("id")]
    asked = [uuid4() for _ in range(others)] + (own if others else [])
    cases = [row["case_id"] for row in await Message.filter(id__in=own).values("case_id")] if others else []
    seen = Visible(model=Message, viewer=viewer, on=ON)

    with Statements() as sent:
        found = await seen.by_id(asked)
        newest = await seen.newest("case_id", [*asked, *cases], last=1, before=None, where={})
        counted = await seen.counts("case_id", [*asked, *cases], {})

    assert set(found) == (set(own) if others else set())
    assert set(newest) == set(counted) == set(cases)
    assert len(sent) == 3
    assert len("".join(sent.sent)) < 6_000


async def test_newest_goes_on_before_the_row_that_is_told(universe: Universe) -> None:
    viewer = staff(universe)
    expected = newest_first(await narrow(Message, viewer, on=ON).values())
    keys = list({row["case_id"] for row in expected})
    seen = Visible(model=Message, viewer=viewer, on=ON)

    for row in expected:
        found = await seen.newest("case_id", keys, last=100, before=row["id"], where={})

        older = [one for one in expected if one["id"] < row["id"]]
        assert {key: columns(rows) for key, rows in found.items()} == by_parent(older, "case_id", keys)


WHERE: list[tuple[type[Record], Callable[[dict[str, Any]], dict[str, Any]]]] = [
    (Case, lambda row: {"state": row["state"]}),
    (Case, lambda row: {"clinic_id": row["clinic_id"], "patient_id": row["patient_id"]}),
    (Case, lambda row: {"state": CaseState.CLOSED, "clinic_id": row["clinic_id"]}),
    (Case, lambda row: {"version": row["version"]}),
    (Case, lambda row: {"clinic_id": uuid4()}),
    (Evidence, lambda row: {"kind__in": (EvidenceKind.PHOTO_AFTER, EvidenceKind.DOCUMENT), "state": row["state"]}),
    (Evidence, lambda row: {"state": EvidenceState.KEPT}),
    (Treatment, lambda row: {"agreed_on": row["agreed_on"]}),
    (Treatment, lambda row: {"agreed_on": ON, "specialty": "dental"}),
    (Treatment, lambda row: {"agreed_on__lte": ON, "procedure": row["procedure"]}),
    (Clinic, lambda row: {"country": row["country"]}),
    (Clinic, lambda row: {"country": "FR"}),
    (Clinic, lambda row: {"country": "'?"}),
    (Patient, lambda row: {"reference": row["reference"]}),
]


@pytest.mark.parametrize(("model", "where"), WHERE)
async def test_what_is_asked_for_narrows_further_whatever_kind_of_value_it_is(
    universe: Universe, model: type[Record], where: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    viewer = staff(universe)
    asked = where((await narrow(model, viewer, on=ON).order_by("id").values())[0])
    expected = newest_first(await narrow(model, viewer, on=ON).filter(**asked).values())

    seen = Visible(model=model, viewer=viewer, on=ON)

    assert columns((await seen.page(first=100, after=None, where=asked))[0]) == expected
    assert await seen.count(asked) == len(expected)


async def test_the_same_words_serve_every_value_of_a_filter(universe: Universe) -> None:
    seen = Visible(model=Clinic, viewer=OPERATOR, on=ON)

    with Statements() as sent:
        counts = [await seen.count({"country": country}) for country in ("HU", "FR", "ES")]

    assert counts == [2, 0, 0]
    assert len(set(sent.sent)) == 1


@pytest.mark.parametrize("only", [frozenset[str](), frozenset({"body"}), frozenset({"id", "case_id", "sent_at"})])
async def test_no_more_columns_are_read_than_are_wanted(universe: Universe, only: frozenset[str]) -> None:
    viewer = staff(universe)
    rows = newest_first(await narrow(Message, viewer, on=ON).values())
    ids, cases = [row["id"] for row in rows], list({row["case_id"] for row in rows})
    seen = Visible(model=Message, viewer=viewer, on=ON, only=only)

    found = await seen.by_id(ids)
    newest = await seen.newest("case_id", cases, last=100, before=None, where={})

    assert columns([found[row["id"]] for row in rows]) == _only(rows, only | {"id"})
    told = {key: _only(of_each, only | {"id", "case_id"}) for key, of_each in by_parent(rows, "case_id", cases).items()}
    assert {key: columns(of_each) for key, of_each in newest.items()} == told


def _only(rows: list[dict[str, Any]], names: frozenset[str]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in names} for row in rows]


TEXTS = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=20)
SUBJECTS = st.sampled_from([AWKWARD, "?", "$1", "' OR 1=1 --", "subject", '"id"']) | TEXTS


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=SUBJECTS, reference=SUBJECTS)
async def test_whatever_somebody_is_called_they_see_themselves_alone(
    universe: Universe, subject: str, reference: str
) -> None:
    async with in_transaction() as connection:
        known: dict[str, Any] = {"languages": [], "time_zone": "Europe/Paris", "registered_at": TODAY, "version": 1}
        partner_id = (await Patient.all().first().values())["partner_id"]
        themselves = await Patient.create(partner_id=partner_id, subject=subject, reference=reference, **known)
        for tenant in (None, partner_id):
            viewer = Viewer(role=Role.PATIENT, subject=subject, partner_id=tenant)
            seen = Visible(model=Patient, viewer=viewer, on=ON)
            with Statements() as sent:
                rows, _ = await seen.page(first=10, after=None, where={"reference": reference})

            assert [row.id for row in rows] == [themselves.id]
            assert len(sent) == 1
        await connection.rollback()


async def test_no_value_of_a_viewer_or_a_caller_stands_in_the_words_that_are_sent(universe: Universe) -> None:
    """R-016."""
    tenant, identity, before = uuid4(), uuid4(), uuid4()
    told = {"reference": AWKWARD, "partner_id": uuid4(), "version": 87_654_321}
    secrets = [AWKWARD, "O'Neill", "O''Neill", "87654321", str(ON), "frontend'x"]
    secrets += [form for value in (tenant, identity, before, told["partner_id"]) for form in (str(value), _hex(value))]

    with Statements() as sent:
        for role in Role:
            for partner_id in (None, tenant):
                viewer = Viewer(role=role, subject=AWKWARD, partner_id=partner_id, frontend="frontend'x")
                seen = Visible(model=Patient, viewer=viewer, on=ON)
                await seen.by_id([identity])
                await seen.page(first=87_654_321, after=before, where=told)
                await seen.newest("partner_id", [identity], last=87_654_321, before=before, where=told)
                await seen.counts("partner_id", [identity], told)

    assert len(sent) > 40
    assert not [secret for secret in secrets for text in sent.sent if secret in text]
    assert not [stand_in for stand_in in STAND_INS for text in sent.sent if str(stand_in) in text]


def _hex(value: Any) -> str:
    return UUID(str(value)).hex


def shape_of(**changed: Any) -> Shape:
    dialect = get_connection("default").capabilities.dialect
    usual = {"model": Patient, "noun": "patient", "verb": READ, "role": Role.PATIENT, "partnered": True}
    return Shape(**{**usual, "dialect": dialect, "task": "page", **changed})


NEW_FACTS: dict[str, Callable[[Asking], Q]] = {
    "the frontend": lambda asking: Q(subject=asking.viewer.frontend),
    "a scope": lambda asking: Q(subject__in=list(asking.viewer.scopes)),
    "part of a name": lambda asking: Q(subject=asking.viewer.subject.upper()),
    "when a token ends": lambda asking: Q(registered_at__lte=asking.viewer.expires_at),
    "another day": lambda asking: Q(registered_at__lte=datetime(asking.on.year, 1, 1, tzinfo=UTC)),
    "the day before": lambda asking: Q(registered_at__lte=asking.on - timedelta(days=1)),
    "an id made of another": lambda asking: Q(id=UUID(int=(asking.viewer.partner_id or UUID(int=0)).int + 500)),
}


@pytest.mark.parametrize("fact", NEW_FACTS)
async def test_a_rule_that_asks_for_what_statements_do_not_take_breaks_at_once(
    universe: Universe, monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    """Otherwise the first viewer's answer would be everybody's."""
    monkeypatch.setitem(PARTIES, "patient", NEW_FACTS[fact])

    with pytest.raises(Untemplated):
        statement.__wrapped__(shape_of())


async def test_one_statement_serves_all_who_have_a_role(universe: Universe) -> None:
    one = Visible(model=Case, viewer=staff(universe), on=ON)
    other = replace(one, viewer=replace(one.viewer, subject="practitioner-two"), on=ON + timedelta(days=3))
    await one.count({})
    known = statement.cache_info().currsize

    with Statements() as sent:
        counts = [await seen.count({}) for seen in (one, other)]

    assert counts == [2, 2]
    assert statement.cache_info().currsize == known
    assert len(set(sent.sent)) == 1


class Unknown(StrEnum):
    NEWER = "newer"


async def test_a_code_that_nothing_has_finds_nothing_and_one_nobody_knows_is_not_read_as_another(
    universe: Universe,
) -> None:
    seen = Visible(model=Member, viewer=OPERATOR, on=ON)
    async with in_transaction() as connection:
        found = await seen.count({"kind__in": (MemberKind.PRACTITIONER,)})
        member = (await Member.filter(kind=MemberKind.PRACTITIONER).order_by("id").values("id"))[0]["id"]
        changed = f'UPDATE "member" SET "kind" = \'{Unknown.NEWER}\' WHERE "id" = \'{member}\''
        await connection.execute_script(changed)

        assert await seen.count({"kind__in": (MemberKind.PRACTITIONER,)}) == found - 1
        with pytest.raises(KeyError):
            await seen.by_id([member])
        await connection.rollback()


async def test_a_value_is_part_of_the_words_only_where_there_are_few_of_it() -> None:
    fixed = [Given.of("x", value).kind for value in (CaseState.OPEN, (CaseState.OPEN, CaseState.CLOSED), True)]
    told = [Given.of("x", value).kind for value in ("HU", 7, date(2026, 1, 1), uuid4())]

    assert fixed == [None, None, None]
    assert told == [str, int, date, UUID]
    assert Given.of("x", "HU") == Given.of("x", "FR")


async def test_no_two_stand_ins_are_taken_for_each_other() -> None:
    kinds: list[Any] = ["a", 1, date(2026, 1, 1), uuid4()]
    numbered = [Given.of("x", kind).stand_in(number) for kind in kinds for number in range(9)]

    everything = [*STAND_INS, *numbered]

    assert len({json.dumps(str(value)) for value in everything}) == len(everything)


async def test_who_may_not_at_all_costs_no_statement(universe: Universe) -> None:
    frontend = Viewer(role=Role.FRONTEND, subject="frontend-one", partner_id=uuid4())
    seen = Visible(model=Case, viewer=frontend, on=ON)

    with Statements() as sent:
        found = await seen.by_id([uuid4()]), await seen.count({}), await seen.locked(uuid4())

    assert (found, len(sent)) == (({}, 0, None), 0)


async def test_one_row_by_its_id_is_not_planned_anew_each_time(universe: Universe, parts: str) -> None:
    """PostgreSQL keeps a plan after five, where no list of any length is asked for."""
    if parts == "embedded":
        pytest.skip("SQLite has one plan for each statement")
    seen = Visible(model=Case, viewer=viewer_for(universe, PEOPLE[0]), on=ON, verb="post_message")
    identity = uuid4()

    for _ in range(12):
        await seen.at_end(identity)

    async with get_connection("default").acquire_connection() as raw:
        kept = await raw.fetchval(
            "SELECT max(generic_plans) FROM pg_prepared_statements WHERE statement LIKE '%chain_length%'"
        )
    assert kept >= 7
