"""Memos compute once, stay bounded and can be pickled."""

import pickle
from collections.abc import Sequence

from bot.core.memo import BatchMemo, Memo


class Reader:
    """Counts how often it is asked for a length."""

    def __init__(self) -> None:
        """Begin at none."""
        self.asked = 0
        self.length = Memo(self._length, 2)

    def _length(self, text: str) -> int:
        self.asked += 1
        return len(text)


def test_a_result_is_computed_once() -> None:
    reader = Reader()
    assert [reader.length("a"), reader.length("a"), reader.length("bb")] == [1, 1, 2]
    assert reader.asked == 2


def test_a_full_memo_starts_anew() -> None:
    reader = Reader()
    assert [reader.length(text) for text in ("a", "bb", "ccc", "a")] == [1, 2, 3, 1]
    assert reader.asked == 4


def test_a_cleared_memo_asks_again() -> None:
    reader = Reader()
    reader.length("a")
    reader.length.clear()
    reader.length("a")
    assert reader.asked == 2


def test_a_memo_is_pickled_with_its_owner_and_comes_back_empty() -> None:
    reader = Reader()
    reader.length("a")
    again: Reader = pickle.loads(pickle.dumps(reader))  # noqa: S301
    assert again.length("a") == 1
    assert (reader.asked, again.asked) == (1, 2), "its own count, not the first one's"


def test_many_texts_are_computed_in_one_call_each_once() -> None:
    calls: list[Sequence[str]] = []

    def lengths(texts: Sequence[str]) -> list[int]:
        calls.append(texts)
        return [len(text) for text in texts]

    memo: BatchMemo[int] = BatchMemo(3)
    assert memo.get(["a", "bb", "a"], lengths) == [1, 2, 1]
    assert memo.get(["bb"], lengths) == [2]
    assert memo.get(["bb", "ccc", "dddd"], lengths) == [2, 3, 4]
    assert calls == [["a", "bb"], ["ccc", "dddd"]]
    assert memo.get(["ccc", "a"], lengths) == [3, 1], "what was full has started anew"
    assert calls[2:] == [["a"]]
    assert memo.get([], lengths) == []
