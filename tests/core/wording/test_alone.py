"""R-214: texts that are long to read keep nobody else waiting."""

import asyncio
from functools import partial
from threading import Event

from suivi.core.wording.alone import alone


async def test_one_text_is_read_after_the_other_and_one_that_is_given_up_never() -> None:
    begun: list[str] = []
    go_on = Event()

    def read(text: str) -> str:
        begun.append(text)
        go_on.wait(10)
        return text

    readings = [asyncio.create_task(alone(partial(read, text))) for text in ("first", "second", "third")]
    for _ in range(20):
        await asyncio.to_thread(len, begun)
    meanwhile = list(begun)
    readings[1].cancel()
    await asyncio.wait({readings[1]})
    go_on.set()
    found = await asyncio.gather(readings[0], readings[2])

    assert meanwhile == ["first"]
    assert list(found) == ["first", "third"]
    assert begun == ["first", "third"]
