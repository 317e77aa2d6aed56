"""The `suivi` command: it teaches, and what stands in its way is one message."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suivi import __version__
from suivi.cli import app, main
from tests.suivi.command import started_suivi, suivi

COMMANDS = ["demo", "serve", "worker", "migrate", "token", "doctor", "plugins", "schema", "audit verify",
    "plugins try", "plugins diff", "plugins page", "plugin new",
]  # fmt: skip
AUDIT_KEY = "5e" * 32
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_says_why_and_shows_an_example(command: str) -> None:
    help_text = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, [*command.split(), "--help"])

    assert help_text.exit_code == 0
    assert re.search(r"Examples?:", help_text.output)
    assert f"suivi {command}" in help_text.output.split("Example")[1]


def test_help_names_every_command() -> None:
    help_text = CliRunner().invoke(app, ["--help"]).output

    assert all(command.split()[0] in help_text for command in COMMANDS)


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"suivi {__version__}\n"


def test_a_wrong_call_ends_with_two() -> None:
    assert CliRunner().invoke(app, ["serve", "--port", "many"]).exit_code == 2


def test_wrong_settings_are_each_named_with_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUIVI_PORT", "eighty")
    monkeypatch.setenv("SUIVI_ENVIRONMENT", "staging")
    monkeypatch.setattr("sys.argv", ["suivi", "plugins"])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "SUIVI_PORT is 'eighty'" in said
    assert "SUIVI_ENVIRONMENT is 'staging'" in said
    assert "'development' or 'production'" in said
    assert "Traceback" not in said


def test_a_setting_that_is_no_json_is_named_without_its_value() -> None:
    said = suivi("plugins", specialties="{crown")

    assert said.returncode == 1
    assert "SUIVI_SPECIALTIES is not JSON" in said.stderr
    assert "{crown" not in said.stderr


def test_a_wrong_secret_is_named_without_its_value() -> None:
    said = suivi("plugins", audit_key="correct horse")

    assert said.returncode == 1
    assert "SUIVI_AUDIT_KEY: " in said.stderr
    assert "64 hexadecimal digits" in said.stderr
    assert "horse" not in said.stderr


def test_plugins_are_listed_with_their_procedures_and_sources(tmp_path: Path) -> None:
    """R-223."""
    said = suivi("plugins", "--json", data=tmp_path)

    loaded = {plugin["id"]: plugin for plugin in json.loads(said.stdout)}
    assert {"dental", "email"} <= loaded.keys()
    assert "crown" in loaded["dental"]["procedures"]
    assert loaded["dental"]["sources"]
    assert loaded["email"]["hooks"] == ["adapter", "manifest"]


def test_a_procedure_given_to_a_plugin_that_is_not_there_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    said = suivi("serve", data=tmp_path, specialties='{"crown": "orthodontics"}')

    assert said.returncode == 1
    assert "gives the procedure crown to the plugin orthodontics" in said.stderr
    assert "Traceback" not in said.stderr


def test_the_schema_is_printed_as_it_is_committed() -> None:
    """R-210. When it fails: `make schema`, and look at what changed for partners."""
    printed = CliRunner().invoke(app, ["schema"]).stdout

    assert printed == (ROOT / "schema.graphql").read_text(encoding="utf-8")


def test_migrate_says_what_it_applied_and_then_that_nothing_is_left(tmp_path: Path) -> None:
    first = suivi("migrate", data=tmp_path / "new")
    second = started_suivi("migrate", data=tmp_path / "new")

    assert "Applied 0001_initial." in first.stdout
    assert second.stdout.startswith("Nothing to do")
    assert (first.returncode, second.returncode) == (0, 0)


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path, free_port: int) -> None:
    url = f"postgresql://suivi:very-secret@127.0.0.1:{free_port}/suivi"

    said = [suivi(command, data=tmp_path, database_url=url, port="0") for command in ("migrate", "serve", "worker")]

    for each in said:
        assert each.returncode == 1
        assert f"postgresql://***@127.0.0.1:{free_port}/suivi cannot be reached" in each.stderr
        assert "very-secret" not in each.stderr + each.stdout
        assert "Traceback" not in each.stderr


def test_the_audit_needs_the_servers_own_key_and_database(tmp_path: Path) -> None:
    without_key = started_suivi("audit", "verify", data=tmp_path)
    without_database = suivi("audit", "verify", data=tmp_path, audit_key=AUDIT_KEY)

    assert "There is no audit key" in without_key.stderr
    assert "There is no database" in without_database.stderr
    assert (without_key.returncode, without_database.returncode) == (1, 1)
    assert not list(tmp_path.iterdir())


def test_the_audit_names_the_row_that_somebody_added(tmp_path: Path) -> None:
    """R-207."""
    suivi("migrate", data=tmp_path)
    with closing(sqlite3.connect(tmp_path / "suivi.sqlite3")) as connection, connection:
        row = ("01a203fc-a9e9-72b6-a810-6af3f874ce44", "Nobody", "2026-03-03 09:00:00+00:00")
        connection.execute("INSERT INTO partner (id, name, registered_at) VALUES (?, ?, ?)", row)

    said = suivi("audit", "verify", data=tmp_path, audit_key=AUDIT_KEY)

    assert said.returncode == 1
    assert "partner 01a203fc-a9e9-72b6-a810-6af3f874ce44 is there but no event records it." in said.stdout
    assert "Nobody" not in said.stdout
