"""How the story is told: a heading a step, who acts, what came back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table


class Narrator(Protocol):
    def chapter(self, number: int, of: int, day: str, title: str) -> None: ...

    def say(self, text: str) -> None:
        """What happens, in a sentence or two."""
        ...

    def quote(self, who: str, words: str) -> None: ...

    def facts(self, facts: Mapping[str, str]) -> None:
        """What the API answered, by a label for it."""
        ...


class RichNarrator:
    def __init__(self, console: Console) -> None:
        self.console = console

    def chapter(self, number: int, of: int, day: str, title: str) -> None:
        self.console.print()
        self.console.rule(f"[bold]{number}/{of}  {escape(title)}[/]  [dim]{escape(day)}[/]", align="left", style="cyan")

    def say(self, text: str) -> None:
        self.console.print(escape(text), highlight=False)

    def quote(self, who: str, words: str) -> None:
        told = f"[bold magenta]{escape(who)}[/]  [italic]{escape(words)}[/]"
        self.console.print(Padding(told, (0, 0, 0, 2)), highlight=False)

    def facts(self, facts: Mapping[str, str]) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="cyan", no_wrap=True)
        table.add_column(overflow="fold")
        for label, value in facts.items():
            table.add_row(escape(label), escape(value))
        self.console.print(Padding(table, (0, 0, 0, 2)), highlight=False)


def day(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%B %Y}"
