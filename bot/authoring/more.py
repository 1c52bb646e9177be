"""`brief --more`: asks only for what the test of held-out samples and the article's text show to be weak or missing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from string import Template
from typing import Final

from bot.authoring.advice import Misclassified
from bot.authoring.article_text import Paragraphs, check_article_text, split_paragraphs
from bot.authoring.brief import FOLDER, addition_schema
from bot.authoring.coverage import untold
from bot.authoring.layout import ArticleCopy
from bot.core.model import Article, Language
from bot.errors import KnowledgeError

_OVERLAP: Final = 2
"""Held-out samples of one fact that find another from which the two overlap."""
_MOST_QUOTED: Final = 3
"""Samples quoted for each fact."""
_WISHES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "weak": "{at}. {count} more questions per language for `{fact}`. Such questions did not find it: {samples}.",
        "overlap": "{at}. `{one}` and `{other}` are taken for each other: six questions per language for each of them "
        "that fit only one. Such a question of the first found the second: {samples}.",
        "paragraph": "{at}. Facts about paragraph {number}, which no fact tells:\n\n   [{number}] {text}",
        "detail": "{at}. Facts, if members may ask about them, on what no fact tells of paragraph {number}: {things}."
        "\n\n   [{number}] {text}",
        "none": "Nothing: every held-out sample found its fact, and every paragraph and figure is told.",
    },
    "ko": {
        "weak": "{at}. `{fact}`에 질문을 언어마다 {count}개 더. 이런 질문으로는 찾지 못했어요: {samples}.",
        "overlap": "{at}. `{one}`, `{other}`: 봇이 두 사실을 헷갈려요. 한쪽에만 맞는 질문을 각각 언어마다 여섯 개씩. "
        "앞의 것을 물었는데 뒤의 것이 나온 질문: {samples}.",
        "paragraph": "{at}. 아직 아무 사실도 다루지 않은 {number}번 문단에 대한 사실:\n\n   [{number}] {text}",
        "detail": "{at}. {number}번 문단에서 아직 아무 사실도 다루지 않은 {things}에 대한 사실(회원이 물을 만하면):"
        "\n\n   [{number}] {text}",
        "none": "없어요. 따로 떼어 둔 질문이 모두 제 사실을 찾았고, 모든 문단과 숫자를 다뤘어요.",
    },
}
_MORE_QUESTIONS: Final = 8


def write_more(
    article: Article, copy: ArticleCopy, misclassified: Sequence[Misclassified], language: Language | None, samples: int
) -> str:
    """Return a brief that asks for more about what is weak in an article's facts; its replies are added.

    Raises KnowledgeError when the text has no paragraph, or fewer than the article.
    """
    language = language or article.language
    words = _WISHES[language]
    if not copy.body() or (paragraphs := split_paragraphs(article, copy)) is None:
        raise KnowledgeError(check_article_text(article, copy))
    wishes = [*_weak(misclassified), *_missing(article, paragraphs)]
    listed = [words[kind].format(at=at, **values) for at, (kind, values) in enumerate(wishes, 1)]
    known = [f"- fact `{fact.id}`: {fact.answer.get(language)}" for fact in article.facts]
    known += [f"- gap `{gap.id}`: {gap.answer.get(language)}" for gap in article.gaps]
    return Template((FOLDER / f"more.{language}.md").read_text(encoding="utf-8")).substitute(
        known="\n".join(known),
        wishes="\n\n".join(listed) or words["none"],
        samples=samples,
        schema=json.dumps(addition_schema(), ensure_ascii=False),
    )


def _weak(misclassified: Sequence[Misclassified]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield a wish for each fact that its samples miss, the most often missed first, then for each pair."""
    by_fact: dict[str, list[str]] = {}
    by_pair: dict[tuple[str, str], list[str]] = {}
    for one in misclassified:
        by_fact.setdefault(one.fact, []).append(one.sample)
        if one.found[:1] not in {(), (one.fact,)}:
            by_pair.setdefault((one.fact, one.found[0]), []).append(one.sample)
    for fact, missed in sorted(by_fact.items(), key=lambda item: -len(item[1])):
        yield "weak", {"fact": fact, "count": _MORE_QUESTIONS, "samples": _quoted(missed[:_MOST_QUOTED])}
    for (one_fact, other), missed in sorted(by_pair.items(), key=lambda item: -len(item[1])):
        if len(missed) >= _OVERLAP:
            yield "overlap", {"one": one_fact, "other": other, "samples": _quoted(missed[:_MOST_QUOTED])}


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f"“{text}”" for text in texts)


def _missing(article: Article, paragraphs: Paragraphs) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield a wish for each paragraph that no fact cites, then for each of which no fact tells some details."""
    cited = {number for fact in article.facts for number in fact.source.every_paragraph()}
    for number, text in paragraphs.written.items():
        if number not in cited:
            yield "paragraph", {"number": number, "text": text}
    things: dict[int, list[str]] = {}
    for one in untold(article, paragraphs):
        things.setdefault(one.paragraph, []).extend(one.things())
    for number, text in paragraphs.written.items():
        if number in cited and number in things:
            yield "detail", {"number": number, "text": text, "things": _quoted(tuple(dict.fromkeys(things[number])))}
