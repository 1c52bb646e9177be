"""`new`: starts an article folder from a text or from a JSON of facts."""

from dataclasses import replace
from pathlib import Path

from bot.authoring.article_file import article_from, is_html
from bot.authoring.encodings import read_source
from bot.authoring.from_json import from_json
from bot.authoring.from_text import from_text
from bot.authoring.json_reply import is_reply, read_reply
from bot.authoring.layout import ReadOptions
from bot.core.model import Lexicon
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import SLUG_RULE, is_slug, read_files, slug_of
from bot.knowledge.reader import parse_knowledge
from bot.knowledge.writer import Draft


def new_article(source: Path, folder: Path, shipped: Path | None = None, options: ReadOptions | None = None) -> Draft:
    """Write a new article folder from a text, or from a file with JSON of facts, and return what was written.

    The folder's name is the article's slug. `options` say how a text is read. Raises KnowledgeError when the source
    can't be used, the name can't be a slug, or a file would be overwritten; ConfigError when the source is HTML and
    the extra that reads it is missing.
    """
    draft = draft_article(source, slug_of(folder), shipped, options)
    draft.write(folder)
    return draft


def draft_article(source: Path, slug: str, shipped: Path | None = None, options: ReadOptions | None = None) -> Draft:
    """Return the content of a new article folder without writing it; raises like `new_article`.

    Facts may be about concepts of the lexicon in the folder `shipped`.
    """
    if not is_slug(slug):
        raise KnowledgeError((Problem(slug, 0, "", SLUG_RULE),))
    text, encoding = read_source(source)
    if source.suffix.casefold() == ".json" or (is_reply(text) and not is_html(text, source.name)):
        return from_json(read_reply(text, source.name), slug, _lexicon(shipped))
    return from_text(article_from(text, source.name, options, encoding), slug)


def _lexicon(shipped: Path | None) -> Lexicon:
    """Return the lexicon that all articles share."""
    if shipped is None:
        return Lexicon()
    return parse_knowledge(replace(read_files(shipped), articles=())).knowledge.lexicon
