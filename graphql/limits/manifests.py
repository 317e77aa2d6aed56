"""Manifests of trusted documents, as the tools of frontends write them: Relay, Apollo and graphql-codegen."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
)

from suivi.core.refusals import Refusal
from suivi.core.wording.rules import LONGEST_TEXT
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.documents import Documents, NotExecuted
from suivi.graphql.nodes import MAX_PAGE
from suivi.problems import Problem

APOLLO = "apollo-persisted-query-manifest"
TOLD_FAULTS = 10
SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document of a manifest; the name is for people."""

    id: str
    name: str | None
    text: str
    file: Path

    def __str__(self) -> str:
        return f"{self.id} ({self.name})" if self.name else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """An operation that may be trusted; `cost` is what it can come to at most."""

    entry: Entry
    kind: str
    name: str | None
    depth: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    entry: Entry
    reason: str


def read_manifests(path: Path) -> list[Entry]:
    """Of one file, or of every `.json` file of a folder. Raises Problem."""
    entries = [entry for file in _files(path) for entry in _read(file)]
    known: dict[str, Entry] = {}
    for entry in entries:
        other = known.setdefault(entry.id, entry)
        if other.text != entry.text:
            raise Problem(
                f"{entry.file} cannot be used: {other.file} has another document with the id {entry.id}. "
                "Have one of the two frontends' manifests made again with hashes of the texts as ids."
            )
    return list(known.values())


def hash_of(text: str) -> str:
    # A text that came over the network may hold half a surrogate pair.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def claimed_hash(name: str) -> str | None:
    """The SHA-256 that an id says it is; None for ids of another kind."""
    found = SHA256.fullmatch(name)
    return found[1] if found else None


def examined(entries: list[Entry], schema: GraphQLSchema, allowance: Allowance) -> Iterator[Fit | Fault]:
    """Each operation, or what is wrong with the document; within the allowance but for its cost."""
    # Not the server's own: what is only examined would crowd out what is asked for.
    documents = Documents(schema)
    for entry in entries:
        try:
            document = documents.read(entry.text, allowance)
            operations = document.operations() or [document.operation(None)]
            fits = [_examine(entry, operation, documents, allowance) for operation in operations]
        except NotExecuted as unfit:
            yield Fault(entry=entry, reason=_sentence(unfit.errors[0]))
        except (GraphQLError, Refusal) as unfit:
            yield Fault(entry=entry, reason=_sentence(unfit))
        else:
            yield from fits


def require_fit(entries: list[Entry], schema: GraphQLSchema, allowance: Allowance) -> None:
    """Raises Problem, naming the documents."""
    faults = [found for found in examined(entries, schema, allowance) if isinstance(found, Fault)]
    if faults:
        more = [f"  and {len(faults) - TOLD_FAULTS} more"] if len(faults) > TOLD_FAULTS else []
        lines = [f"  {fault.entry.file}: {fault.entry}: {fault.reason}" for fault in faults[:TOLD_FAULTS]]
        raise Problem("\n".join(["These trusted documents cannot be used:", *lines, *more, WHAT_TO_DO]))


WHAT_TO_DO = (
    "Have the manifest made again for this server's schema (`suivi schema`), or take these documents out of it; "
    "`suivi documents check` says when all is well."
)


def _examine(entry: Entry, operation: OperationDefinitionNode, documents: Documents, allowance: Allowance) -> Fit:
    name = operation.name.value if operation.name else None
    most = {one.variable.name.value: _most(one) for one in operation.variable_definitions or ()}
    size = documents.prepare(entry.text, name, most, allowance).size
    return Fit(entry=entry, kind=operation.operation.value, name=name, depth=size.depth, cost=size.cost)


def _most(variable: VariableDefinitionNode) -> Any:
    """The longest page or text that may be asked for."""
    kind = variable.type.type if isinstance(variable.type, NonNullTypeNode) else variable.type
    is_text = isinstance(kind, NamedTypeNode) and kind.name.value == "String"
    return "a" * LONGEST_TEXT if is_text else MAX_PAGE


def _sentence(error: Exception) -> str:
    refusal = error.original_error if isinstance(error, GraphQLError) else error
    if isinstance(refusal, Refusal):
        return refusal.sentence()
    where = error.locations[0] if isinstance(error, GraphQLError) and error.locations else None
    message = error.message if isinstance(error, GraphQLError) else str(error)
    return f"line {where.line}, column {where.column}: {message}" if where else message


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.json"))
    if not files:
        raise Problem(f"There is no manifest of trusted documents in {path}: no file there ends in .json.")
    return files


def _read(file: Path) -> list[Entry]:
    try:
        told = json.loads(file.read_text("utf-8"), object_pairs_hook=_each_once)
    except OSError as error:
        raise Problem(
            f"The manifest {file} cannot be read: {error.strerror}. Correct SUIVI_TRUSTED_DOCUMENTS, or put it there."
        ) from error
    except (ValueError, RecursionError) as error:
        raise _broken(file, f"it is not JSON ({error})") from error
    entries = list(_apollo(told, file) if isinstance(told, dict) and "format" in told else _texts(told, file))
    if not entries:
        raise _broken(file, "there is no document in it")
    for entry in entries:
        if (hashed := claimed_hash(entry.id)) and hashed != hash_of(entry.text):
            raise _broken(file, f"the id {entry} is not the SHA-256 of its document")
    return entries


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name twice in one object")
    return told


def _texts(told: Any, file: Path) -> Iterator[Entry]:
    """`{id: text}`, as relay-compiler and graphql-codegen write it."""
    if not isinstance(told, dict):
        raise _broken(file, "it is no object")
    for name, text in told.items():
        if not name or not isinstance(text, str):
            raise _broken(file, f"what stands at {name!r} is no text")
        yield Entry(id=name, name=None, text=text, file=file)


def _apollo(told: dict[str, Any], file: Path) -> Iterator[Entry]:
    if (told["format"], told.get("version")) != (APOLLO, 1):
        raise _broken(file, f"its format is neither {APOLLO} version 1 nor an object of ids and texts")
    operations = told.get("operations")
    if not isinstance(operations, list):
        raise _broken(file, "`operations` is no list")
    for place, operation in enumerate(operations):
        given = operation if isinstance(operation, dict) else {}
        name, text = given.get("id"), given.get("body")
        if not name or not isinstance(name, str) or not isinstance(text, str):
            raise _broken(file, f"`operations[{place}]` lacks `id` or `body`")
        yield Entry(id=name, name=str(given["name"]) if given.get("name") else None, text=text, file=file)


def _broken(file: Path, why: str) -> Problem:
    return Problem(
        f"{file} is no manifest of trusted documents: {why}. "
        "Have it made again by relay-compiler, Apollo's generate-persisted-query-manifest or graphql-codegen."
    )
