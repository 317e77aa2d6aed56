"""Why a request is not looked into; with HTTP status 400 where nothing else is said."""

from typing import ClassVar

from suivi.core.refusals import Refusal


class MethodNotAllowed(Refusal):
    """This is asked by POST."""

    status: ClassVar[int] = 405
    headers: ClassVar[dict[str, str]] = {"Allow": "POST"}
    code = "METHOD_NOT_ALLOWED"
    remedy = "Send it by POST with a JSON body; only queries may be sent by GET."


class PreflightRequired(Refusal):
    """A page of any site could make a browser send this request unasked."""

    code = "PREFLIGHT_REQUIRED"
    remedy = "Add the header GraphQL-Require-Preflight or Apollo-Require-Preflight with any value."


class NotAcceptable(Refusal):
    """None of the media types that are accepted can be given."""

    status: ClassVar[int] = 406
    code = "NOT_ACCEPTABLE"
    remedy = "Accept application/graphql-response+json or application/json."


class StreamRequired(Refusal):
    """A subscription is answered with a stream of events."""

    status: ClassVar[int] = 406
    code = "STREAM_REQUIRED"
    remedy = "Accept text/event-stream, or subscribe over a WebSocket."


class UnsupportedMediaType(Refusal):
    """The body is not declared as JSON in UTF-8."""

    status: ClassVar[int] = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    remedy = "Send the header Content-Type: application/json."


class UnsupportedEncoding(Refusal):
    """The body is compressed, which is not undone here."""

    status: ClassVar[int] = 415
    headers: ClassVar[dict[str, str]] = {"Accept-Encoding": "identity"}
    code = "UNSUPPORTED_ENCODING"
    remedy = "Send the body as it is, without the header Content-Encoding."


class BodyMalformed(Refusal):
    """The body is not one JSON object in UTF-8 with each name once and every number finite."""

    code = "BODY_MALFORMED"
    remedy = "Send one object with `query` and, where needed, `variables` and `operationName`."


class ParameterMalformed(Refusal):
    """The parameter `{name}` is missing, sent twice or of the wrong kind."""

    code = "PARAMETER_MALFORMED"
    remedy = "`query`, `documentId` and `operationName` are texts, `variables` and `extensions` objects."


class TooManyValues(Refusal):
    """The body holds more than {limit} values."""

    code = "TOO_MANY_VALUES"
    remedy = "Send what it is about in several requests."


class BodyTooLarge(Refusal):
    """A request has at most {limit} bytes."""

    status: ClassVar[int] = 413
    code = "BODY_TOO_LARGE"
    remedy = "Files go to the object store: begin an upload and send them there."


class BodyTooSlow(Refusal):
    """The body of the request did not arrive within {seconds} seconds."""

    status: ClassVar[int] = 408
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}
    code = "BODY_TOO_SLOW"
    remedy = "Send it again over a better connection."


class RateLimited(Refusal):
    """There were too many requests: {limit} a minute are allowed."""

    status: ClassVar[int] = 429
    code = "RATE_LIMITED"
    remedy = "Wait for as many seconds as Retry-After says, and ask for more at once rather than more often."


class TooManyConnections(Refusal):
    """There are {limit} WebSockets and event streams open for this token's holder already."""

    status: ClassVar[int] = 429
    code = "TOO_MANY_CONNECTIONS"
    remedy = "Close those that are no longer needed; one WebSocket carries many subscriptions."


class TooManyOperations(Refusal):
    """There are {limit} operations under way on this connection already."""

    code = "TOO_MANY_OPERATIONS"
    remedy = "Complete those that are no longer needed, or open another connection."


class OperationsTooLarge(Refusal):
    """The operations under way on this connection would hold {characters} characters: at most {limit} are kept."""

    code = "OPERATIONS_TOO_LARGE"
    remedy = "Complete those that are no longer needed, send less in their variables, or open another connection."


class PersistedQueryNotFound(Refusal):
    """No trusted document of this server has this id."""

    word: ClassVar[str] = "PersistedQueryNotFound"
    """What clients look for that send hashes."""
    code = "PERSISTED_QUERY_NOT_FOUND"
    remedy = "Send the document's text, or have the manifest that it is in put on the server."


class PersistedQueriesNotSupported(Refusal):
    """This server has no trusted documents."""

    word: ClassVar[str] = "PersistedQueryNotSupported"
    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    remedy = "Send the document's text."


class DocumentIdMismatch(Refusal):
    """The document is not the one that its id stands for."""

    code = "DOCUMENT_ID_MISMATCH"
    remedy = "Send either the id or the text, or both from the same build."


class DocumentNotTrusted(Refusal):
    """Only documents that were handed in beforehand are executed for this token."""

    code = "DOCUMENT_NOT_TRUSTED"
    remedy = "Send a document of your manifest, by its id or word for word, or have the operator add this one."


class ClockMalformed(Refusal):
    """Suivi-Clock is no instant between 1900 and 2200."""

    code = "CLOCK_MALFORMED"
    remedy = "Send an instant in ISO 8601, such as 2026-03-13T18:00Z, or leave the header out."
