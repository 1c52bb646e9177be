"""`brief --more`: asks only for what readers asked in vain, and what a test or the article's text shows to be weak."""

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
        "asked": "{at}. Members asked this and got no answer, the most asked first. Where a fact above answers it, "
        "more questions for that fact, this one first; else a new fact, if the article tells it; else a gap that says "
        "in one sentence what the article does not tell, and what it does.\n\n{questions}",
        "weak": "{at}. {count} more questions per language for `{fact}`. Such questions did not find it: {samples}.",
        "overlap": "{at}. `{one}` and `{other}` are taken for each other: six questions per language for each of them "
        "that fit only one. Such a question of the first found the second: {samples}.",
        "paragraph": "{at}. Facts about paragraph {number}, which no fact tells:\n\n   [{number}] {text}",
        "detail": "{at}. Facts, if members may ask about them, on what no fact tells of paragraph {number}: {things}."
        "\n\n   [{number}] {text}",
        "none": "Nothing: every held-out sample found its fact, and every paragraph and figure is told.",
    },
    "ko": {
        "asked": "{at}. 회원들이 물었지만 답하지 못한 질문이에요. 많이 물은 순서예요. 위의 사실이 답이라면 그 사실에 "
        "이 질문부터 예시를 더해 주세요. 아니고 기사에 나오는 내용이면 새 사실을, 나오지 않으면 무엇이 없고 무엇은 "
        "나오는지 한 문장으로 알려 주는 빈틈을 써 주세요.\n\n{questions}",
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


def write_more(  # noqa: PLR0913  what is weak, and how to ask for it
    article: Article,
    copy: ArticleCopy,
    misclassified: Sequence[Misclassified],
    language: Language | None,
    samples: int,
    *,
    asked: Sequence[tuple[str, int]] = (),
) -> str:
    """Return a brief that asks for more about what is weak in an article's facts; its replies are added.

    `asked` are questions that got no answer, each with how often it was asked, the most asked first. Raises
    KnowledgeError when the text has no paragraph, or fewer than the article.
    """
    language = language or article.language
    words = _WISHES[language]
    if not copy.body() or (paragraphs := split_paragraphs(article, copy)) is None:
        raise KnowledgeError(check_article_text(article, copy))
    wishes = [*_asked(asked), *_weak(misclassified), *_missing(article, paragraphs)]
    listed = [words[kind].format(at=at, **values) for at, (kind, values) in enumerate(wishes, 1)]
    known = [f"- fact `{fact.id}`: {fact.answer.get(language)}" for fact in article.facts]
    known += [f"- gap `{gap.id}`: {gap.answer.get(language)}" for gap in article.gaps]
    return Template((FOLDER / f"more.{language}.md").read_text(encoding="utf-8")).substitute(
        known="\n".join(known),
        wishes="\n\n".join(listed) or words["none"],
        samples=samples,
        schema=json.dumps(addition_schema(), ensure_ascii=False),
    )


def _asked(asked: Sequence[tuple[str, int]]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield one wish for the questions without an answer, if there are any."""
    if asked:
        yield "asked", {"questions": "\n".join(f"   - “{text}” ({times}×)" for text, times in asked)}


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
