"""Money: a decimal as text, never a float, with its currency."""

from typing import Any

import strawberry


@strawberry.type(description="An amount as it was stated, to the cent.")
class Money:
    amount: str = strawberry.field(description="A plain decimal such as `3500.00`.")
    currency: str = strawberry.field(description="ISO 4217.")

    @classmethod
    def maybe(cls, money: Any) -> "Money | None":
        return None if money is None else cls(amount=format(money.amount, "f"), currency=money.currency)


@strawberry.input
class MoneyInput:
    amount: str = strawberry.field(description="Plain digits with a point before the decimals, such as `3500.00`.")
    currency: str = strawberry.field(description="ISO 4217.")
