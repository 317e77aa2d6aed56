"""`suivi token`: tokens for development, and only those a server would take."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from strawberry.relay.utils import to_base64

from suivi.commands.token import run
from suivi.core.access.keys import LocalKey
from suivi.core.access.tokens import TokenVerifier
from suivi.core.access.viewer import Role, Viewer
from suivi.problems import Problem

PARTNER = UUID("01a203fc-a1f4-70ee-b8da-edf8875438fd")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUIVI_DATA_DIR", str(tmp_path))
    return tmp_path


async def viewer_of(token: str, data: Path) -> Viewer:
    verifier = TokenVerifier(issuer=None, audience="suivi", local_key=LocalKey.load(data / "dev-key.json"))
    return await verifier.verify(token.strip(), now=datetime.now(UTC))


@pytest.mark.parametrize("partner", [str(PARTNER), to_base64("Partner", PARTNER)], ids=["UUID", "id of the API"])
def test_a_token_names_role_subject_partner_and_frontend(
    partner: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import asyncio

    run("patient", "p-17", partner=partner, frontend="app", hours=2)

    viewer = asyncio.run(viewer_of(capsys.readouterr().out, data))
    assert (viewer.role, viewer.subject) == (Role.PATIENT, "p-17")
    assert (viewer.partner_id, viewer.frontend) == (PARTNER, "app")


@pytest.mark.parametrize(
    ("role", "partner", "says"),
    [
        ("dentist", None, "There is no role dentist. The roles are patient, "),
        ("frontend", None, "names its partner"),
        ("frontend", to_base64("Clinic", PARTNER), "--partner takes the id of a Partner"),
    ],
)
def test_a_token_that_would_be_refused_is_not_made(role: str, partner: str | None, says: str) -> None:
    with pytest.raises(Problem, match=says):
        run(role, "somebody", partner=partner, frontend=None, hours=1)


def test_production_takes_tokens_from_its_identity_provider_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUIVI_ENVIRONMENT", "production")

    with pytest.raises(Problem, match="identity provider"):
        run("operator", "me", partner=None, frontend=None, hours=1)
