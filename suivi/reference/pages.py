"""The page of one specialty: a picture a procedure, the same in words beneath, and the sources at the end."""

import re
from collections.abc import Iterator, Mapping

from suivi.core.specialties.common import common
from suivi.core.specialties.forms import label
from suivi.core.specialties.model import PhotoSet, Procedure, Source, Specialty
from suivi.reference import words
from suivi.reference.markdown import basis, row
from suivi.reference.tables import general_flags, names, procedure_row, tables_of
from suivi.reference.timeline import timeline

WRITTEN = "<!-- Written from the data of the specialties: change a protocol.yaml and run `make docs`. -->"
BOX = """\
> [!IMPORTANT]
> **Not validated: a clinical lead must approve every figure before it is used.** Nothing here promises a result, and
> nothing here is a diagnosis. No sign on this page, and none that is missing from it, is an all-clear: whoever is
> worried asks a clinician, and an emergency is one on any day."""
LEAD = """\
What specialty `{id}`, version {version}, says of {procedures}. A re-evaluation may be asked for within {window} of the
procedure, unless the clinic's own terms say otherwise."""
READING = """\
Each figure says how far to trust it, **high**, **medium** or **low**, and what it rests on: *general knowledge* was
not looked up. Days are whole; the first and the last of a range count. What clinicians may suspect behind a sign is
left out, because patients read this too."""
SUMMARY_HEAD = (
    row("procedure", "judged not before", "usually", "latest", "shortest stay", "usual stay", "earliest flight")
    + "\n| --- | --: | --: | --: | --: | --: | --: |"
)


def reference_page(specialty: Specialty) -> Mapping[str, str]:
    """Text by file name: `<specialty>.md` and a picture a procedure in a folder beside it."""
    pictures = {
        f"{specialty.id}/{procedure.id}.svg": timeline(procedure, specialty)
        for procedure in specialty.procedures.values()
    }
    return {f"{specialty.id}.md": _page(specialty), **pictures}


def heading(procedure: Procedure) -> str:
    name = words.english(procedure.names)
    return name[:1].upper() + name[1:]


def fragment(of: str) -> str:
    """What follows `#` in a link to a heading, as forges make it."""
    return re.sub(r"[^\w\- ]", "", of).strip().lower().replace(" ", "-")


def summary(specialty: Specialty, page: str = "") -> list[str]:
    """A row a procedure, linked to its heading on `page`."""
    links = {
        procedure.id: f"[{heading(procedure)}]({page}#{fragment(heading(procedure))})"
        for procedure in specialty.procedures.values()
    }
    return [procedure_row(procedure, links[procedure.id]) for procedure in specialty.procedures.values()]


def _page(specialty: Specialty) -> str:
    name = words.english(specialty.names)
    told = "\n\n".join(_told(specialty))
    lead = LEAD.format(
        id=specialty.id,
        version=specialty.version,
        procedures=words.counted(len(specialty.procedures), "procedure"),
        window=words.window_of(specialty)[0],
    )
    table = "\n".join([SUMMARY_HEAD, *summary(specialty)])
    parts = [f"# {name[:1].upper()}{name[1:]}", WRITTEN, _spoken(specialty), lead, BOX, READING, table, told]
    parts += [_photo_sets(specialty), _after_any(specialty)]
    parts.append(_sources(specialty, "\n".join(parts)))
    return "\n\n".join(part for part in parts if part) + "\n"


def _spoken(specialty: Specialty) -> str:
    return " · ".join(f"{locale} {name}" for locale, name in specialty.names.by_locale.items() if locale != "en")


def _told(specialty: Specialty) -> Iterator[str]:
    for procedure in specialty.procedures.values():
        title = heading(procedure)
        yield f"## {title}"
        yield " · ".join(names(procedure))
        yield f"![Timeline of {title}; the tables beneath say the same]({specialty.id}/{procedure.id}.svg)"
        if procedure.variants:
            yield "Variants: " + ", ".join(
                words.english(label(specialty.labels.variants, name)) for name in procedure.variants
            )
        if procedure.series and procedure.series.note:
            note = words.english(procedure.series.note)
            yield f"Counted in {procedure.series.unit}s: {note} ({basis(procedure.series)})."
        yield "<details><summary>The same in words, with conditions, warranties and sources</summary>"
        yield from (table.written() for table in tables_of(procedure, specialty))
        yield "</details>"


def _photo_sets(specialty: Specialty) -> str:
    if not specialty.photo_sets:
        return ""
    rows = [
        row(words.plain(photos.id), _asked(photos, specialty), photos.standard, basis(photos))
        for photos in specialty.photo_sets.values()
    ]
    heads = [row("set", "photos and papers", "after", "basis"), "|---|---|---|---|"]
    return "\n".join(["## Photo sets", "", *heads, *rows])


def _asked(photos: PhotoSet, specialty: Specialty) -> str:
    asked = (*photos.views, *photos.radiographs, *photos.video, *photos.documents)
    return ", ".join(words.english(label(specialty.labels.views, view)) for view in asked) or "–"


def _after_any(specialty: Specialty) -> str:
    if not any(procedure.general_red_flags for procedure in specialty.procedures.values()):
        return ""
    return f"## After any procedure\n\n{general_flags().written()}"


def _sources(specialty: Specialty, page: str) -> str:
    """Those the page cites, and where its keys in brackets lead: to the source itself where it has an address."""
    known = {**common().sources, **specialty.sources}
    cited = {key: source for key, source in sorted(known.items()) if f"[{key}]" in page}
    rows = [
        row(f"`{key}`", _title(source), words.plain(source.kind), source.note or "–") for key, source in cited.items()
    ]
    links = [f"[{key}]: {source.url or '#sources'}" for key, source in cited.items()]
    head = [row("key", "source", "kind", "note"), "|---|---|---|---|"]
    return "\n".join(["## Sources", "", *head, *rows, "", *links])


def _title(source: Source) -> str:
    return f"[{source.title.replace('[', '(').replace(']', ')')}]({source.url})" if source.url else source.title
