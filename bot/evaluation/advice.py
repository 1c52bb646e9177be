"""What would improve answers, as short ranked lists for the author."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.core.analysis import Analysis
from bot.core.index import Index, Target
from bot.core.inverted import gram_hashes
from bot.core.model import Fact
from bot.core.snapshot import Snapshot
from bot.core.text import normalise, squeeze
from bot.evaluation.held_out import Stray

MOST = 10
"""Lines shown of one kind."""
_OVERLAP = 2
"""Samples gone astray between two facts from which these overlap; a single one is listed as itself."""
_SHOWN = 3
_TWINS = 0.7
"""Cosine from which two answers say nearly the same."""
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice of one kind: the most useful first, the rest only counted."""

    kind: str
    lines: tuple[str, ...]
    number: int
    """How many there are, shown or not."""

    def __str__(self) -> str:
        """Return one line for each, ended by what is left out."""
        shown = "".join(f"{self.kind}: {line}\n" for line in self.lines)
        left_out = self.number - len(self.lines)
        return shown + (f"{self.kind}: … and {left_out:,} more\n" if left_out else "")


def advice(kind: str, ranked: Iterable[Item], line: Callable[[Item], str] = str) -> Advice:
    """Return the first ten of `ranked` as advice; `line` is called for no others."""
    every = tuple(ranked)
    return Advice(kind, tuple(map(line, every[:MOST])), len(every))


def overlaps(index: Index, astray: Sequence[Stray]) -> Advice:
    """Name the pairs of facts (or fact and gap) that find each other's samples, the most entangled first."""
    pairs: dict[frozenset[int], list[Stray]] = {}
    for stray in astray:
        pairs.setdefault(frozenset((stray.own, stray.found)), []).append(stray)
    many = [strays for strays in pairs.values() if len(strays) >= _OVERLAP]
    return advice("overlap", sorted(many, key=len, reverse=True), lambda strays: _overlap(index, strays))


def _overlap(index: Index, strays: Sequence[Stray]) -> str:
    """Show a pair by the two samples that are the most alike."""
    likenesses = [index.likeness(squeeze(normalise(stray.sample))) for stray in strays]
    best = max(
        range(len(strays)), key=lambda at: likenesses[at][index.sample_owners.rows(strays[at].found)].max(initial=0)
    )
    own, found = index.targets[strays[best].own], index.targets[strays[best].found]
    nearest = index.nearest_sample(strays[best].found, likenesses[best])
    return (
        f"{named(own)} and {_kind(found)} '{found.item.id}' overlap in {len(strays)} samples, such as "
        f"'{strays[best].sample}' of the first and '{nearest}' of the second: leave each question to one of them"
    )


def named(target: Target) -> str:
    """Return what a line about a fact or gap begins with."""
    return f"{target.article.slug if target.article else 'small talk'}: {_kind(target)} '{target.item.id}'"


def _kind(target: Target) -> str:
    return "fact" if isinstance(target.item, Fact) else "gap"


def alike(index: Index, samples: Sequence[Analysis]) -> Advice:
    """Name the samples of a fact in which the bot sees the same words; small talk is not the author's.

    `samples` are the analyses of the index's samples.
    """
    groups: dict[tuple[int, str, frozenset[str]], list[str]] = {}
    for owner, text, analysis in zip(index.sample_owners.of_row, index.samples, samples, strict=True):
        if analysis.features and index.targets[owner].article is not None:
            key = int(owner), analysis.language, frozenset(analysis.features)
            groups.setdefault(key, []).append(text)
    same = [(key[0], texts) for key, texts in groups.items() if len(texts) > 1]
    return advice("alike", sorted(same, key=lambda one: -len(one[1])), lambda one: _same(index.targets[one[0]], one[1]))


def _same(target: Target, texts: Sequence[str]) -> str:
    shown = ", ".join(f"'{text}'" for text in texts[:_SHOWN]) + (", …" if len(texts) > _SHOWN else "")
    return f"{named(target)}: {len(texts)} samples are the same to the bot: {shown}; put the others in other words"


def twins(snapshot: Snapshot) -> Advice:
    """Name the facts of one article whose answers are nearly the same, by the encoder where there is one."""
    index = snapshot.index
    found = sorted(_twins(index, _likeness(snapshot)), reverse=True)
    return advice("twins", found, lambda twin: _twin(index.targets[twin[1]], index.targets[twin[2]]))


def _twin(one: Target, other: Target) -> str:
    return f"{named(one)} and fact '{other.item.id}' answer nearly the same: make one of both, or tell them apart"


def _twins(index: Index, likeness: NDArray[np.float32]) -> Iterator[tuple[float, int, int]]:
    answers = {
        at: slice(rows.start, rows.start + len(target.item.answer.every()))
        for at, target in enumerate(index.targets)
        if isinstance(target.item, Fact) and (rows := index.passage_owners.rows(at))
    }
    for one, other in combinations(answers, 2):
        nearest = float(likeness[answers[one], answers[other]].max(initial=0))
        if nearest >= _TWINS and index.targets[one].article is index.targets[other].article:
            yield nearest, one, other


def _likeness(snapshot: Snapshot) -> NDArray[np.float32]:
    """Return the cosines of all passages (answers and labels) with one another."""
    if snapshot.vectors is not None:
        cosines: NDArray[np.float32] = snapshot.vectors.passages @ snapshot.vectors.passages.T
        return cosines
    index = snapshot.index
    rows = [index.passage_grams.scores(gram_hashes(squeeze(normalise(text)))) for text in index.passages]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)
