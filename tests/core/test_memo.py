"""Memos compute once, stay bounded and can be pickled."""

import pickle
from collections.abc import Sequence

from bot.core.memo import BatchMemo, Memo


class Lengths:
    """Counts how often the length of a text is computed."""

    def __init__(self) -> None:
        """Remember two lengths."""
        self.computed = 0
        self.of = Memo(self._length, 2)

    def _length(self, text: str) -> int:
        self.computed += 1
        return len(text)


def test_a_result_is_computed_once() -> None:
    lengths = Lengths()
    assert [lengths.of("a"), lengths.of("a"), lengths.of("bb")] == [1, 1, 2]
    assert lengths.computed == 2


def test_a_full_memo_forgets_everything() -> None:
    lengths = Lengths()
    assert [lengths.of(text) for text in ("a", "bb", "ccc", "a")] == [1, 2, 3, 1]
    assert lengths.computed == 4


def test_a_cleared_memo_computes_again() -> None:
    lengths = Lengths()
    lengths.of("a")
    lengths.of.clear()
    lengths.of("a")
    assert lengths.computed == 2


def test_a_memo_is_pickled_with_its_owner_and_comes_back_empty() -> None:
    lengths = Lengths()
    lengths.of("a")
    again: Lengths = pickle.loads(pickle.dumps(lengths))  # noqa: S301
    assert again.of("a") == 1
    assert (lengths.computed, again.computed) == (1, 2), "its own count, not the first one's"


def test_many_texts_are_computed_in_one_call_each_once() -> None:
    calls: list[Sequence[str]] = []

    def lengths(texts: Sequence[str]) -> list[int]:
        calls.append(texts)
        return [len(text) for text in texts]

    memo: BatchMemo[int] = BatchMemo(3)
    assert memo.get(["a", "bb", "a"], lengths) == [1, 2, 1]
    assert memo.missing(["ccc", "bb", "ccc"]) == ["ccc"]
    assert memo.get(["bb"], lengths) == [2]
    assert memo.get(["bb", "ccc", "dddd"], lengths) == [2, 3, 4]
    assert calls == [["a", "bb"], ["ccc", "dddd"]]
    assert memo.get(["ccc", "a"], lengths) == [3, 1], "a full memo has forgotten everything"
    assert calls[2:] == [["a"]]
    assert memo.get([], lengths) == []
