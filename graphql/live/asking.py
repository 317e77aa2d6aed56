"""A subscription as it was asked."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema
from graphql.execution import create_source_event_stream
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from suivi.graphql.context import Context
from suivi.graphql.following import Followed
from suivi.graphql.limits.documents import NotExecuted, Prepared
from suivi.graphql.limits.extension import cost_of
from suivi.graphql.live.sharing import Shape, shape_of

Mask = Callable[[Sequence[GraphQLError], Context], list[GraphQLError]]
"""Errors as the asker is told them."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A document that is valid, and what its field follows."""

    schema: GraphQLSchema = field(repr=False)
    text: str
    document: DocumentNode = field(repr=False)
    name: str | None
    variables: dict[str, Any] = field(repr=False)
    shape: Shape
    extensions: dict[str, Any]
    followed: Followed[Any]
    context: Context
    mask: Mask = field(repr=False)

    @cached_property
    def key(self) -> str:
        """The same for those who are told the same, as far as it is not a matter of rights."""
        used = {name: self.variables[name] for name in self.shape.variables & self.variables.keys()}
        context = self.context
        told = [self.text, self.name, used, context.locale, repr(context.allowance)]
        # One text for all who have it, which costs nothing to compare.
        return sys.intern(json.dumps(told, sort_keys=True))


async def asked_of(
    schema: GraphQLSchema,
    prepared: Prepared,
    *,
    text: str,
    name: str | None,
    variables: dict[str, Any],
    context: Context,
    mask: Mask,
) -> Asked:
    """Raises NotExecuted with what the variables or the field are refused for."""
    document = prepared.document.ast
    followed = await _followed(schema, document, name, variables, context)
    if not isinstance(followed, Followed):
        raise NotExecuted(mask(followed, context), prepared.size)
    # What was looked up on the way in is not what is there when something happens.
    context.forget()
    return Asked(
        schema=schema,
        text=text,
        document=document,
        name=name,
        variables=variables,
        shape=shape_of(schema, document, prepared.operation),
        extensions=cost_of(prepared.size, context.allowance),
        followed=followed,
        context=context,
        mask=mask,
    )


async def _followed(
    schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: dict[str, Any], context: Context
) -> Followed[Any] | list[GraphQLError]:
    executor = Executor.build(schema, document, None, context, variables, name)
    if isinstance(executor, list):
        return executor
    answered: Any = create_source_event_stream(executor)
    if executor.is_awaitable(answered):
        answered = await answered
    return answered if isinstance(answered, Followed) else answered.errors
