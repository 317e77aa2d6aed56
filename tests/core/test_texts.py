"""Refusals in the reader's language: nothing missing, nothing left over, the same facts in both."""

import string
from datetime import date
from typing import Any

import pytest

import suivi.graphql.app  # noqa: F401 - registers every refusal there is
from suivi.core import texts
from suivi.core.access.narrowing import NotFound
from suivi.core.inputs import TextTooLong
from suivi.core.refusals import Refusal

CODES = sorted(code for code, kind in Refusal.by_code.items() if kind.__module__.startswith("suivi."))


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def english(code: str) -> dict[str, str]:
    return dict(texts.refusals("en")[code])


def french(code: str) -> dict[str, str]:
    return dict(texts.refusals("fr").get(code, {}))


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_a_french_sentence_and_remedy(code: str) -> None:
    """R-212."""
    assert set(french(code)) == {"sentence", "remedy"}, f"core/locale/fr.yaml: {code}"
    assert all(text.strip() for text in french(code).values())


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_says_in_english_what_to_do_next(code: str) -> None:
    assert all(text.strip() for text in english(code).values())


@pytest.mark.parametrize("code", CODES)
def test_the_french_sentence_has_the_same_facts(code: str) -> None:
    assert facts(french(code)["sentence"]) == facts(english(code)["sentence"])


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_sentence_is_one_a_person_can_read(code: str, locale: str) -> None:
    sentence = texts.refusals(locale)[code]["sentence"].format_map(_Shown())

    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("code", CODES)
def test_a_remedy_has_no_facts_because_it_is_never_filled_in(code: str) -> None:
    for remedy in (english(code)["remedy"], french(code)["remedy"]):
        # `procedure { site }` is GraphQL a person may copy, not a fact.
        assert all(" " in name for name in facts(remedy))


def test_no_french_is_left_of_refusals_that_are_gone() -> None:
    assert set(texts.refusals("fr")) <= set(CODES)


@pytest.mark.parametrize("locale", ["fr", "fr-CA", "fr_BE", "FR"])
def test_every_kind_of_french_is_answered_in_french(locale: str) -> None:
    refusal = TextTooLong(limit=200)

    assert texts.sentence(refusal, locale) == "Ce texte dépasse 200 caractères."
    assert texts.remedy(refusal, locale).startswith("Raccourcissez")


@pytest.mark.parametrize("locale", ["ko", "de-AT", "", None, "français", "../../etc/passwd"])
def test_a_language_suivi_does_not_speak_is_answered_in_english(locale: str | None) -> None:
    assert texts.sentence(TextTooLong(limit=200), locale) == "This text is longer than 200 characters."


def test_a_refusal_without_french_is_still_told() -> None:
    # Registered for this test alone: a stranger's package may have refusals that our French does not know.
    kind = type("Unheard", (Refusal,), {"__doc__": "This is new.", "code": "TEST_UNHEARD_OF", "remedy": "Read it."})
    try:
        texts.refusals.cache_clear()
        assert texts.sentence(kind(), "fr") == "This is new."
        assert texts.remedy(kind(), "fr") == "Read it."
    finally:
        del Refusal.by_code["TEST_UNHEARD_OF"]
        texts.refusals.cache_clear()


def test_the_code_stays_what_it_is_in_every_language() -> None:
    refusal = NotFound(noun="case", field="caseId", available_from=date(2026, 3, 3))

    told = {locale: texts.sentence(refusal, locale) for locale in texts.LOCALES}

    assert told["en"] != told["fr"]
    assert refusal.code == "NOT_FOUND"
    assert not any(refusal.code in sentence for sentence in told.values())


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_made_of_capitals_and_underscores(code: str) -> None:
    assert set(code) <= set(string.ascii_uppercase + string.digits + "_")


class _Shown(dict[str, Any]):
    def __missing__(self, fact: str) -> str:
        return fact
