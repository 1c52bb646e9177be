"""Questions that fit any article: which articles there are, and what a command of every article shows."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from bot.core.matching import Question
from bot.core.model import Article, Fact, Knowledge
from bot.core.snapshot import Snapshot
from bot.core.text import normalise, squeeze
from bot.service.replies import Reply, Voice

_MOST_LISTED: Final = 15
_ASKS_FOR_ARTICLES: Final = re.compile(
    r"(?:무슨|어떤|어느|몇)\s?(?:개의?\s)?(?:기사|글)(?:들)?(?:이|가|을|를|은|는)?\s?(?:들?\s?)?(?:있|알|아는|아세|다루|읽)\S*"
    r"|(?:기사|글)\s?(?:목록|리스트|들\s?(?:보여|알려)).*"
    r"|(?:which|what|how many) articles (?:do|can|are|have|did)\b.{0,30}"
    r"|(?:list|show)(?: me)?(?: all| your| the)* articles(?: you (?:know|have))?"
)
"""A whole question for the list of articles, normalised and without punctuation at its end."""


def articles_reply(knowledge: Knowledge, question: Question, voice: Voice) -> Reply | None:
    """Return the list of the articles if the question asks for it and there are several; else None."""
    normal = normalise(question.text).rstrip("?!. ~")
    if len(knowledge.articles) < 2 or not _ASKS_FOR_ARTICLES.fullmatch(normal):  # noqa: PLR2004  one is no list
        return None
    newest = knowledge.newest_first()
    lines = [voice.say("articles_known"), *(_line(voice, article) for article in newest[:_MOST_LISTED])]
    if (more := len(newest) - _MOST_LISTED) > 0:
        lines.append(voice.say("articles_more", number=more))
    return Reply("unanswered", voice.language, "\n".join(lines))


def _line(voice: Voice, article: Article) -> str:
    dated = f" ({article.date})" if article.date else ""
    title, publisher = article.title.get(voice.language), article.publisher.get(voice.language)
    return voice.say("about_article", publisher=publisher, title=f"{title}{dated}")


def article_of_command(snapshot: Snapshot, question: Question) -> str | None:
    """Return the article to answer from if the question asks for what commands of one name show of several articles.

    It is the article of the conversation, if it is one of them, else the newest.
    """
    squeezed = squeeze(normalise(question.text))
    asked = {article.slug: frozenset(_commands(snapshot, article, squeezed)) for article in snapshot.knowledge.articles}
    articles = Counter(name for names in asked.values() for name in names)
    named = [slug for slug, names in asked.items() if any(articles[name] > 1 for name in names)]
    if question.after is not None and question.after.article in named:
        return question.after.article
    return next((article.slug for article in snapshot.knowledge.newest_first() if article.slug in named), None)


def _commands(snapshot: Snapshot, article: Article, squeezed: str) -> Iterator[str]:
    """Yield the names of the commands of an article that show a fact with this sample."""
    index = snapshot.alone(article.slug).index
    for position in index.targets_of(squeezed):
        fact = index.targets[position].item
        if isinstance(fact, Fact):
            shown = (one for one in article.commands if fact.id in one.facts or one.tag in fact.tags)
            yield from (name for command in shown for name in command.name.every())
