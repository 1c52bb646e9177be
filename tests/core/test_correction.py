"""Typing errors are corrected to the words that the facts use, and to those that fit the words beside them."""

import pytest

from bot.core.budget import Budget
from bot.core.correction import Corrector, WordPairs, common_words, pair_keys
from bot.core.spelling import Spellings, WordCounts

TEXTS = [
    *(["where", "is", "the", "library"],) * 30,
    *(["when", "was", "the", "library", "founded"],) * 20,
    *(["who", "left", "the", "night", "library"],) * 20,
    *(["도서관은", "언제", "문을", "닫아"],) * 20,
    *(["도서관을", "누가", "세웠어"],) * 20,
]
COUNTS = WordCounts({word: sum(text.count(word) for text in TEXTS) for text in TEXTS for word in text})
CORRECTOR = Corrector(
    Spellings(COUNTS), Spellings(["library", "도서관", "도둑"]), COUNTS, WordPairs(len(TEXTS), pair_keys(TEXTS))
)


def corrected(typed: str, budget: Budget | None = None) -> str:
    """Return the words of a text after their correction."""
    return " ".join(CORRECTOR.corrected(typed.split(), budget or Budget()))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whre is hte libary", "where is the library"),
        ("whwn was teh lirbary foundeed", "when was the library founded"),
        ("wo left tge ngiht librrary", "who left the night library"),
        ("도서곤은 언네 문을 닫아", "도서관은 언제 문을 닫아"),
    ],
)
def test_several_errors_in_words_of_any_length_are_corrected(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


def test_of_two_words_as_near_the_one_that_fits_its_neighbours_is_meant() -> None:
    texts = [*(["who", "saw", "it"],) * 20, *(["this", "sad", "library"],) * 20]
    counts = WordCounts({word: 20 for text in texts for word in text})
    corrector = Corrector(Spellings(counts), Spellings(()), counts, WordPairs(len(texts), pair_keys(texts)))
    assert corrector.corrected(["who", "sae", "it"], Budget()) == ["who", "saw", "it"]
    assert corrector.corrected(["this", "sae", "libary"], Budget()) == ["this", "sad", "library"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("nobpdy left the coffde", "nobody left the coffee"), ("who left hte umbrelal", "who left the umbrella")],
)
def test_common_english_words_are_meant_though_no_text_has_them(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), [("bst", "bat"), ("bkt", "bit"), ("abt", "bat"), ("batt", "bat")])
def test_of_words_with_as_many_errors_the_one_with_the_likelier_slip_is_meant(typed: str, meant: str) -> None:
    """A key that touches, a swapped or a doubled one is likelier than a key far away."""
    counts = WordCounts(dict.fromkeys(("art", "bath", "bit", "bat"), 50))
    for words in (counts, reversed(list(counts))):
        corrector = Corrector(Spellings(words), Spellings(()), counts, WordPairs(0, pair_keys(())))
        assert corrector.corrected([typed], Budget()) == [meant]


def test_a_korean_stem_is_corrected_under_an_ending_that_no_text_has() -> None:
    assert corrected("도서괌에서부터는") == "도서관에서부터는"


def test_the_possessive_of_a_known_word_is_no_typing_error_beside_others() -> None:
    counts = WordCounts({"marenna": 5, "marennan": 5, "where": 50})
    corrector = Corrector(Spellings(counts), Spellings(["marenna"]), counts, WordPairs(0, pair_keys(())))
    assert corrector.corrected(["whwre", "marenna's"], Budget()) == ["where", "marenna's"]


@pytest.mark.parametrize("typed", ["hovercraft", "2024", "ㅋㅋ", "호버크래프트"])
def test_a_word_that_is_near_no_other_stays(typed: str) -> None:
    assert corrected(typed) == typed


def test_figures_and_other_forms_of_known_words_are_known() -> None:
    assert CORRECTOR.knows("2024")
    assert CORRECTOR.knows("도서관에서")
    assert not CORRECTOR.knows("libary")


def test_beyond_the_budget_words_stay() -> None:
    assert corrected("whre is hte libary", Budget(left=0)) == "whre is hte libary"


def test_pairs_of_the_shared_texts_count_too() -> None:
    one, other = WordPairs(1, pair_keys([["a", "b"]])), [["a", "b"], ["b", "a"]]
    both = WordPairs(len(other), pair_keys(other), one)
    alone = Corrector(Spellings(()), Spellings(()), WordCounts({}), both)
    assert both.texts == one.texts + len(other)
    assert alone.corrected(["a", "b"], Budget()) == ["a", "b"]


@pytest.mark.parametrize("typed", ["is there water on mars", "where is my own boat", "how cold is winter"])
def test_common_english_words_are_no_typing_errors(typed: str) -> None:
    """They are known though no text of the article has them, so nothing in such a question is corrected."""
    assert CORRECTOR.share_known(typed.split()) == 1
    assert CORRECTOR.share_known(["libary", "waterr"]) == 0
    assert corrected(f"whre {typed}") == f"where {typed}"


def test_a_word_of_one_syllable_is_another_word_rather_than_a_typing_error() -> None:
    counts = WordCounts({"말이": 50, "있어": 50})
    texts = [["말이", "있어"]] * 50
    corrector = Corrector(Spellings(counts), Spellings(["말", "있"]), counts, WordPairs(50, pair_keys(texts)))
    assert corrector.corrected(["화성에", "물이", "있어"], Budget()) == ["화성에", "물이", "있어"]
    assert corrector.corrected(["말이", "잇어"], Budget()) == ["말이", "있어"]


def test_the_list_of_common_words_has_no_fragment() -> None:
    assert len(common_words()) > 8_000
    assert all(word.isascii() and word.isalpha() and word.islower() and len(word) > 1 for word in common_words())
