"""Drafts of terms: what they start from, what publishing them would mean, and what becomes of them."""

import asyncio
from typing import Any

import pytest

from suivi.core.coverage.models import Terms
from suivi.core.events.verification import What, verify
from tests.api.wrongs import Trying, each_is_refused, refusal
from tests.services.suivi import Client
from tests.services.world import World, build_world, content, publish_terms

DRAFT = """... on TermsDraft { id version language text procedure material
  content { components { key object { key } covers { key } remedy { key } limit { unit count starts { key } } }
    fees { kind payer } clauses { key kind code { key } text } }
  template { key version departures { component side unit least most sources confidence } } }"""
PREVIEW = """query($id: ID!) { termsDraft(id: $id) { problems { code field }
  wording { field sentence suggestion } differences { key compared }
  template { departures { component side } } } }"""
DRAFTS = "query($id: ID!, $open: Boolean!) { clinic(id: $id) { termsDrafts(open: $open) { id version } } }"


async def start(world: World, **given: Any) -> dict[str, Any]:
    asked = {"clinicId": world.clinic_id, "procedure": "crown"} | given
    return await world.coordinator.do("startTermsDraft", DRAFT, **asked)


async def change(world: World, draft: dict[str, Any], **changes: Any) -> dict[str, Any]:
    asked = {"draftId": draft["id"], "expectedVersion": draft["version"]}
    return await world.coordinator.do("changeTermsDraft", DRAFT, **asked, **changes)


async def preview(world: World, draft: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await world.coordinator.ask(PREVIEW, id=draft["id"]))["termsDraft"]
    return answer


def publishing(world: World, draft: dict[str, Any]) -> Trying:
    good = {"draftId": draft["id"], "expectedVersion": draft["version"]}
    return Trying(who=world.coordinator, mutation="publishTermsDraft", good=good)


async def test_a_draft_from_a_template_shows_what_is_usual_and_whence_that_is_known(world: World) -> None:
    """R-121: three to five years for a crown, started at the careful end, with the market's clauses."""
    draft = await start(world, template="clinic_crown", language="fr")

    [component] = draft["content"]["components"]
    [departure] = draft["template"]["departures"]
    fees = {line["kind"]: line["payer"] for line in draft["content"]["fees"]}
    clauses = {clause["code"]["key"]: clause["kind"] for clause in draft["content"]["clauses"]}

    assert component["limit"] == {"unit": "YEAR", "count": 3, "starts": {"key": "definitive_cementation"}}
    assert (departure["side"], departure["least"], departure["most"], departure["unit"]) == ("WITHIN", 3, 5, "year")
    assert "seed_en" in departure["sources"]
    assert departure["confidence"] == "high"
    assert (fees["materials"], fees["travel"], fees["interpreter"]) == ("CLINIC", "PATIENT", "NOT_STATED")
    assert (clauses["bruxism"], clauses["annual_checkup"]) == ("EXCLUSION", "OBLIGATION")


async def test_a_template_is_never_published_unedited(world: World) -> None:
    """R-121: words of one's own are no change of what binds, and what was changed has to be confirmed as one's own."""
    draft = await start(world, template="clinic_crown")
    draft = await change(world, draft, text="Three years for every crown.")
    as_it_is = content() | {"components": [], "fees": [], "clauses": []}

    await refusal(publishing(world, draft)("as it is", "TEMPLATE_UNEDITED", "content", ownTerms=True))
    draft = await change(world, draft, content=content(period="P2Y") | {"fees": as_it_is["fees"]})
    trying = publishing(world, draft)
    await refusal(trying("not said to be its own", "OWN_TERMS_UNCONFIRMED", "ownTerms"))
    terms = await world.coordinator.do(
        "publishTermsDraft",
        "... on Terms { id number period template { key departures { component side least } } }",
        ownTerms=True,
        **trying.good,
    )

    assert (terms["number"], terms["period"], terms["template"]["key"]) == (2, "P2Y", "clinic_crown")
    assert terms["template"]["departures"] == [{"component": "crown", "side": "BELOW", "least": 3}]


async def test_a_template_is_not_published_unedited_past_its_draft(world: World) -> None:
    """R-121: copied into a request of its own, it is still nobody's promise."""
    draft = await start(world, template="clinic_bridge", procedure="bridge", language="en")
    copied = _as_sent(draft["content"])
    given = {"clinicId": world.clinic_id, "procedure": "bridge", "language": "en", "text": "Ours."}
    trying = Trying(who=world.coordinator, mutation="publishTerms", good=given | {"wordingReason": "Copied."})

    await refusal(trying("copied", "TEMPLATE_UNEDITED", "content", content=copied))
    copied["components"][0]["limit"]["count"] += 1
    published = await world.coordinator.do("publishTerms", "... on Terms { number }", **trying.good, content=copied)

    assert published["number"] == 1


def _as_sent(content: dict[str, Any]) -> dict[str, Any]:
    """What was read, as it would be sent."""
    [component], fees = content["components"], content["fees"]
    limit = component["limit"] | {"starts": component["limit"]["starts"]["key"]}
    listed = {name: [one["key"] for one in component[name]] for name in ("covers", "remedy")}
    return {
        "components": [{"key": "bridge", "object": component["object"]["key"], "limit": limit, **listed}],
        "fees": [line for line in fees if line["payer"] != "NOT_STATED"],
        "clauses": [clause | {"code": clause["code"]["key"]} for clause in content["clauses"]],
    }


async def test_a_draft_tells_everything_that_publishing_would_refuse_at_once(world: World) -> None:
    """And, beside it, every promise of a result, with a better wording."""
    draft = await start(world, language="en")
    unfinished = content() | {
        "components": [
            {"key": "crown", "object": "crown", "limit": {"unit": "LIFETIME", "starts": "definitive_cementation"}},
            {"key": "crown", "object": "moon", "limit": {"unit": "YEAR", "starts": "surgery"}},
        ]
    }
    draft = await change(world, draft, content=unfinished | {"howToClaim": "We guarantee a perfect result."})

    found = await preview(world, draft)

    assert [(problem["code"], problem["field"]) for problem in found["problems"]] == [
        ("TEXT_EMPTY", "text"),
        ("LIFETIME_OF_WHOM", "content.components[0].limit.lifetimeOf"),
        ("UNKNOWN_OBJECT", "content.components[1].object"),
        ("UNKNOWN_ANCHOR", "content.components[1].limit.starts"),
        ("LIMIT_NOT_COUNTED", "content.components[1].limit.count"),
        ("COMPONENT_REPEATED", "content.components"),
    ]
    assert [(one["field"], one["sentence"]) for one in found["wording"]] == [
        ("content.howToClaim", "We guarantee a perfect result.")
    ]
    assert found["wording"][0]["suggestion"]


async def test_a_draft_shows_what_it_changes_of_the_version_in_force(world: World) -> None:
    draft = await start(world, fromTermsId=world.terms_id)
    unchanged = await preview(world, draft)
    await change(world, draft, content=content(period="P5Y", exclusions=["bruxism", "trauma"]))

    changed = await preview(world, draft)
    of_gold = await preview(world, await start(world, material="gold"))

    assert (unchanged["differences"], unchanged["problems"]) == ([], [])
    assert changed["differences"] == [
        {"key": "component:crown", "compared": "BETTER"},
        {"key": "clause:trauma", "compared": "WORSE"},
    ]
    assert of_gold["differences"] is None


async def test_drafts_that_cannot_be_started(world: World, subtests: pytest.Subtests) -> None:
    other = await build_world(world.suivi, name="two")
    good = {"clinicId": world.clinic_id, "procedure": "crown"}
    wrong = Trying(who=world.coordinator, mutation="startTermsDraft", good=good)

    await each_is_refused(
        [
            wrong("from an unknown template", "UNKNOWN_TEMPLATE", "template", template="clinic_moon"),
            wrong("from a manufacturer's", "UNKNOWN_TEMPLATE", "template", template="manufacturer_implant"),
            wrong("from the law", "UNKNOWN_TEMPLATE", "template", template="statutory_germany"),
            wrong("from two", "TWO_STARTS", "template", template="clinic_crown", fromTermsId=world.terms_id),
            wrong("from another clinic's", "NOT_FOUND", "fromTermsId", fromTermsId=other.terms_id),
            wrong("of an unknown procedure", "UNKNOWN_PROCEDURE", "procedure", procedure="lasik"),
            wrong("of a variant of no procedure", "UNKNOWN_PROCEDURE", "procedure", **_whole(variant="golden")),
            wrong("of no specialty", "UNKNOWN_SPECIALTY", "specialty", procedure=None, specialty="magic"),
            wrong("in no language", "UNKNOWN_LANGUAGE", "language", language="-"),
            wrong("at another clinic", "NOT_ALLOWED", clinicId=other.clinic_id),
        ],
        subtests,
    )


def _whole(**changed: Any) -> dict[str, Any]:
    return {"procedure": None, "specialty": "dental"} | changed


async def test_what_a_draft_cannot_keep(world: World, subtests: pytest.Subtests) -> None:
    draft = await start(world)
    good = {"draftId": draft["id"], "expectedVersion": 1}
    wrong = Trying(who=world.coordinator, mutation="changeTermsDraft", good=good)

    await each_is_refused(
        [
            wrong("with half a character", "TEXT_UNUSABLE", "text", text="\ud800"),
            wrong("with endless words", "TEXT_TOO_LONG", "text", text="x" * 50_001),
            wrong("with no amount", "MONEY_UNREADABLE", "content.fees[0].cap.amount", content=_capped("much")),
            wrong("with an empty window", "UNREADABLE_PERIOD", "referencePeriod", referencePeriod=""),
            wrong("of an unknown variant", "UNKNOWN_VARIANT", "variant", variant="golden"),
            wrong("based on another version", "STALE_VERSION", "expectedVersion", expectedVersion=2, text="New."),
        ],
        subtests,
    )


def _capped(amount: str) -> dict[str, Any]:
    cap = {"amount": amount, "currency": "EUR"}
    return {"fees": [{"kind": "materials", "payer": "CLINIC", "cap": cap}]}


async def test_what_is_given_changes_and_the_rest_stays(world: World) -> None:
    draft = await start(world, fromTermsId=world.terms_id)

    changed = await change(world, draft, material="Gold", language="hu")
    emptied = await change(world, changed, material=None, text=" ")

    assert (changed["material"], changed["language"], changed["version"]) == ("gold", "hu", 2)
    assert changed["text"] == draft["text"] != ""
    assert (emptied["material"], emptied["text"], emptied["language"]) == (None, "", "hu")
    assert emptied["content"] == draft["content"]


async def test_a_draft_ends_when_it_is_published_or_discarded(world: World) -> None:
    first, second = [await start(world, fromTermsId=world.terms_id) for _ in range(2)]
    asked = {"draftId": first["id"], "expectedVersion": 1}

    await world.coordinator.do("discardTermsDraft", DRAFT, **asked)
    published = await world.coordinator.do(
        "publishTermsDraft", "... on Terms { number }", **publishing(world, second).good
    )
    still_open = await world.coordinator.ask(DRAFTS, id=world.clinic_id, open=True)
    all_of_them = await world.coordinator.ask(DRAFTS, id=world.clinic_id, open=False)

    assert published["number"] == 2
    assert still_open["clinic"]["termsDrafts"] == []
    assert [one["version"] for one in all_of_them["clinic"]["termsDrafts"]] == [2, 2]
    await refusal(publishing(world, first)("a discarded one", "DRAFT_CLOSED"))
    await refusal(publishing(world, second | {"version": 2})("a published one", "DRAFT_CLOSED"))


async def test_the_history_vouches_for_drafts_and_for_what_became_of_them(world: World) -> None:
    """R-207: money and template included, as either database gives them back; a changed cap is found."""
    draft = await start(world, template="clinic_crown")
    draft = await change(world, draft, text="Up to a hundred euros.", content=_capped("100.00"))
    await world.coordinator.do(
        "publishTermsDraft", "... on Terms { id }", ownTerms=True, **publishing(world, draft).good
    )
    discarded = await start(world, fromTermsId=world.terms_id)
    await world.coordinator.do("discardTermsDraft", DRAFT, draftId=discarded["id"], expectedVersion=1)
    key = world.suivi.running.house.audit_key
    untouched = await verify(key)

    terms = await Terms.get(number=2)
    terms.content = _capped("10.00") | {"fees": []}
    await terms.save()

    assert untouched == []
    assert [(found.what, found.table) for found in await verify(key)] == [(What.CHANGED, "terms")]


async def test_of_two_who_publish_one_draft_at_once_one_does(world: World) -> None:
    draft = await start(world, fromTermsId=world.terms_id)
    again = [publishing(world, draft).good for _ in range(3)]

    answers = await asyncio.gather(
        *(world.coordinator.do("publishTermsDraft", "... on Terms { number }", **one) for one in again)
    )

    assert sorted(answer.get("code", "") for answer in answers) == ["", "DRAFT_CLOSED", "DRAFT_CLOSED"]


async def test_terms_drafted_from_terms_of_a_template_still_say_where_they_began(world: World) -> None:
    """R-121: however many versions lie between."""
    draft = await start(world, template="clinic_crown")
    draft = await change(world, draft, text="Seven years.", content=content(period="P7Y"))
    good = publishing(world, draft).good
    terms = await world.coordinator.do("publishTermsDraft", "... on Terms { id }", ownTerms=True, **good)

    again = await start(world, fromTermsId=terms["id"])

    assert again["template"]["key"] == "clinic_crown"
    assert [departure["side"] for departure in again["template"]["departures"]] == ["ABOVE"]


async def test_nobody_but_the_clinics_coordinators_sees_a_draft(world: World) -> None:
    draft = await start(world)
    others: list[Client] = [world.patient, world.practitioner, world.frontend, world.operator]

    for who in others:
        assert (await who.ask(PREVIEW, id=draft["id"]))["termsDraft"] is None
        assert (await who.ask(DRAFTS, id=world.clinic_id, open=True))["clinic"]["termsDrafts"] == []
        assert await who.refused("discardTermsDraft", draftId=draft["id"], expectedVersion=1) in (
            "NOT_FOUND",
            "NOT_ALLOWED",
        )


async def test_a_draft_that_began_before_its_day_is_published_for_a_later_one(world: World) -> None:
    """R-125: never back-dated, never before a version that was published meanwhile."""
    draft = await start(world, fromTermsId=world.terms_id)
    await publish_terms(world.coordinator, world.clinic_id, effectiveFrom="2026-09-01")
    trying = publishing(world, draft)

    await refusal(trying("back-dated", "TERMS_BACKDATED", "effectiveFrom", effectiveFrom="2026-03-02"))
    await refusal(trying("before the newer", "TERMS_OVERLAP", "effectiveFrom", effectiveFrom="2026-08-31"))
