"""YAML in, `Knowledge` out: the strict reader, its schema, and the tools for authors."""

from bot.knowledge._draft import Draft
from bot.knowledge._folder import is_slug, revision
from bot.knowledge._from_json import from_json
from bot.knowledge._from_text import from_text
from bot.knowledge.check import check_article_text, read_article_text
from bot.knowledge.new import draft_article, new_article
from bot.knowledge.reader import Place, Places, Reading, read_knowledge, read_with_places
from bot.knowledge.schema import json_schema, schema_text

__all__ = [
    "Draft",
    "Place",
    "Places",
    "Reading",
    "check_article_text",
    "draft_article",
    "from_json",
    "from_text",
    "is_slug",
    "json_schema",
    "new_article",
    "read_article_text",
    "read_knowledge",
    "read_with_places",
    "revision",
    "schema_text",
]
