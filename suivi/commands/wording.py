"""`suivi wording`: a sentence a line in, a finding a line out."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from suivi import parts
from suivi.core.registry import Registry
from suivi.core.wording.explaining import explanation
from suivi.core.wording.model import Finding, PromiseWords
from suivi.core.wording.rules import review
from suivi.core.wording.words import base_language, languages

UNREADABLE = 2


def run(language: str, file: Path | None, *, as_json: bool) -> int:
    """0 when every line was answered; 2 when the language or the file is none."""
    words = Registry.load(choices=parts.settings().specialties).promise_words(language)
    if words is None:
        return _refuse(f"there are no words for the language {language!r}; there are for {', '.join(languages())}.")
    try:
        with ExitStack() as opened:
            source = sys.stdin.buffer if file is None else opened.enter_context(file.open("rb"))
            for line in _lines(source):
                _write(_as_json(line, words) if as_json else _readable(line, words))
    except BrokenPipeError:
        # Whoever read has enough. What is buffered goes nowhere, so that the interpreter's exit has nothing to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        place = f"{error.filename} cannot be read" if error.filename else "reading or writing failed"
        return _refuse(f"{place}: {error.strerror}.")
    return 0


def _refuse(says: str) -> int:
    _warn(says)
    return UNREADABLE


def _warn(says: str) -> None:
    # Whatever the terminal speaks, saying it must not end the command.
    sys.stderr.buffer.write(f"suivi: {says}\n".encode())
    sys.stderr.buffer.flush()


def _lines(source: BinaryIO) -> Iterator[str]:
    """As UTF-8 whatever the locale is; what is none shows as U+FFFD and is told, by its number."""
    for number, line in enumerate(source, start=1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            _warn(f"line {number} is not UTF-8: bytes that mean nothing are read as U+FFFD.")
            text = line.decode("utf-8", errors="replace")
        text = text.rstrip("\r\n")
        yield text.removeprefix("\ufeff") if number == 1 else text


def _write(answer: str) -> None:
    sys.stdout.buffer.write(f"{answer}\n".encode())
    sys.stdout.buffer.flush()


def _found(text: str, words: PromiseWords) -> tuple[Finding, ...]:
    return review(text, language=words.language, words=words).findings


def _as_json(text: str, words: PromiseWords) -> str:
    """`reason` and `suggestion` are those of the first sentence of the line that promises."""
    found = _found(text, words)
    answer = {
        "text": text,
        "flagged": bool(found),
        "spans": [list(span) for finding in found for span in finding.spans],
        "reason": found[0].reason if found else None,
        "suggestion": found[0].suggestion if found else None,
    }
    return json.dumps(answer, ensure_ascii=False)


def _readable(text: str, words: PromiseWords) -> str:
    found = _found(text, words)
    if not found:
        return f"ok       {text}"
    quoted = ", ".join(f"“{text[start:end]}”" for start, end in _spans(found))
    because, _ = explanation(found[0].reason).read(base_language(words.language))
    return f"PROMISE  {text}  |  {quoted}: {because}  |  {found[0].suggestion}"


def _spans(found: Iterable[Finding]) -> Iterator[tuple[int, int]]:
    return (span for finding in found for span in finding.spans)
