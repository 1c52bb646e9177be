"""The composition root: builds the encoder and the library from the settings."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from bot import cached_files
from bot.core.edits import EditRequest
from bot.core.model import Knowledge
from bot.errors import ConfigError, KnowledgeError, Problem, StaleError
from bot.knowledge.compiled import CompiledKnowledge, without_garbage_collector
from bot.knowledge.folder import KnowledgeFiles, files_of, read_files
from bot.service.comparison import size_of
from bot.service.editing import Editing
from bot.service.library import Library, build_snapshot
from bot.service.ports import Edit, Encoder, Store
from bot.service.records import Bundle, LoadedRevision
from bot.service.shared_edit import SharedEdit
from bot.service.threads import wait_for
from bot.settings import Settings, StoreSettings

if TYPE_CHECKING:
    from bot.semantic.cache import CachedEncoder
    from bot.semantic.encoder import UseEncoder

log = logging.getLogger(__name__)

_PACKAGE = Path(__file__).parent
_COPY: Final = "knowledge"
"""Folder in the data folder for the shipped articles once they are edited."""
_MANY_BYTES: Final = 600_000
"""Bytes of knowledge that hold thousands of sample questions; the shared files alone have 200,000."""
Report = Callable[[int, int], None]
"""Is told the number of texts that are prepared, and of all."""


def shipped_knowledge() -> Path:
    """Return the knowledge that ships with the bot: in the wheel, or next to the package in a checkout."""
    inside = _PACKAGE / "_knowledge"
    return inside if inside.is_dir() else _PACKAGE.parent / "knowledge"


def knowledge_folder(settings: Settings) -> Path:
    """Return the folder of the articles: the given one, else the shipped ones or, once they were edited, their copy."""
    if settings.knowledge is not None:
        return settings.knowledge
    copy = settings.data / _COPY
    return copy if copy.is_dir() else shipped_knowledge()


def read(folder: Path) -> tuple[Knowledge, str]:
    """Return the knowledge in `folder` and its revision; raise KnowledgeError.

    A lexicon or messages that the folder lacks are those that ship with the bot.
    """
    return Reader(folder)()


class Reader:
    """Reads one knowledge folder again and again, and parses only the articles that have changed since."""

    def __init__(
        self, folder: Path | Callable[[], Path], change: Callable[[Knowledge], Knowledge] | None = None
    ) -> None:
        """Read `folder`, or what it returns; `change` alters what was read, for measurements."""
        self._folder: Callable[[], Path] = (lambda: folder) if isinstance(folder, Path) else folder
        self._change = change
        self._known: tuple[Knowledge, Mapping[str | None, str]] | None = None
        self._files: KnowledgeFiles | None = None

    def restore(self, knowledge: Knowledge, files: KnowledgeFiles) -> None:
        """Take the knowledge that was made of `files` as read."""
        self._known = knowledge, files.digests
        self._files = files

    def bundle_of(self, revision: str) -> Bundle | None:
        """Return the files that were read last, if their revision is this one and they are not forgotten."""
        return self._files.bundle() if self._files and self._files.revision == revision else None

    def forget(self) -> None:
        """Keep the content of the files that were read last no longer."""
        self._files = None

    def read_bundle(self, bundle: Bundle, revision: str) -> tuple[Knowledge, str]:
        """Return the knowledge of a bundle as if it had been read, and its revision; raise KnowledgeError."""
        return self(files_of(bundle, shipped_knowledge(), revision))

    def look_into(self, bundle: Bundle) -> Knowledge:
        """Return the knowledge of a bundle, which does not count as read; raise KnowledgeError."""
        from bot.knowledge.reader import KnownFiles, parse_changed, parse_knowledge  # noqa: PLC0415

        files, known = files_of(bundle, shipped_knowledge()), self._known
        return parse_changed(files, KnownFiles(*known)) if known else parse_knowledge(files).knowledge

    def __call__(self, files: KnowledgeFiles | None = None) -> tuple[Knowledge, str]:
        """Return the knowledge, of `files` if they are read already, and its revision; raise KnowledgeError."""
        from bot.knowledge.reader import KnownFiles, parse_changed, parse_knowledge  # noqa: PLC0415  pydantic and YAML, which a compiled start does without

        files = files or read_files(self._folder(), shipped_knowledge())
        known = self._known
        knowledge = parse_changed(files, KnownFiles(*known)) if known else parse_knowledge(files).knowledge
        self.restore(knowledge, files)
        return (knowledge if self._change is None else self._change(knowledge)), files.revision


ChangeFiles: TypeAlias = Callable[[KnowledgeFiles], Mapping[Path, bytes]]
"""Returns the new content of the files that an edit changes."""
Write: TypeAlias = Callable[[ChangeFiles], Edit]
"""Prepares an edit of where the facts are: in a folder, or in a store that processes share."""


@dataclass(frozen=True, slots=True)
class App:
    """What the commands that answer questions need."""

    library: Library
    encoder: Encoder | None
    reader: Reader | None = None
    """Reads the files of the library and knows what it has read."""


def build_encoder(settings: Settings) -> "UseEncoder | None":
    """Return the sentence encoder, or None if it is switched off; it loads its weights when first used."""
    return _encoder() if settings.semantic else None


@cache
def _encoder() -> "UseEncoder":
    """Return the only encoder of this process, because it takes 150 MB."""
    from bot.semantic.encoder import UseEncoder  # noqa: PLC0415  numpy and the weights only when needed

    return UseEncoder()


def build(
    settings: Settings,
    *,
    encode: bool = True,
    compiled: bool = False,
    change: Callable[[Knowledge], Knowledge] | None = None,
    report: Report | None = None,
) -> App:
    """Load the knowledge, and with `encode` its vectors; raise KnowledgeError.

    With `compiled`, use the snapshot of an earlier start if nothing has changed since. `change` alters the knowledge
    that was read, for measurements; such a snapshot is never stored. `report` is told how far the vectors are; with it,
    a person is waiting, so a second process may help to make them.
    """
    cached_files.remove_abandoned(settings.cache)
    encoder = build_encoder(settings)
    if encoder is not None:
        encoder.report, encoder.may_start_processes = report, report is not None
        encoder.cache_folder = settings.cache
    cached = encoder and _cached(encoder, settings.cache)
    folder = knowledge_folder(settings)
    files = read_files(folder, shipped_knowledge())
    kept = CompiledKnowledge(settings.cache, folder)
    key = kept.key(files) if compiled and change is None else None

    load = Reader(partial(knowledge_folder, settings), change)
    with logged("looking for an index that an earlier start made"):
        snapshot = kept.load(key)
    if snapshot is None:
        if encoder and cached and files.size() > _MANY_BYTES and not cached.has_vectors():
            encoder.expect_many()
        with without_garbage_collector():
            with logged("reading the facts"):
                knowledge, number = load(files)
            with logged("indexing the facts"):
                snapshot = build_snapshot(knowledge, number)
        kept.save(key, snapshot)
    else:
        load.restore(snapshot.knowledge, files)
    library = Library(load, encoder, cached, snapshot)
    if encode and encoder:
        with logged("loading the vectors of %d texts", snapshot.text_count()):
            library.encode()
    return App(library, encoder, load)


def editing_of(app: App, settings: Settings, store: Store | None = None) -> Editing:
    """Return what edits the facts that the library of `app`, which was built with these settings, answers from.

    These are files, or the active revision in `store` if processes share it; then edits need a thread of `in_thread`.
    """
    load = app.reader or Reader(partial(knowledge_folder, settings))
    shared = store if store and store.processes else None
    write = partial(_folder_edit, settings, load) if shared is None else partial(_shared_edit, shared, load)
    return Editing(app.library, app.encoder, partial(_prepare, write))


def _prepare(write: Write, request: EditRequest) -> Edit:
    """Prepare an edit with `write`."""
    from bot.knowledge.item_editing import changed_files  # noqa: PLC0415  YAML, which a compiled start does without

    return write(lambda files: changed_files(files, request))


def _shared_edit(store: Store, load: Reader, change: ChangeFiles) -> Edit:
    """Prepare an edit of the active revision in `store`."""
    active = wait_for(store.active())
    bundle = wait_for(store.bundle(active.revision)) if active else None
    if active is None or bundle is None:
        raise StaleError(active.revision if active else "")
    before = files_of(bundle, shipped_knowledge(), active.revision)
    after = files_of(before.bundle() | before.named(change(before)), shipped_knowledge())
    knowledge, revision = load(after)
    size, now = size_of(knowledge), int(time.time())
    loaded = LoadedRevision(revision, "edit", now, active.base, size, after.bundle())
    return SharedEdit(knowledge, active.revision, loaded, store)


def _folder_edit(settings: Settings, load: Reader, change: ChangeFiles) -> Edit:
    """Prepare an edit of the files; the shipped articles are copied for it."""
    from bot.knowledge.folder_edit import FolderEdit  # noqa: PLC0415

    folder, shipped = knowledge_folder(settings), shipped_knowledge()
    is_shipped = folder.resolve() == shipped.resolve()
    if is_shipped and settings.knowledge is not None:
        what = "comes with the bot and is not edited: unset BOT_KNOWLEDGE, so that the first edit copies it"
        raise KnowledgeError((Problem(str(folder), 0, "", what),))
    before = read_files(folder, shipped)
    written = change(before)
    knowledge, revision = load(read_files(folder, shipped, {**before.content, **written}))
    return FolderEdit(knowledge, revision, before, folder, written, settings.data / _COPY if is_shipped else None)


async def answer_from_active(app: App, store: Store) -> None:
    """Answer from the revision that the processes that share `store` answer from, if there is one.

    Raises KnowledgeError if this version of the bot can't read it, StoreError.
    """
    active = await store.active() if store.processes else None
    bundle = await store.bundle(active.revision) if active else None
    if active and bundle and app.reader and active.revision != app.library.snapshot.revision:
        app.library.load(partial(app.reader.read_bundle, bundle, active.revision), is_checked=True)


def open_store(settings: StoreSettings) -> Store | None:
    """Return the store, not yet connected, None if it is switched off; raise ConfigError without its driver."""
    if not settings.has_store:
        return None
    from bot.storage.engines import PostgresDatabase, SqliteDatabase  # noqa: PLC0415
    from bot.storage.secret import load_secret  # noqa: PLC0415
    from bot.storage.store import DatabaseStore  # noqa: PLC0415

    url, given = settings.postgres_url, settings.secret
    database = PostgresDatabase(url) if url else SqliteDatabase(settings.database_file)

    def secret() -> bytes:
        return given.get_secret_value().encode() if given else load_secret(settings.data)

    return DatabaseStore(database, secret, settings.retention_days)


@contextmanager
def logged(step: str, *values: object) -> Iterator[None]:
    """Log a step of the start and how long it took."""
    began = time.monotonic()
    yield
    log.info("%s: %.1f s", step % values, time.monotonic() - began)


def _cached(encoder: Encoder, folder: Path) -> "CachedEncoder":
    from bot.semantic.cache import CachedEncoder  # noqa: PLC0415

    return CachedEncoder(encoder, folder)


def known_article(app: App, slug: str | None) -> str | None:
    """Return `slug` if there is such an article; raise ConfigError with the slugs that exist."""
    slugs = [article.slug for article in app.library.snapshot.knowledge.articles]
    if slug is not None and slug not in slugs:
        msg = f"There is no article {slug!r}; there is: {', '.join(slugs)}."
        raise ConfigError(msg)
    return slug
