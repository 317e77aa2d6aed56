"""The day a sign is judged on, when it is known only in part."""

from datetime import date

import pytest

from suivi.core.clocks.partial_dates import PartialDate
from suivi.core.complications.actions import judged_on


@pytest.mark.parametrize(
    ("noticed", "judged"),
    [
        ("2026-03-05", "2026-03-05"),
        ("2026-02", "2026-02-28"),
        ("2026-03", "2026-03-10"),
        ("2026", "2026-03-10"),
        ("unknown", "2026-03-10"),
    ],
)
def test_nothing_is_noticed_after_the_day_it_is_reported(noticed: str, judged: str) -> None:
    """R-071: reported on 10 March."""
    reported = date(2026, 3, 10)

    assert judged_on(PartialDate.parse(noticed), reported) == date.fromisoformat(judged)
