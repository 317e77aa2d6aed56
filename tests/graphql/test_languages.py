"""Accept-Language: the language that whoever asks likes best, of those there are."""

import pytest

from suivi.graphql.languages import LONGEST, language_for


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("fr", "fr"),
        ("fr;q=0, en", "en"),
        ("fr;q=0.5, en;q=0.9", "en"),
        ("en;q=0.5,fr;q=0.9", "fr"),
        ("en;q=0, fr", "fr"),
        ("fr;q=0.000, en;q=0.001", "en"),
        ("fr, en", "fr"),
        ("*;q=0.1, fr;q=0.5", "fr"),
        ("fr;q=0, *", "en"),
        ("de;q=0.5, en, *;q=0", "en"),
        ("en;q=0, de;q=0.5, *", "de"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr-CH"),
        ("FR-ch", "fr-ch"),
        (" fr ; q=0.5 ,\ten\t", "en"),
        ("fr;Q=0.5, en", "en"),
    ],
)
def test_the_language_liked_best_is_taken(header: str | None, language: str) -> None:
    """R-217, RFC 9110."""
    assert language_for(header) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT, de;q=0.9, en;q=0.5", "de-AT"),
        ("ko, *;q=0.1", "ko"),
        ("de, fr;q=0.9", "fr"),
        ("de, fr;q=0.5, en;q=0.4", "fr"),
        ("de, en;q=0.5, fr;q=0.4", "de"),
    ],
)
def test_where_not_everything_is_in_the_first_language_the_second_choice_is_theirs(header: str, language: str) -> None:
    """What there is no German for is in English, or all in French for who likes that better."""
    assert language_for(header) == language


@pytest.mark.parametrize(
    "part", ["fr;q=nan", "fr;q=2", "fr;q=-1", "fr;q=", "fr;q=1e0", "fr;level=1", "f_r", "français"]
)
def test_what_cannot_be_read_is_left_out(part: str) -> None:
    assert language_for(f"{part}, es") == "es"
    assert language_for(part) == "en"


def test_a_header_of_any_length_is_read_no_further_than_browsers_write() -> None:
    assert language_for("," * LONGEST + "fr") == "en"
