"""Settings as they may be shown: secrets hidden, each with where it came from."""

import os
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from suivi import parts
from suivi.problems import variable
from suivi.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Shown:
    variable: str
    value: str
    given: bool
    """By the environment; otherwise it is the default."""
    description: str


def settings_shown(chosen: Settings) -> list[Shown]:
    environment = {name.upper() for name in os.environ}
    return [
        Shown(
            variable=variable(name),
            value=_shown(getattr(chosen, name)),
            given=variable(name) in environment,
            description=(field.description or "").replace("`", ""),
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: Any) -> str:
    match value:
        case None:
            return "–"
        case SecretStr():
            secret = value.get_secret_value()
            return parts.shown(secret) if "://" in secret else "(hidden)"
        case bool():
            return str(value).lower()
        case list() | tuple():
            return ", ".join(map(str, value)) or "–"
        case dict():
            return ", ".join(f"{key}: {item}" for key, item in value.items()) or "–"
    return str(value)
