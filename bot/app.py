"""The composition root: builds the encoder and the library from the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot import cached_files
from bot.core.model import Knowledge
from bot.errors import ConfigError
from bot.knowledge.compiled import CompiledKnowledge
from bot.knowledge.folder import KnowledgeFiles, read_files
from bot.service.library import Library, build_snapshot
from bot.service.ports import Encoder
from bot.settings import Settings

_PACKAGE = Path(__file__).parent


def shipped_knowledge() -> Path:
    """Return the knowledge that ships with the bot: in the wheel, or next to the package in a checkout."""
    inside = _PACKAGE / "_knowledge"
    return inside if inside.is_dir() else _PACKAGE.parent / "knowledge"


def knowledge_folder(settings: Settings) -> Path:
    """Return the folder of the articles."""
    return settings.knowledge or shipped_knowledge()


def read(folder: Path, files: KnowledgeFiles | None = None) -> tuple[Knowledge, str]:
    """Return the knowledge in `folder`, or in its `files` if they are read, and its revision; raise KnowledgeError.

    A lexicon or messages that the folder lacks are those that ship with the bot.
    """
    from bot.knowledge.reader import parse_knowledge  # noqa: PLC0415  pydantic and YAML, which a compiled start does without

    files = files or read_files(folder, shipped_knowledge())
    return parse_knowledge(files).knowledge, files.revision


@dataclass(frozen=True, slots=True)
class App:
    """What the commands that answer questions need."""

    library: Library
    encoder: Encoder | None


def build_encoder(settings: Settings) -> Encoder | None:
    """Return the sentence encoder, or None if it is switched off; it loads its weights when first used."""
    return _encoder() if settings.semantic else None


@cache
def _encoder() -> Encoder:
    """Return the only encoder of this process, because it takes 150 MB."""
    from bot.semantic.encoder import UseEncoder  # noqa: PLC0415  numpy and the weights only when needed

    return UseEncoder()


def build(
    settings: Settings,
    *,
    encode: bool = True,
    compiled: bool = False,
    change: Callable[[Knowledge], Knowledge] | None = None,
) -> App:
    """Load the knowledge, and with `encode` its vectors; raise KnowledgeError.

    With `compiled`, use the snapshot of an earlier start if nothing has changed since. `change` alters the knowledge
    that was read, for measurements; such a snapshot is never stored.
    """
    cached_files.remove_abandoned(settings.cache)
    encoder = build_encoder(settings)
    folder = knowledge_folder(settings)
    files = read_files(folder, shipped_knowledge())
    kept = CompiledKnowledge(settings.cache, folder)
    key = kept.key(files) if compiled and change is None else None

    def load(files: KnowledgeFiles | None = None) -> tuple[Knowledge, str]:
        knowledge, number = read(folder, files)
        return (knowledge if change is None else change(knowledge)), number

    snapshot = kept.load(key)
    if snapshot is None:
        snapshot = build_snapshot(*load(files))
        kept.save(key, snapshot)
    library = Library(load, encoder, encoder and _cached(encoder, settings.cache), snapshot)
    if encode:
        library.encode()
    return App(library, encoder)


def _cached(encoder: Encoder, folder: Path) -> Encoder:
    from bot.semantic.cache import CachedEncoder  # noqa: PLC0415

    return CachedEncoder(encoder, folder)


def known_article(app: App, slug: str | None) -> str | None:
    """Return `slug` if there is such an article; raise ConfigError with the slugs that exist."""
    slugs = [article.slug for article in app.library.snapshot.knowledge.articles]
    if slug is not None and slug not in slugs:
        msg = f"There is no article {slug!r}; there is: {', '.join(slugs)}."
        raise ConfigError(msg)
    return slug
