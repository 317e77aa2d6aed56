"""The page that leads to all specialties: every procedure in one table, and in one picture."""

from collections.abc import Mapping, Sequence

from suivi.core.specialties.model import Specialty
from suivi.reference import words
from suivi.reference.comparison import comparison
from suivi.reference.markdown import row
from suivi.reference.pages import BOX, SUMMARY_HEAD, WRITTEN, summary

PICTURE = "all-procedures.svg"

_PAGE = """\
# Specialties

{written}

When may a result be judged, and how long is the stay? {count} on one scale, against the nine months in
which a re-evaluation may be asked for. Where the violet ring lies right of the dashed line, the request is lodged in
time and decided later: lodging it keeps the right.

![All procedures: when a result may be judged; the table beneath says the same]({picture})

{box}

Days count from the procedure, or from the day its own page names; some procedures count cycles. *Earliest flight* is
never before the shortest stay is over. Each specialty has its own page, with a picture a procedure.

{table}
"""


def reference_index(specialties: Sequence[Specialty]) -> Mapping[str, str]:
    """Text by file name: `README.md` for the folder that has the pages, and its picture."""
    count = words.counted(sum(len(specialty.procedures) for specialty in specialties), "procedure")
    table = "\n".join([SUMMARY_HEAD, *(line for specialty in specialties for line in _rows(specialty))])
    page = _PAGE.format(written=WRITTEN, count=count, picture=PICTURE, box=BOX, table=table)
    return {"README.md": page, PICTURE: comparison(specialties)}


def _rows(specialty: Specialty) -> list[str]:
    name, page = words.english(specialty.names), f"{specialty.id}.md"
    return [row(f"**[{name[:1].upper()}{name[1:]}]({page})**", *[""] * 6), *summary(specialty, page)]
