"""Which files of a knowledge folder are read, and a short hash over what is in them."""

import hashlib
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import Problem
from bot.knowledge.problems import nearest, quote

MAX_BYTES: Final = 2_000_000
SLUG_LENGTH: Final = 32
"""Longest name of an article's folder."""
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


@dataclass(frozen=True, slots=True)
class ArticleFolder:
    """A folder that holds one article, and how its files are called in messages."""

    slug: str
    path: Path
    prefix: str
    files: frozenset[str]

    def name(self, file: str) -> str:
        """Return the name of a file of this article as messages show it."""
        return f"{self.prefix}{file}"

    def has(self, file: str) -> bool:
        """Tell whether an optional file is there (a broken link is there, and a problem)."""
        return file in self.files

    def fact_files(self) -> list[str]:
        """Return the fact files relative to the folder: `facts.yaml`, then `facts/*.yaml` by name."""
        names = [FACTS] if FACTS in self.files else []
        if FACTS_FOLDER in self.files:
            inner = entries(self.path / FACTS_FOLDER, FACTS_FOLDER, [])
            names += [f"{FACTS_FOLDER}/{path.name}" for path in inner if path.suffix in _YAML]
        return names


def is_slug(name: str) -> bool:
    """Tell whether a folder's name can be an article's slug."""
    return _SLUG.fullmatch(name) is not None


def slug_of(folder: Path) -> str:
    """Return the slug of an article's folder: its own name, also where it is given as `.`."""
    try:
        return folder.resolve().name
    except (OSError, RuntimeError, ValueError):
        return folder.name


def _is_folder(path: Path) -> bool:
    """Tell whether `path` is a folder; one that can't be looked at counts, so that listing it says why."""
    try:
        return path.is_dir()
    except OSError:
        return True


def entries(folder: Path, name: str, problems: list[Problem]) -> list[Path]:
    """Return what is in a folder, by name and without hidden files; a problem when it can't be listed."""
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
    """Find the articles of a folder: its sub-folders, or the folder itself where it is an article."""
    before = len(problems)
    found = entries(folder, folder.name or str(folder), problems)
    names = frozenset(path.name for path in found)
    if ARTICLE in names:
        problems += _strangers(names, _OF_ARTICLE | _SHARED, "")
        return _named(ArticleFolder(slug_of(folder), folder, "", names), problems)
    problems += _strangers(names, _SHARED, "")
    articles: list[ArticleFolder] = []
    for path in found:
        inside = entries(path, path.name, problems) if _is_folder(path) else []
        files = frozenset(entry.name for entry in inside)
        if files & (_OF_ARTICLE | {FACTS_FOLDER}):
            problems += _strangers(files, _OF_ARTICLE, f"{path.name}/")
            articles += _named(ArticleFolder(path.name, path, f"{path.name}/", files), problems)
    if not articles and len(problems) == before:
        what = f"holds no article: no sub-folder has an {ARTICLE}"
        problems.append(Problem(folder.name or str(folder), 0, "", what))
    return articles


def has_problems(folder: Path) -> bool:
    """Tell whether the files of a folder, by their names, can't be read as they are."""
    problems: list[Problem] = []
    article_folders(folder, problems)
    return bool(problems)


def _named(article: ArticleFolder, problems: list[Problem]) -> list[ArticleFolder]:
    """Refuse a folder whose name can't be a slug."""
    if is_slug(article.slug):
        return [article]
    what = f"a folder's name is written with a–z, 0–9 and '-' only, at most {SLUG_LENGTH}"
    problems.append(Problem(article.prefix or article.slug, 0, "", what))
    return []


def _strangers(names: frozenset[str], known: frozenset[str], prefix: str) -> Iterator[Problem]:
    """Report YAML files that nothing reads: most are a misspelt name."""
    for name in sorted(names - known):
        if name.endswith(_YAML):
            near = nearest(name, known)
            hint = f"did you mean '{near}'?" if near else f"there is {', '.join(sorted(known))}"
            yield Problem(f"{prefix}{name}", 0, "", f"unknown file {quote(name)}: {hint}")


def revision(folder: Path, *, shipped: Path | None = None) -> str:
    """Return a short hash over the content of every file that `read_knowledge` would read.

    Whatever can't be read (a file that disappears meanwhile, a broken link) counts as absent, so that the
    hash changes again when it is back.
    """
    digest = hashlib.sha256()
    for name, path in _read_files(folder, shipped):
        content = read_bytes(path, name, []) or b""
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()[:12]


def _read_files(folder: Path, shipped: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield the files that are read, by the names that messages give them."""
    for shared in sorted(_SHARED):
        yield from ((shared, base / shared) for base in (folder, shipped) if base is not None)
    for article in article_folders(folder, []):
        for file in (*sorted(_OF_ARTICLE & article.files - {FACTS}), *article.fact_files()):
            yield article.name(file), article.path / file
