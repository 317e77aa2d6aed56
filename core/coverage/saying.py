"""A cover map in sentences, in a reader's language: what turns when, what to do, what nobody stated."""

from typing import Any

from suivi.core.coverage.ahead import Duty, Gap, GapKind, Turn
from suivi.core.coverage.content import Component
from suivi.core.coverage.cover_map import Layer, Segment
from suivi.core.coverage.disputes import Dispute
from suivi.core.coverage.sentences import Facts, told
from suivi.core.coverage.vocabulary import Vocabulary
from suivi.core.devices.words import DeviceVocabulary, what_to_do
from suivi.core.specialties import forms
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Procedure, Specialty, Text


class Saying:
    """Names things by the rules the treatment is pinned to."""

    def __init__(self, specialty: Specialty, procedure: Procedure, locale: str) -> None:
        self.words: Vocabulary = DeviceVocabulary(specialty=specialty, procedure=procedure)
        self.specialty = specialty
        self.locale = locale

    def layer(self, layer: Layer) -> str:
        return told(f"layer.{layer.kind}", {"holder": layer.holder}, self.locale)

    def component(self, component: Component) -> str:
        return component.name or self._named(component.object, self.words.object(component.object))

    def segment(self, segment: Segment) -> str:
        """What is covered; of a policy that does not say, its own word."""
        what = self.component(segment.component) if segment.component else told("policy", {}, self.locale)
        if segment.part:
            part = self.specialty.labels.coverage.get(segment.part)
            plain = segment.part.replace("_", " ").replace("-", " ")
            what = f"{what}: {part.read(self.locale)[0] if part else plain}"
        sites = ", ".join(self._named(site, self.specialty.labels.sites.get(site)) for site in segment.sites)
        return f"{what} ({sites})" if sites else what

    def anchor(self, code: str) -> str:
        return self._named(code, self.words.anchor(code))

    def turn(self, turn: Turn) -> str:
        facts: dict[str, str | int] = {"holder": turn.layer.holder, "on": str(turn.on)}
        if turn.duty is not None:
            return self._told("turn.due", facts | {"what": self._duty(turn.duty)})
        what = self.segment(turn.segment) if turn.segment else ""
        return self._told(f"turn.{turn.kind.lower()}", facts | {"what": what})

    def duty(self, duty: Duty) -> str:
        facts: dict[str, str | int] = {"what": self._duty(duty)}
        if duty.step is not None:
            return self._step(duty, facts)
        said = self._told("duty.by", facts | {"on": str(duty.due)}) if duty.due else self._told("duty.always", facts)
        if not duty.done:
            return said
        last = max((one.held for one in duty.done), key=lambda held: held.latest)
        return f"{said} {self._told('duty.done', {'on': str(last)})}"

    def dispute(self, dispute: Dispute) -> str:
        what = self.anchor(dispute.anchor)
        if dispute.site:
            what = f"{what}, {self._named(dispute.site, self.specialty.labels.sites.get(dispute.site))}"
        what = f"{what}, {dispute.cycle}" if dispute.cycle else what
        return self._told("dispute", {"what": what, "on": str(dispute.between)})

    def gap(self, gap: Gap) -> str:
        return self._told(f"gap.{gap.kind.lower()}", {"what": self._about(gap)})

    def _step(self, duty: Duty, facts: dict[str, str | int]) -> str:
        step = duty.step
        assert step is not None, "the caller has looked"  # noqa: S101
        dates = {"on": str(step.deadline)} if step.deadline else {}
        dates |= {"met": str(step.met_on)} if step.met_on else {}
        key = f"step.{step.state}" if step.deadline or step.state in ("not_due", "met") else "step.needs_review_open"
        return self._told(f"{key}_late" if step.late else key, facts | dates)

    def _duty(self, duty: Duty) -> str:
        if duty.step is not None:
            return what_to_do(duty.step.step).read(self.locale)[0].rstrip(".。")
        assert duty.clause is not None, "a duty is a clause or a step"  # noqa: S101
        found = self.words.clause(duty.clause.kind, duty.clause.code)
        if found is None or duty.clause.code == "other":
            # Templates have some of their conditions in plain words, which the specialty may have in other languages.
            found = self.specialty.labels.coverage.get(duty.clause.text)
        return found.read(self.locale)[0] if found else duty.clause.text

    def _about(self, gap: Gap) -> str:
        about: Any = gap.about
        match gap.kind:
            case GapKind.NO_TERMS:
                return gap.layer.holder if gap.layer else ""
            case GapKind.TIME_NOT_STATED:
                return self.component(about) if about else gap.layer.holder if gap.layer else ""
            case GapKind.CLASS_NOT_STATED:
                return common().case_classes[about].name.read(self.locale)[0]
            case GapKind.DEVICE_WITHOUT_WARRANTY:
                return f"{about.manufacturer} {about.model or ''}".strip()
        return common().fee_kinds[about].text.read(self.locale)[0]

    def _named(self, code: str, text: Text | None) -> str:
        return forms.label({code: text} if text else {}, code).read(self.locale)[0]

    def _told(self, key: str, facts: Facts) -> str:
        return told(key, facts, self.locale)
