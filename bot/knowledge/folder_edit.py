"""An edit of a folder of articles: prepared and checked in memory, then written at once, or not at all."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.model import Knowledge
from bot.errors import KnowledgeError, Problem, StaleError
from bot.knowledge.editing import write_together
from bot.knowledge.folder import KnowledgeFiles, article_folders, read_bytes


@dataclass(frozen=True, slots=True)
class FolderEdit:
    """What a folder says with the new content of some files, which `write` puts there."""

    knowledge: Knowledge
    revision: str
    before: KnowledgeFiles
    """What was read of the folder."""
    folder: Path
    files: Mapping[Path, bytes]
    """The new content of the files that change, by their paths in `folder`."""
    copy: Path | None = None
    """Where to write a copy of the articles instead, as those in `folder` belong to the program; None: in place."""

    @property
    def seen(self) -> str:
        """Return the revision that the edit starts from."""
        return self.before.revision

    @property
    def copied_to(self) -> str:
        """Return the folder to which the articles are copied, "" if they are changed in place."""
        return str(self.copy or "")

    def write(self) -> None:
        """Write the edit; raise StaleError if somebody changed one of the files since, KnowledgeError."""
        for path in self.files:
            found = read_bytes(path, path.name) if path.exists() else None
            if found != self.before.content.get(path):
                raise StaleError(self.before.revision)
        if self.copy is None:
            write_together(self.files)
        else:
            self._write_copy(self.copy)

    def _write_copy(self, copy: Path) -> None:
        """Write a folder with all articles; the files that they share stay the program's, so that they are upgraded."""
        temporary: Path | None = None
        try:
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=copy.parent, prefix=f".{copy.name}."))
            for article in article_folders(self.folder, []):
                target = temporary / article.path.relative_to(self.folder)
                shutil.copytree(article.path, target, copy_function=shutil.copyfile)
            for path, data in self.files.items():
                (temporary / path.relative_to(self.folder)).write_bytes(data)
            temporary.rename(copy)
        except OSError as error:
            if copy.exists():
                raise StaleError(self.before.revision) from error
            what = f"can't be written: {(error.strerror or 'input/output error').lower()}"
            raise KnowledgeError((Problem(str(copy), 0, "", what),)) from error
        finally:
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)
