"""The sentence encoder behind its port, and the cache of its vectors."""

from bot.semantic.cache import CachedEncoder
from bot.semantic.encoder import UseEncoder

__all__ = ["CachedEncoder", "UseEncoder"]
