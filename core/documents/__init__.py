"""Documents that nobody can quietly change: frozen, hashed, signed with the platform's key, verified by anybody.

    from suivi.core.documents.canonical import Frozen, freeze
    from suivi.core.documents.confirmation import ConfirmationDocument, ...
    from suivi.core.documents.json_file import json_file
    from suivi.core.documents.pdf import pdf_of
    from suivi.core.documents.signing import Signing, SigningKey
    from suivi.core.documents.verifying import verify

    frozen = freeze(document.as_json())                         # Frozen(text, digest): keep both, they never change
    at = key.time_of(at)                                        # where the key is newer than the document
    await pdf_of(frozen, key=key, signed_at=at)                 # bytes, the same every time; 0.05 s in a thread
    json_file(frozen, key=key, signed_at=at)                    # bytes, the same every time
    verify(content, house.signing.certificates)                 # Verification: .intact, .fault, .document, .signed_at

`signed_at` is to be kept too: it is the instant of signing, and the same instant gives the same bytes. What a document
holds is codes, texts, whole numbers, booleans and null; money and instants are texts. Whatever it holds is for its
readers' eyes: pseudonyms, never a patient's name.
"""
