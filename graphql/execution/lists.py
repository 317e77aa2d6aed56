"""Lists: item by item, each with a place of its own."""

from collections.abc import AsyncIterable, Iterator
from contextlib import suppress
from typing import Any

from graphql import GraphQLError, Undefined
from graphql.pyutils import is_iterable

from suivi.graphql.execution.field import Field
from suivi.graphql.execution.places import Place
from suivi.graphql.execution.running import Complete, Run, drop, finishing

Drained = tuple[list[Any], Exception | None]


def of_items(field: Field, complete: Complete, *, required: bool, kind: type) -> Complete:
    """`complete` is for one item. An item of exactly `kind` is neither null nor awaited."""
    finish = finishing(field, complete, required=required)

    def complete_list(value: Any, place: Place, run: Run) -> Any:
        if value.__class__ is not list:
            if isinstance(value, Exception):
                raise value
            if value is None or value is Undefined:
                return None
            if hasattr(value, "__aiter__"):
                return run.later(_drain(value), place, field, complete_drained)
            if not is_iterable(value):
                raise GraphQLError(f"Expected Iterable, but did not find one for field '{field.parent}.{field.name}'.")
        return complete_items(iter(value), place, run)

    def complete_drained(drained: Drained, place: Place, run: Run) -> Any:
        items, error = drained
        done = complete_items(iter(items), place, run)
        if error is not None:
            raise error
        return done

    def complete_items(values: Iterator[Any], place: Place, run: Run) -> list[Any]:
        items: list[Any] = []
        try:
            for value in values:
                here = (place, len(items), items, required, None)
                try:
                    items.append((complete if value.__class__ is kind else finish)(value, here, run))
                except Exception as error:
                    run.failed(error, here, field)
                    items.append(None)
        except Exception:
            with suppress(Exception):
                drop(values)
            raise
        return items

    return complete_list


def of_unchanged(kind: type, otherwise: Complete) -> Complete:
    """A list whose items are their own answers, as long as all are of exactly this class."""
    only = {kind}

    def complete_list(value: Any, place: Place, run: Run) -> Any:
        if value.__class__ is list and set(map(type, value)) <= only:
            return value.copy()
        return otherwise(value, place, run)

    return complete_list


async def _drain(values: AsyncIterable[Any]) -> Drained:
    """All items there are, and the error that ended them early."""
    items: list[Any] = []
    iterator = aiter(values)
    try:
        async for value in iterator:
            items.append(value)
    except Exception as error:
        return items, error
    except BaseException:
        drop(items)
        raise
    finally:
        with suppress(Exception):
            await iterator.aclose()  # type: ignore[attr-defined]
    return items, None
