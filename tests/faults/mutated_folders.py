"""Read mutated knowledge folders: `python tests/faults/mutated_folders.py [--count 20000] [--seed 1]`.

Files of the fictional articles are cut, joined, damaged, renamed and moved. Each folder must be read, or be refused
with problems that name a file, a line that it has, and what is wrong; nothing else may be raised.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import shipped_knowledge
from bot.core.model import Knowledge
from bot.errors import KnowledgeError, Problem
from bot.service.library import build_snapshot
from tests.faults.promises import Promises
from tests.knowledge.small_article import read_knowledge

ARTICLES = Path(__file__).parents[1] / "articles"
SNIPPETS: tuple[bytes, ...] = (
    *(
        b"\n",
        b": ",
        b"- ",
        b" #",
        b'"',
        b"'",
        b"[",
        b"{",
        b"*a",
        b"&a ",
        b"!x ",
        b"\t",
        b"\0",
        b"\xff",
        b"|",
        b">",
        b"?",
    ),
    *(
        b"  ",
        b"7",
        b"null",
        b"---\n",
        b"...\n",
        b"<<: ",
        b"%YAML 9\n",
        b"\r",
        b"\xc2\xa0",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
    ),
    *(
        b"id: x\n",
        b"ko: ",
        b"questions:\n",
        b"\xe2\x80\x93 ",
        b"\xe2\x80\xa2 ",
        b"2024-01-01",
        b"1e999",
        b"0x1F",
        b"[" * 99,
    ),
)
NAMES = (
    "facts.yaml",
    "article.yaml",
    "lexicon.yaml",
    "messages.yaml",
    "dialogue.yaml",
    "small-talk.yaml",
    "fact.yaml",
    "facts/x.yaml",
    "samples.yaml",
    "samples/x.yaml",
    ".x",
)
SHIPPED_EVERY = 20
"""One folder in so many takes what it lacks from the shipped knowledge, which takes long to read."""
BUILT_EVERY = 50
"""Of the folders that are read, one in so many is also made ready for questions."""


class Mutations:
    """Damages files; the same seed damages them in the same way."""

    def __init__(self, seed: int) -> None:
        """Read the articles."""
        self.chance = random.Random(seed)  # noqa: S311  the same each time
        folders = sorted(path for path in ARTICLES.iterdir() if path.is_dir())
        self._articles = [{file.name: file.read_bytes() for file in folder.glob("*.yaml")} for folder in folders]
        shared = {file.name: file.read_bytes() for file in shipped_knowledge().glob("*.yaml")}
        self._shared = shared

    def folder(self) -> dict[str, bytes]:
        """Return the files of a damaged folder."""
        chance = self.chance
        files = {f"art/{name}": content for name, content in chance.choice(self._articles).items()}
        if chance.random() < 0.2:
            name = chance.choice(list(self._shared))
            files[name] = self._shared[name]
        for _ in range(chance.randint(1, 3)):
            name = chance.choice(sorted(files))
            match chance.randrange(12):
                case 0:
                    del files[name]
                    if not files:
                        return files
                case 1:
                    files[f"art/{chance.choice(NAMES)}"] = files[name]
                case 2:
                    files[name] = chance.choice(list(chance.choice(self._articles).values()))
                case 3 | 4 | 5:
                    files[name] = self._lines(files[name])
                case _:
                    files[name] = self._bytes(files[name])
        return files

    def _bytes(self, content: bytes) -> bytes:
        chance = self.chance
        at = chance.randint(0, len(content))
        new = chance.choice(SNIPPETS) if chance.random() < 0.8 else chance.randbytes(chance.randint(1, 6))
        return content[:at] + new + content[at + chance.choice((0, 0, 1, 5, 30)) :]

    def _lines(self, content: bytes) -> bytes:
        """Return the file with a line doubled, lost, moved or indented otherwise."""
        chance, lines = self.chance, content.splitlines(keepends=True)
        if not lines:
            return content
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                lines.insert(to, lines[at])
            case 1:
                del lines[at]
            case 2:
                lines.insert(to, lines.pop(at))
            case _:
                lines[at] = chance.choice((b" ", b"  ", b"    ")) + lines[at].lstrip(b" ")
        return b"".join(lines)


def write(root: Path, files: dict[str, bytes]) -> None:
    """Write the files; a folder in place of a file and the other way round is left as it is."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def faulty(problem: Problem, files: dict[str, bytes]) -> bool:
    """Return whether a problem does not say where and what; an article's folder and missing files have no line."""
    known = next((content for name, content in files.items() if name == problem.file), None)
    lines = 0 if known is None else known.count(b"\n") + known.count(b"\r") + known.count(b"\xe2\x80\xa8") + 1
    return not problem.file or not problem.what or "\n" in str(problem) or problem.line > lines


def read(root: Path, files: dict[str, bytes], shipped: Path | None) -> tuple[Knowledge | None, list[str]]:
    """Return what was read, None if it was refused, and what is wrong with how."""
    try:
        return read_knowledge(root, shipped=shipped), []
    except KnowledgeError as error:
        wrong = [f"a problem without a place: {problem}" for problem in error.problems if faulty(problem, files)]
        return None, wrong if error.problems else ["refused without a problem"]
    except Exception as error:  # noqa: BLE001  every other error is a finding
        return None, [f"{type(error).__name__}: {error}"]


def mutate(promises: Promises, count: int, seed: int) -> None:
    """Read so many damaged folders and check what is promised."""
    mutations, findings, accepted = Mutations(seed), list[str](), 0
    began = time.process_time()
    with tempfile.TemporaryDirectory() as name:
        for number in range(count):
            root, files = Path(name) / "knowledge", mutations.folder()
            write(root, files)
            knowledge, wrong = read(root, files, None if number % SHIPPED_EVERY else shipped_knowledge())
            findings += [f"folder {number} of seed {seed}: {one}" for one in wrong]
            if knowledge is not None:
                accepted += 1
                if accepted % BUILT_EVERY == 0:
                    build_snapshot(knowledge, "mutated")
            shutil.rmtree(root, ignore_errors=True)
    seconds = time.process_time() - began
    sys.stdout.write(
        f"{count} folders, {1000 * seconds / count:.0f} CPU ms each: {accepted} read, the others refused\n"
    )
    sys.stdout.writelines(f"{line}\n" for line in findings[:20])
    promises.check(
        "each is read, or refused with file, line and reason", kept=not findings, figures=f"{len(findings)} are not"
    )


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    promises = Promises()
    mutate(promises, chosen.count, chosen.seed)
    promises.end()


if __name__ == "__main__":
    main()
