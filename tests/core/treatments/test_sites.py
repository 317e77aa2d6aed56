"""A refused site is answered with the sites the procedure can have, in the words of its own field."""

import pytest

from suivi.core import texts
from suivi.core.specialties.model import Site
from suivi.core.treatments.rules import UnknownSite, checked_sites
from tests.core.clocks.builders import a_procedure


@pytest.mark.parametrize(
    ("site", "says"),
    [
        (Site(scheme="laterality", values=("OD", "OS"), unit="eye"), "OD, OS"),
        (Site(scheme="laterality", unit="eye"), "left, right"),
        (Site(scheme="fdi", unit="tooth"), "FDI 11-18, 21-28, 31-38, 41-48, 51-55, 61-65, 71-75, 81-85"),
    ],
    ids=["an-eye-clinic", "two-sides", "a-dentist"],
)
def test_whoever_names_a_wrong_site_reads_which_ones_there_are(site: Site, says: str) -> None:
    """R-212."""
    procedure = a_procedure().model_copy(update={"site": site})

    with pytest.raises(UnknownSite) as refused:
        checked_sites(["99"], procedure)

    assert refused.value.field == "sites"
    assert texts.sentence(refused.value, "en") == f"A site is not one this procedure can have. It can have: {says}."
    assert texts.sentence(refused.value, "fr").endswith(f"Endroits possibles : {says}.")
    assert "tooth" not in refused.value.remedy.lower()
