"""An index built after another one tokenizes only what has changed, and is the one that is built without it."""

from dataclasses import replace

import pytest

from bot.core.index import Index
from bot.core.model import Article, Entity, Knowledge, Text
from bot.core.target_texts import passages
from bot.core.text import normalise
from bot.core.tokens import TokenizedText, Tokenizer
from tests.core.ferry import ferry, ferry_scope, samples

FRESH = "how much did Ada Lund pay for the ferry?"


def knowledge(article: Article) -> Knowledge:
    """Return the knowledge of the ferry with another article."""
    return replace(ferry_scope().knowledge, articles=(article,))


def with_sample(article: Article) -> Article:
    """Return the article with one more sample of its first fact."""
    fact = article.facts[0]
    fresh = replace(fact, samples=(*fact.samples, *samples(FRESH)))
    return replace(article, facts=(fresh, *article.facts[1:]))


def built(article: Article, monkeypatch: pytest.MonkeyPatch) -> tuple[Index, list[str]]:
    """Return the index of an article built after that of the ferry, and the texts that were tokenized for it."""
    tokenized: list[str] = []
    tokenize = Tokenizer.tokenize

    def counting(self: Tokenizer, normal: str) -> TokenizedText:
        tokenized.append(normal)
        return tokenize(self, normal)

    before = ferry_scope().index
    with monkeypatch.context() as patched:
        patched.setattr(Tokenizer, "tokenize", counting)
        return Index(knowledge(article), before.small_talk, before), tokenized


def test_after_an_edit_only_the_texts_of_the_changed_fact_are_tokenized(monkeypatch: pytest.MonkeyPatch) -> None:
    article = with_sample(ferry())
    _, tokenized = built(article, monkeypatch)
    changed = article.facts[0]
    texts = (*(sample.text for sample in changed.samples), *passages(changed))
    assert sorted(tokenized) == sorted(map(normalise, texts))


def test_after_an_edit_the_index_is_the_one_that_is_built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    article = with_sample(ferry())
    after, _ = built(article, monkeypatch)
    anew = Index(knowledge(article), after.small_talk)
    assert after.samples == anew.samples
    assert after.texts() == anew.texts()
    assert list(after.vocabulary) == list(anew.vocabulary)
    assert after.word_rows.tolist() == anew.word_rows.tolist()
    assert list(after.tokenizer.known_words.near("", 9)) == list(anew.tokenizer.known_words.near("", 9)) != []
    assert dict(after.tokenizer.frequencies) == dict(anew.tokenizer.frequencies)
    assert {kind: column.tolist() for kind, column in after.asks.items()} == {
        kind: column.tolist() for kind, column in anew.asks.items()
    }
    for text in (FRESH, "배 비용은?", "who built it?"):
        squeezed = after.tokenizer.tokenize(text).squeezed
        assert after.sample_cosines(squeezed).tolist() == anew.sample_cosines(squeezed).tolist()
        assert after.targets_of(squeezed) == anew.targets_of(squeezed)


def test_with_another_name_every_text_is_tokenized_as_it_may_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    article = replace(ferry(), entities=(*ferry().entities, Entity("hull", "product", Text("선체", "hull"))))
    after, tokenized = built(article, monkeypatch)
    everything = [text for target in after.targets for text in passages(target.item)]
    everything += [sample.text for target in after.targets for sample in target.item.samples]
    assert len(tokenized) == len([*after.samples, *after.passages])
    assert set(tokenized) == set(map(normalise, everything))
