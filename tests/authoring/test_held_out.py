"""Of the held-out samples, only those that another fact wins are reported."""

from collections import Counter
from dataclasses import replace

import pytest

from bot.authoring.advice import Misclassified
from bot.authoring.check import FOLDS, MOST_HELD_OUT, misclassified_samples
from bot.core.model import Article, Fact, Knowledge, Sample, Source, Text
from bot.core.snapshot import Snapshot
from bot.service.library import with_vectors
from bot.service.ports import Encoder
from tests.core.ferry import LEXICON, ferry
from tests.core.letters_encoder import LettersEncoder

WORDS = ("harbour", "captain", "engine", "passenger", "ticket")


def fact(word: str, *more: str) -> Fact:
    """Return a fact whose samples all ask about `word`."""
    texts = (f"What about the {word}?", f"Tell me of the {word}", f"The {word} please", f"{word} {word}", *more)
    samples = tuple(Sample(text, "en") for text in texts)
    return Fact(word, Text(en=word.title()), Text(en=f"It has a {word}."), samples, Source("body", (1,)))


def article(*facts: Fact, slug: str = "ferry") -> Article:
    return replace(ferry(), slug=slug, facts=facts, gaps=())


def found(
    *articles: Article, encoder: Encoder | None = None, full: bool = False
) -> tuple[tuple[Misclassified, ...], list[tuple[int, int]]]:
    """Return the misclassified samples of some articles, and the reported progress."""
    rounds: list[tuple[int, int]] = []
    knowledge = Knowledge(articles, LEXICON)
    snapshot = Snapshot.of(knowledge, "1")
    if encoder is not None:
        snapshot = with_vectors(snapshot, encoder)
    return misclassified_samples(snapshot, encoder, lambda *done: rounds.append(done), full=full), rounds


@pytest.mark.parametrize("encoder", [None, LettersEncoder()])
def test_a_sample_of_another_fact_is_misclassified(encoder: Encoder | None) -> None:
    wrong = fact(WORDS[0], "captain and engine and ticket: the captain's engine ticket")
    (sample,), rounds = found(article(wrong, *map(fact, WORDS[1:])), encoder=encoder)
    assert (sample.article, sample.fact, sample.sample) == ("ferry", WORDS[0], wrong.samples[-1].text)
    assert set(sample.found) == {"captain", "engine", "ticket"}
    assert rounds == [(done, len(wrong.samples)) for done in range(1, len(wrong.samples) + 1)]


def test_many_good_samples_are_not_misclassified() -> None:
    """There are at most eight rounds: the ninth sample is held out with the first."""
    facts = [fact(word, *(f"{word} number {n}" for n in range(20))) for word in WORDS]
    none, rounds = found(article(*facts))
    assert none == ()
    assert rounds[-1] == (FOLDS, FOLDS)


def test_of_many_samples_the_same_twelve_are_tested_unless_all_are_wanted() -> None:
    """Two facts share what their samples ask, so that many find the other one."""
    shared = [f"{word} number {n}" for n in range(8) for word in WORDS[2:]]
    folder = article(fact(WORDS[0], *shared[::2]), fact(WORDS[1], *shared[1::2]))
    drawn, everything = found(folder)[0], found(folder, full=True)[0]
    assert drawn == found(folder)[0]
    assert {one.sample for one in drawn} < {one.sample for one in everything}
    assert max(Counter(one.fact for one in drawn).values()) <= MOST_HELD_OUT


def test_another_article_changes_nothing() -> None:
    one, other = (
        article(fact(word, "captain engine ticket"), fact(WORDS[1]), slug=word) for word in ("harbour", "bell")
    )
    alone = [sample for each in (one, other) for sample in found(each)[0]]
    assert sorted(map(str, found(one, other)[0])) == sorted(map(str, alone))
    assert len(alone) > 1


def test_without_facts_nothing_is_misclassified() -> None:
    assert found(article()) == ((), [])
