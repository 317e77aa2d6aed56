"""`suivi plugins page`: the reference page of one specialty, with its pictures, into a folder."""

from pathlib import Path

from rich.console import Console

from suivi import parts
from suivi.core.registry import Registry
from suivi.problems import Problem
from suivi.reference import reference_page


def run(specialty: str, out: Path) -> int:
    """Writes over what it wrote before and leaves everything else in the folder alone."""
    registry = Registry.load(choices=parts.settings().specialties)
    found = registry.specialty(specialty)
    if found is None:
        raise Problem(f"There is no specialty {specialty}. Loaded are {', '.join(sorted(registry.specialties()))}.")
    pages = reference_page(found)
    for name, text in pages.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")
    Console().print(f"Wrote {out / specialty}.md and {len(pages) - 1} pictures beside it.", soft_wrap=True)
    return 0
