"""The rules of this process and those kept in the database, read once a version."""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from suivi.core.pins.bodies import DamagedRules, body_of, digest_of, specialty_in
from suivi.core.pins.models import RulesVersion
from suivi.core.pins.rules import Rules
from suivi.core.registry import Registry
from suivi.core.specialties.model import Specialty

log = logging.getLogger(__name__)

ROOM = 32
"""Versions held in memory beside the loaded ones: about 1 MB each, and 20 ms to read again."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The rules that a treatment is to be pinned to. `written` is for the event of whoever kept them first."""

    specialty: Specialty
    digest: str
    written: tuple[RulesVersion, ...]

    @property
    def columns(self) -> dict[str, Any]:
        """What a treatment says of them."""
        return {
            "rules_plugin": self.specialty.id,
            "rules_version": self.specialty.version,
            "rules_digest": self.digest,
        }


class RulesLibrary:
    """One a process. Other processes may have other versions loaded: each reads what it lacks."""

    def __init__(self, registry: Registry, *, room: int = ROOM) -> None:
        self._registry = registry
        self._room = room
        self._read: OrderedDict[str, Specialty] = OrderedDict()
        self._compared: set[str] = set()

    @cached_property
    def loaded(self) -> Mapping[str, str]:
        """Digest of each loaded specialty, to its id."""
        specialties = self._registry.specialties()
        return MappingProxyType({digest_of(body_of(specialty)): name for name, specialty in specialties.items()})

    def loaded_digest(self, specialty: str) -> str | None:
        return next((digest for digest, name in self.loaded.items() if name == specialty), None)

    async def ready(self, treatments: Iterable[Any]) -> Rules:
        """The rules of these treatments: at most one statement however many there are, mostly none."""
        wanted = {treatment.rules_digest for treatment in treatments} - {None} - self.loaded.keys()
        kept = {digest: self._at_hand(digest) for digest in wanted}
        missing = [digest for digest, specialty in kept.items() if specialty is None]
        if missing:
            kept |= await self._fetched(missing)
        return Rules(registry=self._registry, loaded=self.loaded, kept=kept)

    async def keep(self, specialty: str, *, at: datetime) -> Kept:
        """Inside a transaction: the loaded version of a specialty, written down unless somebody did before.

        The insert waits for anybody who is keeping the same version at this moment, so that one of them wrote it. What
        is kept but damaged is told in the log and pinned all the same: its digest is that of what is loaded.
        """
        loaded, digest = self._registry.specialty(specialty), self.loaded_digest(specialty)
        if loaded is None or digest is None:
            raise LookupError(f"{specialty} is not loaded")
        if await self._is_kept(digest):
            return Kept(specialty=loaded, digest=digest, written=())
        mine = RulesVersion(
            specialty=loaded.id, version=loaded.version, digest=digest, body=body_of(loaded), kept_at=at
        )
        await RulesVersion.bulk_create([mine], ignore_conflicts=True)
        first = await RulesVersion.exists(id=mine.id)
        return Kept(specialty=loaded, digest=digest, written=(mine,) if first else ())

    async def _is_kept(self, digest: str) -> bool:
        """The body is compared with its digest once a process: it is large, and registrations are many."""
        if digest in self._compared:
            return await RulesVersion.exists(digest=digest)
        bodies = await RulesVersion.filter(digest=digest).values_list("body", flat=True)
        for body in bodies:
            self._compared.add(digest)
            _tell_damage(digest, str(body))
        return bool(bodies)

    async def _fetched(self, digests: list[str]) -> dict[str, Specialty | None]:
        found: dict[str, Specialty | None] = dict.fromkeys(digests)
        for digest, body in await RulesVersion.filter(digest__in=digests).values_list("digest", "body"):
            found[digest] = self._parsed(digest, body)
        for digest in [digest for digest, specialty in found.items() if specialty is None]:
            log.error("kept rules %s cannot be read; `suivi audit verify` tells more", digest)
        return found

    def _parsed(self, digest: str, body: str) -> Specialty | None:
        try:
            specialty = specialty_in(body, digest=digest)
        except DamagedRules:
            return None
        self._read[digest] = specialty
        while len(self._read) > self._room:
            self._read.popitem(last=False)
        return specialty

    def _at_hand(self, digest: str) -> Specialty | None:
        if digest in self._read:
            self._read.move_to_end(digest)
        return self._read.get(digest)


def _tell_damage(digest: str, body: str) -> None:
    try:
        fits = digest_of(body) == digest
    except DamagedRules:
        fits = False
    if not fits:
        log.error("kept rules %s do not fit their digest; `suivi audit verify` tells more", digest)
