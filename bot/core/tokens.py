"""The tokenizer: the words of a text, their roles, and the names, concepts and kinds of answer in it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bot.core.budget import MAX_READ, Budget
from bot.core.correction import Corrector, WordPairs, pair_keys
from bot.core.hangul import as_mixed_keys, whole_syllables
from bot.core.lexicon import EntityIndex, LexiconIndex
from bot.core.memo import Memo
from bot.core.model import Article, Language, Lexicon
from bot.core.spelling import Spellings, WordCounts, split_run
from bot.core.stemming import stem
from bot.core.text import is_hangul, language_of, normalise, places_of_words, script_counts, squeeze, words

Role = Literal["name", "ask", "stop word", "content"]
_WITHOUT_CONTENT: Final = frozenset({"ask", "stop word"})
"""Kinds of lexicon entries that say nothing about the content of a question."""
_YES_NO: Final = "yes-no"
_BROKEN: Final = re.compile(r"[가-힣ㄱ-ㅣ]*(?:[가-힣][ㄱ-ㅣ]|[ㄱ-ㅣ][가-힣])[가-힣ㄱ-ㅣ]*")
"""Hangul with lone jamo in it, as typing errors leave it (부ㅜㄴ위기)."""
_LONG_HANGUL_RUN, _LONG_LATIN_RUN = 5, 8
"""Minimum characters of a word that may be several words without spaces."""
_MAX_WORD_LENGTH: Final = 24
"""Characters of a word after which the rest is ignored."""
_MAX_RUN_LENGTH: Final = 120
"""The same, for several words without spaces."""
_MAX_WORDS: Final = 120
"""Words of a message after which the rest is ignored."""
_MEMO_SIZE: Final = 8_192


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A normalised text and what was found in it."""

    normal: str
    squeezed: str
    """The text without spaces and punctuation, for the n-gram indexes."""
    words: tuple[str, ...]
    language: Language
    stems: tuple[str, ...]
    """Stems of the content words: no stop words, no question words, no names."""
    content: tuple[str, ...]
    """The content words before stemming, in the order of `stems`."""
    concepts: frozenset[str]
    attributes: frozenset[str]
    asks: frozenset[str]
    """Kinds of answer asked for."""
    entities: frozenset[tuple[str, str]]
    """(article slug, entity id) of everything named."""

    @property
    def names_only(self) -> bool:
        """Return whether the text names somebody or something and says nothing else."""
        return bool(self.entities) and not self.stems and not self.asks

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features for the TF-IDF index of words: stems, concepts, attributes, names, kinds of answer."""
        return (
            *self.stems,
            *(f"concept:{concept}" for concept in self.concepts),
            *(f"attribute:{attribute}" for attribute in self.attributes),
            *(f"name:{key}" for _, key in self.entities),
            *(f"ask:{kind}" for kind in self.asks),
        )


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text and its role there."""

    text: str
    role: Role
    names: frozenset[tuple[str, str]] = frozenset()
    """(article slug, entity id) of each entity that it names."""
    asks: frozenset[str] = frozenset()
    """Kinds of answer it asks for."""


def _token(text: str, names: frozenset[tuple[str, str]], asks: set[str], *, stop_word: bool) -> Token:
    asking = frozenset(asks - {_YES_NO})  # yes-no are endings of Korean verbs
    role: Role = "name" if names else "ask" if asking else "stop word" if stop_word else "content"
    return Token(text, role, names, asking)


def _lexicon_index(lexicon: Lexicon) -> LexiconIndex:
    return LexiconIndex(
        {
            "concept": lexicon.concepts,
            "attribute": lexicon.attributes,
            "ask": lexicon.asks,
            "stop word": (lexicon.stop_words,),
        }
    )


def _english_words(lexicon: Lexicon) -> frozenset[str]:
    texts = (text for entry in lexicon.entries() for text in entry.en)
    return frozenset(word for text in texts for word in words(normalise(text)))


def _typed_words(normal: str) -> Iterator[tuple[int, str]]:
    """Yield each word of normalised text behind the place where it begins; Hangul with lone jamo in it is one word."""
    end = 0
    for broken in (*_BROKEN.finditer(normal), None):
        yield from places_of_words(normal, end, broken.start() if broken else len(normal))
        if broken:
            yield broken.start(), broken[0]
            end = broken.end()


class Tokenizer:
    """Tokenizes with one lexicon, the names of some articles and, once learnt, the vocabulary of their facts."""

    def __init__(self, lexicon: Lexicon, articles: Iterable[Article], small_talk: "Tokenizer | None" = None) -> None:
        """Prepare the look-ups; those of the lexicon and the vocabulary of `small_talk` are used, not built again."""
        self._small_talk = small_talk
        self.lexicon: LexiconIndex = small_talk.lexicon if small_talk else _lexicon_index(lexicon)
        self._names = EntityIndex(articles)
        self.stems = Spellings(())
        """Stems of the facts."""
        self.known_words = Spellings(())
        """Words of the facts."""
        self.known = WordCounts({})
        """Words and Korean stems of the facts, at which an unspaced run may be cut."""
        self.frequencies = WordCounts({})
        self._lexicon_words: frozenset[str] = frozenset() if small_talk else _english_words(lexicon)
        self.pairs = WordPairs(0, pair_keys(()))
        """Which words of the facts follow each other."""
        self.corrector: Corrector = Corrector(self.known_words, self.stems, self.frequencies, self.pairs)
        self._correct_stem = Memo(self._corrected_stem, _MEMO_SIZE)
        self._correct_word = Memo(self._corrected_word, _MEMO_SIZE)
        self._split_run = Memo(self._cut_run, _MEMO_SIZE)

    def learn(self, counts: Counter[str], stems: Collection[str], texts: int, pairs: NDArray[np.uint32]) -> None:
        """Learn the words of the facts, to which typing errors are corrected, and the stems of their content words.

        `texts` is the number of texts of the facts, `pairs` their `pair_keys`.
        """
        shared = self._small_talk
        self.stems = Spellings(stems, shared.stems if shared else None)
        self.known_words = Spellings((word for word, _ in counts.most_common()), shared.known_words if shared else None)
        known = frozenset(filter(is_hangul, (*counts, *stems))) | frozenset(filter(str.isalpha, counts))
        self.known = WordCounts(dict.fromkeys(known, 0), shared.known if shared else None)
        self.pairs = WordPairs(texts, pairs, shared.pairs if shared else None)
        frequencies = {word: count for word, count in counts.items() if word.isalpha() or "'" in word}
        without = dict.fromkeys((self._lexicon_words | known) - frequencies.keys(), 0)
        self.frequencies = WordCounts(frequencies | without, shared.frequencies if shared else None)
        self.corrector = Corrector(self.known_words, self.stems, self.frequencies, self.pairs)
        for memo in (self._correct_stem, self._correct_word, self._split_run):
            memo.clear()

    def tokenize(self, normal: str, budget: Budget | None = None) -> TokenizedText:
        """Tokenize normalised text, any string; typing errors are corrected within the budget, if there is one."""
        sequence = self._sequence(normal)
        names = self._names.find(sequence, self.stems or sequence)
        found: dict[str, set[str]] = {"concept": set(), "attribute": set(), "ask": set(), "stop word": set()}
        without_content = {position for span in names.values() for position in span}
        in_lexicon: set[int] = set()
        for start, end, kind, entry in self.lexicon.find(sequence):
            found[kind].add(entry)
            (without_content if kind in _WITHOUT_CONTENT else in_lexicon).update(range(start, end))
        content = [position for position in range(len(sequence)) if position not in without_content]
        asks = found["ask"]
        return TokenizedText(
            normal=normal,
            squeezed=squeeze(normal),
            words=tuple(sequence),
            language=language_of(normal),
            stems=tuple(
                stem(sequence[at]) if at in in_lexicon else self._known_stem(stem(sequence[at]), budget)
                for at in content
            ),
            content=tuple(sequence[at] for at in content),
            concepts=frozenset(found["concept"]),
            attributes=frozenset(found["attribute"]),
            # "how old is she" looks like a yes-no question too
            asks=frozenset(asks - {_YES_NO} if len(asks) > 1 else asks),
            entities=frozenset(names),
        )

    def tokens(self, normal: str) -> tuple[Token, ...]:
        """Return the words of normalised text with their roles."""
        sequence = self._sequence(normal)
        named: dict[int, set[tuple[str, str]]] = {}
        for key, span in self._names.find(sequence, self.stems or sequence).items():
            for position in span:
                named.setdefault(position, set()).add(key)
        asking: dict[int, set[str]] = {}
        stop_words: set[int] = set()
        for start, end, kind, entry in self.lexicon.find(sequence):
            for position in range(start, end):
                if kind == "ask":
                    asking.setdefault(position, set()).add(entry)
                elif kind == "stop word":
                    stop_words.add(position)
        return tuple(
            _token(word, frozenset(named.get(at, ())), asking.get(at, set()), stop_word=at in stop_words)
            for at, word in enumerate(sequence)
        )

    def lexicon_words(self, normal: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Return kind, id and words of each lexicon entry in normalised text."""
        sequence = self._sequence(normal)
        return tuple(
            (match.kind, match.entry, tuple(sequence[match.start : match.end])) for match in self.lexicon.find(sequence)
        )

    def _sequence(self, normal: str) -> list[str]:
        """Return the words of normalised text, without what is ignored; unspaced runs are cut at words of the facts."""
        return [piece for word in words(normal)[:_MAX_WORDS] for piece in self._pieces(word)]

    def _pieces(self, word: str) -> list[str]:
        return [piece[:_MAX_WORD_LENGTH] for piece in self._split_run(word[:_MAX_RUN_LENGTH])]

    def with_korean_keys(self, text: str, normal: str) -> str:
        """Return the normalised text with Latin letters that are no word of the facts read as Korean keys.

        `text` is what `normal` was made from, because a capital is a key of its own.
        """
        hangul, latin = script_counts(normal)
        return normalise(as_mixed_keys(text[:MAX_READ], self.known)) if latin > hangul else normal

    def is_english(self, normal: str) -> bool:
        """Return whether a text has no Hangul, and every word of it is known."""
        return not script_counts(normal)[0] and self.corrector.share_known(words(normal)) == 1

    def respell(self, normal: str, budget: Budget) -> str | None:
        """Return normalised text with typing errors corrected to words of the facts; None if nothing changes.

        What stands between the words stays, as the encoder reads it too. If every word is known, none is corrected:
        what was meant to be another word shows only beside other errors.
        """
        written = list(islice(_typed_words(normal[:MAX_READ]), _MAX_WORDS))
        cut = [self._pieces_or_word(word[:_MAX_WORD_LENGTH], budget) for _, word in written]
        typed = [piece for pieces in cut for piece in pieces]
        sequence = [whole_syllables(word) for word in typed]
        in_lexicon = {at for match in self.lexicon.find(sequence) for at in range(match.start, match.end)}
        if not all(at in in_lexicon or self.corrector.knows(word) for at, word in enumerate(sequence)):
            sequence = self.corrector.corrected(typed, budget)
        meant, end, rest = "", 0, iter(sequence)
        for (start, word), pieces in zip(written, cut, strict=True):
            meant += normal[end:start] + " ".join(islice(rest, len(pieces)))
            end = start + len(word)
        meant += normal[end:]
        return None if meant == normal else meant

    def _pieces_or_word(self, word: str, budget: Budget) -> list[str]:
        """Cut an unspaced run unless it is a typing error of one English word, or holds lone jamo."""
        pieces = [word] if is_hangul(word) and _BROKEN.fullmatch(word) else self._pieces(word)
        is_one = len(pieces) == 1 or (word.isascii() and self._known_word(word, budget) != word)
        return [word] if is_one else pieces

    def _known_word(self, word: str, budget: Budget) -> str:
        """Return the word of the facts that `word` is a typing error of, or `word` itself."""
        if word in self.known_words or stem(word) in self.stems or not budget.corrects(word):
            return word
        return self._correct_word(word)

    def _corrected_word(self, word: str) -> str:
        return self.known_words.nearest(word)

    def _known_stem(self, stemmed: str, budget: Budget | None) -> str:
        """Return the stem of the facts that `stemmed` is a typing error of, or `stemmed` itself."""
        if stemmed in self.stems or (budget and not budget.corrects(stemmed)):
            return stemmed
        return self._correct_stem(stemmed)

    def _corrected_stem(self, stemmed: str) -> str:
        return self.stems.nearest(stemmed)

    def _cut_run(self, word: str) -> list[str]:
        """Cut an unspaced run at words of the facts, if any are learnt yet."""
        if not self.known or word in self.known or stem(word) in self.known:
            return [word]
        enough = _LONG_HANGUL_RUN if is_hangul(word) else _LONG_LATIN_RUN
        return split_run(word, self.frequencies) if len(word) >= enough and word[0].isalpha() else [word]
