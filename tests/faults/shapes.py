"""Messages of the shapes that cost a matcher most, each made of fresh random words."""

import random
from collections.abc import Callable, Iterator

from bot.core.dialogue import Context
from bot.core.hangul import as_korean_keys, as_latin_keys
from bot.core.snapshot import Snapshot
from bot.core.text import jamo

LONGEST = 4_000
"""Characters of the longest message that Discord lets anybody send."""
LENGTHS = (60, 150, 400, LONGEST)
LATIN = "abcdefghijklmnopqrstuvwxyz"
JAMO = [chr(code) for code in range(0x3131, 0x3164)]
SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]
JOINTS = {"in one sentence": " ", "in lines": "\n", "in questions": "? "}
SHORT = (
    "왜?",
    "who?",
    "그 사람은 {}?",
    "that company {}?",
    "when did he {}?",
    "그 회사 {} {}",
    "언제 {}",
    "{}",
    "그건 {}?",
)
"""Messages that need context, with places for words."""
Word = Callable[[], str]


class Shapes:
    """Makes messages from random words and from those of one knowledge."""

    def __init__(self, snapshot: Snapshot, seed: int = 1) -> None:
        """Take the known words from `snapshot`; the same seed makes the same messages."""
        self._rng = random.Random(seed)  # noqa: S311  the same messages every time
        self._article = snapshot.knowledge.articles[0]
        self._known = [word for word in snapshot.alone(self._article.slug).index.vocabulary if len(word) > 1]
        self._names = [name for entity in self._article.entities for name in entity.names()]

    def hangul(self, shortest: int = 2, longest: int = 5) -> str:
        """Return a random word of syllables."""
        return "".join(self._rng.choices(SYLLABLES, k=self._rng.randint(shortest, longest)))

    def latin(self, shortest: int = 4, longest: int = 9) -> str:
        """Return a random word of Latin letters."""
        return "".join(self._rng.choices(LATIN, k=self._rng.randint(shortest, longest)))

    def broken(self) -> str:
        """Return two syllables with a lone letter between them."""
        return self.hangul(1, 1) + self._rng.choice(JAMO) + self.hangul(1, 1)

    def known(self) -> str:
        """Return a word of the facts."""
        return self._rng.choice(self._known)

    def misspelt(self, word: str) -> str:
        """Return `word` with one letter changed."""
        at = self._rng.randrange(len(word))
        return word[:at] + self._rng.choice(SYLLABLES if word[at] > "\u3130" else LATIN) + word[at + 1 :]

    def words(self) -> dict[str, Word]:
        """Return how to make a word, by kind."""
        rng = self._rng
        kinds: dict[str, Word] = {
            "unknown Hangul": self.hangul,
            "long Hangul": lambda: self.hangul(20, 24),
            "broken jamo": self.broken,
            "Latin": self.latin,
            "long Latin": lambda: self.latin(20, 24),
            "three letters": lambda: self.latin(3, 3),
            "Korean keys": lambda: as_latin_keys(self.hangul()),
            "English on Korean keys": lambda: as_korean_keys(self.known() + self.latin()),
            "misspelt": lambda: self.misspelt(self.known()),
            "misspelt names": lambda: self.misspelt(rng.choice(self._names)),
            "names": lambda: rng.choice(self._names),
            "known": self.known,
            "misspelt keys": lambda: as_latin_keys(self.misspelt(self.known())),
            "runs of syllables": lambda: self.hangul(120, 120),
            "runs of letters": lambda: self.latin(120, 120),
            "runs of known words": lambda: "".join(self.known() for _ in range(20))[:120],
            "runs of broken jamo": lambda: "".join(self.broken() for _ in range(40)),
            "digits": lambda: str(rng.randrange(10**40)),
            "split digits": lambda: f"{rng.randrange(99)}년{rng.randrange(99)}",
            "many scripts": lambda: self.latin(3, 5) + self.hangul(2, 3) + str(rng.randrange(9)),
            "initials": lambda: "".join(rng.choices(JAMO[:30], k=4)),
            "combining": lambda: "\u0301".join(self.hangul()) + "\u0335" * rng.randint(0, 9),
            "swelling": lambda: "ﷺ" * rng.randint(1, 9) + self.hangul(1, 2),
            "full width": lambda: "".join(chr(ord(letter) + 0xFEE0) for letter in self.latin()),
            "conjoining jamo": lambda: jamo(self.hangul()),
            "ideographs": lambda: "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(4)),
            "markup": lambda: f"<@{rng.randrange(10**9)}>{self.hangul()}<a:b:1>",
        }
        every = tuple(kinds.values())

        def any_word() -> str:
            return rng.choice(every)()

        return kinds | {"of all kinds": any_word}

    def messages(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of a message of every shape, and one of three questions."""
        for name, word in self.words().items():
            for joint, between in JOINTS.items():
                for length in LENGTHS:
                    yield f"{name} words, {length} characters {joint}", self._filled(word, between, length)
            yield f"{name} words in three questions", "? ".join(self._filled(word, " ", 600) for _ in range(3)) + "?"

    def with_context(self) -> Iterator[tuple[str, str, Context]]:
        """Yield the name and the text of messages that need context, each with a hostile exchange before it."""
        facts = [fact for fact in self._article.facts if fact.about] or list(self._article.facts)
        kinds = self.words()
        before = ("unknown Hangul", "broken jamo", "names", "known", "of all kinds")
        asked = ("unknown Hangul", "broken jamo", "Korean keys", "misspelt", "runs of syllables", "runs of broken jamo")
        for short in SHORT:
            for name in before:
                for kind in asked:
                    text = short.replace("{}", kinds[kind](), 1).replace("{}", kinds[kind]())
                    context = Context(
                        self._article.slug,
                        f"{self._rng.choice(self._names)} {self._filled(kinds[name], ' ', LONGEST)}",
                        self._rng.choice(facts).id,
                    )
                    yield f"{short!r} with {kind} words after {name} words", text, context

    def _filled(self, word: Word, between: str, length: int) -> str:
        """Return `length` characters of fresh words."""
        parts: list[str] = []
        size = 0
        while size < length:
            parts.append(word())
            size += len(parts[-1]) + len(between)
        return between.join(parts)[:length]
