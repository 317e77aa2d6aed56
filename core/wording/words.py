"""Words of a language, read from a YAML file; core's own are in `words/` beside this module."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, field_validator

from suivi.core.wording.leaning import weights
from suivi.core.wording.model import Kind, Promise, PromiseWords, Subject

FOLDER = Path(__file__).with_name("words")
# Every scalar is a text: `no` and `on` are words of ours. The C reader where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _split(value: Any) -> Any:
    """Patterns stand in a list, or one after the other with semicolons between."""
    return [part.strip() for part in value.split(";") if part.strip()] if isinstance(value, str) else value


class _Promise(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Kind
    by: Subject | None = None
    despite: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    match: tuple[str, ...]

    _lists = field_validator("match", "despite", "unless", mode="before")(_split)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str
    classes: dict[str, tuple[str, ...]] = {}
    promises: dict[str, _Promise] = {}
    suggestions: dict[str, str] = {}
    contractions: dict[str, str] = {}
    abbreviations: tuple[str, ...] = ()

    _lists = field_validator("abbreviations", mode="before")(_split)

    @field_validator("classes", mode="before")
    @classmethod
    def _each(cls, classes: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: _split(patterns) for name, patterns in classes.items()}


@cache
def read_promise_words(path: Path) -> PromiseWords:
    """Raises OSError, yaml.YAMLError, and pydantic.ValidationError, which names every problem."""
    file = TypeAdapter(_File).validate_python(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))  # noqa: S506
    promises = tuple(Promise(name=name, **promise.model_dump()) for name, promise in file.promises.items())
    return PromiseWords(**{**file.model_dump(exclude={"promises"}), "promises": promises})


def promise_words_in(folder: Path, language: str) -> PromiseWords | None:
    """What a plugin's folder has in `promises.fr.yaml` for French; None where there is no such file."""
    path = folder / f"promises.{base_language(language)}.yaml"
    return read_promise_words(path) if path.exists() else None


@cache
def languages() -> tuple[str, ...]:
    """Those core has words for."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def base_language(tag: str) -> str:
    """`fr` of `fr-CA`."""
    return tag.replace("_", "-").split("-")[0].strip().lower()


@cache
def core_words(language: str) -> PromiseWords | None:
    """None for a language that nobody has written words for."""
    base = base_language(language)
    if base not in languages():
        return None
    return replace(read_promise_words(FOLDER / f"{base}.yaml"), weights=weights(base))
