"""Questions that fit any article: which articles there are, a summary, and what a command of every article shows."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from bot.core.dialogue import Context
from bot.core.matching import MAX_SUGGESTIONS, Question
from bot.core.model import Article, Fact, Knowledge
from bot.core.snapshot import Snapshot
from bot.core.text import MAX_CHARACTERS, normalise, squeeze, words
from bot.service.autocomplete import starter_facts
from bot.service.replies import Reply, Voice, suggestion

_MOST_LISTED: Final = 15
_ASKS_FOR_ARTICLES: Final = re.compile(
    r"(?:무슨|어떤|어느|몇)\s?(?:개의?\s)?(?:기사|글)(?:들)?(?:이|가|을|를|은|는)?\s?(?:들?\s?)?(?:있|알|아는|아세|다루|읽)\S*"
    r"|(?:기사|글)\s?(?:목록|리스트|들\s?(?:보여|알려)).*"
    r"|(?:which|what|how many) articles (?:do|can|are|have|did)\b.{0,30}"
    r"|(?:기사|글)(?:들)?(?:이|가|은|는)?\s?(?:(?:뭐|뭐뭐|무엇무엇|어떤\s?(?:거|게|것))(?:가|이|들)?\s?(?:있|알)\S*|몇\s?개\S*(?:\s?있\S*)?)"
    r"|(?:(?:list|show)(?: me)? )?(?:(?:all|your|the|list|of) )*articles(?: you (?:know|have))?(?: please)?"
)
"""A whole question for the list of articles, normalised and without punctuation at its end."""
_ASKS_FOR_SUMMARY: Final = re.compile(
    r"(?:[이그]?(?:기사|글|뉴스)(?:전체|내용)?[를을좀]?)?"
    r"(?:(?:[한두세네]|\d)(?:줄|문장|마디)(?:로|으로|만)?|짧게|간단히|간단하게|간략히|간략하게|대충|빨리)?"
    r"(?:요약[을를본]?|(?:내용)?정리(?=.))[좀만]?"
    r"(?:해?(?:봐|라|요|줘|줘라|줘봐|주라|주세요|주십시오|줄래|달라|달라고|주실래|줄수있\w{0,3})?|하자|부탁\w{0,4}|가능\w{0,3}|보여\w{1,3}|ㄱ*)요?"
)
"""A Korean message that asks for nothing but a summary, without spaces and punctuation; "정리해고" is no such word."""
_SUMMARIES: Final = """summary summarise summarize recap gist tl;dr tldr sum"""
_REQUESTS: Final = """
can could would will you u please pls plz just give show get me us i want need thanks thx for
a an the short quick brief of it this that all article news text story piece whole up
"""
_SUMMARY_WORDS, _REQUEST_WORDS = frozenset(_SUMMARIES.split()), frozenset(_REQUESTS.split())
"""What an English message has that asks for nothing but a summary, at least one of the first."""
_COMMENT: Final = ["tldr"]
"""Alone it says of a text that it is too long."""
_SUMMARY: Final = "summary"
"""Id of the fact that is the summary of an article, unless a command for it shows another one."""
_SUMMARY_COMMANDS: Final = frozenset({_SUMMARY, "요약"})

_SHORTEST_TITLE: Final = 6
"""Letters and digits of a title that counts as named where it stands; a shorter one may be any word."""
_FEWEST_WORDS: Final = 3
"""Words of a part of a title, such as what stands before its colon, that counts as named where it stands."""
_PARTS: Final = re.compile(r"[…:|·?!—–]|\s-\s")
_TOPIC: Final = re.compile(r"([가-힣]{2,})\s?기사(?![가-힣]{3})|\b([a-z]{4,})\s(?:article|story)\b", re.IGNORECASE)
"""A word that says which article is meant, as in "the salmon article"."""
_OPENING: Final = r"(?:\b(?:in|from|according to|of|about) )?(?:\bthe )?(?:\barticle )?[\"'“‘「『《〈(\[]*"
_CLOSING: Final = r"[^\w\s]*(?:\s?(?:기사|글|article))?(?:에서는|에서|에는|에|의|은|는|이|가|을|를|라는)?(?![가-힣])"
"""What stands around a title: marks, and words that only say that an article is meant."""


def articles_reply(knowledge: Knowledge, question: Question, voice: Voice) -> Reply | None:
    """Return the list of the articles if the question asks for it, else None."""
    normal = normalise(question.text).rstrip("?!. ~")
    if not knowledge.articles or not _ASKS_FOR_ARTICLES.fullmatch(normal):
        return None
    newest = knowledge.newest_first()
    known = "articles_known" if len(newest) > 1 else "article_known"
    lines = [voice.say(known), *(_line(voice, article) for article in newest[:_MOST_LISTED])]
    if (more := len(newest) - _MOST_LISTED) > 0:
        lines.append(voice.say("articles_more", number=more))
    return Reply("unanswered", voice.language, "\n".join(lines))


def _line(voice: Voice, article: Article) -> str:
    dated = f" ({article.date})" if article.date else ""
    title, publisher = article.title.get(voice.language), article.publisher.get(voice.language)
    line = voice.say("about_article", publisher=publisher, title=f"{title}{dated}")
    return f"{line} · {voice.say('retired')}" if article.retired else line


def article_of_command(snapshot: Snapshot, question: Question) -> str | None:
    """Return the article to answer from if the question asks for what commands of one name show of several articles.

    It is the article of the conversation, if it is one of them, else that of the channel, else the newest in use.
    """
    squeezed = squeeze(normalise(question.text))
    articles = (article for article in snapshot.knowledge.articles if article.commands)
    asked = {article.slug: frozenset(_commands(snapshot, article, squeezed)) for article in articles}
    showing = Counter(name for names in asked.values() for name in names)
    named = [slug for slug, names in asked.items() if any(showing[name] > 1 for name in names)]
    if not named:
        return None
    if question.after is not None and question.after.article in named:
        return question.after.article
    if question.place is not None:
        return question.place if question.place in named else None
    return next((one.slug for one in snapshot.knowledge.newest_first() if one.slug in named and not one.retired), None)


def asks_for_summary(text: str) -> bool:
    """Return whether a message asks for a summary of the article and for nothing else; no sample need say so."""
    normal = normalise(text[:MAX_CHARACTERS])
    if _ASKS_FOR_SUMMARY.fullmatch(squeeze(normal)):
        return True
    words = [word.strip(".,!?~") for word in normal.split()]
    asks = _SUMMARY_WORDS.intersection(words)
    return bool(asks) and words != _COMMENT and asks | _REQUEST_WORDS >= frozenset(words)


def article_meant(question: Question) -> str | None:
    """Return the article asked, else that of the conversation, else that of the channel."""
    return question.article or (question.after.article if question.after else None) or question.place


def summary_of(knowledge: Knowledge, question: Question) -> tuple[str, str] | None:
    """Return the article to summarise and the fact that is its summary; None if there is none.

    It is the article asked, else that of the conversation, else of the channel, else the newest in use with a summary.
    """
    named = article_meant(question)
    articles = [named] if named else [one.slug for one in knowledge.newest_first() if not one.retired]
    found = ((slug, _summary(article)) for slug in articles if (article := knowledge.article(slug)))
    return next(((slug, fact) for slug, fact in found if fact is not None), None)


def without_summary(knowledge: Knowledge, question: Question, voice: Voice) -> Reply | None:
    """Return what to say to a question for the summary of an article without one: what else it answers.

    None if no article in particular is asked.
    """
    slug = article_meant(question)
    article = knowledge.article(slug) if slug else None
    if article is None:
        return None
    offered = tuple(suggestion(*pair, voice.language) for pair in starter_facts(knowledge, MAX_SUGGESTIONS, slug))
    text = voice.say("no_summary", article=voice.published(article))
    context = Context(article.slug, normalise(question.text), language=voice.language)
    return Reply("suggested", voice.language, text, suggestions=offered, context=context)


def _summary(article: Article) -> str | None:
    """Return the id of the fact that the command for a summary shows, or that is called so, if there is one."""
    commands = (one.facts for one in article.commands if not _SUMMARY_COMMANDS.isdisjoint(one.name.every()))
    shown = next(commands, (_SUMMARY,))
    found = article.fact(shown[0]) if len(shown) == 1 else None
    return found.id if found else None


def aimed(knowledge: Knowledge, question: Question) -> Question:
    """Return the question for the article whose title it names, if it does, without the title.

    Where there is only one article it needs no name. One that is chosen by an option stays chosen; that of a channel is
    left out if it is gone.
    """
    place = question.place if question.place and knowledge.article(question.place) else None
    question = replace(question, place=place)
    if question.article is not None or len(knowledge.articles) == 1 == len(knowledge.active()):
        return question
    named = _named(knowledge, question.text)
    if named is None:
        return question
    article, rest = named
    return replace(question, article=article.slug, text=rest, place=None)


def _named(knowledge: Knowledge, text: str) -> tuple[Article, str] | None:
    """Return the article whose title stands in `text`, that of the longest title, and the text without the title."""
    squeezed = _squeezed(text)
    titles = ((one, name) for one in knowledge.articles for title in one.title.every() for name in _names_in(title))
    found = [(one, title) for one, title in titles if _key(title) in squeezed]
    if not found:
        return _with_topic(knowledge, text)
    newest = {one.slug: -at for at, one in enumerate(knowledge.newest_first())}
    article, title = max(found, key=lambda pair: (len(_key(pair[1])), newest[pair[0].slug]))
    names = (name for one in knowledge.articles for entity in one.entities for name in entity.names())
    if _key(title) in map(_squeezed, names):  # then it may be about what has the name
        return None
    rest = _around(text, title)
    return article, rest if _squeezed(rest) else text


@lru_cache(maxsize=2_000)
def _names_in(title: str) -> tuple[str, ...]:
    """Return a title and its parts, if they are long enough to name the article."""
    parts = (part.strip() for part in _PARTS.split(title) if len(part.split()) >= _FEWEST_WORDS)
    return tuple(name for name in (title, *parts) if len(_key(name)) >= _SHORTEST_TITLE)


def _with_topic(knowledge: Knowledge, text: str) -> tuple[Article, str] | None:
    """Return the only article with the word in its title or as a name by which `text` calls it, and the rest."""
    for match in _TOPIC.finditer(text[:MAX_CHARACTERS]):
        word = match[1] or match[2]
        articles = [one for one in knowledge.articles if _has_topic(one, _key(word))]
        if len(articles) == 1:
            rest = _around(text, word)
            return articles[0], rest if _squeezed(rest) else text
    return None


def _has_topic(article: Article, key: str) -> bool:
    """Return whether a title has a word, in Korean with its ending, or something in the article is called so."""
    if key.isascii():
        titles = {word for title in article.title.every() for word in words(normalise(title))}
        return key in titles
    names = (_key(name) for entity in article.entities for name in entity.names())
    return any(key in _key(title) for title in article.title.every()) or key in names


def _squeezed(text: str) -> str:
    return squeeze(normalise(text))


@lru_cache(maxsize=2_000)
def _key(title: str) -> str:
    """Return the letters and digits of a title; every question is compared with all titles."""
    return _squeezed(title)


def _around(text: str, title: str) -> str:
    """Return a text without a title, the marks around it and the words that only say that an article is meant."""
    letters = r"[\W_]*".join(re.escape(one) for one in title if one.isalnum())
    rest, count = re.subn(f"{_OPENING}{letters}{_CLOSING}", " ", text[:MAX_CHARACTERS], flags=re.IGNORECASE)
    rest = re.sub(r"\s+", " ", rest).strip(" ,:–—-")
    if not count or not rest:
        return text
    return f"{rest}?" if text.rstrip().endswith("?") and not rest.endswith("?") else rest


def _commands(snapshot: Snapshot, article: Article, squeezed: str) -> Iterator[str]:
    """Yield the names of the commands of an article that show a fact with this sample."""
    index = snapshot.alone(article.slug).index
    for position in index.targets_of(squeezed):
        fact = index.targets[position].item
        if isinstance(fact, Fact):
            shown = (one for one in article.commands if fact.id in one.facts or one.tag in fact.tags)
            yield from (name for command in shown for name in command.name.every())
