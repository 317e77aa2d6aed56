"""Documents that were parsed, validated and compiled before, kept by their text."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from graphql import DocumentNode

from suivi.graphql.execution.plan import Plan

MAX_DOCUMENTS = 500
MAX_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid document; without a plan graphql-core runs it."""

    text: str
    document: DocumentNode
    plan: Plan | None


class PlanCache:
    """One a schema. What was not asked for longest goes first; a document as large as a tenth of all is not kept."""

    def __init__(self, *, documents: int = MAX_DOCUMENTS, characters: int = MAX_CHARACTERS) -> None:
        self._most_documents = documents
        self._most_characters = characters
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def characters(self) -> int:
        """How much text is kept: compiled documents grow with theirs."""
        return self._characters

    def get(self, key: Hashable) -> Prepared | None:
        with self._lock:
            prepared = self._kept.get(key)
            if prepared is not None:
                self._kept.move_to_end(key)
            return prepared

    def keep(self, key: Hashable, prepared: Prepared) -> None:
        """Only what is valid: texts that are not are as many as anybody likes."""
        if len(prepared.text) * 10 > self._most_characters:
            return
        with self._lock:
            self._forget(self._kept.pop(key, None))
            self._kept[key] = prepared
            self._characters += len(prepared.text)
            while len(self._kept) > self._most_documents or self._characters > self._most_characters:
                self._forget(self._kept.popitem(last=False)[1])

    def _forget(self, prepared: Prepared | None) -> None:
        if prepared is not None:
            self._characters -= len(prepared.text)
