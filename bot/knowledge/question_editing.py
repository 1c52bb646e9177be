"""Adds a reader's question to an article's files: as a sample of a fact or gap, and as a case that expects it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.core.model import Language
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import CASES, KnowledgeFiles
from bot.knowledge.line_editing import Change, Insert, Put, edit
from bot.knowledge.problems import Node, NodePath, unknown
from bot.knowledge.references import ArticleFiles, read_article
from bot.knowledge.schema import CasesFile
from bot.knowledge.writer import dump


def with_question(files: KnowledgeFiles, slug: str, item: str, text: str, language: Language) -> Mapping[Path, bytes]:
    """Return the new content of the files of article `slug` that change when `text` becomes a sample of `item`.

    The sample goes to the samples file, where the folder has one. Raises KnowledgeError when there is no such fact or
    gap, or when a file can't be changed without changing what else it says.
    """
    folder = next((one for one in files.articles if one.slug == slug), None)
    if folder is None:
        raise KnowledgeError((Problem(slug, 0, "", unknown("article", slug, [one.slug for one in files.articles])),))
    problems = list(files.problems)
    article = read_article(folder, files, problems)
    if problems:
        raise KnowledgeError(tuple(dict.fromkeys(problems)))
    sample_file, sample = _new_sample(article, item, text, language)
    written: dict[Path, bytes] = {}
    for file, change in ((sample_file, sample), (folder.name(CASES), _new_case(article, item, text))):
        path = folder.path / file.removeprefix(folder.prefix)
        data = files.content.get(path)
        written[path] = (
            edit(data, file, [change])
            if isinstance(data, bytes)
            else dump({"cases": [{"question": text, "expect": item}]}).encode()
        )
    return written


def _new_sample(article: ArticleFiles, name: str, text: str, language: Language) -> tuple[str, Change]:
    """Return the file that a new sample goes to, and the change there."""
    item = next((one for one in article.answers() if one.value.id == name), None)
    if item is None:
        what = unknown("fact or gap", name, [one.value.id for one in article.answers()])
        raise KnowledgeError((Problem(article.slug, 0, "", what),))
    samples = article.samples_file(name, item.document.file)
    file, path = (samples, (name,)) if samples else (item.document.file, (*item.path, "questions"))
    root: Any = next(one.document.data for one in article.files if one.document.file == file)
    return file, _appended(root, path, language, text)


def _appended(root: Any, path: NodePath, key: str, entry: Node) -> Change:  # noqa: ANN401  plain data of any depth
    """Return the change that puts an entry at the end of the list `key` of the mapping at a path, if there are any."""
    node = root
    for part in path:
        node = node.get(part) if isinstance(node, dict) else node[part]
        if node is None:
            return Put(path, {key: [entry]})
    entries = node.get(key)
    if not entries:
        return Put((*path, key), [entry])
    return Insert((*path, key), len(entries), (entry,))


def _new_case(article: ArticleFiles, item: str, text: str) -> Change:
    """Return the change of the file of cases, where there is one."""
    entry: Node = {"question": text, "expect": item}
    data = next((file.document.data for file in article.files if isinstance(file.model, CasesFile)), {})
    return _appended(data, (), "cases", entry)
