"""The composition root: puts knowledge, core, encoder and fronts together."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.core.model import Knowledge
from bot.errors import ConfigError
from bot.knowledge.compiled import CompiledKnowledge
from bot.knowledge.folder import revision
from bot.service.library import Library, Responder
from bot.service.ports import Encoder
from bot.settings import Settings

_PACKAGE = Path(__file__).parent


def shipped_knowledge() -> Path:
    """Return the knowledge that ships with the bot: inside the wheel, or beside the package in a checkout."""
    inside = _PACKAGE / "_knowledge"
    return inside if inside.is_dir() else _PACKAGE.parent / "knowledge"


def knowledge_folder(settings: Settings) -> Path:
    """Return the folder whose articles are served."""
    return settings.knowledge or shipped_knowledge()


def read(folder: Path) -> tuple[Knowledge, str]:
    """Read `folder`, with the shipped lexicon and messages where it has none; raise KnowledgeError."""
    from bot.knowledge.reader import read_knowledge  # noqa: PLC0415  pydantic and YAML, which a compiled start does without

    return read_knowledge(folder, shipped=shipped_knowledge()), revision(folder)


@dataclass(frozen=True, slots=True)
class App:
    """The parts every front needs."""

    settings: Settings
    library: Library
    responder: Responder
    encoder: Encoder | None


def build_encoder(settings: Settings) -> Encoder | None:
    """Return the shipped encoder, or None when it is switched off; it loads when first used."""
    if not settings.semantic:
        return None
    return _encoder()


@cache
def _encoder() -> Encoder:
    """Return the one encoder of this process, however many folders are answered from: it takes 150 MB."""
    from bot.semantic.encoder import UseEncoder  # noqa: PLC0415  numpy and the weights only when wanted

    return UseEncoder()


def build(
    settings: Settings,
    *,
    encode: bool = True,
    compiled: bool = False,
    change: Callable[[Knowledge], Knowledge] | None = None,
) -> App:
    """Load the knowledge and wire everything; with `encode` the vectors are there on return.

    With `compiled` the snapshot of an earlier start is taken where nothing has changed since. `change` alters what
    is read, for measurements; nothing is compiled then.
    """
    encoder = build_encoder(settings)
    folder = knowledge_folder(settings)
    kept = CompiledKnowledge(settings.cache, folder, shipped_knowledge())
    key = kept.key() if compiled and change is None else None
    first = kept.load(key)

    def load() -> tuple[Knowledge, str]:
        knowledge, number = read(folder)
        return (knowledge if change is None else change(knowledge)), number

    library = Library(load, encoder, encoder and _cached(encoder, settings.cache), first)
    if first is None:
        kept.save(key, library.snapshot)
    if encode:
        library.encode()
    return App(settings, library, Responder(library, encoder), encoder)


def _cached(encoder: Encoder, folder: Path) -> Encoder:
    from bot.semantic.cache import CachedEncoder  # noqa: PLC0415

    return CachedEncoder(encoder, folder)


def known_article(app: App, slug: str | None) -> str | None:
    """Return `slug` if there is such an article; raise ConfigError that names those there are."""
    slugs = [article.slug for article in app.library.snapshot.knowledge.articles]
    if slug is not None and slug not in slugs:
        msg = f"There is no article {slug!r}; there is: {', '.join(slugs)}."
        raise ConfigError(msg)
    return slug
