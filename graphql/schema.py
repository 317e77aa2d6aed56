"""The schema: every noun's queries, mutations and subscriptions put together."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from inspect import isawaitable
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.relay.utils import from_base64
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from suivi.core import texts
from suivi.core.access.tokens import Unauthenticated
from suivi.core.events.feed import Feed
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
from suivi.graphql.comparing import ComparingQueries
from suivi.graphql.complaint_bodies import ComplaintBodyQueries
from suivi.graphql.complications import ComplicationMutations, load_complication_report
from suivi.graphql.confirmations import ConfirmationQueries, load_confirmation, load_confirmation_request
from suivi.graphql.confirming import ConfirmationMutations
from suivi.graphql.context import Context, Info
from suivi.graphql.coverage import CoverageMutations, load_terms
from suivi.graphql.deliveries import DeliveryMutations, DeliveryQueries, load_delivery
from suivi.graphql.devices import DeviceQueries, load_device, load_device_warranty
from suivi.graphql.events import load_event
from suivi.graphql.evidence import EvidenceMutations, load_evidence
from suivi.graphql.execution import Plan
from suivi.graphql.execution.written import Written
from suivi.graphql.following import require_current
from suivi.graphql.hints import HintQueries
from suivi.graphql.insurances import InsuranceMutations, load_insurance
from suivi.graphql.limits.documents import Documents, NotExecuted, Prepared
from suivi.graphql.limits.extension import PreparedDocuments, cost_of
from suivi.graphql.limits.refusing import ExecutionTimeout
from suivi.graphql.limits.variables import about_variables
from suivi.graphql.live import Hubs, Outlet, Stream, Subscriber, TooSlow, asked_of
from suivi.graphql.measurements import MeasurementMutations, load_measurement
from suivi.graphql.messages import MessageMutations, MessageSubscriptions, load_message
from suivi.graphql.nodes import Node
from suivi.graphql.partners import PartnerMutations, load_partner
from suivi.graphql.patients import PatientMutations, PatientQueries, load_mandate, load_patient, load_trip
from suivi.graphql.pins import PinMutations, PinQueries
from suivi.graphql.plugins import PluginQueries
from suivi.graphql.recording import RecordingMutations
from suivi.graphql.recording_devices import DeviceMutations
from suivi.graphql.reminders import ReminderQueries, load_reminder
from suivi.graphql.successions import SuccessionMutations
from suivi.graphql.terms_drafts import TermsDraftMutations, TermsDraftQueries, load_terms_draft
from suivi.graphql.terms_offers import TermsOfferMutations, load_terms_offer
from suivi.graphql.treatments import TreatmentMutations, TreatmentQueries, load_treatment
from suivi.graphql.viewer import ViewerQueries
from suivi.graphql.wording import WordingQueries

log = logging.getLogger(__name__)

GRACE_SECONDS = 10

LOADERS: Mapping[str, Callable[[Info, UUID], Awaitable[Any]]] = {
    "Assignment": load_assignment,
    "Case": load_case,
    "Classification": load_classification,
    "Clinic": load_clinic,
    "ComplicationReport": load_complication_report,
    "Confirmation": load_confirmation,
    "ConfirmationRequest": load_confirmation_request,
    "Delivery": load_delivery,
    "Device": load_device,
    "DeviceWarranty": load_device_warranty,
    "Event": load_event,
    "Evidence": load_evidence,
    "HeldCheckUp": load_held_check_up,
    "Insurance": load_insurance,
    "Mandate": load_mandate,
    "Measurement": load_measurement,
    "Member": load_member,
    "Message": load_message,
    "Partner": load_partner,
    "Patient": load_patient,
    "Reminder": load_reminder,
    "Terms": load_terms,
    "TermsDraft": load_terms_draft,
    "TermsOffer": load_terms_offer,
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
        return [masked(error, self.execution_context.context) for error in errors]


def masked(error: GraphQLError, context: Context) -> GraphQLError:
    """As the asker is told; what is masked already stays as it is."""
    original = error.original_error
    if isinstance(original, CoreRefusal):
        sentence = f"{texts.sentence(original, context.locale)} {texts.remedy(original, context.locale)}"
        return _retold(error, sentence, {"code": original.code, "field": original.field})
    if isinstance(original, Unauthenticated):
        return _retold(error, original.sentence, {"code": original.code})
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
    """Every document is made ready here first, whatever it came over: what does not fit is never executed.

    Errors are logged where they are masked, once, and never with what a client sent.
    """

    @cached_property
    def documents(self) -> Documents:
        return Documents(self._schema)

    @cached_property
    def unfinished(self) -> set[asyncio.Task[Any]]:
        """Mutations, of which nobody may be waiting for an answer any more."""
        return set()

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        *args: Any,
        **rest: Any,
    ) -> ExecutionResult:
        """`root_value` and what follows `operation_name` are Strawberry's, and have no part in any answer of ours."""
        try:
            prepared = self.documents.prepare(query or "", operation_name, variable_values, context_value.allowance)
        except NotExecuted as refused:
            return not_executed(refused, context_value)
        result = await self.execute_prepared(prepared, query or "", variable_values, context_value)
        if isinstance(result.data, Written):
            result.data = result.data.read()
        return result

    async def execute_prepared(
        self, prepared: Prepared, query: str, variables: dict[str, Any] | None, context: Context
    ) -> ExecutionResult:
        """By a plan where there is one; otherwise, and where the context says so, by graphql-core.

        The data of a plan's answer may be `Written` already.
        """
        if context.compiled and (plan := prepared.plan(self._schema)) is not None:
            result = await self._by_plan(plan, variables, context)
            if result is not None:
                result.extensions = cost_of(prepared.size, context.allowance)
                return result
        return await super().execute(query, variables, context, None, prepared.name)

    async def _by_plan(self, plan: Plan, variables: dict[str, Any] | None, context: Context) -> ExecutionResult | None:
        """None, and nothing executed, where graphql-core is to answer."""
        try:
            executed = plan.execute(context=context, variables=variables, by_statement=True)
            if isawaitable(executed):
                executed = await self._in_time(executed, plan.operation.is_serial, context)
        except Exception as error:
            return refused(error, context)
        finally:
            context.forget()
        if executed is None:
            return None
        return ExecutionResult(executed.data, _told(executed.errors, context) if executed.errors else None)

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        *args: Any,
        **rest: Any,
    ) -> Any:
        """What a subscription tells, as JSON where it was executed; ends with errors where it does not go on."""
        return self._streamed(query or "", variable_values or {}, operation_name, context_value)

    async def _streamed(
        self, query: str, variables: dict[str, Any], name: str | None, context: Context
    ) -> AsyncGenerator[str | ExecutionResult, None]:
        outlet = Stream(refused(TooSlow(), context))
        following = asyncio.create_task(self.follow(query, variables, name, context, outlet))
        try:
            async for result in outlet.results():
                yield result
        finally:
            following.cancel()
            await asyncio.wait({following})
            if not following.cancelled() and (subscriber := following.result()):
                self.leave(subscriber)

    async def follow(
        self, query: str, variables: dict[str, Any], name: str | None, context: Context, outlet: Outlet
    ) -> Subscriber | None:
        """Begin a subscription, whose answers go to the outlet from now on; none where that is ended already.

        What was missed is told before this returns. Raises nothing: the outlet ends with whatever is wrong.
        """
        try:
            require_current(context)
            prepared = self.documents.prepare(query, name, variables, context.allowance)
            asked = await asked_of(
                self._schema, prepared, text=query, name=name or None, variables=variables, context=context, mask=_told
            )
            subscriber = Subscriber(asked, outlet, asked.followed.seq, context.viewer.expires_at)
            await self.hubs(context.house.feed).join(subscriber)
        except NotExecuted as refusal:
            outlet.end(not_executed(refusal, context))
        except Exception as error:
            outlet.end(refused(error, context))
        else:
            return subscriber
        return None

    def hubs(self, feed: Feed) -> Hubs:
        """One for each feed, and so for each server that runs in this process."""
        if feed not in self._hubs:
            self._hubs[feed] = Hubs(feed)
        return self._hubs[feed]

    def leave(self, subscriber: Subscriber) -> None:
        self.hubs(subscriber.asked.context.house.feed).leave(subscriber)

    @cached_property
    def _hubs(self) -> WeakKeyDictionary[Feed, Hubs]:
        return WeakKeyDictionary()

    async def _execute_operation(self, execution_context: ExecutionContext, *args: Any, **rest: Any) -> Any:
        changes = execution_context.operation_type is OperationType.MUTATION
        executing = super()._execute_operation(execution_context, *args, **rest)
        return await self._in_time(executing, changes, execution_context.context)

    async def _in_time(self, executing: Awaitable[Any], changes: bool, context: Context) -> Any:
        """Raises ExecutionTimeout."""
        seconds = context.allowance.execution_seconds
        try:
            async with asyncio.timeout(seconds):
                if changes:
                    return await asyncio.shield(self._to_the_end(executing))
                return await executing
        except TimeoutError:
            raise ExecutionTimeout(seconds=f"{seconds:g}") from None

    def _to_the_end(self, changing: Awaitable[Any]) -> asyncio.Task[Any]:
        """What is cancelled on its way into a transaction never gives the connection back: mutations go on."""
        task = asyncio.ensure_future(changing)
        self.unfinished.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, executed: asyncio.Task[Any]) -> None:
        self.unfinished.discard(executed)
        if not executed.cancelled():
            # Told to whoever still waits; otherwise it counts as retrieved, and its words are not logged.
            executed.exception()

    async def finish(self) -> None:
        """Before the database goes."""
        if self.unfinished:
            await asyncio.wait(self.unfinished, timeout=GRACE_SECONDS)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        # What was not executed comes by here and not by the extension.
        assert execution_context is not None, "strawberry tells it wherever something was executed"  # noqa: S101
        errors[:] = _told(errors, execution_context.context)


def _told(errors: Sequence[GraphQLError], context: Context) -> list[GraphQLError]:
    return [masked(about_variables(error, context.allowance), context) for error in errors]


def not_executed(refusal: NotExecuted, context: Context) -> PreExecutionError:
    """The answer that is errors alone."""
    extensions = cost_of(refusal.size, context.allowance) if refusal.size else None
    errors = [masked(error, context) for error in refusal.errors]
    return PreExecutionError(data=None, errors=errors, extensions=extensions)


def refused(reason: Exception, context: Context) -> PreExecutionError:
    error = masked(GraphQLError(type(reason).__name__, original_error=reason), context)
    return PreExecutionError(data=None, errors=[error])


Query = merge_types(
    "Query",
    (
        NodeQueries,
        ViewerQueries,
        WordingQueries,
        CaseQueries,
        ClinicQueries,
        ComparingQueries,
        TermsDraftQueries,
        PatientQueries,
        TreatmentQueries,
        ConfirmationQueries,
        DeliveryQueries,
        DeviceQueries,
        PinQueries,
        ReminderQueries,
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
        SuccessionMutations,
        CoverageMutations,
        TermsDraftMutations,
        TermsOfferMutations,
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
        ConfirmationMutations,
        DeliveryMutations,
        DeviceMutations,
        InsuranceMutations,
    ),
)
Subscription = merge_types("Subscription", (MessageSubscriptions, CaseSubscriptions))

schema = SuiviSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[
        Masked,
        PreparedDocuments,
    ],
    config=StrawberryConfig(auto_camel_case=True),
)
