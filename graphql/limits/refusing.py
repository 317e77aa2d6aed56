"""Why a document is not executed: its size, or that it does not fit the schema."""

from typing import ClassVar

from suivi.core.refusals import Refusal


class QueryTooDeep(Refusal):
    """The document nests fields {depth} deep; {limit} is the most."""

    code = "QUERY_TOO_DEEP"
    remedy = "Ask for what is nested that deep by its id, in a request of its own."


class QueryTooCostly(Refusal):
    """The document may ask for {cost} values, lists counted at their full size; {limit} is the most."""

    code = "QUERY_TOO_COSTLY"
    remedy = "Ask for smaller pages or fewer fields; `extensions.cost` says what each request costs."


class TooManyAliases(Refusal):
    """The document has {aliases} aliases, those of fragments counted at each spread; {limit} is the most."""

    code = "TOO_MANY_ALIASES"
    remedy = "Split the document into several requests."


class TooManyDirectives(Refusal):
    """The document has {directives} directives, those of fragments counted at each spread; {limit} is the most."""

    code = "TOO_MANY_DIRECTIVES"
    remedy = "Split the document into several requests."


class TooManyTokens(Refusal):
    """The document is longer than {limit} tokens (names, numbers, texts and marks)."""

    code = "TOO_MANY_TOKENS"
    remedy = "Split the document, and send what varies as variables."


class TooManyRepeats(Refusal):
    """One selection names the same field {repeats} times; {limit} is the most."""

    code = "TOO_MANY_REPEATS"
    remedy = "Name each field once."


class TooManyDefinitions(Refusal):
    """The document holds {definitions} operations and fragments; {limit} is the most."""

    code = "TOO_MANY_DEFINITIONS"
    remedy = "Send the operation that is to be executed, and the fragments it spreads."


class NotGraphQL(Refusal):
    """The document is not GraphQL: it goes wrong at line {line}, column {column}."""

    code = "GRAPHQL_PARSE_FAILED"
    remedy = "Correct the document there."


class DocumentInvalid(Refusal):
    """The document does not fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"
    remedy = "Check it against schema.graphql; a token that may introspect is told more."


class IntrospectionNotAllowed(Refusal):
    """This token may not read the schema through the API."""

    code = "INTROSPECTION_NOT_ALLOWED"
    remedy = "Read schema.graphql, or use a token of a frontend or an operator."


class VariablesInvalid(Refusal):
    """The variables do not fit what the document declares: ${name}."""

    code = "BAD_USER_INPUT"
    remedy = "Check names, types and required fields of the variables against schema.graphql."


class OperationNotFound(Refusal):
    """Which operation to execute is not clear: the document holds {operations}."""

    code = "OPERATION_NOT_FOUND"
    remedy = "Send exactly one operation, or the name of one of them as `operationName`."


class ExecutionTimeout(Refusal):
    """The request took longer than {seconds} seconds and was given up."""

    status: ClassVar[int] = 503
    code = "EXECUTION_TIMEOUT"
    remedy = "Ask for less at once; a mutation may be sent again with the same idempotency key."
