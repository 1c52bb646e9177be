"""Which files of a knowledge folder are read, and a short hash over their content."""

import hashlib
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
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
ENTITIES: Final = "entities.yaml"
COMMANDS: Final = "commands.yaml"
CASES: Final = "cases.yaml"
LEXICON: Final = "lexicon.yaml"
MESSAGES: Final = "messages.yaml"
SMALL_TALK: Final = "small-talk.yaml"
_OF_ARTICLE: Final = frozenset({ARTICLE, FACTS, ENTITIES, COMMANDS, CASES})
_SHARED: Final = frozenset({LEXICON, MESSAGES, SMALL_TALK})
_SLUG: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{SLUG_LENGTH - 1}}}")
_YAML: Final = (".yaml", ".yml")


def read_bytes(path: Path, file: str, problems: list[Problem]) -> bytes | None:
    """Return a file's bytes, or None with a problem; never blocks on a pipe or reads beyond the limit."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            what = "is a folder; a file of this name is expected"
        elif not stat.S_ISREG(status.st_mode):
            what = "is not a regular file"
        elif status.st_size > MAX_BYTES:
            what = f"is too large ({status.st_size:,} bytes; at most {MAX_BYTES:,} are read)"
        else:
            with path.open("rb") as stream:
                return stream.read(MAX_BYTES)
    except OSError as error:
        broken = path.is_symlink() and isinstance(error, FileNotFoundError)
        reason = "the link points to nothing" if broken else (error.strerror or "input/output error").lower()
        what = f"can't be read: {reason}"
    problems.append(Problem(file, 0, "", what))
    return None


def decode(data: bytes, file: str, problems: list[Problem]) -> str | None:
    """Return a file's bytes as text, or None with a problem that names the first line that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
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

    def name(self, file: str) -> str:
        """Return the name of one of its files as messages show it."""
        return f"{self.prefix}{file}"

    def fact_files(self) -> list[str]:
        """Return the fact files relative to the folder: `facts.yaml`, then `facts/*.yaml` by name."""
        names = [FACTS] if FACTS in self.files else []
        if FACTS_FOLDER in self.files:
            inner = _entries(self.path / FACTS_FOLDER, FACTS_FOLDER, [])
            names += [f"{FACTS_FOLDER}/{path.name}" for path in inner if path.suffix in _YAML]
        return names


def is_slug(name: str) -> bool:
    """Return whether a folder's name can be an article's slug."""
    return _SLUG.fullmatch(name) is not None


def slug_of(folder: Path) -> str:
    """Return the name of an article's folder, also where the folder is given as `.`."""
    try:
        return folder.resolve().name
    except (OSError, RuntimeError, ValueError):
        return folder.name


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
        articles.append(ArticleFolder(slug_of(folder), folder, "", names))
    else:
        problems += _unknown_files(names, _SHARED, "")
        for path in filter(_is_folder, entries):
            files = frozenset(inner.name for inner in _entries(path, path.name, problems))
            if files & (_OF_ARTICLE | {FACTS_FOLDER}):
                problems += _unknown_files(files, _OF_ARTICLE, f"{path.name}/")
                articles.append(ArticleFolder(path.name, path, f"{path.name}/", files))
    if not articles and len(problems) == before:
        problems.append(Problem(shown, 0, "", f"contains no article: no sub-folder has an {ARTICLE}"))
    problems += [Problem(a.prefix or a.slug, 0, "", SLUG_RULE) for a in articles if not is_slug(a.slug)]
    return [article for article in articles if is_slug(article.slug)]


def has_problems(folder: Path) -> bool:
    """Return whether a folder has problems that show without opening a file, such as a misspelt file name."""
    problems: list[Problem] = []
    article_folders(folder, problems)
    return bool(problems)


def _unknown_files(names: frozenset[str], known: frozenset[str], prefix: str) -> Iterator[Problem]:
    """Report YAML files that are never read: most have a misspelt name."""
    for name in sorted(names - known):
        if name.endswith(_YAML):
            yield Problem(f"{prefix}{name}", 0, "", unknown("file", name, known))


def revision(folder: Path, *, shipped: Path | None = None) -> str:
    """Return a short hash over the content of every file that `read_knowledge` would read.

    A file that can't be read (deleted meanwhile, a broken link) counts as absent, so the hash changes again when it
    is back.
    """
    digest = hashlib.sha256()
    for name, path in _files_read(folder, shipped):
        content = read_bytes(path, name, []) or b""
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()[:12]


def _files_read(folder: Path, shipped: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield the name in messages and the path of each file that is read."""
    for shared in sorted(_SHARED):
        yield from ((shared, base / shared) for base in (folder, shipped) if base is not None)
    for article in article_folders(folder, []):
        for file in (*sorted(_OF_ARTICLE & article.files - {FACTS}), *article.fact_files()):
            yield article.name(file), article.path / file
