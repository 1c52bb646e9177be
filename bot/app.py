"""The composition root: builds the encoder and the library from the settings."""

from collections.abc import Callable, Mapping
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


def read(folder: Path) -> tuple[Knowledge, str]:
    """Return the knowledge in `folder` and its revision; raise KnowledgeError.

    A lexicon or messages that the folder lacks are those that ship with the bot.
    """
    return Reader(folder)()


class Reader:
    """Reads one knowledge folder again and again, and parses only the articles that have changed since."""

    def __init__(self, folder: Path, change: Callable[[Knowledge], Knowledge] | None = None) -> None:
        """Read `folder`; `change` alters what was read, for measurements."""
        self._folder, self._change = folder, change
        self._known: tuple[Knowledge, Mapping[str | None, str]] | None = None

    def restore(self, knowledge: Knowledge, files: KnowledgeFiles) -> None:
        """Take the knowledge that was made of `files` as read."""
        self._known = knowledge, files.digests

    def __call__(self, files: KnowledgeFiles | None = None) -> tuple[Knowledge, str]:
        """Return the knowledge, of `files` if they are read already, and its revision; raise KnowledgeError."""
        from bot.knowledge.reader import KnownFiles, parse_changed, parse_knowledge  # noqa: PLC0415  pydantic and YAML, which a compiled start does without

        files = files or read_files(self._folder, shipped_knowledge())
        known = self._known
        knowledge = parse_changed(files, KnownFiles(*known)) if known else parse_knowledge(files).knowledge
        self.restore(knowledge, files)
        return (knowledge if self._change is None else self._change(knowledge)), files.revision


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

    load, snapshot = Reader(folder, change), kept.load(key)
    if snapshot is None:
        snapshot = build_snapshot(*load(files))
        kept.save(key, snapshot)
    else:
        load.restore(snapshot.knowledge, files)
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
