"""`new`: starts an article folder from a text or from a JSON file of facts."""

import json
import unicodedata
from pathlib import Path

from bot.authoring.article_text import read_article_text
from bot.authoring.from_json import from_json
from bot.authoring.from_text import from_text
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import SLUG_RULE, is_slug, slug_of
from bot.knowledge.writer import Draft


def new_article(source: Path, folder: Path) -> Draft:
    """Write a new article folder from a text file or a JSON file of facts, and return what was written.

    The folder's name is the article's slug. Raises KnowledgeError when the source can't be used, the name
    can't be a slug, or a file would be overwritten.
    """
    draft = draft_article(source, slug_of(folder))
    draft.write(folder)
    return draft


def draft_article(source: Path, slug: str) -> Draft:
    """Return the content of a new article folder without writing it; raises like `new_article`."""
    if not is_slug(slug):
        raise KnowledgeError((Problem(slug, 0, "", SLUG_RULE),))
    text = read_article_text(source)
    if source.suffix.casefold() == ".json" or text.lstrip().startswith("{"):
        return from_json(_parsed(text, source), slug, source.name)
    return from_text(text, slug, source.name)


def _parsed(text: str, source: Path) -> object:
    """Parse JSON, its texts in NFC; raise KnowledgeError with the line where that fails."""
    try:
        unescaped = json.dumps(json.loads(text), ensure_ascii=False)  # an escape may have added a single jamo
        return json.loads(unicodedata.normalize("NFC", unescaped))
    except json.JSONDecodeError as error:
        raise KnowledgeError((Problem(source.name, error.lineno, "", "is not JSON"),)) from error
    except (ValueError, RecursionError) as error:
        raise KnowledgeError((Problem(source.name, 0, "", "is not usable JSON"),)) from error
