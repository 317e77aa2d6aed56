"""Amounts of money as they are sent: plain decimals of a currency that people pay in."""

import re
from decimal import Decimal

import pycountry

from suivi.core.coverage.content import Money
from suivi.core.refusals import Refusal

_PLAIN = re.compile(r"(\d+)(\.\d{1,4})?", re.ASCII)
MOST_DIGITS = 12
"""Before the point."""

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Of the smallest unit, where it is no hundredth (ISO 4217, list one)."""

_NO_MONEY = "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"
"""Metals, units of account, and codes for tests, which ISO 4217 has as well."""


class MoneyUnreadable(Refusal):
    """This is not an amount of money."""

    code = "MONEY_UNREADABLE"
    remedy = "Send zero or more as plain digits with a point before the decimals, such as 3500.00."


class MoneyTooLarge(Refusal):
    """This amount is too large: it has more than {digits} digits before the point."""

    code = "MONEY_TOO_LARGE"
    remedy = "Look whether it was mistyped. Where there is no limit, leave the amount out."


class UnknownCurrency(Refusal):
    """This is not a currency that anything is paid in."""

    code = "UNKNOWN_CURRENCY"
    remedy = "Use ISO 4217 codes such as EUR, HUF, TRY or KRW."


class TooManyDecimals(Refusal):
    """An amount in {currency} has at most {decimals} decimals."""

    code = "TOO_MANY_DECIMALS"
    remedy = "Round the amount to what can be paid."


def decimals_of(currency: str) -> int:
    return next((number for number, codes in _DECIMALS.items() if currency in codes.split()), 2)


def money(amount: str, currency: str, *, field: str) -> Money:
    """As written: 3500.00 stays 3500.00. Raises MoneyUnreadable, MoneyTooLarge, UnknownCurrency, TooManyDecimals."""
    plain = _PLAIN.fullmatch(amount)
    if plain is None:
        raise MoneyUnreadable(field=f"{field}.amount")
    if len(plain[1]) > MOST_DIGITS:
        raise MoneyTooLarge(field=f"{field}.amount", digits=MOST_DIGITS)
    code = currency.upper()
    if not _is_currency(code):
        raise UnknownCurrency(field=f"{field}.currency")
    decimals = decimals_of(code)
    if len(amount.partition(".")[2]) > decimals:
        raise TooManyDecimals(field=f"{field}.amount", currency=code, decimals=decimals)
    return Money(amount=Decimal(amount), currency=code)


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code not in _NO_MONEY.split() and pycountry.currencies.get(alpha_3=code) is not None
