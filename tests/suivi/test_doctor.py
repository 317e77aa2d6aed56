"""`suivi doctor`: what is configured, reachable, missing, and what to do; never a secret."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from suivi.commands.checks import Check, State, check_all
from suivi.commands.settings_shown import settings_shown
from suivi.parts import shown
from suivi.settings import Settings
from tests.services.issuer import LocalIssuer
from tests.services.smtp import SmtpServer
from tests.suivi.command import suivi


def report(data: Path, **settings: str) -> tuple[int, dict[str, Any], str]:
    said = suivi("doctor", "--json", data=data, **settings)
    return said.returncode, json.loads(said.stdout), said.stdout + said.stderr


def part(told: dict[str, Any], name: str) -> dict[str, str]:
    found: dict[str, str] = next(check for check in told["checks"] if check["part"] == name)
    return found


def test_without_any_setting_all_is_well_and_the_missing_mail_server_is_pointed_out(tmp_path: Path) -> None:
    code, told, _ = report(tmp_path)

    assert (code, told["healthy"]) == (0, True)
    assert part(told, "mail")["state"] == "note"
    assert "SUIVI_SMTP_URL" in part(told, "mail")["remedy"]
    assert part(told, "storage")["state"] == "ok"


def test_everything_that_is_down_is_named_with_a_remedy_and_without_its_password(
    tmp_path: Path, free_port: int
) -> None:
    code, told, said = report(
        tmp_path,
        database_url=f"postgresql://suivi:pw-one@127.0.0.1:{free_port}/suivi",
        feed_url=f"valkey://:pw-two@127.0.0.1:{free_port}/0",
        smtp_url=f"smtp://notices:pw-three@127.0.0.1:{free_port}",
        oidc_issuer=f"http://127.0.0.1:{free_port}",
        storage_url="s3://nowhere",
        audit_key="5e" * 32,
    )

    down = {check["part"] for check in told["checks"] if check["state"] == "down"}
    assert (code, told["healthy"]) == (1, False)
    assert down == {"database", "storage", "feed", "mail", "identity"}
    assert "pw-" not in said
    assert "5e5e" not in said


def test_a_misspelt_variable_is_pointed_out(tmp_path: Path) -> None:
    _, told, _ = report(tmp_path, databse_url="postgresql://a:b@c/d")

    assert told["unknown_variables"] == ["SUIVI_DATABSE_URL"]


def test_doctor_reads_well_without_json(tmp_path: Path) -> None:
    said = suivi("doctor", data=tmp_path, smtp_url="smtp://u:hidden-pw@127.0.0.1:1")

    assert said.returncode == 1
    assert "SUIVI_SMTP_URL = smtp://***@127.0.0.1:1" in said.stdout
    assert "Not usable: mail." in said.stdout
    assert "hidden-pw" not in said.stdout + said.stderr


async def found(name: str, chosen: Settings) -> Check:
    return next(check for check in await check_all(chosen) if check.part == name)


async def test_a_mail_server_is_reached_with_encryption_and_login(
    tmp_path: Path, smtp_tls: SmtpServer, certificate: Path
) -> None:
    chosen = Settings(data_dir=tmp_path, smtp_url=SecretStr(f"{smtp_tls.url}?ca={certificate}"))

    mail = await found("mail", chosen)

    assert mail.state is State.OK
    assert "encrypted, logged in" in mail.found


async def test_an_issuer_is_reached_and_its_keys_are_counted(tmp_path: Path) -> None:
    with LocalIssuer() as issuer:
        right = await found("identity", Settings(data_dir=tmp_path, oidc_issuer=issuer.url))
        wrong = await found("identity", Settings(data_dir=tmp_path, oidc_issuer=f"{issuer.url}/"))

    assert (right.state, right.found) == (State.OK, f"{issuer.url}, 1 keys published")
    assert wrong.state is State.DOWN
    assert "another issuer" in wrong.found


@pytest.mark.parametrize(
    ("url", "may_be_seen"),
    [
        ("postgresql://suivi:secret@db:5432/suivi", "postgresql://***@db:5432/suivi"),
        ("postgresql://suivi:sec@ret@db/suivi?password=secret", "postgresql://***@db/suivi"),
        ("s3://key:sec/ret@store:9000/photos?tls=1", "s3://***@store:9000/photos"),
        ("valkey://cache:6379/0", "valkey://cache:6379/0"),
        ("smtp://user:secret", "(hidden)"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, may_be_seen: str) -> None:
    assert shown(url) == may_be_seen


def test_settings_say_whether_they_were_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUIVI_AUDIT_KEY", "5eed" * 16)

    told = {setting.variable: setting for setting in settings_shown(Settings(data_dir=tmp_path))}

    assert (told["SUIVI_AUDIT_KEY"].given, told["SUIVI_AUDIT_KEY"].value) == (True, "(hidden)")
    assert (told["SUIVI_PORT"].given, told["SUIVI_PORT"].value) == (False, "8000")
