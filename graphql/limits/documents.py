"""Documents made ready for execution: parsed, measured and validated, and remembered by their text."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from suivi.core.refusals import Refusal
from suivi.graphql.execution import Plan, compile_plan
from suivi.graphql.limits import refusing
from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.introspection import Introspection
from suivi.graphql.limits.measuring import ABSENT, DEEPEST, Bottomless, Measuring, Size
from suivi.graphql.limits.repeats import repeats
from suivi.graphql.limits.weights import ROWS

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_OF_VARIABLES = {
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
}
WITHOUT_VARIABLES = tuple(rule for rule in RULES if rule not in _OF_VARIABLES)
"""For documents without a `$`: looking for variables takes as long as all the rest."""
KEPT_TOKENS = 50_000
"""Of all documents that are remembered together. Each takes about a kilobyte, a compiled field four."""
CHARACTERS = 100
"""That take as much as a token: one text may be long."""
KEPT_SIZES = 20
LONGEST_TEXT = 100_000
MOST_DEFINITIONS = 100
MOST_REPEATS = 100
MOST_FAULTS = 5

# Half a second of comparing fields otherwise; our longest document needs a thousandth of that.
overlapping.MAX_COMPLEXITY_BUDGET = 10_000


class NotExecuted(Exception):  # noqa: N818 - an answer to the caller
    """The errors that are the whole answer; `size` where it could be measured and may be told."""

    def __init__(self, errors: list[GraphQLError], size: Size | None = None) -> None:
        self.errors = errors
        self.size = size
        super().__init__(f"{len(errors)} errors")


@dataclass(slots=True)
class Document:
    """`valid` once it has passed validation; `sizes` by operation and the variables that its size depends on."""

    ast: DocumentNode
    tokens: int
    characters: int
    has_variables: bool = True
    valid: bool = False
    sizes: dict[Any, Size] = field(default_factory=dict)
    by: dict[str | None, tuple[str, ...]] = field(default_factory=dict)
    plans: dict[str | None, Plan | None] = field(default_factory=dict)
    compiled: int = 0
    """Fields of its plans, which may be many more where fragments and conditions multiply them."""
    grew: Callable[[int], None] | None = None
    """Told of them, where room is counted."""

    @property
    def room(self) -> int:
        """In tokens: what most of it is made of."""
        return max(self.tokens, self.characters // CHARACTERS, self.compiled)

    def operations(self) -> list[OperationDefinitionNode]:
        return [definition for definition in self.ast.definitions if isinstance(definition, OperationDefinitionNode)]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Raises OperationNotFound."""
        operations = self.operations()
        # An empty name is no name: that is what clients send that have none.
        fitting = [one for one in operations if not name or (one.name and one.name.value == name)]
        if len(fitting) != 1:
            raise refusing.OperationNotFound(operations=len(operations))
        return fitting[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    document: Document
    operation: OperationDefinitionNode
    size: Size

    @property
    def name(self) -> str | None:
        return self.operation.name.value if self.operation.name else None

    def plan(self, schema: GraphQLSchema) -> Plan | None:
        """The operation compiled, the first time it is wanted; none where graphql-core is to execute it."""
        name, plans = self.name, self.document.plans
        if name not in plans:
            plans[name] = compile_plan(schema, self.document.ast, name, grew=self.document.grew)
        return plans[name]


class Documents:
    """Those of one schema. One a process; not shared between threads."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.introspection = Introspection(schema)
        self.rows = dict(ROWS)
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._lasting: dict[str, Document | None] = {}
        self._tokens = 0

    def expect(self, rows: Mapping[str, int]) -> None:
        """Lists that are longer than the table of sizes says: what is counted never gets less."""
        for name, number in rows.items():
            self.rows[name] = max(number, self.rows.get(name, 0))

    def keep_for_good(self, texts: Iterable[str]) -> None:
        """Once these are read, no others push them out. There is no bound: for trusted documents only."""
        for text in texts:
            if text not in self._lasting:
                self._lasting[text] = self._kept.get(text)
                self._forget(text)

    def prepare(
        self, text: str, name: str | None, variables: Mapping[str, Any] | None, allowance: Allowance
    ) -> Prepared:
        """Raises NotExecuted.

        The cost comes after validation: it follows the schema, so a document that does not fit would be told of it.
        """
        document: Document | None = None
        size: Size | None = None
        try:
            document = self.read(text, allowance)
            operation = document.operation(name)
            size = self.measure(document, operation, variables or {}, allowance)
            _require_within(size, allowance)
            if faults := self.faults(document, allowance):
                self._forget(text)
                raise NotExecuted(faults, size if allowance.may_introspect else None)
            _require_affordable(size, allowance)
        except (GraphQLError, Refusal) as wrong:
            may_tell = allowance.may_introspect or (document is not None and document.valid)
            error = wrong if isinstance(wrong, GraphQLError) else _error(wrong)
            raise NotExecuted([error], size if may_tell else None) from None
        return Prepared(document=document, operation=operation, size=size)

    def read(self, text: str, allowance: Allowance) -> Document:
        """Parsed and not yet validated. Raises a Refusal, or GraphQLError for those who may know all."""
        document = self._lasting.get(text) or self._kept.get(text)
        if document is None:
            document = _parsed(text, allowance)
            self._keep(text, document)
        if document.tokens > allowance.tokens:
            raise refusing.TooManyTokens(limit=allowance.tokens)
        if text in self._kept:
            self._kept.move_to_end(text)
        return document

    def measure(
        self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any], allowance: Allowance
    ) -> Size:
        """Raises QueryTooDeep for what is too deep even to measure."""
        name = operation.name.value if operation.name else None
        if (by := document.by.get(name)) is not None and (size := document.sizes.get(_key(name, by, variables))):
            return size
        measuring = Measuring(self.schema, document.ast, variables, rows=self.rows, introspection=self.introspection)
        try:
            size = measuring.measure(operation)
        except Bottomless:
            raise refusing.QueryTooDeep(depth=DEEPEST, limit=allowance.depth) from None
        by = document.by[name] = tuple(sorted(measuring.used))
        if len(document.sizes) < KEPT_SIZES:
            document.sizes[_key(name, by, variables)] = size
        return size

    def faults(self, document: Document, allowance: Allowance) -> list[GraphQLError]:
        """What validation finds; one sentence that gives nothing away for those who may not introspect."""
        if document.valid:
            return []
        curious = allowance.may_introspect
        found = validate(
            self.schema,
            document.ast,
            RULES if document.has_variables else WITHOUT_VARIABLES,
            max_errors=MOST_FAULTS if curious else 1,
            hide_suggestions=not curious,
        )
        document.valid = not found
        if found and not curious:
            return [_error(refusing.DocumentInvalid())]
        for error in found:
            error.extensions = {"code": refusing.DocumentInvalid.code}
        return found

    def _keep(self, text: str, document: Document) -> None:
        if text in self._lasting:
            self._lasting[text] = document
            return
        document.grew = partial(self._grew, text)
        self._kept[text] = document
        self._tokens += document.room
        self._make_room()

    def _grew(self, text: str, by: int) -> None:
        # One that is forgotten goes with whoever still asks it.
        if document := self._kept.get(text):
            before = document.room
            document.compiled += by
            self._tokens += document.room - before
            self._make_room()

    def _make_room(self) -> None:
        while self._tokens > KEPT_TOKENS and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, text: str) -> None:
        if forgotten := self._kept.pop(text, None):
            self._tokens -= forgotten.room


def _parsed(text: str, allowance: Allowance) -> Document:
    if len(text) > LONGEST_TEXT:
        raise refusing.TooManyTokens(limit=allowance.tokens)
    try:
        ast = parse(text, max_lexical_tokens=allowance.tokens, max_comments=allowance.tokens)
    except GraphQLSyntaxError as error:
        raise _told(error, allowance) from None
    if len(ast.definitions) > MOST_DEFINITIONS:
        raise refusing.TooManyDefinitions(definitions=len(ast.definitions), limit=MOST_DEFINITIONS)
    if (most := repeats(ast)) > MOST_REPEATS:
        raise refusing.TooManyRepeats(repeats=most, limit=MOST_REPEATS)
    return Document(
        ast=ast,
        tokens=getattr(ast, "token_count", len(text)),
        characters=len(text),
        has_variables="$" in text,
    )


def _told(error: GraphQLSyntaxError, allowance: Allowance) -> Exception:
    if "Parsing aborted" in error.message:
        if "nested too deeply" in error.message:
            return refusing.QueryTooDeep(depth=DEEPEST, limit=allowance.depth)
        return refusing.TooManyTokens(limit=allowance.tokens)
    if allowance.may_introspect:
        error.extensions = {"code": refusing.NotGraphQL.code}
        return error
    where = error.locations[0] if error.locations else None
    return refusing.NotGraphQL(line=where.line if where else 0, column=where.column if where else 0)


def _require_within(size: Size, allowance: Allowance) -> None:
    """In all that does not depend on what is in the schema."""
    if size.introspects and not allowance.may_introspect:
        raise refusing.IntrospectionNotAllowed()
    if size.depth > allowance.depth:
        raise refusing.QueryTooDeep(depth=size.depth, limit=allowance.depth)
    if size.aliases > allowance.aliases:
        raise refusing.TooManyAliases(aliases=size.aliases, limit=allowance.aliases)
    if size.directives > allowance.directives:
        raise refusing.TooManyDirectives(directives=size.directives, limit=allowance.directives)


def _require_affordable(size: Size, allowance: Allowance) -> None:
    if size.cost > allowance.cost:
        raise refusing.QueryTooCostly(cost=size.cost, limit=allowance.cost)


def _key(name: str | None, by: tuple[str, ...], variables: Mapping[str, Any]) -> Any:
    return name, *(_weighed(variables.get(variable, ABSENT)) for variable in by)


def _weighed(told: Any) -> Any:
    """All of a variable that a size can depend on: a number, or the length of a text."""
    if isinstance(told, str):
        return str, len(told)
    if isinstance(told, int | float):
        return type(told), told
    return ABSENT if told is ABSENT else None


def _error(refusal: Refusal) -> GraphQLError:
    return GraphQLError(refusal.code, original_error=refusal)
