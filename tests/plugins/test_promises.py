"""Promises that only a field knows are found with its plugin, and not without (R-004: word lists per plugin)."""

from importlib import import_module

import pytest

from suivi.core.registry import Registry
from suivi.core.wording.rules import findings

OF_THE_FIELD = {
    "ophthalmology": [("en", "Zero dioptres guaranteed."), ("fr", "Zéro dioptrie garantie.")],
    "ivf": [("en", "Two pink lines guaranteed."), ("fr", "Deux traits garantis.")],
    "surgery": [("en", "A button nose guaranteed."), ("fr", "Une taille de guêpe garantie.")],
    "dental": [("en", "Teeth for life guaranteed."), ("fr", "Dents fixes garanties.")],
    "regenerative": [("en", "Cartilage regrowth guaranteed."), ("fr", "Genoux neufs garantis.")],
}


@pytest.mark.parametrize(
    ("plugin", "language", "sentence"), [(name, *one) for name, many in OF_THE_FIELD.items() for one in many]
)
def test_a_plugin_says_what_its_field_promises(plugin: str, language: str, sentence: str) -> None:
    registry = Registry.load(only=[], extra=[import_module(f"suivi.plugins.{plugin}")])

    [finding] = findings(sentence, language=language, words=registry.promise_words(language))

    assert finding.sentence == sentence
    assert finding.kind == "explicit"
    assert registry.failures == ()
