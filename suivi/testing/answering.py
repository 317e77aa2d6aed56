"""What a plugin answers: of the right kind, in time, the same every time, without changing what it was asked about."""

import inspect
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from suivi.core.inputs import keepable
from suivi.core.isolation import Hung, call_within
from suivi.core.registry import LONGEST_NOTICE, START_UP_SECONDS, Registry
from suivi.core.specialties.hints import Hint
from suivi.core.specialties.model import Specialty
from suivi.testing.fresh import Fresh
from suivi.testing.plain import difference, plain
from suivi.testing.subject import AT_START, Question, Subject

TIME_BOX: float = inspect.signature(Registry.load).parameters["time_box"].default
"""Seconds a hook has while people wait."""

_TRIES = 3


def nonsense(subject: Subject) -> Iterator[str]:
    """Answers that core would leave out, and hooks that raise."""
    for question in subject.questions():
        try:
            answer = _within_reason(subject, question)
        except Exception as error:
            yield f"{question} raises {type(error).__name__}: {error}{_line(subject, error)}"
        else:
            says = _JUDGES.get(question.hook, _anything)(answer, subject.specialty)
            if says is not None:
                yield f"{question} {says}"


def _anything(answer: Any, specialty: Specialty | None) -> str | None:
    return None


def _judge_notice(answer: Any, specialty: Specialty | None) -> str | None:
    """R-003: a notice is added to core's, so an empty one can only be a mistake."""
    if answer is None:
        return None
    if not isinstance(answer, str):
        return f"answers {answer!r}, which is no text; None adds nothing"
    if not answer.strip():
        return "answers an empty text; None adds nothing, and core's own notice cannot be taken away"
    if len(answer) > LONGEST_NOTICE:
        return f"answers {len(answer)} characters; a notice has at most {LONGEST_NOTICE}"
    return None if keepable(answer) else "answers a text with a character that cannot be kept"


def _judge_hints(answer: Any, specialty: Specialty | None) -> str | None:
    if type(answer) not in (list, tuple) or not all(type(hint) is Hint for hint in answer):
        return f"answers {answer!r:.100}, which is no list of Hint; an empty list suggests nothing"
    for hint in answer:
        if not hint.rule or not hint.reasons:
            return f"answers the hint {hint.rule!r} without a rule's name or a reason, which nobody could check"
        unknown = [key for key in hint.sources if specialty is not None and key not in specialty.sources]
        if unknown:
            return f"answers the hint {hint.rule!r} with the source {unknown[0]!r}, which the specialty does not have"
    return None


_JUDGES: Mapping[str, Callable[[Any, Specialty | None], str | None]] = {
    "notice": _judge_notice,
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
