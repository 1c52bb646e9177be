"""Record what the bot does, and compare two records: proof that a change keeps its behaviour.

    python tests/outcomes.py record DIR       run every command below, one file each
    python tests/outcomes.py compare OLD NEW  list what differs; times never count
    python tests/outcomes.py compare OLD NEW --decisions
                                              only decision, fact, gap, answer and confidence (± 1e-6)

A record takes about ten minutes on two cores. It uses nothing but the command line, so that it runs on any version.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parent.parent
CHANNEL = "-channel"
DEVELOPMENT = REPOSITORY / "tests/questions/openai-exodus-development.jsonl"
DECISIVE = ("outcome", "article", "fact", "gap", "answer")
"""Keys of `ask --json` that say what was decided."""
TOLERANCE = 1e-6


def commands() -> Iterator[tuple[str, list[str]]]:
    """Return a file name and the arguments of each command that is recorded."""
    for semantic in ("--semantic", "--no-semantic"):
        mode = semantic.strip("-")
        yield f"ask-{mode}.jsonl", ["ask", "--json", "-", semantic]
        for questions in sorted((REPOSITORY / "tests/questions").glob("*.jsonl")):
            if CHANNEL in questions.stem:
                yield f"eval-{questions.stem}-{mode}.txt", ["eval", "--channel", str(questions), semantic]
                continue
            yield f"eval-{questions.stem}-{mode}.json", ["eval", str(questions), "--json", semantic]
    yield "preview.txt", ["preview"]
    for articles in ("tests/articles", "tests/articles_aside"):
        for article in sorted((REPOSITORY / articles).glob("*/article.yaml")):
            yield f"check-{article.parent.name}.txt", ["check", str(article.parent.relative_to(REPOSITORY))]


def record(folder: Path) -> None:
    """Write what each command prints, and its exit code, to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    questions = [json.loads(line)["q"] for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    asked = "".join(f"{question.replace(chr(10), ' ')}\n" for question in questions)
    environment = {**os.environ, "COLUMNS": "120"}

    def run(job: tuple[str, list[str]]) -> None:
        name, arguments = job
        done = subprocess.run(  # noqa: S603  our own commands
            [sys.executable, "-m", "bot", *arguments],
            cwd=REPOSITORY,
            env=environment,
            input=asked if "-" in arguments else "",
            capture_output=True,
            text=True,
            check=False,
        )
        (folder / name).write_text(f"{done.stdout}exit {done.returncode}\n", encoding="utf-8")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, commands()))


def comparable(file: Path, *, decisions: bool) -> list[Any]:
    """Return what of a recorded file has to stay the same, entry by entry."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".jsonl":
        answers = [json.loads(line) for line in text.splitlines()[:-1]]
        return [{key: one[key] for key in (*DECISIVE, "confidence")} for one in answers] if decisions else answers
    if file.suffix == ".json":
        report = json.loads(text.rpartition("exit ")[0])
        del report["milliseconds"]
        return list(report["outcomes"].items()) if decisions else list(report.items())
    return [] if decisions else text.splitlines()


def same(old: Any, new: Any) -> bool:  # noqa: ANN401  JSON
    """Return whether two entries agree, numbers within the tolerance."""
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) <= TOLERANCE
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new)


def compare(old: Path, new: Path, *, decisions: bool) -> int:
    """Print what differs; return the number of differences."""
    names = {file.name for folder in (old, new) for file in folder.iterdir()}
    found = 0
    for name in sorted(names):
        if not (old / name).exists() or not (new / name).exists():
            print(f"{name}: only in one record")
            found += 1
            continue
        before, after = (comparable(folder / name, decisions=decisions) for folder in (old, new))
        different = [(a, b) for a, b in zip(before, after, strict=False) if not same(a, b)]
        count = len(different) + abs(len(before) - len(after))
        found += count
        if count:
            print(f"{name}: {count} of {len(before)} entries differ")
        for a, b in different[:3]:
            print(f"  - {json.dumps(a, ensure_ascii=False)[:300]}\n  + {json.dumps(b, ensure_ascii=False)[:300]}")
    print(f"{found} differences in {len(names)} files")
    return found


def main() -> None:
    """Read the arguments and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("record").add_argument("folder", type=Path)
    comparing = actions.add_parser("compare")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--decisions", action="store_true")
    chosen = parser.parse_args()
    if chosen.action == "record":
        record(chosen.folder)
    elif compare(chosen.old, chosen.new, decisions=chosen.decisions):
        sys.exit(1)


if __name__ == "__main__":
    main()
