"""`suivi plugin new`: a package of a specialty that works from its first minute."""

import keyword
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from string import Template

import typer

from suivi import __version__
from suivi.core.hookspecs import HOOKS_VERSION
from suivi.core.specialties.common import OTHER
from suivi.problems import Problem

TEMPLATES = Path(__file__).parents[1] / "templates" / "plugin"
_SUFFIX = ".txt"
"""So that neither git nor linters take a template for what it will be."""

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 40
_TAKEN = {OTHER, "core", "plugin", "suivi", "test", "testing"}


def run(specialty: str, *, folder: Path | None) -> None:
    """Raises Problem for a name that cannot be used and for a folder that exists."""
    for says in _wrong_with(specialty):
        raise Problem(says)
    target = folder or Path(f"suivi-{specialty.replace('_', '-')}")
    if target.exists():
        raise Problem(f"{target} exists already: choose another folder with --folder, or move it away.")
    written = _write(target, _words(specialty))
    typer.echo(_next_steps(target, specialty, written))


def _wrong_with(specialty: str) -> Iterator[str]:
    example = re.sub(r"[^a-z0-9]+", "_", specialty.lower()).strip("_")
    if not _ID.fullmatch(specialty) or len(specialty) > _LONGEST:
        hint = f" Perhaps {example}?" if _ID.fullmatch(example) and len(example) <= _LONGEST else ""
        yield (
            f"{specialty!r} cannot be the id of a specialty: a letter, then letters and digits, all lower case, "
            f"words joined by one _, at most {_LONGEST}.{hint}"
        )
    elif keyword.iskeyword(specialty) or keyword.issoftkeyword(specialty) or specialty in _TAKEN:
        yield f"{specialty!r} cannot be the id of a specialty: the word has a meaning of its own here."
    elif specialty in {entry.name for entry in entry_points(group="suivi")}:
        yield f"{specialty!r} is installed already, see `suivi plugins`: choose another id, or contribute to that one."
    elif find_spec(_package(specialty)) is not None:
        yield f"There is a Python package {_package(specialty)} already: choose another id."


def _package(specialty: str) -> str:
    return f"suivi_{specialty}"


def _words(specialty: str) -> dict[str, str]:
    return {
        "specialty": specialty,
        "package": _package(specialty),
        "distribution": f"suivi-{specialty.replace('_', '-')}",
        "title": specialty.replace("_", " "),
        "suivi": __version__,
        "hooks": HOOKS_VERSION,
    }


def _write(target: Path, words: dict[str, str]) -> list[Path]:
    templates = sorted(file for file in TEMPLATES.rglob(f"*{_SUFFIX}") if file.is_file())
    return [_written(template, target, words) for template in templates]


def _written(template: Path, target: Path, words: dict[str, str]) -> Path:
    place = template.relative_to(TEMPLATES).as_posix().removesuffix(_SUFFIX)
    place = place.replace("src/package", f"src/{words['package']}").replace("github/", ".github/")
    file = target / place.replace("gitignore", ".gitignore")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    return file


def _next_steps(target: Path, specialty: str, written: list[Path]) -> str:
    return f"""{target} is a working plugin of {len(written)} files. Next:

  cd {target}
  pip install -e '.[test]'
  pytest                   green at once: Suivi's conformance kit, and one test of your own
  suivi plugins            lists {specialty}

Then replace what is marked PLACEHOLDER in src/{_package(specialty)}: every figure in it is invented."""
