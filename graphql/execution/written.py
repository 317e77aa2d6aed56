"""Data of an answer that is JSON already."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Written:
    text: str

    @property
    def fragment(self) -> orjson.Fragment:
        """To be put into JSON as it is."""
        return orjson.Fragment(self.text)

    def read(self) -> dict[str, Any]:
        data: dict[str, Any] = orjson.loads(self.text)
        return data
