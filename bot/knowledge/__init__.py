"""YAML in, `Knowledge` out: the strict reader; the tools for authors stand in the modules `check` and `new`."""

from bot.knowledge._folder import is_slug, revision
from bot.knowledge.reader import Place, Places, Reading, read_knowledge, read_with_places
from bot.knowledge.schema import json_schema, schema_text

__all__ = [
    "Place",
    "Places",
    "Reading",
    "is_slug",
    "json_schema",
    "read_knowledge",
    "read_with_places",
    "revision",
    "schema_text",
]
