"""When and in which language somebody asks, as their headers say."""

import pytest

from tests.services.world import World

pytestmark = pytest.mark.once

ASK = """query($id: ID!) { clinic(id: $id) { termsFor(procedure: "other") { sentence { locale } } } }"""


@pytest.mark.parametrize("told", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "2201-01-01"])
async def test_a_clock_far_from_any_treatment_is_refused(world: World, told: str) -> None:
    """R-068: no computation leaves the calendar."""
    headers = {"authorization": f"Bearer {world.patient.token}", "suivi-clock": told}

    answer = await world.suivi.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "CLOCK_MALFORMED"


@pytest.mark.parametrize(
    ("header", "locale"), [("fr;q=0, en", "en"), ("fr;q=0.5, en;q=0.9", "en"), ("de, fr;q=0.9", "fr")]
)
async def test_an_answer_is_in_the_language_liked_best(world: World, header: str, locale: str) -> None:
    """R-217."""
    headers = {"authorization": f"Bearer {world.frontend.token}", "accept-language": header}
    asked = {"query": ASK, "variables": {"id": world.clinic_id}}

    answer = await world.suivi.http.post("/graphql", json=asked, headers=headers)

    assert answer.json()["data"]["clinic"]["termsFor"]["sentence"]["locale"] == locale
