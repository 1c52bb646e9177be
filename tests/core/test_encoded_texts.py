"""Which texts of the facts need a vector, as each costs a millisecond at the first start and two kilobytes."""

import numpy as np

from bot.core.index import Index, Vectors
from bot.core.matching import Question, prepare
from bot.core.stemming import stem
from bot.core.text import normalise
from tests.core.ferry import SHIPPED, ferry_scope
from tests.core.letters_encoder import LettersEncoder
from tests.knowledge.small_article import read_knowledge


def test_all_forms_of_a_word_share_the_vector_of_the_shortest() -> None:
    index = ferry_scope().index
    row = index.word_row("룬드")
    assert row is not None
    assert index.word_texts[row] == "룬드"
    assert {word for word in index.vocabulary if index.word_row(word) == row} == {"룬드", "룬드는", "룬드의"}
    assert len(index.word_texts) == len({stem(word) for word in index.vocabulary})


def test_a_form_of_a_word_that_no_sample_has_needs_no_vector_either() -> None:
    prepared = prepare(ferry_scope(), Question("선장은 비용에게 조선소라도"))
    words = set(prepared.texts) - {reading.normal for reading in prepared.readings}
    assert "비용에게" not in ferry_scope().index.vocabulary
    assert ferry_scope().index.word_row("비용에게") == ferry_scope().index.word_row("비용") is not None
    assert words == {"선장은"}


def test_no_target_has_a_row_twice() -> None:
    index = ferry_scope().index
    for target in range(len(index.targets)):
        rows = index.word_rows[index.word_segments.rows(target)]
        assert len(rows) == len(set(rows.tolist()))


def test_answers_and_labels_need_no_vector() -> None:
    index = ferry_scope().index
    assert index.texts() == (*index.samples, *index.word_texts)
    assert not set(index.passages) & set(index.texts())


def test_vectors_stand_for_the_texts_they_were_made_of() -> None:
    index = ferry_scope().index
    encoder = LettersEncoder()
    vectors = Vectors.of(index, encoder.encode([normalise(text) for text in index.texts()]))
    assert vectors.samples.full().shape == (len(index.samples), encoder.dimensions)
    row = index.word_row("ferry")
    assert row is not None
    assert np.allclose(vectors.words[row], encoder.encode(["ferry"])[0])


def test_the_forms_of_a_word_of_the_shipped_article_share_a_vector() -> None:
    index = Index(read_knowledge(SHIPPED, shipped=SHIPPED))
    assert index.small_talk is not None
    words = (*index.word_texts, *index.small_talk.word_texts)
    assert len(words) < 0.7 * len(list(index.vocabulary))
