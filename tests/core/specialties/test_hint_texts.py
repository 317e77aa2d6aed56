"""What a specialty notes beside a case is read by practitioners in their own language."""

from pathlib import Path

import pytest

from suivi.core.specialties.reader import read_specialty

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["dental", "ophthalmology", "ivf", "surgery", "regenerative"])
def test_every_hint_of_a_shipped_specialty_is_said_in_french(name: str) -> None:
    """R-212."""
    specialty = read_specialty(ROOT / "plugins" / name)

    hints = [hint for procedure in specialty.procedures.values() for hint in procedure.hints]

    assert hints
    assert [hint.id for hint in hints if hint.when.read("fr")[1] != "fr"] == []


def test_whoever_sees_halos_after_lasik_reads_why_in_french() -> None:
    lasik = read_specialty(ROOT / "plugins" / "ophthalmology").procedures["lasik"]

    [hint] = [hint for hint in lasik.hints if hint.id == "halos_settling"]

    assert hint.when.read("fr")[0].startswith("des halos sont présents la nuit avant le jour 180")
    assert hint.when.read("en")[0].startswith("there are halos at night before day 180")
