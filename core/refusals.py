"""What Suivi says when it will not do something: a class, a stable code, a sentence, a remedy.

The docstring of a refusal is its English sentence and its remedy is a class attribute; other languages live in
`core/locale/`. Facts fill the braces; they never carry personal or health data.
"""

from datetime import date
from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The request was refused."""

    code: ClassVar[str] = "REFUSED"
    remedy: ClassVar[str] = ""
    by_code: ClassVar[dict[str, type["Refusal"]]] = {}

    def __init_subclass__(cls) -> None:
        known = Refusal.by_code.setdefault(cls.code, cls)
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.__qualname__} and {known.__qualname__} share the refusal code {cls.code}")

    def __init__(self, *, field: str | None = None, available_from: date | None = None, **facts: Any) -> None:
        self.field = field
        self.available_from = available_from
        self.facts = facts
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence()}"

    def sentence(self) -> str:
        """The English sentence with its facts filled in."""
        return (type(self).__doc__ or "").strip().format(**self.facts)
