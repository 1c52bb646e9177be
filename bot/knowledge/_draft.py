"""A new article folder before it is written: its files, and what its author should know of them."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.errors import KnowledgeError, Problem
from bot.knowledge._scalars import ID_LENGTH
from bot.knowledge._wording import Tree
from bot.knowledge._yaml_out import dump

_NOT_ID: Final = re.compile(r"[^a-z0-9]+")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a new article folder by file name, and warnings about what was left out."""

    slug: str
    content: dict[str, dict[str, Tree]]
    warnings: tuple[str, ...] = field(default=())

    def files(self) -> dict[str, str]:
        """Return the YAML of each file."""
        return {name: dump(data) for name, data in self.content.items()}

    def summary(self) -> tuple[str, ...]:
        """Say in a line for each file what is in it."""
        return tuple(
            f"{name}: " + ", ".join(f"{len(v)} {key}" for key, v in data.items() if isinstance(v, list))
            for name, data in self.content.items()
        )

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write the files and return their paths; KnowledgeError when one of them exists already."""
        files = self.files()
        if taken := [name for name in files if os.path.lexists(folder / name)]:
            what = "exists already and is not overwritten"
            raise KnowledgeError(tuple(Problem(str(folder / name), 0, "", what) for name in taken))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                with (folder / name).open("x", encoding="utf-8", newline="\n") as stream:
                    stream.write(text)
        except OSError as error:
            what = f"can't be written: {(error.strerror or 'input/output error').lower()}"
            raise KnowledgeError((Problem(str(folder), 0, "", what),)) from error
        return tuple(folder / name for name in files)


def clean(text: str) -> str:
    """Return text without control characters, white space squeezed: fit for a YAML line."""
    return " ".join(_CONTROL.sub(" ", text).split())


def identifier(text: str, taken: Collection[str], fallback: str, length: int = ID_LENGTH) -> str:
    """Turn any text into an id that isn't taken yet; `fallback` where nothing of it is left."""
    base = _NOT_ID.sub("-", text.casefold()).strip("-")[:length].strip("-") or fallback
    name, count = base, 1
    while name in taken:
        count += 1
        suffix = f"-{count}"
        name = base[: length - len(suffix)] + suffix
    return name
