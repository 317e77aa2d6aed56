"""Coroutines that have run as far as the first thing they wait for, without a task or a timer of their own."""

from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any


@coroutine
def resumed(begun: Coroutine[Any, Any, Any], awaited: Any) -> Generator[Any, Any, Any]:
    """The rest of a coroutine, for a task to wait in its place. `awaited`: what it came to wait for."""
    try:
        while True:
            try:
                answer = yield awaited
            except BaseException as error:
                awaited = begun.throw(error)
            else:
                awaited = begun.send(answer)
    except StopIteration as over:
        return over.value
