"""`suivi documents check`, and what `suivi doctor` says of trusted documents."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suivi.cli import app
from suivi.commands.checks import State, check_all
from suivi.settings import Settings

WHO, WRONG = "query Who { viewer { role } }", "query Wrong { viewer { rol } }"


def test_an_operator_examines_a_manifest_before_it_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({"who": WHO, "wrong": WRONG}))

    told = CliRunner().invoke(app, ["documents", "check", str(file), "--json"])
    read = CliRunner().invoke(app, ["documents", "check"], env={"SUIVI_TRUSTED_DOCUMENTS": str(file)})

    found = json.loads(told.stdout)
    assert (told.exit_code, read.exit_code) == (1, 1)
    assert [(one["id"], one["name"], one["highest_cost"]) for one in found["operations"]] == [("who", "Who", 2)]
    assert [(one["id"], "rol" in one["reason"]) for one in found["faults"]] == [("wrong", True)]
    assert "Who" in read.stdout
    assert "1 documents do not fit." in read.stdout


@pytest.mark.parametrize(
    ("texts", "state", "said"),
    [
        ({"who": WHO}, State.OK, "and no others from anybody but operators"),
        ({"wrong": WRONG}, State.DOWN, "Cannot query field 'rol'"),
    ],
)
async def test_doctor_counts_trusted_documents_and_says_what_is_wrong_with_them(
    tmp_path: Path, texts: dict[str, str], state: State, said: str
) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(texts))

    checks = await check_all(Settings(data_dir=tmp_path, trusted_documents=file, trusted_only=True))

    (documents,) = [check for check in checks if check.part == "documents"]
    assert documents.state is state
    assert said in documents.found


async def test_doctor_says_that_any_document_may_be_sent(tmp_path: Path) -> None:
    checks = await check_all(Settings(data_dir=tmp_path))

    assert [check.found for check in checks if check.part == "documents"] == ["any may be sent"]
