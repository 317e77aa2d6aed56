"""Pages that are read off the code are what the code says."""

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import get_args

import pytest

from suivi.core.access.tokens import Code
from suivi.core.refusals import Refusal
from suivi.settings import Settings
from tests.docs.fences import ROOT, text_of


def generator() -> ModuleType:
    """`docs/generate.py`, which is a script and no module of the package."""
    spec = spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = generator()


@pytest.mark.parametrize("name", GENERATOR.PAGES)
def test_the_page_is_what_the_code_says(name: str) -> None:
    assert text_of(f"docs/{name}") == GENERATOR.PAGES[name](), "run `python docs/generate.py`"


def test_every_setting_has_its_row() -> None:
    page = text_of("docs/settings.md")

    assert [name for name in Settings.model_fields if f"| `SUIVI_{name.upper()}`" not in page] == []


def test_every_code_has_its_row() -> None:
    """R-212."""
    page = text_of("docs/refusals.md")
    codes = [code for code, kind in Refusal.by_code.items() if kind.__module__.startswith("suivi.")]

    assert [code for code in [*codes, *get_args(Code)] if f"| `{code}` |" not in page] == []
