"""Edits of what `article.yaml` says of an article: that it is retired, or in use again."""

from collections.abc import Mapping
from pathlib import Path

from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import ARTICLE, KnowledgeFiles
from bot.knowledge.line_editing import Change, Put, Remove, edit
from bot.knowledge.problems import unknown
from bot.knowledge.yaml_reader import parse

_KEY = "retired"


def with_retired(files: KnowledgeFiles, slug: str, *, retired: bool) -> Mapping[Path, bytes]:
    """Return the new content of the files of article `slug` that change when it is retired, or in use again.

    Raises KnowledgeError when there is no such article, or its file can't be changed without changing anything else.
    """
    folder = next((one for one in files.articles if one.slug == slug), None)
    if folder is None:
        raise KnowledgeError((Problem(slug, 0, "", unknown("article", slug, [one.slug for one in files.articles])),))
    path, problems = folder.path / ARTICLE, list(files.problems)
    data = files.read(path, problems)
    document = parse(data, folder.name(ARTICLE), problems) if data is not None else None
    if data is None or document is None or problems:
        raise KnowledgeError(tuple(dict.fromkeys(problems)))
    is_there = isinstance(document.data, dict) and _KEY in document.data
    changes: list[Change] = [Put((_KEY,), "true")] if retired else [Remove((_KEY,))] if is_there else []
    return {path: edit(data, folder.name(ARTICLE), changes)} if changes else {}
