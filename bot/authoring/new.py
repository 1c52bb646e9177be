"""Starts an article folder from a text or from a JSON of facts."""

import json
from pathlib import Path

from bot.authoring.article_text import read_article_text
from bot.authoring.from_json import from_json
from bot.authoring.from_text import from_text
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import SLUG_LENGTH, is_slug, slug_of
from bot.knowledge.writer import Draft


def new_article(source: Path, folder: Path) -> Draft:
    """Write a new article folder from a text file or a `.json` of facts, and return what was written.

    The folder's name is the article's slug. Raises KnowledgeError when the source can't be used, the name
    is no slug, or a file would be overwritten.
    """
    draft = draft_article(source, slug_of(folder))
    draft.write(folder)
    return draft


def draft_article(source: Path, slug: str) -> Draft:
    """Make the content of an article folder without writing it."""
    if not is_slug(slug):
        what = f"a folder's name is written with a–z, 0–9 and '-' only, at most {SLUG_LENGTH}"
        raise KnowledgeError((Problem(slug, 0, "", what),))
    text = read_article_text(source)
    if source.suffix.casefold() == ".json" or text.lstrip().startswith("{"):
        return from_json(_parsed(text, source), slug, source.name)
    return from_text(text, slug, source.name)


def _parsed(text: str, source: Path) -> object:
    """Parse JSON, or say in which line it isn't."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise KnowledgeError((Problem(source.name, error.lineno, "", "is not JSON"),)) from error
    except (ValueError, RecursionError) as error:
        raise KnowledgeError((Problem(source.name, 0, "", "is not usable JSON"),)) from error
