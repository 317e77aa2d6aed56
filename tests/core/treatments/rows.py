"""Rows of a treatment as they are read, with a default for everything."""

from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from suivi.core.specialties.model import Procedure
from suivi.core.treatments.series import Part

NUMBERS = count(1)


def treatment(*sites: str, **changes: Any) -> SimpleNamespace:
    plain = {"id": UUID(int=next(NUMBERS)), "sites": list(sites), "variant": None, "continues_id": None}
    return SimpleNamespace(**{**plain, **changes})


def anchor(name: str, on: str) -> SimpleNamespace:
    return SimpleNamespace(name=name, on=on)


def local(name: str, on: str, *, site: str = "", cycle: int = 0) -> SimpleNamespace:
    return SimpleNamespace(name=name, on=on, site=site, cycle=cycle)


def cycle(number: int, **facts: Any) -> SimpleNamespace:
    plain = {"number": number, "cancelled_on": None, "closed_on": None, "embryos_left": None}
    return SimpleNamespace(**{**plain, **facts})


def measured(key: str, on: str, value: Any, *, site: str | None = None, purpose: str = "follow_up") -> SimpleNamespace:
    return SimpleNamespace(key=key, measured_on=on, value={"value": value}, site=site, purpose=purpose)


def part(procedure: Procedure, row: SimpleNamespace | None = None, **rows: Any) -> Part:
    return Part(treatment=row or treatment(), procedure=procedure, **rows)
