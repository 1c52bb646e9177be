"""YAML in, `Knowledge` out: the strict reader; the tools for authors stand in the modules `check` and `new`.

What needs pydantic's models and the YAML parser (0.15 s) is imported when it is first used: a start from compiled
knowledge (`bot.knowledge.compiled`) needs neither.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from bot.knowledge._folder import is_slug, revision

if TYPE_CHECKING:
    from bot.knowledge.reader import Place, Places, Reading, read_knowledge, read_with_places
    from bot.knowledge.schema import json_schema, schema_text
else:

    def __getattr__(name: str) -> object:
        """Return what `reader` and `schema` have to offer."""
        if name not in __all__:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        module = "schema" if "schema" in name else "reader"
        return getattr(import_module(f"{__name__}.{module}"), name)


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
