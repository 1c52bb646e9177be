"""Light stemming: Korean particles and endings, English inflection.

It is shallow on purpose: both sides of every comparison go through it, so a stem need not be a word; it only has to be
the same for all forms of a word. A morphological analyser costs 100 MB more.
"""

from functools import lru_cache

from bot.core.text import is_hangul

_PARTICLES = (
    "이라는", "이라고", "에서는", "에게서", "으로는", "한테서", "까지는", "부터는", "에서도", "이었던", "이란",
    "이랑", "이나", "에서", "에게", "에는", "에도", "으로", "한테", "까지", "부터", "보다", "처럼", "라는", "라고",
    "라도", "마다", "조차", "밖에", "께서", "하고", "이며", "이고", "들이", "들은", "들을", "들의", "와는", "과는",
    "랑", "란", "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도", "만", "야", "께", "나", "들", "씨", "님",
)  # fmt: skip
_ENDINGS = (
    "하였습니까", "했었나요", "했다던데", "했다면서", "하셨나요", "하는건가요", "하는거야", "한다고", "했다고", "했다는", "했는지",
    "했습니까", "했습니다", "합니까", "합니다", "했나요", "했어요", "했는데", "했었어", "하나요", "하는지", "했던", "했대", "했냐",
    "했니", "했지", "했어", "했나", "하는", "하려", "한대", "하니", "하지", "해서", "해요", "했음", "하기", "하고", "하게", "한", "할", "해",
    "되었나요", "되었습니까", "됐습니까", "됐나요", "됐어요", "됐는지", "된다고", "되나요", "됐대", "됐어", "됐나", "되는", "된", "될", "돼", "됨",
    "었습니까", "았습니까", "었나요", "았나요", "었어요", "았어요", "었는지", "았는지", "었던", "았던", "었대", "았대", "었어", "았어",
    "입니까", "인가요", "이에요", "인지", "예요", "인가", "이야", "이죠", "인데", "이지", "일까", "나요", "는지", "어요", "아요", "습니까",
    "니까", "대요", "래요", "던가요", "던가", "는데", "던데", "다는", "다고", "다며", "대", "냐", "니", "죠", "지", "요", "까", "음", "임",
)  # fmt: skip
_SUFFIXES = frozenset({*_PARTICLES, *_ENDINGS})
_LONGEST_SUFFIX = max(map(len, _SUFFIXES))
_ENGLISH_SUFFIXES = (
    ("ies", "y"), ("ying", "y"), ("ied", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("edly", ""), ("ed", ""),
    ("ly", ""), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip
_SHORTEST_STEMMED = 4
"""Minimum letters of an English word that is stemmed."""


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """Return the form that the inflections of a word (a run of one script) share.

    >>> stem("떠났나요"), stem("무라티에게는"), stem("companies"), stem("leaving")
    ('떠났', '무라티', 'company', 'leav')
    """
    return _korean(word) if is_hangul(word) else _english(word)


def less_suffix(word: str) -> str:
    """Return a Hangul word without its longest particle or ending.

    At least one syllable stays, at least two before a suffix of one syllable.

    >>> less_suffix("알트만은"), less_suffix("알트만")
    ('알트만', '알트')
    """
    for length in range(min(_LONGEST_SUFFIX, len(word) - 1), 0, -1):
        if word[-length:] in _SUFFIXES and (length > 1 or len(word) > 2):  # noqa: PLR2004
            return word[:-length]
    return word


def _korean(word: str) -> str:
    return less_suffix(less_suffix(word))  # an ending may follow a particle: 팀|에서|는요


def _english(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")
    if len(word) < _SHORTEST_STEMMED:
        return word
    for suffix, replacement in _ENGLISH_SUFFIXES:
        if word.endswith(suffix) and not word.endswith("ss") and len(word) - len(suffix) >= 3:  # noqa: PLR2004
            word = word[: len(word) - len(suffix)] + replacement
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":  # noqa: PLR2004  stopped → stop
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word  # noqa: PLR2004  wine is not win
