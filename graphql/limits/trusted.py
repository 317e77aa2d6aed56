"""Trusted documents: those of the manifests, asked for by their ids, and the only ones where that is required."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import GraphQLError, GraphQLSchema

from suivi.core.refusals import Refusal
from suivi.graphql.endpoint.refusing import (
    DocumentIdMismatch,
    DocumentNotTrusted,
    PersistedQueriesNotSupported,
    PersistedQueryNotFound,
)
from suivi.graphql.limits.allowance import Allowance, widest
from suivi.graphql.limits.documents import NotExecuted
from suivi.graphql.limits.manifests import Entry, claimed_hash, hash_of, read_manifests, require_fit
from suivi.problems import Problem
from suivi.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How a request names its document: by `documentId`, by `sha256Hash` as Apollo's clients do, or by both."""

    document_id: str | None = None
    sha256: str | None = None

    def ids(self) -> list[str]:
        return [name for name in (self.document_id, self.sha256) if name]


class Trusted:
    """Found by every id of a manifest, and by the SHA-256 of their texts with and without `sha256:` before it."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.texts: set[str] = set()
        self._by_id: dict[str, str] = {}
        for entry in entries:
            hashed = hash_of(entry.text)
            self.texts.add(entry.text)
            self._by_id |= dict.fromkeys((entry.id, hashed, f"sha256:{hashed}"), entry.text)

    @classmethod
    def of(cls, settings: Settings, schema: GraphQLSchema) -> "Trusted":
        """Those of the settings, every one examined. Raises Problem."""
        if settings.trusted_documents is None:
            _require_none_required(settings)
            return cls()
        entries = read_manifests(settings.trusted_documents)
        require_fit(entries, schema, widest(settings))
        return cls(entries)

    def text(self, query: str, named: Named | None, allowance: Allowance) -> str:
        """Of the document that is asked for; `query` is empty where it is only named. Raises NotExecuted."""
        if named is not None:
            query = self._named(query, named)
        if allowance.trusted_only and query not in self.texts:
            raise _not_executed(DocumentNotTrusted())
        return query

    def _named(self, query: str, named: Named) -> str:
        found = [self._by_id.get(name) for name in named.ids()]
        texts = {text for text in found if text is not None}
        if not query and None in found:
            raise _not_found(named, any_at_all=bool(self.texts))
        if query:
            texts.add(query)
        if len(texts) > 1 or (None in found and not _is_named_so(query, named)):
            raise _not_executed(DocumentIdMismatch())
        return texts.pop()


def _is_named_so(query: str, named: Named) -> bool:
    """Ids that are hashes are those of the text; nobody can tell of others, which some new manifest may have."""
    claimed = {claimed_hash(name) for name in named.ids()} - {None}
    return not claimed or claimed == {hash_of(query)}


def _not_found(named: Named, *, any_at_all: bool) -> NotExecuted:
    refusal = PersistedQueryNotFound() if any_at_all else PersistedQueriesNotSupported()
    if named.sha256 is None:
        return _not_executed(refusal)
    # Clients that send hashes go by this one word, and then send the text.
    return NotExecuted([GraphQLError(refusal.word, extensions={"code": refusal.code})])


def _not_executed(refusal: Refusal) -> NotExecuted:
    return NotExecuted([GraphQLError(refusal.code, original_error=refusal)])


def _require_none_required(settings: Settings) -> None:
    partners = [str(partner) for partner, limits in settings.partner_limits.items() if limits.trusted_only]
    if settings.trusted_only or partners:
        who = "everybody" if settings.trusted_only else f"partner {', '.join(partners)}"
        raise Problem(
            f"Only trusted documents are accepted from {who}, and there are none: set SUIVI_TRUSTED_DOCUMENTS to "
            "a manifest or a folder of them, or take `trusted_only` out."
        )
