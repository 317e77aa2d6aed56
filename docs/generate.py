"""Writes the pages of `docs/` that are read off the code: `python docs/generate.py`. The tests compare them."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

import suivi.graphql.app  # noqa: F401 - registers every refusal there is
from suivi.core.access.tokens import Code
from suivi.core.refusals import Refusal
from suivi.core.registry import Registry
from suivi.core.specialties.model import Specialty
from suivi.reference import reference_index, reference_page
from suivi.settings import Settings

DOCS = Path(__file__).parent
PLUGINS = DOCS.parent / "plugins"

SETTINGS = """\
# Settings

<!-- Written by docs/generate.py: change suivi/settings.py and run it. -->

Suivi is configured by environment variables alone. It needs none of them: without any, it keeps everything in one
folder and listens on this machine only. What is set is checked at start-up, and a mistake stops the start with a
sentence that names the variable. `suivi doctor` shows what is in force and what can be reached; secrets are never
shown, here or in any message.

| variable | when not set | meaning |
|---|---|---|
{rows}

Variables marked † may hold a password or a key. `docs/operating.md` says which of them a production server needs.
"""

REFUSALS = """\
# Refusals

<!-- Written by docs/generate.py: change the refusal's class and run it. -->

When Suivi will not do something, it says so with a **code** that never changes and is never translated, a **message**
for a person, and a **remedy**. Message and remedy come in the language asked for, English or French; below they are
in English. Words in braces are filled in.

A mutation answers with a `Refusal` in place of its object, and has then changed nothing. A query or subscription
cannot answer two things, so there the same code arrives in `errors[].extensions.code`.

{areas}

## Tokens

A request whose token is not accepted is answered with HTTP status 401, or 503 for `ISSUER_UNREACHABLE`, and one
error with the code in `extensions.code`. On a WebSocket the connection is closed with 4403.

| code | meaning |
|---|---|
{tokens}

## Faults

| code in `errors[].extensions` | meaning |
|---|---|
| `INTERNAL_SERVER_ERROR` | Something went wrong on our side. The cause is in the server's log and is not told. |
"""

TOKENS: Mapping[str, str] = {
    "TOKEN_MISSING": "No bearer token was sent.",
    "TOKEN_MALFORMED": "What was sent is no signed JSON Web Token, or not an access token.",
    "TOKEN_EXPIRED": "The token's `exp` has passed.",
    "TOKEN_NOT_YET_VALID": "Its `nbf` or `iat` is more than 30 seconds ahead: compare the clocks of both servers.",
    "TOKEN_SIGNATURE": "The signature does not fit, or its algorithm or key is not accepted.",
    "TOKEN_ISSUER": "Its `iss` is not the issuer this server accepts.",
    "TOKEN_AUDIENCE": "Its `aud` does not name this server.",
    "TOKEN_CLAIMS": "A claim is missing or makes no sense with the others; the message names it.",
    "ISSUER_UNREACHABLE": "The identity provider does not answer, so the token cannot be checked: try again shortly.",
}

AREAS = {
    "acting": "Idempotency keys",
    "nodes": "Ids and pages",
    "versions": "Versions",
    "inputs": "Texts, dates and numbers",
    "clocks": "Texts, dates and numbers",
    "access": "Access",
    "following": "Access",
}
"""Heading by the module or folder that has the refusal, where it is not the folder's own name."""


def settings_page() -> str:
    rows = [_setting(name, field) for name, field in Settings.model_fields.items()]
    return SETTINGS.format(rows="\n".join(rows))


def _setting(name: str, field: FieldInfo) -> str:
    mark = " †" if "SecretStr" in str(field.annotation) else ""
    return _row(f"`SUIVI_{name.upper()}`{mark}", _shown(field), field.description or "")


def _shown(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None:
        return ""
    if isinstance(default, Enum):
        default = default.value
    if isinstance(default, bool | list | dict):
        default = json.dumps(default)
    return f"`{default}`"


def refusals_page() -> str:
    tokens = [_row(f"`{code}`", TOKENS[code]) for code in get_args(Code)]
    areas = [_area(heading, kinds) for heading, kinds in sorted(_by_area().items())]
    return REFUSALS.format(areas="\n\n".join(areas), tokens="\n".join(tokens))


def _by_area() -> dict[str, list[type[Refusal]]]:
    areas = defaultdict(list)
    for _, kind in sorted(Refusal.by_code.items()):
        if kind.__module__.startswith("suivi."):
            areas[_heading(kind.__module__)].append(kind)
    return areas


def _heading(module: str) -> str:
    place = module.split(".")[2]
    return AREAS.get(place, place.replace("_", " ").capitalize())


def _area(heading: str, kinds: Iterable[type[Refusal]]) -> str:
    rows = [_row(f"`{kind.code}`", (kind.__doc__ or "").strip(), kind.remedy) for kind in kinds]
    return "\n".join([f"## {heading}", "", "| code | message | remedy |", "|---|---|---|", *rows])


def _row(*cells: Any) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


PAGES: Mapping[str, Callable[[], str]] = {"settings.md": settings_page, "refusals.md": refusals_page}


def specialties() -> list[Specialty]:
    """Those of this repository, whatever else is installed here."""
    names = sorted(protocol.parent.name for protocol in PLUGINS.glob("*/protocol.yaml"))
    registry = Registry.load(only=[], extra=[import_module(f"suivi.plugins.{name}") for name in names])
    return [registry.specialties()[name] for name in names]


def reference() -> dict[str, str]:
    """Pages and pictures of all specialties by their path in docs/."""
    written = {**reference_index(specialties())}
    for specialty in specialties():
        written |= reference_page(specialty)
    return {f"specialties/{name}": text for name, text in written.items()}


def main() -> None:
    pages = {name: page() for name, page in PAGES.items()} | reference()
    for old in (DOCS / "specialties").rglob("*.*"):
        if str(old.relative_to(DOCS)) not in pages:
            old.unlink()
    for name, text in pages.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
