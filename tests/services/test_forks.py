"""A command that is forked is the command an operator runs."""

import subprocess
from pathlib import Path

import pytest

from tests.services.forks import FORKS
from tests.suivi.command import environment_of, started_suivi, suivi

pytestmark = pytest.mark.skipif("sys.platform != 'linux'")


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (("serve", "--port", "many"), {}),
        (("doctor", "--json"), {"smtp_url": "smtp://127.0.0.1:1", "storage_ulr": "s3://nowhere"}),
    ],
    ids=["it is called wrongly", "something is down"],
)
def test_a_fork_says_and_ends_as_a_process_of_its_own(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str]
) -> None:
    forked = suivi(*arguments, data=tmp_path, **settings)
    started = started_suivi(*arguments, data=tmp_path, **settings)

    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


def test_the_settings_of_one_fork_are_not_those_of_the_next(tmp_path: Path) -> None:
    assert suivi("plugins", data=tmp_path, port="eighty").returncode == 1
    assert suivi("plugins", data=tmp_path).returncode == 0


def test_a_fork_that_takes_too_long_is_ended_and_the_next_is_not(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        FORKS.run("http.server", "0", env=environment_of(tmp_path, {}), seconds=0.2)

    assert suivi("plugins", data=tmp_path).returncode == 0
