"""Search for the message that costs most: `python tests/faults/worst_message.py [--rounds N] [--no-semantic]`.

Every round answers a message of each hostile shape on the shipped knowledge, with empty memos. The ten worst are
measured again, in turn with a question of the usual length, which is the unit of the figures printed: the median one of
a question set. The least of several times counts, of both: whatever else the machine does only adds to a time.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import build
from bot.core.hangul import strokes
from bot.core.index import _hash
from bot.core.matching import Question
from bot.core.memo import BatchMemo, Memo
from bot.core.stemming import stem
from bot.core.text import jamo, normalise
from bot.evaluation.question_sets import read_questions
from bot.service.answering import ask
from bot.settings import Settings, Switch
from tests.faults.shapes import Shapes

LIMIT = 10.0
"""Most usual questions that one message may cost: it may ask three things, each in misspelt words."""
WORST, TIMES, USUAL = 10, 9, 60
"""Messages measured again, times that each is measured, and questions of which the median one is the unit."""
SET = Path(__file__).parents[1] / "questions/openai-exodus-development.jsonl"
MEMOS: list[Memo[object] | BatchMemo[object]] = []


def forget() -> None:
    """Empty every memo of this process."""
    if not MEMOS:
        MEMOS.extend(thing for thing in gc.get_objects() if isinstance(thing, Memo | BatchMemo))
    for memo in MEMOS:
        memo.clear()
    for cached in (stem, jamo, strokes, normalise, _hash):
        cached.cache_clear()


def seconds(action: Callable[[], object]) -> float:
    """Return the CPU seconds of `action` with empty memos."""
    forget()
    start = time.process_time()
    action()
    return time.process_time() - start


def worst(actions: Sequence[tuple[str, Callable[[], object]]], unit: Callable[[], object]) -> list[tuple[float, str]]:
    """Return the costs of the worst of `actions` in units, with their names, the worst first."""
    first = by_cost([action for _, action in actions])
    found = []
    for number in first[:WORST]:
        name, action = actions[number]
        pairs = [(seconds(action), seconds(unit)) for _ in range(TIMES)]
        cost, usual = (min(times) for times in zip(*pairs, strict=True))
        found.append((cost / usual, name))
    return sorted(found, reverse=True)


def by_cost(actions: Sequence[Callable[[], object]]) -> list[int]:
    """Return the positions of `actions`, the one that costs most first."""
    costs = [seconds(action) for action in actions]
    return sorted(range(len(actions)), key=lambda at: -costs[at])


def main() -> None:
    """Search, and exit with 1 if a message costs more than the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-semantic", action="store_true")
    chosen = parser.parse_args()
    app = build(Settings(semantic=Switch.OFF if chosen.no_semantic else Switch.ON), compiled=True)
    snapshot, encoder = app.library.snapshot, app.encoder
    shapes = Shapes(snapshot, chosen.seed)
    usual = [partial(ask, snapshot, Question(one.text), encoder) for one in read_questions(SET, snapshot.knowledge)]
    usual = usual[:: max(1, len(usual) // USUAL)]
    unit = usual[by_cost(usual)[len(usual) // 2]]
    questions = [
        question
        for _ in range(chosen.rounds)
        for question in (
            *((name, Question(text)) for name, text in shapes.messages()),
            *((name, Question(text, after=before)) for name, text, before in shapes.with_context()),
        )
    ]
    found = worst([(name, partial(ask, snapshot, question, encoder)) for name, question in questions], unit)
    for cost, name in found:
        sys.stdout.write(f"{cost:6.2f}  {name}\n")
    sys.stdout.write(f"{len(questions)} messages; the limit is {LIMIT} usual questions\n")
    sys.exit(found[0][0] > LIMIT)


if __name__ == "__main__":
    main()
