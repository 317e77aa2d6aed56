"""Puts documents that were made ready before into strawberry's execution, and the cost into the answer."""

from collections.abc import Iterator
from typing import Any

from strawberry.extensions import SchemaExtension

from suivi.graphql.limits.allowance import Allowance
from suivi.graphql.limits.documents import NotExecuted, Prepared
from suivi.graphql.limits.measuring import Size


def cost_of(size: Size, allowance: Allowance) -> dict[str, Any]:
    """The `extensions` of an answer."""
    return {"cost": {"query": size.cost, "limit": allowance.cost}}


class PreparedDocuments(SchemaExtension):
    """The schema has prepared the document, and answered already where that cannot be."""

    prepared: Prepared | None = None

    def on_operation(self) -> Iterator[None]:
        told = self.execution_context
        try:
            prepared: Prepared = told.schema.documents.prepare(  # type: ignore[attr-defined]
                told.query or "", told._provided_operation_name, told.variables, told.context.allowance
            )
        except NotExecuted as refused:
            told.pre_execution_errors = refused.errors
        else:
            self.prepared = prepared
            told.graphql_document = prepared.document.ast
            told.extensions_results.update(cost_of(prepared.size, told.context.allowance))
        yield

    def on_validate(self) -> Iterator[None]:
        if self.prepared is not None:
            self.execution_context.pre_execution_errors = []
        yield
