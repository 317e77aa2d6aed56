"""Words for what is said of devices, beside those of the specialty."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from suivi.core.coverage.content import ClauseKind
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.devices.rules import EXPLANTATION, IMPLANTATION, Holder, Step
from suivi.core.specialties.model import Text


class DeviceVocabulary(Vocabulary):
    """A limit may also start with the implantation or the explantation of the device."""

    def anchors(self) -> tuple[str, ...]:
        return (*super().anchors(), IMPLANTATION, EXPLANTATION)

    def anchor(self, code: str) -> Text | None:
        return words("anchors").get(code) or super().anchor(code)

    def evidence(self, code: str) -> Text | None:
        """What a claim has to show, often what is an obligation as well."""
        return self.clause(ClauseKind.OBLIGATION, code)


def who_must_claim(claimant: str) -> Text:
    return words("claimant")[Holder(claimant).value]


def what_to_do(step: str) -> Text:
    return words("do")[Step(step).value]


@cache
def words(kind: str) -> Mapping[str, Text]:
    read = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return {key: Text.model_validate(text) for key, text in read[kind].items()}
