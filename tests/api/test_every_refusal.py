"""A refusal nobody has ever met is a promise nobody has checked."""

import re
from pathlib import Path

import suivi.graphql.app  # noqa: F401 - with it every refusal is known
from suivi.core.refusals import Refusal

ELSEWHERE = {
    "ACCESS_ENDED": "tests/api/test_subscriptions.py",
    "SUSPENSION_BACKWARDS": "tests/core/clocks/test_windows.py",
}
"""Codes the requests of this folder do not lead to, and the tests that do."""

HERE = Path(__file__)


def test_every_refusal_is_provoked_by_name() -> None:
    """R-212: the code list is tested."""
    tests = "".join(file.read_text("utf-8") for file in HERE.parent.glob("test_*.py") if file != HERE)
    provoked = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', tests))
    ours = {code for code, kind in Refusal.by_code.items() if kind.__module__.startswith("suivi.")}

    assert ours - provoked - ELSEWHERE.keys() == set()


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    """R-212: with facts in its braces that its class is given."""
    for code, kind in Refusal.by_code.items():
        assert kind.__doc__, code
        assert kind.remedy.endswith("."), code
