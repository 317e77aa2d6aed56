"""A PAdES B-B signature around a PDF, without anything of chance in it."""

from datetime import datetime
from io import BytesIO
from typing import Any

from suivi.core.documents.cms import enveloped
from suivi.core.documents.signing import SigningKey

FIELD = "Suivi"
DIGEST = "sha256"


def signed(pdf: bytes, key: SigningKey, at: datetime, identity: bytes, *, field: str = FIELD) -> bytes:
    """`identity` is the second half of the file's /ID: 16 bytes that differ from file to file."""
    # Here, because it takes half a second to import and most processes never sign.
    from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    # Printed, because PDF/A has no hidden field; out of the page, because PDF/UA has no field without a tag on it.
    unseen = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    place = SigFieldSpec(field, on_page=0, invis_sig_settings=unseen, readable_field_name="Signature of the platform")
    steps: Any = PdfCMSEmbedder(new_field_spec=place).write_cms(field, _writer(pdf, identity))
    next(steps)
    digits = 2 * len(enveloped(bytes(32), key.certificates, lambda _: bytes(key.key.key_size // 8)))
    steps.send(SigObjSetup(SignatureObject(timestamp=at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=digits)))
    prepared, output = steps.send(SigIOSetup(md_algorithm=DIGEST))
    prepared.fill_with_cms(output, enveloped(prepared.document_digest, key.certificates, key.sign))
    return bytes(output.getvalue())


def _writer(pdf: bytes, identity: bytes) -> Any:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Writer(IncrementalPdfFileWriter):
        """Where pyHanko would draw half of an identity by lot, and write down when it was at work."""

        @classmethod
        def _handle_id(cls, prev: Any) -> Any:
            first, _ = prev.trailer["/ID"]
            return generic.ArrayObject(
                [generic.ByteStringObject(first.original_bytes), generic.ByteStringObject(identity)]
            )

        def _update_meta(self) -> None:
            """The metadata say what typst wrote."""

    return Writer(BytesIO(pdf))
