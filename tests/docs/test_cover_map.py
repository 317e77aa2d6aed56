"""The picture in docs/cover.md is what the code draws."""

from importlib.util import module_from_spec, spec_from_file_location

from tests.docs.fences import ROOT, text_of


def test_the_picture_is_what_the_code_draws() -> None:
    spec = spec_from_file_location("docs_cover_map", ROOT / "docs" / "cover_map.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)

    assert text_of("docs/cover-map.svg") == script.drawn(), "run `python docs/cover_map.py`"
