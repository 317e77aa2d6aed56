"""Clinics, and the people who work there from one day to another."""

from datetime import UTC, datetime
from typing import Any

import pytest

from suivi.core.access.viewer import Role
from tests.api.wrongs import Trying, each_is_refused, error_code, refusal
from tests.services.world import World, build_world, publish_terms

pytestmark = pytest.mark.once

CLINIC = {
    "name": "Sava Dental",
    "country": "RS",
    "city": "Beograd",
    "timeZone": "Europe/Belgrade",
    "languages": ["sr-Latn", "en"],
}


async def test_what_is_no_clinic(world: World, subtests: pytest.Subtests) -> None:
    wrong = Trying(who=world.operator, mutation="registerClinic", good=CLINIC)

    await each_is_refused(
        [
            wrong("no name", "TEXT_EMPTY", "name", name="  "),
            wrong("an endless name", "TEXT_TOO_LONG", "name", name="x" * 201),
            wrong("a name with U+0000", "TEXT_UNUSABLE", "name", name="Sava\x00"),
            wrong("a name with half a character", "TEXT_UNUSABLE", "name", name="Sava \ud83d"),
            wrong("a country of three letters", "UNKNOWN_COUNTRY", "country", country="SRB"),
            wrong("a country there is none", "UNKNOWN_COUNTRY", "country", country="XX"),
            wrong("an offset for a time zone", "UNKNOWN_TIME_ZONE", "timeZone", timeZone="+01:00"),
            wrong("no time zone", "UNKNOWN_TIME_ZONE", "timeZone", timeZone=""),
            wrong("a path for a time zone", "UNKNOWN_TIME_ZONE", "timeZone", timeZone="../../etc/passwd"),
            wrong("a time zone with U+0000", "UNKNOWN_TIME_ZONE", "timeZone", timeZone="Europe/\x00"),
            wrong("an endless time zone", "UNKNOWN_TIME_ZONE", "timeZone", timeZone="Europe/" + "x" * 5000),
            wrong("no language", "UNKNOWN_LANGUAGE", "languages", languages=[]),
            wrong("a language there is none", "UNKNOWN_LANGUAGE", "languages", languages=["xx-YY"]),
            wrong("a language in words", "UNKNOWN_LANGUAGE", "languages", languages=["Serbian"]),
            wrong("an empty mailbox", "MAILBOX_UNUSABLE", "noticeAddress", noticeAddress=""),
            wrong("a mailbox without domain", "MAILBOX_UNUSABLE", "noticeAddress", noticeAddress="aftercare"),
            wrong("two mailboxes", "MAILBOX_UNUSABLE", "noticeAddress", noticeAddress="a@b.example, c@d.example"),
            wrong("a header in the mailbox", "MAILBOX_UNUSABLE", "noticeAddress", noticeAddress="a@b.example\nBcc: c"),
            wrong("an adapter nobody loaded", "UNKNOWN_ADAPTER", "adapters", adapters=["email", "fax"]),
            wrong("an answer within no day", "OUT_OF_RANGE", "responseDays", responseDays=0),
            wrong("an answer within a year", "OUT_OF_RANGE", "responseDays", responseDays=365),
        ],
        subtests,
    )


async def test_only_operators_register_clinics_and_partners(world: World, subtests: pytest.Subtests) -> None:
    """R-010, R-011."""
    clinic = Trying(who=world.coordinator, mutation="registerClinic", good=CLINIC)
    partner = Trying(who=world.frontend, mutation="registerPartner", good={"name": "Another"})
    empty = Trying(who=world.operator, mutation="registerPartner", good={"name": ""})

    await each_is_refused(
        [
            clinic("a coordinator", "NOT_ALLOWED"),
            partner("a frontend", "NOT_ALLOWED"),
            empty("a partner without a name", "TEXT_EMPTY", "name"),
        ],
        subtests,
    )


async def test_a_coordinator_of_another_clinic_is_told_whose_it_is_and_not_to_be_a_coordinator(world: World) -> None:
    """R-212: the role is the right one, and the sentence does not ask for it again."""
    other = await build_world(world.suivi, name="two")
    wrong = Trying(who=other.coordinator, mutation="updateClinic", good={"expectedVersion": 1, "name": "Mine"})

    refused = await refusal(wrong("another clinic's coordinator", "NOT_ALLOWED", clinicId=world.clinic_id))

    assert refused["message"] == (
        "You may not do this here as coordinator. These may, where it concerns them: coordinator, operator."
    )
    assert "at this very clinic" in refused["remedy"]


async def test_what_no_plugin_knows_is_no_procedure_without_terms(world: World) -> None:
    """R-129: who misspells a procedure does not read that a clinic covers nothing."""
    ask = "query($id: ID!, $of: String!) { clinic(id: $id) { termsFor(procedure: $of) { state } } }"

    code = await error_code(world.frontend, ask, id=world.clinic_id, of="zz")
    none = await world.frontend.ask(ask, id=world.clinic_id, of="other")

    assert code == "UNKNOWN_PROCEDURE"
    assert none["clinic"]["termsFor"]["state"] == "NONE_PUBLISHED"


async def test_every_version_of_a_clinics_terms_is_within_reach(world: World, subtests: pytest.Subtests) -> None:
    """R-123: page by page, each going on where the one before ended."""
    for _ in range(4):
        await publish_terms(world.coordinator, world.clinic_id)
    ask = """query($id: ID!, $after: ID, $first: Int! = 2) {
      clinic(id: $id) { publishedTerms(first: $first, after: $after, procedure: "crown") { id number } } }"""

    after, read = None, []
    for _ in range(4):
        page = (await world.frontend.ask(ask, id=world.clinic_id, after=after))["clinic"]["publishedTerms"]
        read.append([terms["number"] for terms in page])
        after = page[-1]["id"] if page else after

    assert read == [[5, 4], [3, 2], [1], []]
    for wrong, code in (({"after": world.case_id}, "INVALID_ID"), ({"first": 101}, "INVALID_PAGE")):
        with subtests.test(code):
            assert await error_code(world.frontend, ask, id=world.clinic_id, **wrong) == code


async def test_a_clinic_is_changed_from_the_version_that_was_seen(world: World) -> None:
    """R-213: what happened to its people meanwhile is not a change of the clinic."""
    change: dict[str, Any] = {"clinicId": world.clinic_id, "expectedVersion": 1}
    member = await world.operator.do(
        "addMember",
        "... on Member { id }",
        clinicId=world.clinic_id,
        kind="COORDINATOR",
        subject="gone",
        name="Gone",
        languages=["hu"],
    )
    await world.operator.do("endMembership", memberId=member["id"], expectedVersion=1)
    renamed = await world.coordinator.do(
        "updateClinic", "... on Clinic { name city version responseDays }", **change, name="Duna", responseDays=None
    )

    refused = await refusal(
        Trying(who=world.operator, mutation="updateClinic", good=change)(
            "seen before", "STALE_VERSION", "expectedVersion", name="Tisza"
        )
    )

    assert renamed == {"__typename": "Clinic", "name": "Duna", "city": "Budapest", "version": 2, "responseDays": 5}
    assert refused["conflict"] == {"currentVersion": 2, "changes": [{"kind": "clinic_updated"}]}


async def test_a_clinic_may_give_up_its_mailbox_but_not_its_name(world: World) -> None:
    ask = "query($id: ID!) { clinic(id: $id) { name settings { noticeAddress } } }"
    await world.coordinator.do(
        "updateClinic", clinicId=world.clinic_id, expectedVersion=1, noticeAddress=None, name=None
    )

    clinic = (await world.coordinator.ask(ask, id=world.clinic_id))["clinic"]

    assert clinic == {"name": "Duna Dental one", "settings": {"noticeAddress": None}}


async def test_whoever_leaves_the_clinic_is_out_at_once_and_only_once(world: World, subtests: pytest.Subtests) -> None:
    """R-014, R-015."""
    case = "query($id: ID!) { case(id: $id) { state } }"
    member = Trying(
        who=world.coordinator,
        mutation="addMember",
        good={
            "clinicId": world.clinic_id,
            "kind": "PRACTITIONER",
            "subject": "second",
            "name": "Dr. Second",
            "languages": ["hu"],
        },
    )
    added = await world.coordinator.do("addMember", "... on Member { id }", **member.good)
    leaving = Trying(
        who=world.coordinator, mutation="endMembership", good={"memberId": added["id"], "expectedVersion": 1}
    )
    second = world.suivi.as_(Role.PRACTITIONER, "second").at(datetime(2026, 3, 4, 9, 0, tzinfo=UTC))

    before = await second.ask(case, id=world.case_id)
    reversed_days = await leaving.who.refused("endMembership", **leaving.good, lastDay="2026-03-01")
    ended = await world.coordinator.do("endMembership", "... on Member { version until }", **leaving.good)
    after = await error_code(second, case, id=world.case_id)

    assert before["case"] == {"state": "OPEN"}
    assert reversed_days == "DATES_REVERSED"
    assert (ended["version"], ended["until"]) == (2, "2026-03-02")
    assert after == "NOT_FOUND"
    stale = await refusal(leaving("seen before", "STALE_VERSION", "expectedVersion"))
    assert stale["conflict"] == {"currentVersion": 2, "changes": [{"kind": "membership_ended"}]}
    await each_is_refused(
        [
            leaving("already ended", "MEMBERSHIP_ENDED", expectedVersion=2),
            leaving("a version before the first", "STALE_VERSION", "expectedVersion", expectedVersion=-1),
            leaving("nobody", "INVALID_ID", "memberId", memberId=world.clinic_id),
            member("leaves before coming", "DATES_REVERSED", "until", since="2026-03-05", until="2026-03-04"),
            member("no name", "TEXT_EMPTY", "name", name=""),
            member("no subject", "TEXT_EMPTY", "subject", subject=""),
            member("an endless subject", "TEXT_TOO_LONG", "subject", subject="x" * 256),
            member("no language", "UNKNOWN_LANGUAGE", "languages", languages=[]),
        ],
        subtests,
    )


async def test_a_clinic_of_a_country_there_is_none_is_not_looked_for(world: World) -> None:
    query = "query($country: String) { clinics(country: $country) { nodes { name } } }"

    found = await world.patient.ask(query, country="hu")
    codes = [await error_code(world.patient, query, country=country) for country in ("\x00", "Hungary", "\ud83d")]

    assert len(found["clinics"]["nodes"]) == 1
    assert codes == ["UNKNOWN_COUNTRY"] * 3
