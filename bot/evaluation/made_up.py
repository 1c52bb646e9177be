"""A made-up knowledge of any size, to see how time grows with it."""

import random

from bot.core.model import Article, Fact, Knowledge, Language, Sample, Source, Text

_WORDS = 10_000
"""Words of each language to choose from; far fewer facts than words share one by chance, as in real articles."""
_FRAMES: dict[Language, tuple[str, ...]] = {
    "ko": ("{}은 왜 {}에 {}?", "누가 {}를 {}에서 {} 했어?", "{}는 언제 {}부터 {}였나요", "{} {} {} 알려 줘"),
    "en": ("why did {} leave {} for {}?", "who told {} about {} and {}", "when was {} {} by {}?", "how much {} {} {}"),
}
_KOREAN = [chr(code) for code in range(0xAC00, 0xD7A4, 28)]
"""Syllables without a final consonant."""
_ENGLISH = [consonant + vowel for consonant in "bcdfghklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "an", "er")]


def made_up(facts: int, samples: int, vocabulary: Knowledge) -> Knowledge:
    """Return one article of `facts` facts with `samples` samples each, half of them in each language.

    The same for the same numbers. `vocabulary` gives lexicon and small talk.
    """
    rng = random.Random(0)  # noqa: S311  to make up the same every time
    words: dict[Language, list[str]] = {
        "ko": ["".join(rng.choices(_KOREAN, k=3)) for _ in range(_WORDS)],
        "en": ["".join(rng.choices(_ENGLISH, k=3)) for _ in range(_WORDS)],
    }
    made = tuple(_fact(number, samples, words, rng) for number in range(facts))
    article = Article("made-up", Text(en="Made up"), Text(en="Nobody"), "ko", (), (), made)
    return Knowledge((article,), vocabulary.lexicon, vocabulary.messages, vocabulary.small_talk)


def _fact(number: int, samples: int, words: dict[Language, list[str]], rng: random.Random) -> Fact:
    own = {language: rng.sample(known, 6) for language, known in words.items()}
    texts = tuple(
        Sample(_FRAMES[language][turn % 4].format(*rng.sample(own[language], 3)), language)
        for language in own
        for turn in range(samples // 2)
    )
    label, answer = (Text(*(" ".join(own[language][:count]) for language in ("ko", "en"))) for count in (2, 6))
    return Fact(f"fact-{number}", label, answer, texts, Source("none"))
