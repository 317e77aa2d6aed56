"""What is a promise of a result and what is none, clause by clause of the definition in docs/wording.md (R-004)."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suivi.core.wording.explaining import explanation
from suivi.core.wording.model import REASONS, WordingReview
from suivi.core.wording.rules import OutcomePromised, compiled, findings, require_reason, review
from suivi.core.wording.words import core_words, languages

PROMISES = {
    "result": [
        "guaranteed result",
        "résultat garanti",
        "Erfolg garantiert",
        "¡Resultado garantizado!",
        "100 % success",
    ],
    "looks": ["the nose of your dreams", "You will look ten years younger.", "retrouvez vos 20 ans"],
    "function": ["20/20 assured", "you will never need glasses again", "Our cell therapy cures autism."],
    "pregnancy": ["guaranteed pregnancy or your money back", "Nous vous garantissons une grossesse."],
    "harmlessness": ["zero risk", "pain-free, guaranteed", "Sans douleur, sans cicatrice, sans risque."],
    "satisfaction": ["Satisfaction guaranteed, or we operate again.", "Vous serez ravie du résultat."],
}
NONE = {
    "negation": ["We do **not** guarantee a result.", "sans garantie de résultat", "Wir garantieren kein Ergebnis."],
    "nobody": ["No surgeon can promise a perfect nose.", "Aucun chirurgien ne peut garantir un nez parfait."],
    "list": ["We never promise zero risk, 100 % success or the nose of your dreams."],
    "after it": ["A guaranteed result does not exist.", "Le risque zéro n’existe pas."],
    "quotation": ["The words “guaranteed result” must not appear.", "‘20/20 guaranteed’ is a claim we never make."],
    "warning": ["Beware of clinics that promise 100 % success.", "Quiconque vous promet 10/10 n’est pas honnête."],
    "object": ["The crown is covered for five years.", "L’implant est garanti à vie par le fabricant."],
    "duty": [
        "We guarantee that a surgeon will answer within 48 hours.",
        "Nous vous garantissons une réponse sous 48 h.",
    ],
    "money": ["The price is guaranteed for 90 days.", "Satisfait ou remboursé."],
    "remedy": ["satisfait ou réopéré gratuitement", "If the result is not perfect, we operate again free of charge."],
    "aim": ["We aim for a perfect result.", "Nous visons un résultat naturel."],
    "figure": ["In a study of 1,204 eyes, 93 % reached 20/20 at six months (2021)."],
    "question": ["Do you guarantee the result?", "Garantissez-vous le résultat ?"],
    "course": ["The final result is visible after twelve months.", "You will be examined before surgery."],
}
WRITTEN = [
    "RÉSULTAT GARANTI",
    "resultat garanti",
    unicodedata.normalize("NFD", "Résultat garanti"),
    "Résultat\u00a0garanti !",
    "Ré\u00adsultat ga\u200brantis",
    "ｒésultat garanti",
    "Nous n’avons que des résultats garantis.",
    "100\u202f% de réussite",
    "100% de réussite",
    "cent pour cent de réussite",
]

OUR_WORDS = [
    "we",
    "guarantee",
    "no",
    "not",
    "never",
    "perfect",
    "nose",
    ",",
    ".",
    "“",
    "”",
    "?",
    "if",
    "result",
    "100",
    "%",
    "crown",
]


def language_of(text: str) -> str:
    """The one it is shown in: for the few sentences of this page."""
    return next((tag for tag in languages() if findings(text, language=tag)), "none")


def written_in(sentence: str) -> str:
    """By its small words: for the few sentences of this page."""
    folded = set(sentence.lower().replace("’", " ").split())
    small = {"fr": {"le", "de", "un", "une", "est", "nous", "vous", "ou"}, "de": {"wir", "kein"}}
    return next((tag for tag, words in small.items() if folded & words), "en")


def promised(text: str, *tags: str) -> bool:
    return any(findings(text, language=tag) for tag in tags or languages())


@pytest.mark.parametrize(
    ("subject", "sentence"), [(subject, one) for subject, many in PROMISES.items() for one in many]
)
def test_a_sentence_that_says_or_implies_a_result_is_shown_with_what_it_promises(subject: str, sentence: str) -> None:
    [finding] = findings(sentence, language=language_of(sentence))

    assert finding.reason in (f"{subject}_promised", "result_promised")
    assert finding.suggestion
    assert finding.sentence in sentence


@pytest.mark.parametrize("sentence", [one for many in NONE.values() for one in many])
def test_what_is_no_promise_is_not_shown(sentence: str) -> None:
    assert not promised(sentence, written_in(sentence))


@pytest.mark.parametrize("text", WRITTEN)
def test_a_promise_is_found_however_it_is_written(text: str) -> None:
    assert promised(text, "fr")


@pytest.mark.parametrize(
    "text",
    [
        "We do not just promise a beautiful smile, we guarantee it.",
        "Not only do we guarantee your satisfaction, we also pay for the hotel.",
        "There is no doubt that you will love your new look.",
        "You cannot fail to be pleased with the result.",
        "Other clinics make promises, but we guarantee a perfect result.",
    ],
)
def test_words_that_only_look_like_a_denial_take_nothing_back(text: str) -> None:
    assert promised(text, "en")


def test_a_promise_under_a_condition_is_one_and_a_condition_that_names_a_result_is_none() -> None:
    assert promised("If you follow our instructions, your result is guaranteed.", "en")
    assert not promised("If the perfect result is not reached, a second session is free.", "en")


def test_each_sentence_of_a_text_is_read_for_itself_and_spans_count_from_its_beginning() -> None:
    text = "We do not guarantee a result. Dr. Smith operates. 😀 Perfect teeth guaranteed! The crown is covered."

    [finding] = findings(text, language="en")

    assert finding.sentence == "Perfect teeth guaranteed!"
    assert [text[start:end] for start, end in finding.spans] == ["Perfect teeth guaranteed"]


@pytest.mark.parametrize("text", ["Ponytail back in place by summer, your hair grows denser than ever."])
def test_a_sentence_may_promise_by_what_its_words_weigh_together(text: str) -> None:
    [finding] = findings(text, language="en")

    assert finding.sentence == text
    assert finding.spans


def test_without_weights_patterns_decide_alone() -> None:
    words = core_words("en")
    assert words is not None
    bare = replace(words, weights=None)

    assert findings("Perfect teeth guaranteed!", language="en", words=bare)
    assert not findings("We turn couples into families.", language="en", words=bare)
    assert findings("We turn couples into families.", language="en", words=words)


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en", "Ninety-nine percent of our patients get pregnant.", "pregnancy_promised"),
        ("en", "Our surgeon never fails.", "result_promised"),
        ("de", "Sie brauchen nie wieder eine Brille.", "function_promised"),
        ("tr", "İlk denemede hamile kalacaksınız.", "pregnancy_promised"),
        ("ko", "첫 시도에 임신하십니다.", "pregnancy_promised"),
    ],
)
def test_the_reason_is_what_the_sentence_is_about(language: str, text: str, reason: str) -> None:
    [finding] = findings(text, language=language)

    assert finding.reason == reason


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Je ne peux pas ne pas vous garantir un résultat parfait."),
        ("en", "We guarantee sterile instruments and a natural look."),
        ("fr", "Vous serez enceinte dès le premier essai."),
        ("ko", "통증도 흉터도 없습니다."),
    ],
)
def test_a_denial_that_is_denied_and_a_thing_beside_a_result_take_nothing_back(language: str, text: str) -> None:
    assert promised(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Five years rather than three."),
        ("tr", "Kron beş yıl boyunca garanti kapsamındadır."),
        ("fr", "Cinq ans au lieu de trois."),
        ("de", "Fünf Jahre statt drei."),
        ("es", "El viaje corre por cuenta del paciente."),
        ("ko", "3년이 아니라 5년입니다."),
    ],
)
def test_a_fragment_of_terms_that_names_no_outcome_is_not_shown(language: str, text: str) -> None:
    assert not promised(text, language)


def test_a_text_that_is_evidently_in_another_language_is_read_in_both() -> None:
    text = "Nous vous garantissons un résultat parfait. Résultat garanti pour votre nez. Guaranteed result."

    found = findings(text, language="en")

    assert [one.sentence for one in found] == [
        "Nous vous garantissons un résultat parfait.",
        "Résultat garanti pour votre nez.",
        "Guaranteed result.",
    ]


def test_korean_is_evident_however_its_syllables_are_written() -> None:
    syllables = "통증도 흉터도 없습니다."

    assert findings(syllables, language="en")
    assert findings(unicodedata.normalize("NFD", syllables), language="en")


def test_a_short_question_is_read_with_its_answer_and_a_longer_one_for_itself() -> None:
    [short] = findings("Pain? None, guaranteed.", language="en")
    [longer] = findings("Will there be any pain afterwards? Guaranteed result.", language="en")

    assert short.sentence == "Pain? None, guaranteed."
    assert longer.sentence == "Guaranteed result."


def test_a_promise_at_the_end_of_a_very_long_sentence_is_shown_at_its_place() -> None:
    text = "the doctor sees the file and the letter " * 40 + "and you get a guaranteed result"

    [finding] = findings(text, language="en")

    assert [text[start:end] for start, end in finding.spans] == ["guaranteed result"]


def test_a_sentence_that_stands_twice_is_shown_twice_each_at_its_place() -> None:
    text = "Perfect teeth guaranteed! The crown is covered. Perfect teeth guaranteed!"

    first, second = findings(text, language="en")

    assert second.spans == tuple((start + 48, end + 48) for start, end in first.spans)


def test_a_language_without_words_is_not_checked_and_says_so() -> None:
    assert review("Guaranteed result", language="hu") == WordingReview(checked=False)
    assert review("Résultat garanti", language="fr-CA").findings


def test_publishing_over_a_promise_asks_for_a_reason_and_tells_how_many_but_not_what() -> None:
    found = review("Guaranteed result. The nose of your dreams.", language="en")

    with pytest.raises(OutcomePromised) as refusal:
        require_reason(found, "  ", field="text")

    assert refusal.value.facts == {"count": 2}
    assert "nose" not in str(refusal.value)
    require_reason(found, "It quotes our slogan of 2019.", field="text")
    require_reason(review("We aim for a natural nose.", language="en"), None, field="text")


@pytest.mark.parametrize("language", languages())
def test_every_subject_has_a_better_wording_that_promises_nothing_itself(language: str) -> None:
    words = core_words(language)
    assert words is not None
    assert words.suggestions is not None

    assert set(words.suggestions) == {reason.removesuffix("_promised") for reason in REASONS}
    assert not [text for text in words.suggestions.values() if promised(text, language)]
    assert all(explanation(reason).read(language)[1] == language for reason in REASONS)


@settings(deadline=None, max_examples=150)
@given(st.text(), st.sampled_from(["en", "fr", "de", "es", "tr", "ko", "xx"]))
def test_any_text_is_answered_and_spans_lie_inside_it_in_order(text: str, language: str) -> None:
    ends = [place for finding in findings(text, language=language) for span in finding.spans for place in span]

    assert ends == sorted(ends)
    assert all(0 <= place <= len(text) for place in ends)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(OUR_WORDS)))
def test_sentences_of_our_own_words_are_answered_too(words: list[str]) -> None:
    text = " ".join(words)

    for finding in findings(text, language="en"):
        assert all(start < end <= len(text) for start, end in finding.spans)


@pytest.mark.parametrize(
    "said", ["a perfect result", "your satisfaction", "a pregnancy", "20/20", "the absence of scars"]
)
def test_a_guarantee_is_a_promise_and_its_negation_is_none(said: str) -> None:
    assert promised(f"We guarantee {said}.", "en")
    assert not promised(f"We do not guarantee {said}.", "en")
    assert not promised(f"Nobody can guarantee {said}.", "en")


@pytest.mark.parametrize("piece", ["we will guarantee you the perfect nose of your dreams and ", "no ", "100 % ", "«"])
def test_the_work_grows_as_the_text_does(piece: str) -> None:
    """Counted in steps of the matcher, not in seconds."""
    once, twice = (steps(piece * times) for times in (60, 120))

    assert twice <= 2.2 * once + 1_000


def steps(text: str) -> int:
    words = core_words("en")
    assert words is not None
    lexicon = compiled(words)
    lines = list(lexicon.lines(text))
    for line in lines:
        lexicon.hits(line)
    return sum(line.steps for line in lines)
