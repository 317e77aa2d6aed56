"""Words that promise, and what is found with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Subject = Literal["result", "looks", "function", "pregnancy", "harmlessness", "satisfaction"]
"""What a sentence may promise; the reason of a finding is its subject with `_promised`."""

SUBJECTS: tuple[Subject, ...] = get_args(Subject)
Kind = Literal["explicit", "implied"]
"""Whether the sentence says that it is sure, or leaves it to be understood."""

REASONS: tuple[str, ...] = tuple(f"{subject}_promised" for subject in SUBJECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Patterns of one kind. `by` names what each of them promises; None where the pattern says it by `<outcome>`."""

    name: str
    kind: Kind
    match: tuple[str, ...]
    by: Subject | None = None
    despite: tuple[str, ...] = ()
    """Circumstances that do not take it back, such as `hedge` or `evidence`; `docs/wording.md` names them all."""
    unless: tuple[str, ...] = ()
    """Classes that have no word anywhere in the sentence."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PromiseWords:
    """One language: classes of words, patterns made of them, and what to write instead, by subject.

    `docs/wording.md` describes the patterns. A plugin gives what it adds; nothing that core has can be taken away.
    """

    language: str
    classes: Mapping[str, tuple[str, ...]]
    promises: tuple[Promise, ...] = ()
    suggestions: Mapping[str, str] | None = None
    contractions: Mapping[str, str] | None = None
    abbreviations: tuple[str, ...] = ()
    weights: Mapping[str, float] | None = None
    """What pieces of words weigh; core's alone count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A sentence that promises. `spans` are half open, in code points of the text that was read, in their order."""

    sentence: str
    spans: tuple[tuple[int, int], ...]
    reason: str
    kind: Kind
    suggestion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingReview:
    """`checked` is false where there are no words for the language: then nothing was looked at."""

    checked: bool
    findings: tuple[Finding, ...] = ()
