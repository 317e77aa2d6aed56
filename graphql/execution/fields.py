"""The steps of a selection: each gets one field of an object, or several attributes, and puts them into the answer."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from suivi.graphql.execution.completion import Shape, bare, completion, settled_kind
from suivi.graphql.execution.field import Field
from suivi.graphql.execution.flat import Attribute, flat_attribute, flat_step
from suivi.graphql.execution.objects import Step
from suivi.graphql.execution.places import Place
from suivi.graphql.execution.resolvers import level, resolver
from suivi.graphql.execution.running import LATER, Batch, Run, finishing
from suivi.graphql.loading import Level


def steps_of(fields: Iterable[Field], shape: Shape) -> list[Step]:
    """In the order of the fields. Neighbours that are mere attributes with leaves in them share a step."""
    steps: list[Step] = []
    attributes: list[Attribute] = []
    for field in fields:
        name = flat_attribute(field, shape)
        if name is not None:
            attributes.append(Attribute(field=field, name=name, alone=_single(field, shape)))
            continue
        steps += [*_together(attributes), _typename(field) if field.name == "__typename" else _single(field, shape)]
        attributes = []
    return [*steps, *_together(attributes)]


def _together(attributes: Sequence[Attribute]) -> list[Step]:
    return [flat_step(attributes)] if attributes else []


def _typename(field: Field) -> Step:
    key, name = field.key, field.parent.name

    def put_typename(data: dict[str, Any], source: Any, above: Place | None, run: Run) -> None:
        data[key] = name

    return put_typename


def _single(field: Field, shape: Shape) -> Step:
    asked = level(field, shape.schema)
    return _resolved(field, shape) if asked is None else _edge(field, shape, *asked)


def _edge(field: Field, shape: Shape, asked: Callable[[Place, Run], Level[Any]], by: str) -> Step:
    key, required, typename, type_ = field.key, field.required, field.parent.name, bare(field.definition.type)
    complete, found_by = completion(type_, field, shape), attrgetter(by)

    def put_later(data: dict[str, Any], source: Any, above: Place | None, run: Run) -> None:
        place = (above, key, data, required, typename)
        batch = run.batches.get(field)
        try:
            if batch is None:
                batch = run.batches[field] = Batch(field, asked(place, run), complete)
            batch.slots.append(batch.level.slot(found_by(source)))
        except Exception as error:
            run.failed(error, place, field)
            data[key] = None
        else:
            batch.places.append(place)
            data[key] = LATER

    return put_later


def _resolved(field: Field, shape: Shape) -> Step:
    key, required, typename, type_ = field.key, field.required, field.parent.name, bare(field.definition.type)
    kind, call, complete = settled_kind(type_), resolver(field, shape.schema), completion(type_, field, shape)
    finish = finishing(field, complete, required=required)

    def put(data: dict[str, Any], source: Any, above: Place | None, run: Run) -> None:
        place = (above, key, data, required, typename)
        try:
            value = call(source, place, run)
            data[key] = (complete if value.__class__ is kind else finish)(value, place, run)
        except Exception as error:
            run.failed(error, place, field)
            data[key] = None

    return put
