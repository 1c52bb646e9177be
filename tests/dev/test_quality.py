"""Public question sets: no sample of an episode is a test question, and the threshold limits false answers."""

import json
from pathlib import Path

import pytest

from bot.core.model import Knowledge
from bot.dev.quality import FALSE_ANSWERS, INTENTS, clinc150, qpair_ko, quality, threshold
from bot.errors import ConfigError
from tests.core.letters_encoder import LettersEncoder

EXTRA = 6
TOPICS = [f"{first}{second}" for first in ("lamp", "boat", "tree", "coin", "door", "rain") for second in "abcdefghijkl"]


def _write(file: Path, rows: list[tuple[str, str, str]]) -> None:
    lines = [json.dumps({"id": intent, "split": split, "text": text}) for intent, split, text in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    topics = TOPICS[: INTENTS + EXTRA]
    counts = {"train": 5, "dev": 1, "test": 2}
    rows = [
        (topic, split, f"{split} {n} {topic} {topic}")
        for topic in topics
        for split, count in counts.items()
        for n in range(count)
    ]
    rows += [("oos", split, f"{split} {n} elsewhere") for split in counts for n in range(4)]
    _write(tmp_path / "clinc150.jsonl", rows)
    pairs = [(topic, split, f"{split} {topic} {topic}") for topic in topics for split in ("base", "query")]
    _write(tmp_path / "qpair_ko.jsonl", pairs)
    _write(tmp_path / "chitchat_ko.jsonl", [("oos", "all", f"hello {n}") for n in range(8)])
    return tmp_path


def test_an_episode_has_four_samples_an_intent_and_never_a_test_sentence(data: Path) -> None:
    episode = clinc150(data, 0)
    assert len(episode.samples) == 4 * INTENTS
    assert {text.split()[0] for text, _ in episode.samples} == {"train"}
    assert {text.split()[0] for text, _ in episode.covered} == {"test"}
    assert {text.split()[0] for text in (*episode.dev.near, *episode.dev.far)} == {"dev"}


def test_near_questions_belong_to_no_drawn_intent(data: Path) -> None:
    episode = clinc150(data, 0)
    drawn = {text.split()[2] for text, _ in episode.samples}
    assert len(episode.test.near) == 2 * EXTRA
    assert not drawn & {text.split()[2] for text in episode.test.near}
    assert all("elsewhere" in text for text in episode.test.far)


def test_pairs_have_one_sample_and_no_question_in_both_halves(data: Path) -> None:
    episode = qpair_ko(data, 3)
    assert len(episode.samples) == len(episode.covered) == INTENTS
    assert not set(episode.dev.near) & set(episode.test.near)
    assert len(episode.dev.far) == len(episode.test.far) == 4


def test_a_seed_always_draws_the_same_episode(data: Path) -> None:
    assert clinc150(data, 1) == clinc150(data, 1)
    assert clinc150(data, 1) != clinc150(data, 2)


def test_the_threshold_weighs_near_and_far_equally() -> None:
    near, far = [0.9, *[0.1] * 99], [0.8, *[0.2] * 9]
    bar = threshold(near, far)
    assert bar == 0.8  # what lies above 0.2 would be (1 % + 10 %) / 2
    assert (sum(s > bar for s in near) / 100 + sum(s > bar for s in far) / 10) / 2 <= FALSE_ANSWERS


def test_equal_scores_answer_nothing() -> None:
    assert threshold([0.5, 0.5], [0.5]) == 0.5


def test_every_matcher_has_its_row_with_two_sets_and_a_time(data: Path) -> None:
    table = quality(Knowledge(()), LettersEncoder(), data, episodes=1)
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 8
    shares = [int(cell.split(" / ")[0]) for row in rows for cell in row[1:3]]
    assert all(0 <= share <= 100 for share in shares)
    assert int(rows[-1][1].split(" / ")[0]) > 90


def test_a_folder_without_the_sets_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a public question set"):
        clinc150(tmp_path, 0)


def test_a_set_of_too_few_intents_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "clinc150.jsonl", [("a", "train", "one")])
    with pytest.raises(ConfigError, match="more than 60 intents"):
        clinc150(tmp_path, 0)
