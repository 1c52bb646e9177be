"""Search for the message that costs most: `python tests/faults/worst_message.py [ROUNDS] [--no-semantic]`.

Every round makes one message of each hostile shape, with fresh random words, and answers it on the shipped knowledge
with empty memos. The costs are CPU times in encodings of 400 characters of Hangul, the unit that the limit is set in.
"""

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.app import build
from bot.core.dialogue import Context
from bot.core.hangul import as_korean_keys, as_latin_keys, strokes
from bot.core.index import Snapshot, _hash
from bot.core.matching import Question
from bot.core.memo import BatchMemo, Memo
from bot.core.stemming import stem
from bot.core.text import jamo
from bot.service.answering import ask
from bot.service.ports import Encoder
from bot.settings import Settings

LONGEST = 4_000
"""Characters of the longest message that Discord lets anybody send."""
ENCODED = 400
"""Characters of the text that one unit of cost is the encoding of."""
LIMIT = 2.5
"""Most encodings that a message may cost."""
LATIN, JAMO = "abcdefghijklmnopqrstuvwxyz", [chr(code) for code in range(0x3131, 0x3164)]
SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]


class Shapes:
    """The hostile shapes of messages; each is a method that returns one message of any length."""

    def __init__(self, rng: random.Random, snapshot: Snapshot) -> None:
        """Take random words from `rng`, known ones from the knowledge of `snapshot`."""
        self.rng = rng
        self.known = [word for word in snapshot.index.vocabulary if len(word) > 1]
        self.samples = snapshot.index.samples
        self.names = [name for article in snapshot.knowledge.articles for e in article.entities for name in e.names()]

    def hangul(self, shortest: int = 2, longest: int = 5) -> str:
        """Return a random word of syllables."""
        return "".join(self.rng.choices(SYLLABLES, k=self.rng.randint(shortest, longest)))

    def latin(self, shortest: int = 4, longest: int = 9) -> str:
        """Return a random word of Latin letters."""
        return "".join(self.rng.choices(LATIN, k=self.rng.randint(shortest, longest)))

    def keys(self) -> str:
        """Return a random Korean word typed with the Latin layout."""
        return as_latin_keys(self.hangul())

    def broken(self) -> str:
        """Return syllables and lone jamo in one word."""
        return "".join(self.rng.choice((SYLLABLES, JAMO)[turn % 2 ^ self.rng.randint(0, 1)])[0] for turn in range(3)) + (
            self.rng.choice(JAMO)
        )

    def random_broken(self) -> str:
        """Return a syllable, a lone jamo and a syllable."""
        return self.rng.choice(SYLLABLES) + self.rng.choice(JAMO) + self.rng.choice(SYLLABLES)

    def misspelt(self, word: str) -> str:
        """Return a word with one letter changed."""
        at = self.rng.randrange(len(word))
        other = self.rng.choice(SYLLABLES if word[at] > "\u3130" else LATIN)
        return word[:at] + other + word[at + 1 :]

    def any_word(self) -> str:
        """Return a word of any kind."""
        kinds: tuple[Callable[[], str], ...] = (
            self.hangul,
            self.latin,
            self.keys,
            self.random_broken,
            lambda: self.misspelt(self.rng.choice(self.known)),
            lambda: self.misspelt(self.rng.choice(self.names)),
            lambda: self.rng.choice(self.known),
            lambda: str(self.rng.randrange(10**6)),
        )
        return self.rng.choice(kinds)()

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield the name and a message of every shape."""
        rng = self.rng
        words: dict[str, Callable[[], str]] = {
            "unknown Hangul words": self.hangul,
            "long unknown Hangul words": lambda: self.hangul(20, 24),
            "broken jamo": self.random_broken,
            "Latin words": self.latin,
            "long Latin words": lambda: self.latin(20, 24),
            "three letters": lambda: self.latin(3, 3),
            "Korean keys": self.keys,
            "English on Korean keys": lambda: as_korean_keys(rng.choice(self.known) + self.latin()),
            "both layouts": lambda: rng.choice((self.keys, self.random_broken))(),
            "misspelt words": lambda: self.misspelt(rng.choice(self.known)),
            "misspelt names": lambda: self.misspelt(rng.choice(self.names)),
            "names": lambda: rng.choice(self.names),
            "known words": lambda: rng.choice(self.known),
            "misspelt keys": lambda: as_latin_keys(self.misspelt(rng.choice(self.known))),
            "runs of 120 syllables": lambda: self.hangul(120, 120),
            "runs of 120 letters": lambda: self.latin(120, 120),
            "runs of known words": lambda: "".join(rng.choices(self.known, k=20))[:120],
            "runs of broken jamo": lambda: "".join(self.random_broken() for _ in range(40)),
            "digits": lambda: str(rng.randrange(10**40)),
            "split digits": lambda: f"{rng.randrange(99)}년{rng.randrange(99)}",
            "scripts without space": lambda: self.latin(3, 5) + self.hangul(2, 3) + str(rng.randrange(9)),
            "initials": lambda: "".join(rng.choices(JAMO[:30], k=4)),
            "combining": lambda: "\u0301".join(self.hangul()) + "\u0335" * rng.randint(0, 9),
            "swelling": lambda: "ﷺ" * rng.randint(1, 9) + self.hangul(1, 2),
            "fullwidth": lambda: "".join(chr(ord(letter) + 0xFEE0) for letter in self.latin()),
            "conjoining jamo": lambda: jamo(self.hangul()),
            "markup": lambda: f"<@{rng.randrange(10**9)}>{self.hangul()}<a:b:1>",
            "all kinds": self.any_word,
        }
        joints = {"": " ", "; sentences": " ", "; lines": "\n", "; questions": "? "}
        for name, word in words.items():
            for joint, between in joints.items():
                for length in (60, 150, 400, LONGEST):
                    text = self._joined(word, between, length, sentence=4 if joint == "; sentences" else 0)
                    yield f"{name}{joint} {length}", text
                yield f"{name}{joint}, three parts", self._parts(word, between)

    def _joined(self, word: Callable[[], str], between: str, length: int, sentence: int) -> str:
        parts: list[str] = []
        size = 0
        while size < length:
            parts.append(word() + ("?" if sentence and len(parts) % sentence == sentence - 1 else ""))
            size += len(parts[-1]) + len(between)
        return between.join(parts)[:length]

    def _parts(self, word: Callable[[], str], between: str) -> str:
        """Return a message that asks three things."""
        return "? ".join(self._joined(word, between.strip("?\n") or " ", 600, 0) for _ in range(3)) + "?"


def contexts(shapes: Shapes, snapshot: Snapshot) -> Iterator[tuple[str, str, Context]]:
    """Yield messages that are resolved in several ways, each with its name and the exchange before it."""
    rng = shapes.rng
    article = snapshot.knowledge.articles[0]
    facts = [fact for fact in article.facts if fact.about] or list(article.facts)
    shorts = ("왜?", "who?", "그 사람은 {}?", "that company {}?", "when did he {}?", "그 회사 {} {}", "언제 {}", "{}", "그건 {}?")
    befores = {
        "a sample": lambda fact: rng.choice(fact.samples).text,
        "a long unknown question": lambda fact: " ".join(shapes.hangul() for _ in range(500)),
        "a long broken question": lambda fact: " ".join(shapes.random_broken() for _ in range(400)),
        "many names": lambda fact: " ".join(rng.choice(shapes.names) for _ in range(300)),
        "a long question with a name": lambda fact: f"{rng.choice(shapes.names)} "
        + " ".join(shapes.any_word() for _ in range(300)),
    }
    for short in shorts:
        for name, before in befores.items():
            for word in (shapes.hangul, shapes.random_broken, shapes.keys, lambda: shapes.misspelt(rng.choice(shapes.known)), lambda: shapes.hangul(120, 120), lambda: shapes.random_broken() * 40):
                fact = rng.choice(facts)
                text = short.replace("{}", word(), 1).replace("{}", word())
                yield f"{short!r} after {name}", text, Context(article.slug, before(fact), fact.id)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one message cost."""

    encodings: float
    shape: str
    message: str


def forget() -> None:
    """Empty every memo of this process."""
    for memo in _MEMOS or _MEMOS.extend(thing for thing in gc.get_objects() if isinstance(thing, Memo | BatchMemo)) or _MEMOS:
        memo.clear()
    for cached in (stem, jamo, strokes, _hash):
        cached.cache_clear()


_MEMOS: list = []


def seconds(action: Callable[[], object]) -> float:
    """Return the CPU seconds of `action` with empty memos."""
    forget()
    start = time.process_time()
    action()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-semantic", action="store_true")
    chosen = parser.parse_args()
    app = build(Settings(semantic="off" if chosen.no_semantic else "on"), compiled=True)
    from bot.semantic.encoder import UseEncoder
    unit_encoder = UseEncoder()
    unit_encoder.encode(["x"])
    snapshot, encoder = app.library.snapshot, app.encoder
    if encoder: encoder.encode(["x"])
    rng = random.Random(chosen.seed)
    shapes = Shapes(rng, snapshot)
    ask(snapshot, Question("왜?"), encoder)
    ko = ("무라티는 왜 회사를 떠났는지 그리고 슐먼은 어디로 갔는지 궁금합니다 " * 20)[:400]
    units = {}
    for name, make in (("distinct syllables", lambda: " ".join(shapes.hangul() for _ in range(200))[:400]), ("plain Korean", lambda: ko)):
        units[name] = sorted(seconds(lambda t=make(): unit_encoder.encode([t])) for _ in range(9))[4]
    print(units)
    unit = units["distinct syllables"]
    costs = []
    for _ in range(chosen.rounds):
        for name, text, before in [*((n, t, None) for n, t in shapes.all()), *contexts(shapes, snapshot)]:
            def go(): return ask(snapshot, Question(text, after=before), encoder)
            t = seconds(go)
            if t > 2 * unit: t = min(t, seconds(go))
            costs.append((t, name, text))
    costs.sort(reverse=True)
    over=sum(t>LIMIT*unit for t,*_ in costs); print("over", over)
    for t, name, text in costs[:25]:
        print(f"{t*1000:8.1f} ms {t/unit:6.2f}  {name:50} {text[:40]!r}")
    print(len(costs), "median ms", costs[len(costs)//2][0]*1000)

main()
