"""The language a text is evidently in, by its small words: who sends it may have named another."""

import re
from collections.abc import Mapping

from suivi.core.wording.tokens import fold

READ = 3_000
"""Characters that are looked at."""
FEWEST = 3
"""Different small words that a text has to have of a language: two may be a name or a quotation."""
SMALL: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """
            after and are as at be been before by can do does every for from had has have if is it
            its not of or our that the their there these they this to was we were what which who
            will with would you your
        """,
        "fr": """
            apres au aux avec avez avons ce ces cette dans des du elle elles est et il ils la le les
            leur mais ne nos notre nous ont ou par pas plus pour que qui sans sera serez sont sur
            tous tout un une vos votre vous
        """,
        "de": """
            auch auf aus bei das dass dem den der des die ein eine einem einen einer fur haben hat
            ihnen ihr ihre ihren im ist kein keine mit nach nicht oder sie sind uber und von wenn
            werden wie wir wird zu zum zur
        """,
        "es": """
            al cada como con de del despues el en es esta este estos ha han la las le lo los mas muy
            ni no nos nuestra nuestro para pero por que se sera sin son su sus tras un una unos
            usted y
        """,
        "tr": """
            ama ancak artik bir biz bize bizim bu cok da daha de degil en gibi her hic icin ile
            kadar mi mu ne olan olarak siz size sizi sizin sonra sonuc tamamen ve veya ya
        """,
    }.items()
}
_WORD = re.compile(r"[^\W\d_]+")
_HANGUL = re.compile(r"[가-힣]")


def evident_language(text: str, declared: str) -> str:
    """The declared one, unless the text speaks another that is known here, and clearly."""
    begun = fold(text[:READ])
    words = _WORD.findall(begun)
    if declared != "ko" and len(_HANGUL.findall(begun)) * 2 > sum(map(len, words)):
        return "ko"
    seen = {language: len(small.intersection(words)) for language, small in SMALL.items()}
    best = max(seen, key=lambda language: seen[language])
    return best if seen[best] >= FEWEST and seen[best] > 2 * seen.get(declared, 0) + 1 else declared
