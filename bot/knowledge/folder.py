"""Which files of a knowledge folder are read, their content, and a short hash over it."""

import hashlib
import logging
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bot.errors import Problem
from bot.knowledge.problems import unknown

MAX_BYTES: Final = 2_000_000
SLUG_LENGTH: Final = 32
"""Longest name of an article's folder."""
SLUG_RULE: Final = f"a folder's name may contain only a–z, 0–9 and '-', at most {SLUG_LENGTH} characters"
ARTICLE: Final = "article.yaml"
FACTS: Final = "facts.yaml"
FACTS_FOLDER: Final = "facts"
SAMPLES: Final = "samples.yaml"
SAMPLES_FOLDER: Final = "samples"
ENTITIES: Final = "entities.yaml"
COMMANDS: Final = "commands.yaml"
CASES: Final = "cases.yaml"
LEXICON: Final = "lexicon.yaml"
MESSAGES: Final = "messages.yaml"
DIALOGUE: Final = "dialogue.yaml"
SMALL_TALK: Final = "small-talk.yaml"
"""Older name of a folder's own DIALOGUE, whose entries have no act."""
_OF_ARTICLE: Final = frozenset({ARTICLE, FACTS, SAMPLES, ENTITIES, COMMANDS, CASES})
_SHARED: Final = frozenset({LEXICON, MESSAGES, DIALOGUE, SMALL_TALK})
_OLDER_NAME: Final = "%s is the older name of %s, where each entry also has an act; knowledge/README.md shows how%s"
_NOT_READ: Final = ". It is not read, as there is a file of the new name"
log = logging.getLogger(__name__)
_SLUG: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{SLUG_LENGTH - 1}}}")
_YAML: Final = (".yaml", ".yml")
SHIPPED: Final = "_shipped/"
"""What stands before the names of files of the program; no article has such a name."""
_LEADS_OUT: Final = "is a link that leads out of the knowledge folder; only links that stay inside are followed"
_OPEN_FLAGS: Final = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))
"""A link or a pipe that takes a file's place after it was looked at is not followed and does not block."""


def read_bytes(path: Path, file: str, root: Path | None = None) -> bytes | Problem:
    """Return a file's bytes, or the problem with it; never blocks on a pipe or reads beyond the limit.

    With `root`, a file that links lead to outside that folder is not opened.
    """
    real = _real(path) or path
    if root is not None and _leads_out(real, root):
        return Problem(file, 0, "", _LEADS_OUT)
    try:
        status = real.stat()
        if stat.S_ISDIR(status.st_mode):
            what = "is a folder; a file of this name is expected"
        elif not stat.S_ISREG(status.st_mode):
            what = "is not a regular file"
        elif status.st_size > MAX_BYTES:
            what = f"is too large ({status.st_size:,} bytes; at most {MAX_BYTES:,} are read)"
        else:
            with os.fdopen(os.open(real, os.O_RDONLY | _OPEN_FLAGS), "rb") as stream:
                return stream.read(MAX_BYTES)
    except OSError as error:
        broken = path.is_symlink() and isinstance(error, FileNotFoundError)
        reason = "the link points to nothing" if broken else (error.strerror or "input/output error").lower()
        what = f"can't be read: {reason}"
    return Problem(file, 0, "", what)


def _real(path: Path) -> Path | None:
    """Return where a path leads through all links, None where that can't be known."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: links that lead to each other
        return None


def _leads_out(path: Path, root: Path) -> bool:
    """Return whether a path leads out of the folder `root`."""
    real, real_root = _real(path), _real(root)
    return real is not None and real_root is not None and not real.is_relative_to(real_root)


def decode(data: bytes, file: str, problems: list[Problem]) -> str | None:
    """Return a file's bytes as text, or None with a problem that names the first line that is not UTF-8.

    macOS and some editors write Hangul as single jamo; in NFC, equal texts are equal strings.
    """
    try:
        return unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, line, "", "is not UTF-8: save the file in the encoding UTF-8"))
        return None


@dataclass(frozen=True, slots=True)
class ArticleFolder:
    """A folder that contains one article."""

    slug: str
    path: Path
    prefix: str
    """What messages put before the names of its files."""
    files: frozenset[str]
    fact_files: tuple[str, ...]
    """Files with facts, relative to the folder."""
    sample_files: tuple[str, ...]
    """Files with further samples, relative to the folder."""

    def name(self, file: str) -> str:
        """Return the name of one of its files as messages show it."""
        return f"{self.prefix}{file}"


def _article_folder(
    slug: str, path: Path, prefix: str, files: frozenset[str], problems: list[Problem]
) -> ArticleFolder:
    """Return an article's folder with its fact and sample files: `facts.yaml`, then `facts/*.yaml` by name."""

    def names(file: str, folder: str) -> tuple[str, ...]:
        inner = _entries(path / folder, f"{prefix}{folder}", problems) if folder in files else ()
        within = (f"{folder}/{entry.name}" for entry in inner if entry.suffix in _YAML)
        return (*([file] if file in files else ()), *within)

    return ArticleFolder(slug, path, prefix, files, names(FACTS, FACTS_FOLDER), names(SAMPLES, SAMPLES_FOLDER))


def is_slug(name: str) -> bool:
    """Return whether a folder's name can be an article's slug."""
    return _SLUG.fullmatch(name) is not None


def slug_of(folder: Path) -> str:
    """Return the name of an article's folder, also where the folder is given as `.`."""
    return (_real(folder) or folder).name


def _is_folder(path: Path) -> bool:
    """Return whether `path` is a folder; True where that can't be known, so that listing it reports why."""
    try:
        return path.is_dir()
    except OSError:
        return True


def _entries(folder: Path, name: str, problems: list[Problem]) -> list[Path]:
    """Return the content of a folder, by name and without hidden files; a problem when it can't be listed."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "~")))
    except FileNotFoundError:
        what = "there is no such folder"
    except NotADirectoryError:
        what = "is a file; a folder is expected"
    except (OSError, ValueError) as error:
        what = f"can't be read: {(getattr(error, 'strerror', None) or 'not a usable path').lower()}"
    problems.append(Problem(name, 0, "", what))
    return []


def article_folders(folder: Path, problems: list[Problem]) -> list[ArticleFolder]:
    """Return the articles of a folder: its sub-folders, or the folder itself where it is an article."""
    before, shown = len(problems), folder.name or str(folder)
    entries = _entries(folder, shown, problems)
    names = frozenset(path.name for path in entries)
    articles: list[ArticleFolder] = []
    if ARTICLE in names:
        problems += _unknown_files(names, _OF_ARTICLE | _SHARED, "")
        articles.append(_article_folder(slug_of(folder), folder, "", names, problems))
    else:
        problems += _unknown_files(names, _SHARED, "")
        for path in filter(_is_folder, entries):
            files = frozenset(inner.name for inner in _entries(path, path.name, problems))
            if not files & (_OF_ARTICLE | {FACTS_FOLDER}):
                continue
            if _leads_out(path, folder):
                problems.append(Problem(f"{path.name}/", 0, "", _LEADS_OUT))
            else:
                problems += _unknown_files(files, _OF_ARTICLE, f"{path.name}/")
                articles.append(_article_folder(path.name, path, f"{path.name}/", files, problems))
    if not articles and len(problems) == before:
        problems.append(Problem(shown, 0, "", f"contains no article: no sub-folder has an {ARTICLE}"))
    problems += [Problem(a.prefix or a.slug, 0, "", SLUG_RULE) for a in articles if not is_slug(a.slug)]
    return [article for article in articles if is_slug(article.slug)]


def _unknown_files(names: frozenset[str], known: frozenset[str], prefix: str) -> Iterator[Problem]:
    """Report YAML files that are never read: most have a misspelt name."""
    for name in sorted(names - known):
        if name.endswith(_YAML):
            yield Problem(f"{prefix}{name}", 0, "", unknown("file", name, known))


@dataclass(frozen=True, slots=True)
class KnowledgeFiles:
    """What was read of a knowledge folder, each file once: what is parsed later are the bytes that were hashed."""

    articles: tuple[ArticleFolder, ...]
    content: Mapping[Path, bytes | Problem]
    """Content of each file, or why it can't be read."""
    problems: tuple[Problem, ...]
    """What is wrong with the folders, such as a misspelt file name."""
    revision: str
    """Short hash over the name and content of every file; one that can't be read counts as empty."""
    digests: Mapping[str | None, str]
    """The same over the files of each article, by slug, and over those that all articles share, under None."""
    names: Mapping[Path, str]
    """The name of each file in a bundle; that of a file of the program begins with SHIPPED."""

    def read(self, path: Path, problems: list[Problem]) -> bytes | None:
        """Return a file's content, or None and a problem."""
        content = self.content[path]
        if isinstance(content, bytes):
            return content
        problems.append(content)
        return None

    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(len(content) for content in self.content.values() if isinstance(content, bytes))

    def shared(self, name: str) -> list[Path]:
        """Return where a file that all articles share was read: shipped first, then the folder's own."""
        return [path for path in self.content if path.name == name]

    def bundle(self) -> dict[str, bytes]:
        """Return the files that could be read, as `files_of` takes them."""
        read = self.content.items()
        return {self.names[path]: content for path, content in read if isinstance(content, bytes)}

    def named(self, written: Mapping[Path, bytes]) -> dict[str, bytes]:
        """Return new contents of files of articles by the names that they have in a bundle."""
        folders = {one.path: one.slug for one in self.articles}
        return {
            f"{slug}/{path.relative_to(folder).as_posix()}": data
            for path, data in written.items()
            for folder, slug in folders.items()
            if path.is_relative_to(folder)
        }

    def has_problems(self) -> bool:
        """Return whether problems show before anything is parsed."""
        return bool(self.problems) or any(isinstance(content, Problem) for content in self.content.values())


def read_files(
    folder: Path, shipped: Path | None = None, instead: Mapping[Path, bytes | Problem] = MappingProxyType({})
) -> KnowledgeFiles:
    """Read every file that a folder's knowledge is made from; shared files that it lacks are those in `shipped`.

    The content of files in `instead` is taken from there, also of those that an article's folder does not have.
    """
    problems: list[Problem] = []
    articles = tuple(_with_files(article, instead) for article in article_folders(folder, problems))
    if os.path.lexists(folder / SMALL_TALK):
        log.warning(_OLDER_NAME, SMALL_TALK, DIALOGUE, _NOT_READ if os.path.lexists(folder / DIALOGUE) else "")
    content: dict[Path, bytes | Problem] = {}
    names: dict[Path, str] = {}
    hashed: list[tuple[str | None, str, bytes | Problem]] = []
    for slug, name, path, root in _files_of(articles, folder, shipped):
        if path not in content:
            content[path] = instead[path] if path in instead else read_bytes(path, name, root)
        place = f"{slug}/{path.relative_to(_folder_of(articles, slug)).as_posix()}" if slug else path.name
        names[path] = f"{SHIPPED}{place}" if slug is None and root == shipped else place
        hashed.append((slug, place, content[path]))
    return KnowledgeFiles(articles, content, tuple(problems), *_hashes(articles, hashed), names)


def _folder_of(articles: tuple[ArticleFolder, ...], slug: str) -> Path:
    return next(article.path for article in articles if article.slug == slug)


def _hashes(
    articles: tuple[ArticleFolder, ...], files: Iterable[tuple[str | None, str, bytes | Problem]]
) -> tuple[str, Mapping[str | None, str]]:
    """Return the revision of files, each with the slug of its article, its name and content; and their digests."""
    every, parts = hashlib.sha256(), {slug: hashlib.sha256() for slug in (None, *(one.slug for one in articles))}
    for slug, name, found in files:
        data = found if isinstance(found, bytes) else b""
        for digest in (every, parts[slug]):
            digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
            digest.update(data)
    return every.hexdigest()[:12], {slug: digest.hexdigest() for slug, digest in parts.items()}


def _with_files(article: ArticleFolder, new: Iterable[Path]) -> ArticleFolder:
    """Return a folder with files that are yet to be written in it."""
    return replace(article, files=article.files.union(path.name for path in new if path.parent == article.path))


def _files_of(
    articles: tuple[ArticleFolder, ...], folder: Path, shipped: Path | None
) -> Iterator[tuple[str | None, str, Path, Path]]:
    """Yield the article's slug, the name in messages and the path of each file that is read, and where it must be.

    A folder's own messages come after the shipped ones, which they replace one by one; other shared files replace the
    shipped ones as a whole. An own small-talk.yaml is read only if there is no own dialogue.yaml.
    """
    skipped = {SMALL_TALK} if os.path.lexists(folder / DIALOGUE) else set()
    for shared in sorted(_SHARED - skipped):
        places = dict.fromkeys((shipped, folder))  # which may be the same
        bases = [base for base in places if base is not None and os.path.lexists(base / shared)]
        yield from ((None, shared, base / shared, base) for base in (bases if shared == MESSAGES else bases[-1:]))
    for article in articles:
        for file in _in_order(article):
            yield article.slug, article.name(file), article.path / file, folder


def _in_order(article: ArticleFolder) -> tuple[str, ...]:
    """Return the files of an article that are read, in their order, relative to its folder."""
    single = sorted((_OF_ARTICLE & article.files | {ARTICLE}) - {FACTS, SAMPLES})
    return (*single, *article.fact_files, *article.sample_files)


def files_of(bundle: Mapping[str, bytes], shipped: Path, revision: str = "") -> KnowledgeFiles:
    """Return the files of a bundle as if they were read of a folder; they get a revision of their own by default.

    The bot's own sentences are those in `shipped`, as the program needs them: older ones may lack some.
    """
    root = Path(revision)
    data: dict[str, bytes | Problem] = dict(bundle)
    data[f"{SHIPPED}{MESSAGES}"] = read_bytes(shipped / MESSAGES, MESSAGES)
    shared = sorted((name for name in data if _is_shared(name)), key=lambda name: (Path(name).name, "/" not in name))
    slugs = sorted({name.partition("/")[0] for name in data if not _is_shared(name)})
    articles = tuple(_bundled(slug, root / slug, bundle) for slug in slugs)
    files: list[tuple[str | None, str]] = [(None, name) for name in shared]
    files += [(one.slug, f"{one.slug}/{file}") for one in articles for file in _in_order(one)]
    files = [(slug, name) for slug, name in files if name in data]
    content = {root / name: data[name] for _, name in files}
    hashed = [(slug, name.removeprefix(SHIPPED), data[name]) for slug, name in files]
    computed, digests = _hashes(articles, hashed)
    names = {root / name: name for _, name in files}
    return KnowledgeFiles(articles, content, (), revision or computed, digests, names)


def own_files(bundle: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a bundle that do not belong to the program."""
    return {name: data for name, data in bundle.items() if not name.startswith(SHIPPED)}


def _is_shared(name: str) -> bool:
    return "/" not in name or name.startswith(SHIPPED)


def _bundled(slug: str, path: Path, bundle: Mapping[str, bytes]) -> ArticleFolder:
    """Return the folder of an article as the names of its files tell."""
    inside = sorted(name.removeprefix(f"{slug}/") for name in bundle if name.startswith(f"{slug}/"))

    def names(file: str, folder: str) -> tuple[str, ...]:
        return (*(one for one in inside if one == file), *(one for one in inside if one.startswith(f"{folder}/")))

    files = frozenset(name.partition("/")[0] for name in inside)
    return ArticleFolder(slug, path, f"{slug}/", files, names(FACTS, FACTS_FOLDER), names(SAMPLES, SAMPLES_FOLDER))


def fingerprint(folder: Path, shipped: Path | None = None) -> str:
    """Return a hash that changes whenever a file that is read, or its name, may have changed; reads no content."""
    problems: list[Problem] = []
    articles = tuple(article_folders(folder, problems))
    seen: list[object] = [*problems]
    for _, name, path, _ in _files_of(articles, folder, shipped):
        seen.append((name, os.fspath(path)))
        with suppress(OSError):
            status = path.stat()
            seen.append((status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return hashlib.sha256(repr(seen).encode("utf-8", "surrogateescape")).hexdigest()
