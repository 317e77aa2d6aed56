"""`docs/access.md` tells the access table as it is."""

import re
from pathlib import Path

from suivi.core.access.table import TABLE, Reach
from suivi.core.access.viewer import Role
from tests.access.matrix import matrix

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
WORDS = {None: "", Reach.PARTY: "own", Reach.ALL: "all"}


def table() -> str:
    roles = list(Role)
    lines = [row("", "mutation", *(role.value for role in roles)), "|---|---|" + ":-:|" * len(roles)]
    for noun, verbs in TABLE.items():
        for verb, reaches in verbs.items():
            rule, words = f"{noun}.{verb}", [WORDS[reaches.get(role)] for role in roles]
            lines.append(row(f"`{rule}`", mutations(rule), *words))
    return "\n".join(lines)


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def mutations(rule: str) -> str:
    asked = [name for name, field in matrix().roots["mutation"].items() if rule in field.rule.split()]
    return ", ".join(f"`{name}`" for name in sorted(asked))


def test_the_table_is_that_of_the_code() -> None:
    told = re.search(r"<!-- table -->\n(.*?)\n<!-- end of table -->", PAGE, re.DOTALL)

    assert told is not None
    assert told[1] == table(), f"put this between the marks of docs/access.md:\n{table()}"


def test_every_role_is_described() -> None:
    assert [role.value for role in Role if f"| `{role.value}` |" not in PAGE] == []
