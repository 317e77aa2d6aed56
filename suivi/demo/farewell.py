"""What is left to try once the story is told: addresses, tokens, a first query."""

import json
import os
from pathlib import Path

from rich.console import Console

from suivi.core.access.viewer import Role
from suivi.demo.stage import SUBJECTS, TOKENS_LIVE, Stage

FIRST_QUERY = """{
  cases(first: 1) {
    nodes {
      state
      clinic { name city }
      treatments {
        procedureId sites
        recovery(asOf: "2026-03-13") {
          phases { text(locale: "fr") { text } }
          stabilisation { tooEarly mayBeJudgedFrom { earliest } }
        }
        coverMap { layers { kind holder segments { name state ends { earliest } } } }
      }
      messages(first: 5) { nodes { authorRole language body } }
      deliveries(first: 1) { state }
      availableActions { mutation allowed }
    }
  }
}"""

WHO = {
    Role.PATIENT: "through the partner's app",
    Role.REPRESENTATIVE: "may read for the patient",
    Role.PRACTITIONER: "Dr. Eszter Nagy, treated the patient",
    Role.COORDINATOR: "Kata Szabó, of the same clinic",
    Role.MEDIATOR: "Claire Lambert",
    Role.EXPERT: "Dr. Jonas Roth",
    Role.INTERPRETER: "Anna Farkas",
    Role.FRONTEND: "the partner's app itself: registers patients, sees no case",
    Role.OPERATOR: "runs the server: sees no case",
}


def write_files(stage: Stage, folder: Path) -> None:
    """`tokens.sh` and `first-query.json`, for those who would rather not copy from the screen."""
    lines = [f"{role.value.upper()}={stage.token(role)}" for role in SUBJECTS]
    descriptor = os.open(folder / "tokens.sh", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    (folder / "first-query.json").write_text(json.dumps({"query": FIRST_QUERY}), encoding="utf-8")


def tell_tokens(console: Console, stage: Stage) -> None:
    console.print()
    console.rule("[bold]Tokens[/]", align="left", style="cyan")
    console.print(f"One a role, for this demo only; each is valid for {TOKENS_LIVE.days} days.\n")
    for role, who in WHO.items():
        console.print(f"[bold cyan]{role.value}[/]  {who}", highlight=False)
        console.print(stage.token(role), style="dim", soft_wrap=True, highlight=False, markup=False)


def tell_how_to_serve(console: Console, folder: Path) -> None:
    console.print(f"\nThe story is told, and all it made is in {folder}.", highlight=False, markup=False)
    console.print("Start it again without --no-serve to try it yourself; the story is not played twice.")


def tell_what_to_try(console: Console, url: str, folder: Path) -> None:
    console.print()
    console.rule("[bold]Now you[/]", align="left", style="cyan")
    console.print(
        f"GraphQL   [bold]{url}/graphql[/]   (HTTP, and graphql-transport-ws for subscriptions)", highlight=False
    )
    console.print(
        f"Data      {folder}   database, photos, confirmation.pdf, cover-map.svg, mails, keys, server.log",
        highlight=False,
        markup=False,
    )
    console.print("\nA first query, as the patient, from another terminal:\n")
    for line in (
        f". {folder}/tokens.sh",
        f"curl -s {url}/graphql -H 'Content-Type: application/json' \\",
        f'  -H "Authorization: Bearer $PATIENT" -d @{folder}/first-query.json',
    ):
        console.print(f"  {line}", style="bold", soft_wrap=True, highlight=False, markup=False)
    console.print("\nThe same query to read, or for the explorer:\n")
    console.print(FIRST_QUERY, style="green", highlight=False, markup=False)
    console.print(
        f"\nThe explorer is the page at {url}/graphql; under Headers give it "
        '{"Authorization": "Bearer <a token from above>"}. It loads its code (GraphiQL) from unpkg.com, a CDN, so it '
        "needs the internet, and it is there in development only. The API itself needs neither.",
        highlight=False,
        markup=False,
    )
