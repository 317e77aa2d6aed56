"""The directory of complaint bodies that ships, against what its sources say."""

from datetime import date

import pytest

from suivi.core.complaint_bodies.model import Aesthetic, ComplaintBodies, ComplaintBody, Filer
from suivi.core.complaint_bodies.rules import hears, is_verified
from suivi.core.registry import Registry
from suivi.core.specialties.texts import texts
from suivi.plugins import complaint_bodies as plugin

SPECIALTIES = {"dental", "ophthalmology", "ivf", "surgery", "regenerative"}
COUNTRIES = {
    "KR": 3, "TR": 5, "HU": 3, "PL": 4, "CZ": 4, "ES": 3, "PT": 2, "FR": 4, "DE": 3, "BE": 2, "CH": 2, "GB": 5,
    "TN": 1, "MA": 2, "TH": 3, "IN": 3, "MX": 1, "US": 2, "AE": 3, "GR": 2, "EU": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def directory() -> ComplaintBodies:
    return Registry.load(only=(), extra=[plugin]).complaint_bodies


def numbers(body: ComplaintBody, reach: str) -> list[str]:
    return [phone.number for phone in body.contacts.by_reach(reach)]


def test_there_are_sixty_bodies_in_twenty_countries_and_the_european_union(directory: ComplaintBodies) -> None:
    """R-183."""
    found = [body.country for body in directory.bodies.values()]

    assert len(found) == 60
    assert {country: found.count(country) for country in found} == COUNTRIES


def test_the_three_korean_bodies_and_their_numbers_are_those_of_the_seed_page(directory: ComplaintBodies) -> None:
    """R-183, R-184."""
    mediation, consumers, call = (directory.bodies[name] for name in ("kr_kmedi", "kr_kca", "kr_khidi"))

    assert (numbers(mediation, "international")[0], numbers(mediation, "domestic")) == ("+82-1670-2545", ["1670-2545"])
    assert (numbers(consumers, "international")[0], numbers(consumers, "domestic")) == ("+82-1372", ["1372"])
    assert (numbers(call, "international"), numbers(call, "domestic")) == (["+82-1577-7129"], ["1577-7129"])


@pytest.mark.parametrize(
    ("body", "claims"),
    [
        ("kr_kmedi", {"+82-1670-2545": ("seed_kr",), "+82-2-1670-2545": ("kmedi_mail", "gangnam")}),
        ("kr_kca", {"+82-43-880-5400": ("easylaw",), "+82-43-889-5400": ("koreanet",)}),
    ],
)
def test_numbers_on_which_sources_disagree_are_all_kept(
    directory: ComplaintBodies, body: str, claims: dict[str, tuple[str, ...]]
) -> None:
    """R-183: contacts are dated, sourced, conflict-flagged data."""
    found = directory.bodies[body]
    [conflict] = found.conflicts

    assert {claim.value: claim.src for claim in conflict.claims} == claims
    assert set(claims) <= set(numbers(found, "international"))


def test_the_french_commissions_leave_out_aesthetic_care_and_small_harm(directory: ComplaintBodies) -> None:
    """R-183, R-184."""
    scope = directory.bodies["fr_cci"].scope

    assert scope.aesthetic is Aesthetic.EXCLUDED
    assert scope.severity is not None
    assert [(entry.kind, entry.op, entry.value) for entry in scope.severity.any_of] == [
        ("permanent_harm_pct", "gt", 24),
        ("off_work_months", "gte", 6),
        ("serious_disruption", None, None),
    ]


def test_the_belgian_fund_asks_for_much_harm_only_where_nobody_erred(directory: ComplaintBodies) -> None:
    """R-183."""
    scope = directory.bodies["be_fam"].scope

    assert (scope.aesthetic, scope.treated_since) == (Aesthetic.EXCLUDED, date(2010, 4, 2))
    assert scope.severity is not None
    assert scope.severity.only_without_fault
    assert (scope.severity.any_of[0].op, scope.severity.any_of[0].value) == ("gte", 25)


@pytest.mark.parametrize(
    ("field", "bodies"),
    [
        ("hospital_stays_only", {"pl_fund"}),
        ("public_providers_only", {"ma_allo", "gr_omb"}),
        ("private_providers_only", {"tr_consumer", "uk_iscas", "uk_dcs"}),
        ("residents_only", {"de_upd"}),
        ("foreign_patients_only", {"kr_khidi", "tr_ips"}),
        ("cross_border_eu_only", {"hu_ncp", "pl_ncp", "cz_ncp", "fr_cleiss", "gr_rights", "eu_ecc", "eu_ncp"}),
        ("clinic_first", {"cz_prov", "uk_iscas"}),
        ("provider_must_agree", {"kr_kmedi", "es_colegio", "de_med", "de_dent"}),
    ],
)
def test_what_a_body_is_limited_to_is_data(directory: ComplaintBodies, field: str, bodies: set[str]) -> None:
    """R-183, R-184."""
    assert {key for key, body in directory.bodies.items() if getattr(body.scope, field)} == bodies


def test_bodies_for_dentists_and_for_fertility_clinics_hear_nothing_else(directory: ComplaintBodies) -> None:
    only = {key: body.scope.specialties for key, body in directory.bodies.items() if body.scope.specialties}

    assert only == {"cz_csk": ("dental",), "de_dent": ("dental",), "uk_dcs": ("dental",), "uk_hfea": ("ivf",)}
    assert not hears(directory.bodies["cz_clk"], "dental")
    assert {name for body in directory.bodies.values() for name in body.scope.excluded_specialties} <= SPECIALTIES


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        ("kr_kmedi", [("filing", "P10Y", "event"), ("filing", "P3Y", "knowledge")]),
        ("hu_ijsz", [("provider_answer", "P30D", "receipt")]),
        ("pl_fund", [("filing", "P1Y", "knowledge"), ("filing", "P3Y", "event")]),
        ("cz_prov", [("provider_answer", "P30D", "receipt")]),
        ("pt_ers", [("handling", "P3M", "receipt")]),
        ("fr_cci", [("filing", "P10Y", "stabilisation_of_harm"), ("handling", "P6M", "receipt")]),
        ("be_fam", [("filing", "P5Y", "knowledge"), ("filing", "P20Y", "event")]),
        ("in_ncdrc", [("filing", "P2Y", None)]),
        ("ae_mohap", [("appeal", "P30D", "decision")]),
    ],
)
def test_time_limits_are_those_of_the_sources(
    directory: ComplaintBodies, body: str, limits: list[tuple[str, str, str | None]]
) -> None:
    """R-183."""
    found = directory.bodies[body]

    assert [(limit.of, limit.period, limit.counts_from) for limit in found.time_limits] == limits
    assert found.time_limit_words is not None


def test_the_korean_mediation_costs_a_little_and_reads_korean(directory: ComplaintBodies) -> None:
    """R-183: forms in Korean, power of attorney."""
    body = directory.bodies["kr_kmedi"]

    assert body.cost is not None
    assert (body.cost.free, body.cost.least, body.cost.currency) == (False, 22000, "KRW")
    assert body.languages == ("ko", "en")
    assert set(body.who_may_file) == {Filer.PATIENT, Filer.REPRESENTATIVE, Filer.CLINIC}
    assert [email.address for email in body.contacts.emails] == ["forcc@k-medi.or.kr"]


def test_nothing_is_called_verified_before_a_person_has_verified_it(directory: ComplaintBodies) -> None:
    """R-183."""
    assert not any(is_verified(body, date(2026, 3, 1)) for body in directory.bodies.values())
    assert {body.verified_on for body in directory.bodies.values()} == {None}


def test_the_closed_platform_says_when_it_closed_and_has_no_link(directory: ComplaintBodies) -> None:
    body = directory.bodies["eu_odr"]

    assert body.closed_on == date(2025, 7, 20)
    assert body.contacts.websites == ()
    assert [key for key, other in directory.bodies.items() if other.closed_on] == ["eu_odr"]


def test_the_tunisian_order_is_held_back(directory: ComplaintBodies) -> None:
    assert [key for key, body in directory.bodies.items() if body.hold_back] == ["tn_cnom"]


def test_where_the_source_has_only_prose_a_person_decides(directory: ComplaintBodies) -> None:
    """R-183."""
    assert {key for key, body in directory.bodies.items() if body.needs_person} == {
        "kr_kmedi", "tr_consumer", "tr_cimer", "es_colegio", "de_med", "de_dent", "ch_fmh", "uk_iscas",
    }  # fmt: skip


def test_states_that_leave_complaints_to_regions_have_offices_by_region_or_regions(directory: ComplaintBodies) -> None:
    assert directory.routing is not None
    assert directory.routing.regions_needed == ("ES", "DE", "US", "MX", "AE")
    assert directory.bodies["ae_dha"].regions == ("AE-DU",)
    assert all(directory.bodies[key].by_region for key in ("es_health", "de_med", "de_dent", "us_smb", "in_smc"))
    assert directory.bodies["pt_ers"].except_regions == ("PT-20", "PT-30")


def test_the_place_of_treatment_decides_and_an_emergency_is_where_the_patient_is(directory: ComplaintBodies) -> None:
    assert directory.routing is not None
    assert directory.routing.jurisdiction == "place_of_treatment"
    assert directory.routing.emergency == "where_the_patient_is"
    assert directory.routing.order == (
        "clinic_written_reply", "platform_mediation", "country_body", "device_vigilance", "legal_advice",
    )  # fmt: skip


def test_emergency_numbers_are_there_for_every_country_of_the_directory(directory: ComplaintBodies) -> None:
    by_country = {
        country: {number.number for number in entry.numbers}
        for entry in directory.emergency_numbers
        for country in entry.countries
    }

    assert set(by_country) == set(COUNTRIES)
    assert by_country["GB"] == {"999", "112"}
    assert (by_country["KR"], by_country["TR"], by_country["MA"]) == ({"119"}, {"112"}, {"150", "141"})


def test_the_law_of_six_countries_is_noted_and_care_is_of_means_everywhere(directory: ComplaintBodies) -> None:
    """R-001."""
    assert {note.country for note in directory.legal_notes.values()} == {"*", "TR", "DE", "ES", "FR", "BE", "IN"}


def test_every_entry_says_where_it_comes_from(directory: ComplaintBodies) -> None:
    """R-183."""
    used = {key for body in directory.bodies.values() for key in body.src}

    assert used <= set(directory.sources)
    assert all(body.conf for body in directory.bodies.values())
    assert len(directory.sources) == 59


def test_every_text_people_read_is_there_in_french(directory: ComplaintBodies) -> None:
    """R-217."""
    assert [path for path, text in texts(directory) if "fr" not in text.by_locale] == []
    assert len(list(texts(directory))) > 200


def test_the_directory_is_listed_among_the_plugins() -> None:
    """R-221."""
    [found] = Registry.load(only=(), extra=[plugin]).plugins

    assert (found.id, found.hooks, found.locales) == (
        "complaint_bodies",
        ("complaint_bodies", "manifest"),
        ("en", "fr"),
    )
    assert "gangnam" in found.sources
