"""Adds to YAML that a person wrote: comments, order and quotation marks stay, only lines that change are written."""

import copy
import io
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.errors import KnowledgeError, Problem
from bot.knowledge.problems import Node, NodePath
from bot.knowledge.writer import is_flow
from bot.knowledge.yaml_reader import parse

_FIRST_LIST: Final = re.compile(r"^( *(?:- +)*)[^\s#-][^\n]*:[ ]*\n(?:[ ]*(?:#[^\n]*)?\n)*( *)- ", re.MULTILINE)
"""A key that a list follows, and the first dash of the list."""
_WIDTH: Final = 1_000_000
"""Columns at which a line would be wrapped: never."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added at a path of a file: entries of a list, or a key and its value."""

    path: NodePath
    value: Node


def add_to(data: bytes, file: str, additions: Iterable[Addition]) -> bytes:
    """Return the content of a file with additions; KnowledgeError when they can't be made without other changes."""
    text = data.decode("utf-8-sig")
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    first = _FIRST_LIST.search(text.replace("\r\n", "\n"))
    offset = max(0, len(first[2]) - len(first[1])) if first else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    before = parse(data, file, [])
    root = yaml.load(text.replace("\r\n", "\n"))
    expected: Any = copy.deepcopy(before.data) if before else {}
    for addition in additions:
        _apply(expected, addition, addition.value)
        _apply(root, addition, _commented(addition.value))
    stream = io.StringIO()
    yaml.dump(root, stream)
    written = stream.getvalue()
    encoded = (written.replace("\n", "\r\n") if "\r\n" in text else written).encode()
    encoded = data[: len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))] + encoded
    problems: list[Problem] = []
    after = parse(encoded, file, problems)
    if after is None or problems or after.data != expected:
        what = "can't be added to without changing what it says: add by hand, or write it more plainly"
        raise KnowledgeError((Problem(file, 0, "", what),))
    return encoded


def _apply(root: Any, addition: Addition, value: Any) -> None:  # noqa: ANN401  plain data, or ruamel's
    """Add a value to plain data or to ruamel's."""
    *path, last = addition.path
    for part in path:
        root = root[part]
    if isinstance(value, list) and last in root and isinstance(root[last], list):
        root[last].extend(value)
    else:
        root[last] = value


def _commented(node: Node) -> Any:  # noqa: ANN401  ruamel's data
    """Return a node as ruamel writes it in our style: ids and numbers in brackets."""
    if isinstance(node, str):
        return int(node) if node.isascii() and node.isdigit() and node == str(int(node)) else str(node)
    if isinstance(node, dict):
        return CommentedMap({key: _commented(value) for key, value in node.items()})
    items = CommentedSeq(_commented(value) for value in node)
    if is_flow(node):
        items.fa.set_flow_style()
    return items


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write all files or, when one of them can't be written, none; each is replaced in one step."""
    ready: list[tuple[Path, Path]] = []
    replaced: dict[Path, bytes | None] = {}
    try:
        for path, data in files.items():
            real = path.resolve()
            handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
            ready.append((Path(name), real))
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(real.stat().st_mode & 0o777 if real.exists() else 0o644)
        while ready:
            temporary, real = ready[0]
            before = real.read_bytes() if real.exists() else None
            temporary.replace(real)
            replaced[real] = before
            ready.pop(0)
    except OSError as error:
        _put_back(replaced)
        what = f"can't be written: {(error.strerror or 'input/output error').lower()}"
        raise KnowledgeError((Problem(str(ready[-1][1] if ready else path), 0, "", what),)) from error
    finally:
        for temporary, _ in ready:
            temporary.unlink(missing_ok=True)


def _put_back(replaced: Mapping[Path, bytes | None]) -> None:
    """Give files their former content again, and remove those that were not there."""
    for path, before in replaced.items():
        with suppress(OSError):
            path.unlink() if before is None else path.write_bytes(before)
