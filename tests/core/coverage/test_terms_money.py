"""Money in terms: decimals of a currency, from the request to the database and back."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.coverage.content import Content, FeeLine
from suivi.core.coverage.models import Payer
from suivi.core.coverage.money import (
    MoneyTooLarge,
    MoneyUnreadable,
    TooManyDecimals,
    UnknownCurrency,
    decimals_of,
    money,
)
from suivi.graphql.money import Money as Shown

CURRENCIES = ["EUR", "HUF", "KRW", "KWD", "TRY", "USD", "VND", "CLF"]


@st.composite
def amounts(draw: st.DrawFn) -> tuple[str, str]:
    currency = draw(st.sampled_from(CURRENCIES))
    places = draw(st.integers(0, decimals_of(currency)))
    whole = draw(st.integers(0, 999_999_999_999))
    parts = draw(st.integers(0, 10**places - 1))
    return f"{whole}.{parts:0{places}d}" if places else str(whole), currency


@given(amounts())
@settings(max_examples=200, deadline=None)
def test_money_never_loses_a_cent(said: tuple[str, str]) -> None:
    """Decimal in, JSON in the database, text out: to the last digit."""
    amount, currency = said

    read = money(amount, currency, field="cap")
    kept = Content(fees=(FeeLine(kind="materials", payer=Payer.CLINIC, cap=read),)).plain()
    shown = Shown.maybe(Content.model_validate(kept).fees[0].cap)

    assert read.amount == Decimal(amount)
    assert isinstance(kept["fees"][0]["cap"]["amount"], str)
    assert shown is not None
    assert (shown.amount, shown.currency) == (amount, currency)


@pytest.mark.parametrize(
    "amount", ["", " 1", "+1", "-0.01", "1,50", "1e3", "0x10", "NaN", "Infinity", "1.", ".5", "1.00001", "१"]
)
def test_what_is_no_amount(amount: str) -> None:
    with pytest.raises(MoneyUnreadable):
        money(amount, "EUR", field="cap")


def test_an_amount_that_is_too_large_is_called_so() -> None:
    with pytest.raises(MoneyTooLarge):
        money("1" * 13, "EUR", field="cap")


@pytest.mark.parametrize("currency", ["", "EURO", "E", "XXX", "XTS", "XAU", "ABC", "€"])
def test_what_nothing_is_paid_in(currency: str) -> None:
    with pytest.raises(UnknownCurrency):
        money("1", currency, field="cap")


@pytest.mark.parametrize(("amount", "currency"), [("1.001", "EUR"), ("1.5", "JPY"), ("1.0001", "KWD")])
def test_nobody_pays_less_than_the_smallest_coin(amount: str, currency: str) -> None:
    with pytest.raises(TooManyDecimals):
        money(amount, currency, field="cap")
