"""The code in the documentation, taken out of its pages to be run.

What follows the language of a fence is for the tests, and no reader sees it: ```` ```graphql as=patient ````.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(?P<language>\w*)(?P<options>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Fence:
    """`options` are `name=value`, or a bare `name` with an empty value."""

    page: str
    line: int
    language: str
    options: Mapping[str, str]
    body: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def pages() -> list[str]:
    """Every page of documentation in the repository, by its path from the root."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/*.md")]
    return sorted(str(page.relative_to(ROOT)) for page in found)


def fences(page: str, *languages: str) -> Iterator[Fence]:
    text = text_of(page)
    for found in _FENCE.finditer(text):
        if not languages or found["language"] in languages:
            yield Fence(
                page=page,
                line=text.count("\n", 0, found.start()) + 1,
                language=found["language"],
                options=_options(found["options"]),
                body=found["body"],
            )


def _options(written: str) -> dict[str, str]:
    return {name: value for name, _, value in (option.partition("=") for option in shlex.split(written))}
