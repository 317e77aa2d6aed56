"""Why a sentence is shown, in words."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from suivi.core.specialties.document import open_document
from suivi.core.specialties.model import Text


@cache
def _explanations() -> Mapping[str, Text]:
    data = open_document(Path(__file__).with_name("explanations.yaml")).data
    return {reason: Text.model_validate(words) for reason, words in data.items()}


def explanation(reason: str) -> Text:
    """`reason` is that of a finding, such as `looks_promised`."""
    return _explanations()[reason]
