"""What is confirmed is written out in words, in every language that documents speak."""

from decimal import Decimal

import pytest

from suivi.core.confirmations.lines import Writer, words
from suivi.core.coverage.content import (
    Clause,
    ClauseKind,
    Component,
    Content,
    FeeLine,
    LifetimeOf,
    Limit,
    LimitUnit,
    Money,
)
from suivi.core.coverage.models import Payer
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.documents.words import LANGUAGES
from suivi.core.registry import Registry

REGISTRY = Registry.load(only=["dental"])
DENTAL = Vocabulary(specialty=REGISTRY.specialty("dental"), procedure=REGISTRY.procedure("crown"))


def told(content: Content, period: str | None = None, *, language: str = "en") -> list[tuple[str, str]]:
    writer = Writer(vocabulary=DENTAL, languages=(language,), said_in="hu")
    return [
        (line.what.names[language], line.stated.names[language] if line.stated else "")
        for line in writer.lines(content, period)
    ]


def limited(**limit: object) -> Content:
    given = Limit.model_validate({"starts": "definitive_cementation"} | limit)
    return Content(components=(Component(id="crown", object="crown", limit=given),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words_in_every_language_of_documents(language: str) -> None:
    """R-134."""
    missing = [
        f"{group}.{code}"
        for group, codes in words().items()
        for code, text in codes.items()
        if language not in text.by_locale
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("limit", "english", "french"),
    [
        ({"unit": LimitUnit.YEAR, "count": 1}, "1 year", "1 an"),
        ({"unit": LimitUnit.YEAR, "count": 5}, "5 years", "5 ans"),
        ({"unit": LimitUnit.MONTH, "count": 18}, "18 months", "18 mois"),
        ({"unit": LimitUnit.DAY, "count": 90}, "90 days", "90 jours"),
        ({"unit": LimitUnit.CYCLE, "count": 3}, "cycles: 3", "cycles : 3"),
        (
            {"unit": LimitUnit.LIFETIME, "lifetime_of": LifetimeOf.DEVICE},
            "for the lifetime of the device",
            "pendant la durée de vie du dispositif",
        ),
    ],
)
def test_a_limit_is_said_with_its_unit_and_whose_it_is(limit: dict[str, object], english: str, french: str) -> None:
    """R-123."""
    for language, expected in (("en", english), ("fr", french)):
        [(_, stated)] = told(limited(**limit), language=language)
        assert stated.replace("\u00a0", " ").startswith(f"{expected}, ")


@pytest.mark.parametrize(
    ("language", "year", "length"),
    [
        ("en", "5 years", "1 year 6 months 2 weeks 10 days"),
        ("fr", "5 ans", "1 an 6 mois 2 semaines 10 jours"),
        ("de", "5 Jahre", "1 Jahr 6 Monate 2 Wochen 10 Tage"),
        ("es", "5 años", "1 año 6 meses 2 semanas 10 días"),
        ("tr", "5 yıl", "1 yıl 6 ay 2 hafta 10 gün"),
        ("ko", "5년", "1년 6개월 2주 10일"),
    ],
)
def test_a_time_is_said_in_the_words_of_its_language(language: str, year: str, length: str) -> None:
    """R-123, R-134."""
    covered, period = told(limited(unit=LimitUnit.YEAR, count=5), "P1Y6M2W10D", language=language)

    assert covered[1].replace("\u00a0", " ").startswith(f"{year}, ")
    assert period[1].replace("\u00a0", " ") == length


def test_a_limit_that_nobody_stated_is_said_to_be_none() -> None:
    """R-122, R-123."""
    content = Content(components=(Component(id="crown", object="crown"),))

    assert told(content) == [("Covered: crown", "no time limit stated")]


def test_money_is_said_to_the_last_decimal() -> None:
    """R-122."""
    cap = Money(amount=Decimal("3500.05"), currency="TRY")
    content = Content(fees=(FeeLine(kind="travel", payer=Payer.SHARED, share=40, cap=cap),))

    assert told(content) == [("Fee: travel", "shared; not by the patient: 40 %; at most 3,500.05\u00a0TRY")]
    [(_, korean)] = told(content, language="ko")
    assert "3,500.05" in korean


def test_the_clinics_words_stay_as_they_were_written() -> None:
    """R-134: with the language they are in, and never as a code."""
    clause = Clause(id="a", kind=ClauseKind.OBLIGATION, code="other", text="Évente\nellenőrzés {what} 🦷")
    writer = Writer(vocabulary=DENTAL, languages=("en", "fr"), said_in="hu")

    [line] = writer.lines(Content(clauses=(clause,)), None)

    assert line.said is not None
    assert (line.said.text, line.said.language) == (clause.text, "hu")
    assert line.what.names == {"en": "What the patient has to do", "fr": "Ce que le patient doit faire"}


def test_a_period_shorter_than_the_usual_one_is_pointed_out() -> None:
    """R-060: before treatment, in the document itself."""
    label = "Time to ask for a re-evaluation"

    assert told(Content(), "P6M") == [(label, "6 months; shorter than the usual 9 months")]
    assert told(Content(), "P1Y6M") == [(label, "1 year 6 months")]
    assert told(Content(), "P9M") == [(label, "9 months")]
