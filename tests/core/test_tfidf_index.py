"""`TfidfIndex` gives the same cosine similarity as a slow textbook implementation."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.index import Hashes, TfidfIndex, hash_ngrams, hash_words, ngram_hashes, word_hashes

features = st.lists(st.integers(1, 12), max_size=8)


def slow_scores(texts: list[list[int]], query: list[int]) -> list[float]:
    """Return the tf-idf cosine of every text with the query, by the textbook formula."""
    n = len(texts)
    frequency = Counter(feature for text in texts for feature in set(text))

    def vector(text: list[int]) -> dict[int, float]:
        counts = Counter(text)
        return {f: (1 + math.log(c)) * (math.log((n + 1) / (frequency[f] + 1)) + 1) for f, c in counts.items()}

    asked = vector(query)
    found = []
    for text in texts:
        own = vector(text)
        product = sum(weight * asked.get(feature, 0) for feature, weight in own.items())
        lengths = math.hypot(*own.values()) * math.hypot(*asked.values()) if own and asked else 0
        found.append(product / lengths if lengths else 0.0)
    return found


def hashed(features: list[int]) -> Hashes:
    return word_hashes(map(str, features))


def indexed(*texts: list[int]) -> TfidfIndex:
    return TfidfIndex(hash_words([list(map(str, text)) for text in texts]))


@given(st.lists(features, max_size=6), features)
def test_scores_are_cosines_of_tf_idf_vectors(texts: list[list[int]], query: list[int]) -> None:
    fast = indexed(*texts).scores(hashed(query))
    assert fast == pytest.approx(slow_scores(texts, query), abs=1e-5)


def test_an_unseen_feature_counts_in_the_norm_of_the_query() -> None:
    """A question of one known and five unknown words must not look like the sample with the known one."""
    index = indexed([1], [2])
    assert index.scores(hashed([1]))[0] == pytest.approx(1)
    assert index.scores(hashed([1, 7, 8, 9]))[0] < 0.5


def test_n_grams_of_letters() -> None:
    assert len(ngram_hashes("")) == len(ngram_hashes("ab")) == 0
    assert len(ngram_hashes("abc")) == 1
    assert set(ngram_hashes("무라티")) & set(ngram_hashes("무랴티")), "one letter differs, the others agree"
    assert len(ngram_hashes("\ud800abc")) > 0


def test_equal_features_have_equal_hashes() -> None:
    assert list(word_hashes(["a", "b", "a"])[[0, 1]]) == list(word_hashes(["a", "b"]))


@given(st.lists(st.text(max_size=6), max_size=5))
def test_n_grams_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    found = hash_ngrams(texts)
    for position, text in enumerate(texts):
        assert sorted(found.hashes[found.texts == position]) == sorted(ngram_hashes(text))
