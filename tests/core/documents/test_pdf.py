"""What a confirmation looks like on paper: for every reader, for ever, and the same every time (R-002, R-134)."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from suivi.core.documents.canonical import freeze
from suivi.core.documents.confirmation import Answer, Named
from suivi.core.documents.pdf import make_pdf, pdf_of
from suivi.core.documents.signing import SigningKey
from suivi.core.documents.views import NoView
from suivi.core.documents.words import LANGUAGES
from tests.core.documents.documents import SIGNED_AT, Line, a_confirmation, an_item, frozen, says

SAID = {
    "en": "The crown’s warranty — “five years” — costs £0; naïve façade.",
    "fr": "Où çà ? L’œuvre, dès Noël, à Besançon : 250,00 € ; garçon.",
    "de": "Größe, Straße, Übermaß, ÄÖÜ: „jährlich“ geprüft.",
    "es": "¿Cuándo? ¡Mañana! El niño y la cigüeña, según acción.",
    "tr": "Işık, ığdır, şüphe, çığ, İstanbul, öğün, üç, âlâ.",
    "ko": "크라운은 5년 동안 보증됩니다. 뷁쀍 힣",
}
MARKUP = 'x #read("/etc/passwd") #strong[y] $a^2$ *b* _c_ @d <e> `f` \\ // g = h + "i" #pagebreak()'


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


@cache
def text(pdf: bytes) -> str:
    return "\n".join(pages(pdf))


def prose(pdf: bytes) -> str:
    """Wherever its lines break."""
    return " ".join(text(pdf).split())


@pytest.fixture(scope="module")
def spoken(key: SigningKey) -> bytes:
    """A document in which everybody says something in their own language."""
    items = [an_item(what=Named(code="other"), stated=says(said, language)) for language, said in SAID.items()]
    items.append(an_item(answer=Answer.NOT_CONFIRMED, asked=says(MARKUP), stated=says("first line\nsecond line")))
    return make_pdf(frozen(items=tuple(items), languages=("fr", "ko")), key, SIGNED_AT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_a_language_is_shown(spoken: bytes, language: str) -> None:
    assert SAID[language] in text(spoken)


def test_what_people_write_is_shown_as_they_wrote_it_and_never_obeyed(spoken: bytes) -> None:
    assert MARKUP in prose(spoken)
    assert "root:" not in text(spoken)


def test_lines_stay_lines(spoken: bytes) -> None:
    lines = text(spoken).splitlines()

    assert any(line.endswith("first line") for line in lines)
    assert "second line" in [line.strip() for line in lines]


def test_both_sides_read_it_in_their_own_language(spoken: bytes) -> None:
    told = text(spoken)

    for both in ("Confirmation écrite · 서면 확인서", "Non confirmé · 확인하지 않음", "Couronne · Crown"):
        assert both in told


def test_the_notice_stands_in_it_in_both_languages_with_its_version(spoken: bytes) -> None:
    """R-002."""
    told = prose(spoken)

    assert "jamais sur un résultat" in told
    assert "결과를 약속하지 않습니다" in told
    assert "2026-11-23" in told


def test_the_hash_of_what_was_confirmed_stands_in_it(key: SigningKey) -> None:
    document = frozen()

    pdf = make_pdf(document, key, SIGNED_AT)

    reader = PdfReader(BytesIO(pdf))
    assert document.digest in text(pdf)
    assert reader.attachments["confirmation.json"] == [document.text.encode()]


def test_a_language_we_do_not_speak_reads_english_and_nothing_is_blank(key: SigningKey) -> None:
    told = text(make_pdf(frozen(languages=("hu", "en")), key, SIGNED_AT))

    assert "Written confirmation\n" in told
    assert " ".join(told.split()).count("never to a result") == 1


def test_languages_that_were_asked_for_and_are_not_in_it_are_named(key: SigningKey) -> None:
    """R-134: in those it is written in."""
    arabic = Named(code="ar", names={"fr": "arabe", "en": "Arabic"})
    told = prose(make_pdf(frozen(languages=("fr", "en"), unavailable=(arabic,)), key, SIGNED_AT))

    assert "Langue demandée mais non disponible" in told
    assert "arabe · Arabic" in told


def test_what_no_font_has_is_shown_by_its_code_and_kept_as_it_was(key: SigningKey) -> None:
    """Never an empty box: a reader sees that something stands there, and the document inside has it."""
    odd = "a\u202eb\x07c\U000f0000d\U0001f9ffe\U00012000f\u0378"
    document = frozen(items=(an_item(stated=says(odd)),))

    pdf = make_pdf(document, key, SIGNED_AT)

    told = text(pdf)
    for code in ("[U+202E]", "[U+0007]", "[U+F0000]", "[U+12000]", "[U+0378]"):
        assert code in told
    assert "cannot be printed" in told
    assert document.document["items"][0]["stated"]["text"] == odd


def test_the_mark_that_some_programs_begin_a_text_with_is_no_hindrance(key: SigningKey) -> None:
    """No archive may hold it on a page; it is pasted unseen, and the document has it."""
    document = frozen(items=(an_item(asked=says("\ufeffIs the crown covered?")),))

    pdf = make_pdf(document, key, SIGNED_AT)

    assert "Is the crown covered?" in prose(pdf)
    assert "U+FEFF" not in text(pdf)
    assert PdfReader(BytesIO(pdf)).attachments["confirmation.json"] == [document.text.encode()]


def test_items_have_the_numbers_of_the_request(key: SigningKey) -> None:
    """R-133: where some are answered now and some later, each keeps its own."""
    told = text(make_pdf(frozen(items=(an_item(number=2), an_item(number=5))), key, SIGNED_AT))

    assert "2. Terms and deadlines" in told
    assert "5. Terms and deadlines" in told
    assert "1. " not in told


def test_no_word_is_so_long_that_it_leaves_the_page(key: SigningKey) -> None:
    pdf = make_pdf(frozen(items=(an_item(stated=says("w" * 300)),)), key, SIGNED_AT)

    longest = max(line.count("w") for line in text(pdf).splitlines())
    assert longest <= 120
    assert sum(line.count("w") for line in text(pdf).splitlines()) >= 300


def test_a_long_one_has_numbered_pages(key: SigningKey) -> None:
    told = pages(make_pdf(frozen(items=tuple(an_item(stated=says("yes " * 50)) for _ in range(30))), key, SIGNED_AT))

    assert len(told) > 2
    for number, page in enumerate(told, start=1):
        assert f"Page {number} of {len(told)}" in page


def test_what_is_confirmed_is_written_out_line_by_line(key: SigningKey) -> None:
    """So that the paper stands alone: names in both languages, and the clinic's own words as they were written."""
    covered = Line(
        what=Named(code="component:1", names={"en": "Covered: crown", "fr": "Couvert : couronne"}),
        stated=Named(code="component:1", names={"en": "5 years", "fr": "5 ans"}),
        said=says("Zirkonkrone", "de"),
    )
    claim = Line(what=Named(code="how_to_claim", names={"en": "How to claim"}), said=says("Call us."))

    pdf = make_pdf(frozen(items=(an_item(lines=(covered, claim), content={"coded": "not printed"}),)), key, SIGNED_AT)

    assert "Covered: crown · Couvert : couronne 5 years · 5 ans · Zirkonkrone" in prose(pdf)
    assert "How to claim Call us." in prose(pdf)
    assert "not printed" not in prose(pdf)


def test_somebody_without_a_treatment_and_without_terms_has_one_too(key: SigningKey) -> None:
    """R-132: before choosing a clinic."""
    told = text(make_pdf(frozen(procedure=None, terms=(), treatment_id=None), key, SIGNED_AT))

    assert "Duna Dental, Budapest (HU)" in told
    assert "Published terms" not in told


def test_the_same_document_at_the_same_second_gives_the_same_bytes(key: SigningKey) -> None:
    first = make_pdf(frozen(), key, SIGNED_AT)

    again = make_pdf(freeze(a_confirmation().as_json()), key, SIGNED_AT + timedelta(microseconds=5))

    assert again == first
    assert make_pdf(frozen(), key, SIGNED_AT + timedelta(seconds=1)) != first


async def test_many_at_once_do_not_get_in_each_other_s_way(key: SigningKey) -> None:
    documents = [frozen(number=f"C-{number}") for number in (1, 2, 1, 2, 1)]

    made = await asyncio.gather(*(pdf_of(document, key=key, signed_at=SIGNED_AT) for document in documents))

    assert made[0] == made[2] == made[4] != made[1] == made[3]


def test_only_a_format_that_has_a_view_is_printed(key: SigningKey) -> None:
    with pytest.raises(NoView):
        make_pdf(freeze({"format": "suivi-confirmation/2"}), key, SIGNED_AT)
    with pytest.raises(NoView):
        make_pdf(freeze({"format": "suivi-confirmation/1", "languages": ["en"]}), key, SIGNED_AT)


def test_it_is_an_archive_file_that_screen_readers_can_read(spoken: bytes) -> None:
    """PDF/A-3a and PDF/UA-1, as far as it shows without their validator: typst refuses to make anything else."""
    reader = PdfReader(BytesIO(spoken))
    root: Any = reader.root_object
    metadata = root["/Metadata"].get_object().get_data().decode()

    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert [one.get_object()["/S"] for one in root["/OutputIntents"]] == ["/GTS_PDFA1"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr", True)
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Confirmation écrite C-2026-17"
    assert not reader.is_encrypted
    assert re.search(rb"%%EOF(?![\r\n])", spoken.removesuffix(b"%%EOF")) is None, "objects begin on lines of their own"


def test_every_font_of_it_is_inside_and_the_signature_s_field_is_as_archives_want_it(spoken: bytes) -> None:
    reader = PdfReader(BytesIO(spoken))

    fonts = list(_fonts(reader))
    first: Any = reader.pages[0]
    field = first["/Annots"][0].get_object()

    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in fonts)
    assert (field["/F"] & 4, field["/F"] & 2) == (4, 0)
    assert first["/Tabs"] == "/S"


def _fonts(reader: PdfReader) -> Iterator[DictionaryObject]:
    page: Any
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            yield font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
