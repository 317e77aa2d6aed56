"""What a plugin answers: of the right kind, in time, the same every time, without changing what it was asked about."""

import inspect
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from suivi.core.inputs import keepable
from suivi.core.isolation import Hung, call_within
from suivi.core.registry import LONGEST_NOTICE, START_UP_SECONDS, Registry, wrong_with_hints
from suivi.core.specialties.hints import CaseFacts, Documentation
from suivi.core.specialties.model import Specialty
from suivi.core.wording.merging import wrong_with_words
from suivi.core.wording.words import core_words
from suivi.testing.fresh import Fresh
from suivi.testing.plain import difference, plain
from suivi.testing.subject import AT_START, Question, Subject

TIME_BOX: float = inspect.signature(Registry.load).parameters["time_box"].default
"""Seconds a hook has while people wait."""

_TRIES = 3

_REASSURES = ("normal_evolution", "subjective_dissatisfaction")
"""Classes that close a case without anybody looking: silence is no evidence for them."""

# English and French: what plugins write, and no more than a net with wide meshes. A person reads the notice as well.
_REPLACES = re.compile(
    r"\b(replac|supersed|overrid|instead of|disregard|ignore|remplac|annule|au lieu d)", re.IGNORECASE
)
_OF_CORE = re.compile(r"\b(notice|above|suivi|core|avis|mention|ci-dessus|précède)", re.IGNORECASE)
_ALL_CLEAR = re.compile(r"\b(all[- ]clear|all is well|nothing to worry|tout va bien|rien à craindre)\b", re.IGNORECASE)
_NEGATED = re.compile(r"(\b(not|never|pas|jamais)\b|n['’]t\b)[^,;:]{0,25}$|\bno $", re.IGNORECASE)
"""Stands just before: in `no sign listed, all is well` nothing is denied."""


def nonsense(subject: Subject) -> Iterator[str]:
    """Answers that core would leave out, and hooks that raise."""
    for question in subject.questions():
        try:
            answer = _within_reason(subject, question)
        except Exception as error:
            yield f"{question} raises {type(error).__name__}: {error}{_line(subject, error)}"
        else:
            says = _JUDGES.get(question.hook, _anything)(answer, subject.specialty, question.arguments)
            if says is not None:
                yield f"{question} {says}"


def _anything(answer: Any, specialty: Specialty | None, asked: Mapping[str, Any]) -> str | None:
    return None


def _judge_notice(answer: Any, specialty: Specialty | None, asked: Mapping[str, Any]) -> str | None:
    """R-003: a notice is added to core's, so an empty one can only be a mistake."""
    if answer is None:
        return None
    if not isinstance(answer, str):
        return f"answers {answer!r}, which is no text; None adds nothing"
    if not answer.strip():
        return "answers an empty text; None adds nothing, and core's own notice cannot be taken away"
    if len(answer) > LONGEST_NOTICE:
        return f"answers {len(answer)} characters; a notice has at most {LONGEST_NOTICE}"
    if not keepable(answer):
        return "answers a text with a character that cannot be kept"
    return next((says for sentence in re.split(r"[.!?\n]", answer) for says in _taking_away(sentence)), None)


def _taking_away(sentence: str) -> Iterator[str]:
    if _REPLACES.search(sentence) and _OF_CORE.search(sentence):
        yield "answers a text that claims to replace core's notice; a notice adds to it"
    calm = _ALL_CLEAR.search(sentence)
    if calm is not None and not _NEGATED.search(sentence[: calm.start()]):
        yield "answers a text that gives an all-clear, which core's notice says Suivi never does"


def _judge_hints(answer: Any, specialty: Specialty | None, asked: Mapping[str, Any]) -> str | None:
    unusable = wrong_with_hints(answer)
    if unusable is not None:
        return unusable
    for hint in answer:
        if not hint.reasons:
            return f"answers the hint {hint.rule!r} without a rule's name or a reason, which nobody could check"
        unknown = [key for key in hint.sources if specialty is not None and key not in specialty.sources]
        if unknown:
            return f"answers the hint {hint.rule!r} with the source {unknown[0]!r}, which the specialty does not have"
        if hint.suggests in _REASSURES and _is_bare(asked["facts"]):
            return f"suggests {hint.suggests} of a case with no sign, no measurement and nothing on file"
    return None


def _judge_promises(answer: Any, specialty: Specialty | None, asked: Mapping[str, Any]) -> str | None:
    language = asked["language"]
    return wrong_with_words(answer, core_words(language), language)


def _is_bare(facts: CaseFacts) -> bool:
    """Nothing is known of it that could speak for or against anything."""
    told = facts.signs or facts.described or facts.patient_dissatisfied
    return not (told or facts.measurements or facts.facts) and facts.documentation == Documentation()


_JUDGES: Mapping[str, Callable[[Any, Specialty | None, Mapping[str, Any]], str | None]] = {
    "notice": _judge_notice,
    "promises": _judge_promises,
    "classification_hints": _judge_hints,
}


def late(subject: Subject) -> Iterator[str]:
    """Hooks that are slower than core waits, the best of three tries each."""
    for question in subject.questions():
        box = START_UP_SECONDS if question.hook in AT_START else TIME_BOX
        took = min(_seconds(subject, question, box) for _ in range(_TRIES)) if _too_slow(subject, question, box) else 0
        if took >= box:
            yield f"{question} takes longer than {box:g} seconds, after which core goes on without it"


def _too_slow(subject: Subject, question: Question, box: float) -> bool:
    return _seconds(subject, question, box) >= box


def _seconds(subject: Subject, question: Question, box: float) -> float:
    begun = time.perf_counter()
    try:
        call_within(box, partial(subject.ask, question))
    except Hung:
        return box
    except Exception:
        return 0.0  # what raises is told by another check
    return time.perf_counter() - begun


def changed_arguments(subject: Subject) -> Iterator[str]:
    """Arguments that are not what they were, and attempts that core's own types refuse."""
    for question in subject.questions():
        before = plain(question.arguments)
        try:
            _within_reason(subject, question)
        except (TypeError, AttributeError) as error:
            if "assign" in str(error) or "mappingproxy" in str(error):
                yield f"{question} tries to change its argument: {error}{_line(subject, error)}"
        except Exception:  # noqa: S110 - what raises is told by another check
            pass
        if (found := difference(before, plain(question.arguments))) is not None:
            yield f"{question} changes its argument: {found}"


def forgetful(subject: Subject) -> Iterator[str]:
    """Answers that differ when the same is asked again."""
    for question, again in zip(subject.questions(), subject.questions(), strict=True):
        found = difference(_answer(subject, question), _answer(subject, again))
        if found is not None:
            yield f"{question} answers something else when it is asked again: {found}"


def unlike(subject: Subject, afresh: Fresh) -> Iterator[str]:
    """Answers that differ from those of other processes, which have other hash seeds."""
    here = [[str(question), _answer(subject, question)] for question in subject.questions()]
    first, *others = (*afresh.answers, here)
    for other in others:
        for (question, answer), (_, second) in zip(first, other, strict=False):
            if (found := difference(answer, second)) is not None:
                yield f"{question} answers something else in another process: {found}; is there a set in it?"


def _answer(subject: Subject, question: Question) -> Any:
    try:
        return plain(_within_reason(subject, question))
    except Exception as error:
        return {"raised": type(error).__name__}


def _within_reason(subject: Subject, question: Question) -> Any:
    """So that a hook that hangs holds up one check and not the whole run."""
    return call_within(START_UP_SECONDS, partial(subject.ask, question))


def _line(subject: Subject, error: BaseException) -> str:
    trace = error.__traceback__
    line = ""
    while trace is not None:
        if subject.owns(trace.tb_frame.f_code.co_filename):
            line = f", at {subject.module.__name__} line {trace.tb_lineno}"
        trace = trace.tb_next
    return line
