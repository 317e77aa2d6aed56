"""Examples in the documentation run in the same world as the tests of the API."""

from tests.api.conftest import running, started_with, world

__all__ = ["running", "started_with", "world"]
