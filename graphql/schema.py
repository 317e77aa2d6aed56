"""The schema: every noun's queries, mutations and subscriptions put together."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaskErrors, MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.relay.utils import from_base64
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext
from strawberry.types.execution import PreExecutionError

from suivi.core import texts
from suivi.core.refusals import Refusal as CoreRefusal
from suivi.graphql.cases import (
    CaseMutations,
    CaseQueries,
    CaseSubscriptions,
    load_assignment,
    load_case,
)
from suivi.graphql.check_ups import CheckUpMutations, load_held_check_up
from suivi.graphql.classifications import ClassificationMutations, load_classification
from suivi.graphql.clinics import ClinicMutations, ClinicQueries, load_clinic, load_member
from suivi.graphql.complaint_bodies import ComplaintBodyQueries
from suivi.graphql.complications import ComplicationMutations, load_complication_report
from suivi.graphql.context import Info
from suivi.graphql.coverage import CoverageMutations, load_terms
from suivi.graphql.deliveries import DeliveryMutations, DeliveryQueries, load_delivery
from suivi.graphql.events import load_event
from suivi.graphql.evidence import EvidenceMutations, load_evidence
from suivi.graphql.following import AccessEnded, require_current
from suivi.graphql.hints import HintQueries
from suivi.graphql.measurements import MeasurementMutations, load_measurement
from suivi.graphql.messages import MessageMutations, MessageSubscriptions, load_message
from suivi.graphql.nodes import Node
from suivi.graphql.partners import PartnerMutations, load_partner
from suivi.graphql.patients import PatientMutations, PatientQueries, load_mandate, load_patient, load_trip
from suivi.graphql.pins import PinMutations, PinQueries
from suivi.graphql.plugins import PluginQueries
from suivi.graphql.recording import RecordingMutations
from suivi.graphql.treatments import TreatmentMutations, TreatmentQueries, load_treatment
from suivi.graphql.viewer import ViewerQueries

log = logging.getLogger(__name__)

MAX_TOKENS = 4000
KEPT_DOCUMENTS = 500

LOADERS: Mapping[str, Callable[[Info, UUID], Awaitable[Any]]] = {
    "Assignment": load_assignment,
    "Case": load_case,
    "Classification": load_classification,
    "Clinic": load_clinic,
    "ComplicationReport": load_complication_report,
    "Delivery": load_delivery,
    "Event": load_event,
    "Evidence": load_evidence,
    "HeldCheckUp": load_held_check_up,
    "Mandate": load_mandate,
    "Measurement": load_measurement,
    "Member": load_member,
    "Message": load_message,
    "Partner": load_partner,
    "Patient": load_patient,
    "Terms": load_terms,
    "Treatment": load_treatment,
    "Trip": load_trip,
}


@strawberry.type
class NodeQueries:
    @strawberry.field(description="Anything by its id; null when there is none, or you may not see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        try:
            kind, identity = from_base64(id)
            found: Node | None = await LOADERS[kind](info, UUID(identity))
        except (ValueError, KeyError):
            return None
        return found


class Masked(MaskErrors):
    """Refusals keep their code and sentence; anything else is logged here and told to nobody."""

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        locale = getattr(self.execution_context.context, "locale", "en")
        return [masked(error, locale) for error in errors]


def masked(error: GraphQLError, locale: str) -> GraphQLError:
    original = error.original_error
    if isinstance(original, CoreRefusal):
        sentence = f"{texts.sentence(original, locale)} {texts.remedy(original, locale)}"
        return _retold(error, sentence, {"code": original.code, "field": original.field})
    if original is None or isinstance(original, GraphQLError):
        # The request itself is at fault: the message is GraphQL's own.
        error.extensions = {"code": "BAD_USER_INPUT", **(error.extensions or {})}
        return error
    log.error("unexpected %s at %s", type(original).__name__, error.path, exc_info=_without_words(original))
    return _retold(error, "Something went wrong on our side. It has been logged.", {"code": "INTERNAL_SERVER_ERROR"})


def _retold(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)


def _without_words(error: BaseException) -> BaseException:
    """The same trace without the message: database errors quote the rows they are about."""
    return Exception(type(error).__name__).with_traceback(error.__traceback__)


class SuiviSchema(strawberry.Schema):
    """Errors are logged where they are masked, once, and never with what a client sent.

    On a WebSocket the context given is the connection's: each operation gets one of its own.
    """

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        *args: Any,
        **rest: Any,
    ) -> Any:
        context = context_value.for_operation()
        try:
            require_current(context)
        except AccessEnded as over:
            return _refused(over, context.locale)
        return await super().stream(query, variable_values, context, *args, **rest)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        # A query that cannot be parsed comes by here and not by the extension; what is masked stays as it is.
        locale = getattr(execution_context and execution_context.context, "locale", "en")
        errors[:] = [masked(error, locale) for error in errors]


async def _refused(refusal: CoreRefusal, locale: str) -> AsyncGenerator[PreExecutionError, None]:
    error = masked(GraphQLError(refusal.code, original_error=refusal), locale)
    yield PreExecutionError(data=None, errors=[error])


Query = merge_types(
    "Query",
    (
        NodeQueries,
        ViewerQueries,
        CaseQueries,
        ClinicQueries,
        PatientQueries,
        TreatmentQueries,
        DeliveryQueries,
        PinQueries,
        PluginQueries,
        ComplaintBodyQueries,
        HintQueries,
    ),
)
Mutation = merge_types(
    "Mutation",
    (
        PartnerMutations,
        ClinicMutations,
        CoverageMutations,
        PatientMutations,
        TreatmentMutations,
        RecordingMutations,
        MeasurementMutations,
        CheckUpMutations,
        PinMutations,
        CaseMutations,
        EvidenceMutations,
        MessageMutations,
        ComplicationMutations,
        ClassificationMutations,
        DeliveryMutations,
    ),
)
Subscription = merge_types("Subscription", (MessageSubscriptions, CaseSubscriptions))

schema = SuiviSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[
        Masked,
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: ParserCache(maxsize=KEPT_DOCUMENTS),
        lambda: ValidationCache(maxsize=KEPT_DOCUMENTS),
    ],
    config=StrawberryConfig(auto_camel_case=True),
)
