import pytest

from suivi.core.documents.signing import SigningKey
from tests.core.documents.documents import a_key


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return a_key()
