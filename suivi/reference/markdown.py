"""Tables in Markdown, and what stands behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from suivi.core.specialties.model import Cited


@dataclass(frozen=True)
class Table:
    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def written(self) -> str:
        lines = [f"**{self.name}**", "", row(*self.heads), row(*("---" for _ in self.heads))]
        return "\n".join([*lines, *(row(*cells) for cells in self.rows)])


def row(*cells: str) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def basis(cited: Cited) -> str:
    """How well it is founded, and on what: keys that the page links to their sources."""
    keys = [f"[{key}]" for key in cited.src if key != "gk"]
    keys += ["general knowledge"] if "gk" in cited.src else []
    return f"{cited.conf or 'not stated'}: {', '.join(keys) or 'no source'}"


def _cell(words_: str) -> str:
    return " ".join(words_.split()).replace("|", "\\|").replace("<", "&lt;")
