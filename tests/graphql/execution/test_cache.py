"""What is kept of the documents seen, and that it is bounded."""

from graphql import parse

from suivi.graphql.execution import PlanCache, Prepared


def prepared(text: str) -> Prepared:
    return Prepared(text, parse(text), None)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache = PlanCache(documents=2)
    cache.keep("a", prepared("{ a }"))
    cache.keep("b", prepared("{ b }"))

    cache.get("a")
    cache.keep("c", prepared("{ c }"))

    assert [key for key in "abc" if cache.get(key)] == ["a", "c"]


def test_all_the_text_that_is_kept_is_bounded() -> None:
    cache = PlanCache(characters=1000)

    for number in range(100):
        cache.keep(number, prepared("{ field" + " field" * 10 + " }"))

    assert 900 < cache.characters <= 1000
    assert len(cache) < 20


def test_one_large_document_does_not_drive_out_all_others() -> None:
    cache = PlanCache(characters=1000)
    cache.keep("small", prepared("{ a }"))

    cache.keep("large", prepared("{ field" + " field" * 30 + " }"))

    assert cache.get("large") is None
    assert cache.get("small") is not None


def test_a_document_kept_again_is_counted_once() -> None:
    cache = PlanCache()

    cache.keep("a", prepared("{ a }"))
    cache.keep("a", prepared("{ a }"))

    assert (len(cache), cache.characters) == (1, len("{ a }"))
