"""A knowledge whose author wrote samples in one language only."""

from dataclasses import replace
from typing import TypeVar

from bot.core.model import LANGUAGES, Article, Fact, Gap, Knowledge, Language, Text

Item = TypeVar("Item", Fact, Gap)


def one_language(knowledge: Knowledge, language: Language) -> Knowledge:
    """Return `knowledge` without the samples in the other language, and without labels taken from them."""
    articles = tuple(_article(article, language) for article in knowledge.articles)
    return replace(knowledge, articles=articles, small_talk=tuple(_item(gap, language) for gap in knowledge.small_talk))


def _article(article: Article, language: Language) -> Article:
    facts = tuple(_item(fact, language) for fact in article.facts)
    return replace(article, facts=facts, gaps=tuple(_item(gap, language) for gap in article.gaps))


def _item(item: Item, language: Language) -> Item:
    gone = {sample.text for sample in item.samples if sample.language != language}
    labels = {key: item.label.get(key) for key in LANGUAGES if item.label.has(key)}
    label = Text(**{key: text for key, text in labels.items() if text not in gone})
    return replace(item, label=label, samples=tuple(s for s in item.samples if s.language == language))
