"""What a reminder says there is to do."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from suivi.core.reminders.models import ReminderKind
from suivi.core.reminders.rules import ReminderState
from suivi.core.specialties.model import Text


def what_to_do(kind: ReminderKind, state: ReminderState) -> Text:
    return _words()[state.value][kind.value]


@cache
def _words() -> Mapping[str, Mapping[str, Text]]:
    read = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return {
        state: {kind: Text.model_validate(text) for kind, text in by_kind.items()} for state, by_kind in read.items()
    }
