"""What a confirmation confirms, written out line by line, so that the document stands alone without any code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import yaml
from babel.numbers import format_currency
from babel.units import format_unit

from suivi.core.clocks.periods import Period
from suivi.core.clocks.windows import DEFAULT_PERIOD, may_be_shorter
from suivi.core.coverage.content import CALENDAR, Clause, Component, Content, FeeLine, Limit, Money
from suivi.core.coverage.vocabulary import Vocabulary, is_code
from suivi.core.documents.confirmation import Named, Saying
from suivi.core.specialties.common import common
from suivi.core.specialties.model import Text

Tell: TypeAlias = Callable[[str], str]
"""What stands in the document in one of its languages."""


_AMOUNT = "#,##0.00\u00a0¤¤"


@cache
def words() -> Mapping[str, Mapping[str, Text]]:
    """What confirmations call things, by group and code."""
    read = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return {group: {code: Text(by_locale=told) for code, told in codes.items()} for group, codes in read.items()}


def worded(group: str, code: str, language: str, **facts: object) -> str:
    return words()[group][code].read(language)[0].format(**facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`what` it is about, what is `stated` of it, and what was `said` in somebody's own words."""

    what: Named
    stated: Named | None = None
    said: Saying | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes in the languages of the document. `said_in` is that of the words in the content, as they were written."""

    vocabulary: Vocabulary
    languages: Sequence[str]
    said_in: str

    def lines(self, content: Content | None, period: str | None, text: str | None = None) -> tuple[Line, ...]:
        """`text` is what the terms say besides in their own words."""
        own = [Line(what=self._own("lines", "in_words"), said=self._said(text))] if text else []
        return (*self._of_content(content or Content()), *self._of_period(period), *own)

    def response_time(self, days: int | None) -> tuple[Line, ...]:
        """How long the clinic takes to answer, by its terms."""
        if days is None:
            return ()

        def stated(language: str) -> str:
            return _counted(days, "day", language)

        return (Line(what=self._own("lines", "response_time"), stated=self._named(f"P{days}D", stated)),)

    def silence(self) -> Line:
        """What nobody mentions is not stated, and never covered (R-122)."""
        return Line(what=self._own("lines", "other_fees"), stated=self._own("payers", "not_stated"))

    def _of_content(self, content: Content) -> Iterator[Line]:
        objects = {component.id: component.object for component in content.components}
        for component in content.components:
            yield self._component(component)
        for fee in content.fees:
            yield self._fee(fee, objects)
        for clause in content.clauses:
            yield self._clause(clause, objects)
        if content.how_to_claim:
            yield Line(what=self._own("lines", "how_to_claim"), said=self._said(content.how_to_claim))

    def _of_period(self, period: str | None) -> Iterator[Line]:
        if period is None:
            return
        length = Period.parse(period)

        def stated(language: str) -> str:
            told = [_length(length, language)]
            if may_be_shorter(length, DEFAULT_PERIOD, None):
                told.append(worded("parts", "shorter", language, what=_length(DEFAULT_PERIOD, language)))
            return _together(told, language)

        yield Line(what=self._own("lines", "reference_period"), stated=self._named(period, stated))

    def _component(self, component: Component) -> Line:
        def what(language: str) -> str:
            return worded("lines", "covered", language, what=self._object(component.object, language))

        def stated(language: str) -> str:
            told = [self._limit(component.limit, language)]
            told += [common().case_classes[of].name.read(language)[0] for of in component.classes]
            told += self._listed("events", component.covers, self.vocabulary.event, language)
            told += self._listed("remedy", component.remedy, self.vocabulary.remedy, language)
            return _together(told, language)

        code = f"component:{component.id}"
        return Line(what=self._named(code, what), stated=self._named(code, stated), said=self._said(component.name))

    def _listed(self, part: str, codes: Sequence[str], name: Callable[[str], Text | None], language: str) -> list[str]:
        if not codes:
            return []
        return [worded("parts", part, language, what=", ".join(_name(code, name, language) for code in codes))]

    def _limit(self, limit: Limit | None, language: str) -> str:
        if limit is None:
            return worded("parts", "no_time", language)
        starts = _name(limit.starts, self.vocabulary.anchor, language)
        return f"{_span(limit, language)}, {worded('parts', 'counted_from', language, what=starts)}"

    def _fee(self, fee: FeeLine, objects: Mapping[str, str]) -> Line:
        def what(language: str) -> str:
            kind = common().fee_kinds.get(fee.kind)
            return worded("lines", "fee", language, what=kind.text.read(language)[0] if kind else fee.kind)

        def stated(language: str) -> str:
            told = [worded("payers", fee.payer.value, language)]
            if fee.share is not None:
                told.append(worded("parts", "share", language, count=fee.share))
            if fee.cap is not None:
                told.append(worded("parts", "cap", language, what=_amount(fee.cap, language)))
            return _together(
                [*told, *self._only_of([fee.component] if fee.component else [], objects, language)], language
            )

        code = f"fee:{fee.kind}"
        return Line(what=self._named(code, what), stated=self._named(code, stated), said=self._said(fee.note))

    def _clause(self, clause: Clause, objects: Mapping[str, str]) -> Line:
        def stated(language: str) -> str:
            def named(code: str) -> Text | None:
                return self.vocabulary.clause(clause.kind, code)

            told = [_name(clause.code, named, language)]
            return _together([*told, *self._only_of(clause.components, objects, language)], language)

        code = f"clause:{clause.id}"
        what = self._own("lines", clause.kind.value)
        return Line(what=what, stated=self._named(code, stated), said=self._said(clause.text))

    def _only_of(self, components: Sequence[str], objects: Mapping[str, str], language: str) -> list[str]:
        if not components:
            return []
        named = ", ".join(self._object(objects.get(one, one), language) for one in components)
        return [worded("parts", "only_of", language, what=named)]

    def _object(self, code: str, language: str) -> str:
        return _name(code, self.vocabulary.object, language)

    def _own(self, group: str, code: str) -> Named:
        return self._named(code, lambda language: worded(group, code, language))

    def _named(self, code: str, tell: Tell) -> Named:
        return Named(code=code, names={language: tell(language) for language in self.languages})

    def _said(self, text: str | None) -> Saying | None:
        return None if text is None else Saying(text=text, language=self.said_in)


def _together(told: Sequence[str], language: str) -> str:
    return worded("parts", "and", language).join(told)


def _name(code: str, name: Callable[[str], Text | None], language: str) -> str:
    """A code without words is shown as it is; plain words are what they are."""
    found = name(code) if is_code(code) else None
    return code if found is None else found.read(language)[0]


def _span(limit: Limit, language: str) -> str:
    if limit.lifetime_of is not None:
        return worded("lifetimes", limit.lifetime_of.value, language)
    if limit.unit in CALENDAR:
        return _counted(limit.count or 0, limit.unit.value, language)
    return worded("parts", limit.unit.value, language, count=limit.count)


def _length(period: Period, language: str) -> str:
    counted = (("year", period.years), ("month", period.months), ("week", period.weeks), ("day", period.days))
    return " ".join(_counted(count, unit, language) for unit, count in counted if count)


def _counted(count: int, unit: str, language: str) -> str:
    """Where a language writes the long form as the short one, Babel has the short one alone, and says the code."""
    code = f"duration-{unit}"
    told = format_unit(count, code, locale=language)
    return format_unit(count, code, "short", locale=language) if code in told else told


def _amount(cap: Money, language: str) -> str:
    """To the last decimal that was stated. By its code: a sign such as $ is that of several currencies."""
    return format_currency(cap.amount, cap.currency, _AMOUNT, locale=language, decimal_quantization=False)
