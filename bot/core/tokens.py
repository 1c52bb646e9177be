"""What a text says about itself, before any fact is looked at: words, families, names, kind of question."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.core.hangul import as_mixed_keys, strokes
from bot.core.lexicon import EntityIndex, LexiconIndex
from bot.core.memo import Memo
from bot.core.model import Article, Language, Lexicon
from bot.core.spelling import nearest, nearest_short, split_run
from bot.core.stemming import stem
from bot.core.text import MAX_CHARACTERS, is_hangul, language_of, normalise, script_counts, squeeze, words

_LONG_RUN = 5
_LONG_LATIN_RUN = 8
_SILENT = frozenset({"ask", "fillers"})
"""Kinds of words that say nothing about the content of a question."""
_YES_NO = "yes-no"
Role = Literal["name", "ask", "filler", "content"]
_BROKEN = re.compile(r"[가-힣ㄱ-ㅣ]*(?:[가-힣][ㄱ-ㅣ]|[ㄱ-ㅣ][가-힣])[가-힣ㄱ-ㅣ]*")
"""Hangul with lone letters in it, as typing errors leave it (부ㅜㄴ위기)."""
_SHORT = 3
_COMMON = 30
"""Times a word must be seen for a short one to be taken for its misspelling."""
_MAX_WORD = 24
_MAX_RUN = 120
"""Letters looked at of a whole sentence written without spaces."""
_REMEMBERED = 16
"""Texts remembered: one question is read several times on its way."""
_MAX_WORDS = 120
"""Words looked at; a longer message is answered by what its beginning says."""


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A normalised text and what was found in it."""

    normal: str
    squeezed: str
    """The text without spaces and punctuation, as the n-gram indexes want it."""
    words: tuple[str, ...]
    language: Language
    stems: tuple[str, ...]
    """Stems of the content words: no fillers, no question words, no names."""
    content: tuple[str, ...]
    """The content words as they were written, one per stem."""
    concepts: frozenset[str]
    attributes: frozenset[str]
    asks: frozenset[str]
    entities: frozenset[tuple[str, str]]
    """(article slug, entity id) of everything named."""

    @property
    def names_only(self) -> bool:
        """Tell whether the text names somebody or something and says nothing else."""
        return bool(self.entities) and not self.stems and not self.asks

    @property
    def features(self) -> tuple[str, ...]:
        """Return the words as features of the word index: stems, concepts, names and kinds of question."""
        return (
            *self.stems,
            *(f"concept:{family}" for family in self.concepts),
            *(f"attribute:{family}" for family in self.attributes),
            *(f"name:{key}" for _, key in self.entities),
            *(f"ask:{kind}" for kind in self.asks),
        )


def _asks(kinds: set[str]) -> frozenset[str]:
    """Drop yes-no where another kind of answer is asked for too ("how old is she")."""
    return frozenset(kinds - {_YES_NO} if len(kinds) > 1 else kinds)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and the part it plays there."""

    text: str
    role: Role
    names: frozenset[tuple[str, str]] = frozenset()
    """(article slug, entity id) of what it names."""
    asks: frozenset[str] = frozenset()
    """Kinds of answer it asks for."""


def _word(text: str, names: frozenset[tuple[str, str]], asks: set[str], silent: bool) -> Word:  # noqa: FBT001
    """Tell the part a word plays: a name, a question word, a filler or content."""
    asking = frozenset(asks - {_YES_NO})  # endings of Korean verbs
    role: Role = "name" if names else "ask" if asking else "filler" if silent else "content"
    return Word(text, role, names, asking)


class Tokenizer:
    """Reads texts with one lexicon, one set of names and, once learnt, the vocabulary of the facts."""

    def __init__(self, lexicon: Lexicon, articles: Iterable[Article]) -> None:
        """Prepare the look-ups."""
        self._families = LexiconIndex(
            {
                "concept": lexicon.concepts,
                "attribute": lexicon.attributes,
                "ask": lexicon.asks,
                "fillers": (lexicon.fillers,),
            }
        )
        english = (text for family in lexicon.families() for text in family.en)
        self._general = frozenset(word for text in english for word in words(normalise(text)))
        self._names = EntityIndex(articles)
        self._vocabulary: dict[str, str] = {}
        self._surface: frozenset[str] = frozenset()
        self._usual: Counter[str] = Counter()
        self._common: tuple[str, ...] = ()
        self._spelled: dict[str, str] = {}
        self._corrected = Memo(self._closest, 8_192)
        self._respelt = Memo(self._nearest_word, 8_192)
        self._respelt_text = Memo(self._respell, _REMEMBERED)
        self._tokenized = Memo(self._tokenize, _REMEMBERED)

    def learn(self, tokenized_texts: Iterable[TokenizedText]) -> None:
        """Take the words of the facts as the vocabulary that typing errors are corrected to."""
        seen = list(tokenized_texts)
        self._vocabulary = {s: strokes(s) for tokenized in seen for s in tokenized.stems}
        self._surface = frozenset(
            word for tokenized in seen for word in (*tokenized.words, *tokenized.stems) if is_hangul(word)
        ) | frozenset(word for tokenized in seen for word in tokenized.words if word.isalpha())
        self._usual = Counter(word for tokenized in seen for word in tokenized.words if word.isalpha())
        self._common = tuple(
            word
            for word, count in self._usual.most_common()
            if count >= _COMMON and word.isascii() and len(word) >= _SHORT
        )
        self._usual.update(dict.fromkeys(self._general | self._surface, 0))
        self._spelled = {word: strokes(word) for tokenized in seen for word in tokenized.words}
        self._corrected.clear()
        self._respelt.clear()
        self._respelt_text.clear()
        self._tokenized.clear()

    def tokenize(self, text: str) -> TokenizedText:
        """Read `text`; total over all strings."""
        return self._tokenized(text)

    def _tokenize(self, text: str) -> TokenizedText:
        normal = normalise(text)
        sequence = self._sequence(normal)
        names = self._names.find(sequence, self._vocabulary or sequence)
        found: dict[str, set[str]] = {"concept": set(), "attribute": set(), "ask": set(), "fillers": set()}
        silent = {position for span in names.values() for position in span}
        understood: set[int] = set()
        for start, end, kind, family in self._families.find(sequence):
            found[kind].add(family)
            (silent if kind in _SILENT else understood).update(range(start, end))
        loud = [position for position in range(len(sequence)) if position not in silent]
        stems = tuple(stem(sequence[p]) if p in understood else self._corrected(stem(sequence[p])) for p in loud)
        return TokenizedText(
            normal=normal,
            squeezed=squeeze(normal),
            words=tuple(sequence),
            language=language_of(normal),
            stems=stems,
            content=tuple(sequence[position] for position in loud),
            concepts=frozenset(found["concept"]),
            attributes=frozenset(found["attribute"]),
            asks=_asks(found["ask"]),
            entities=frozenset(names),
        )

    def tagged(self, text: str) -> tuple[Word, ...]:
        """Return the words of `text`, each with the part it plays."""
        sequence = self._sequence(normalise(text))
        names = self._names.find(sequence, self._vocabulary or sequence)
        found = self._families.find(sequence)
        return tuple(
            _word(
                text,
                frozenset(key for key, span in names.items() if position in span),
                {f.family for f in found if f.kind == "ask" and f.start <= position < f.end},
                any(f.kind == "fillers" and f.start <= position < f.end for f in found),
            )
            for position, text in enumerate(sequence)
        )

    def _sequence(self, normal: str) -> list[str]:
        """Return the words looked at, unspaced runs cut where the facts know how."""
        return [piece[:_MAX_WORD] for word in words(normal)[:_MAX_WORDS] for piece in self._split_run(word[:_MAX_RUN])]

    def relaid(self, text: str) -> str:
        """Return the normalised text, Latin letters that are no word of the facts read as Korean keys."""
        normal = normalise(text)
        hangul, latin = script_counts(normal)
        return normalise(as_mixed_keys(text[:MAX_CHARACTERS], self._surface)) if latin > hangul else normal

    def respelt(self, text: str) -> str | None:
        """Return the normalised text with unknown words put right, as the facts spell them; None if none is."""
        return self._respelt_text(text)

    def _respell(self, text: str) -> str | None:
        typed = normalise(text)
        normal = _BROKEN.sub(self._mended, typed)
        written = [word[:_MAX_WORD] for word in words(normal)[:_MAX_WORDS]]
        sequence = self._sequence(normal)
        known = {p for found in self._families.find(sequence) for p in range(found.start, found.end)}
        right = [word if p in known else self._respelt(word) for p, word in enumerate(sequence)]
        return None if right == written and normal == typed else " ".join(right)

    def _mended(self, broken: re.Match[str]) -> str:
        """Put a word right that typing errors left with lone letters in it, if it is one."""
        return nearest(broken[0], self._spelled)

    def _nearest_word(self, word: str) -> str:
        """Return the word of the facts that `word` is a typing error of, or `word` itself."""
        if word in self._spelled or stem(word) in self._vocabulary:
            return word
        short = word.isascii() and len(word) == _SHORT
        return nearest_short(word, self._common) if short else nearest(word, self._spelled)

    def _split_run(self, word: str) -> list[str]:
        """Cut an unspaced run at words the facts know, if any are learnt yet."""
        if not self._surface or word in self._surface or stem(word) in self._surface:
            return [word]
        enough = _LONG_RUN if is_hangul(word) else _LONG_LATIN_RUN
        return split_run(word, self._usual) if len(word) >= enough and word[0].isalpha() else [word]

    def _closest(self, stemmed: str) -> str:
        """Return the known stem that `stemmed` is a typing error of, or `stemmed` itself."""
        return stemmed if stemmed in self._vocabulary else nearest(stemmed, self._vocabulary)
