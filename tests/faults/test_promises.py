"""The commands of this folder, with smaller numbers; and that they notice what they are for."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.matching import Question
from bot.errors import Problem
from bot.service.answering import Answer
from bot.service.library import Library
from tests.core.ferry import night_snapshot
from tests.faults.fuzz_questions import fuzz
from tests.faults.mutated_folders import faulty, mutate
from tests.faults.promises import Promises
from tests.faults.soak import options, soak
from tests.faults.store_kills import store_kills
from tests.faults.trouble_under_load import drops, kills, reloads
from tests.shipped import shipped_library


@pytest.fixture
def promises() -> Promises:
    return Promises()


@pytest.fixture(scope="module")
def night() -> Library:
    """Return a bot that knows the night library."""
    return Library(lambda: (night_snapshot().knowledge, "night"), None, restored=night_snapshot())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose cache spares the second start the indexing."""
    return tmp_path_factory.mktemp("promises")


async def test_a_short_soak(promises: Promises, cache: Path) -> None:
    """How late answers come depends on the machine, so it is not tested here."""
    await soak(promises, cache, options("--minutes", "0.1", "--rate", "10", "--p99", "60", "--no-semantic"))
    assert promises.broken == []


async def test_drops_under_load(promises: Promises, cache: Path) -> None:
    await drops(promises, cache, 10)
    assert promises.broken == []


async def test_broken_reloads_under_load(promises: Promises, cache: Path) -> None:
    await reloads(promises, cache, 3)
    assert promises.broken == []


async def test_kills(promises: Promises, tmp_path: Path) -> None:
    await kills(promises, tmp_path, 2)
    assert promises.broken == []


async def test_kills_while_questions_are_stored_and_facts_edited(promises: Promises, tmp_path: Path) -> None:
    await store_kills(promises, tmp_path, 2)
    assert promises.broken == []


@pytest.mark.parametrize("seed", [1, 2])
def test_fuzzed_questions(promises: Promises, night: Library, seed: int) -> None:
    fuzz(promises, night, 500, seed)
    assert promises.broken == []


def test_fuzzed_questions_of_the_shipped_article(promises: Promises) -> None:
    fuzz(promises, shipped_library(), 300, 3)
    assert promises.broken == []


class Echo(Library):
    """Brings back what was asked."""

    def answer(self, question: Question) -> Answer:
        """Answer with the question."""
        answer = super().answer(question)
        return replace(answer, reply=replace(answer.reply, text=question.text.encode(errors="replace").decode()))


class Failing(Library):
    """Fails at long questions."""

    def answer(self, question: Question) -> Answer:
        """Answer short questions."""
        if len(question.text) > 99:
            raise ValueError
        return super().answer(question)


@pytest.mark.parametrize(
    ("kind", "broken"),
    [(Echo, "no reply holds a secret of the question"), (Failing, "no question raises an error")],
)
def test_a_bot_that_breaks_a_promise_is_noticed(promises: Promises, kind: type[Library], broken: str) -> None:
    fuzz(promises, kind(lambda: (night_snapshot().knowledge, "night"), None, restored=night_snapshot()), 1_000, 1)
    assert broken in promises.broken
    with pytest.raises(SystemExit, match="True"):
        promises.end()


def test_mutated_folders(promises: Promises) -> None:
    mutate(promises, 100, 4)
    assert promises.broken == []


@pytest.mark.parametrize(
    ("problem", "found"),
    [
        (Problem("art/facts.yaml", 2, "", "is wrong"), False),
        (Problem("art/facts.yaml", 3, "", "is wrong"), True),
        (Problem("art/facts.yaml", 1, "", ""), True),
        (Problem("", 1, "", "is wrong"), True),
        (Problem("art/entities.yaml", 0, "", "is missing"), False),
    ],
)
def test_a_problem_names_a_line_that_the_file_has(problem: Problem, found: bool) -> None:  # noqa: FBT001
    assert faulty(problem, {"art/facts.yaml": b"facts:\n"}) == found
