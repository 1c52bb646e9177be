"""Turns an article's text into a folder of stubs: its sections, and a fact to write for each paragraph.

No sentence of the text goes into the folder, only its title (as a citation), names and figures.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.authoring.layout import ArticleCopy
from bot.core.model import EntityKind, Language
from bot.core.text import normalise, squeeze
from bot.knowledge.folder import ARTICLE, CASES, ENTITIES, FACTS
from bot.knowledge.problems import Node
from bot.knowledge.validation import UNFINISHED
from bot.knowledge.writer import Draft, identifier

_HANGUL: Final = re.compile("[가-힣]")
_MOST_EVIDENCE: Final = 8
_LONGEST_TITLE: Final = 200
_TITLES: Final = (
    r"(?:CEO|CTO|CFO|COO|최고\w+책임자|공동창업자|창업자|대표|부사장|사장|회장|의장|이사"
    r"|감독|교수|의원|장관|연구원)"
)
_PERSON: Final = re.compile(rf"(?<![가-힣])([가-힣]{{2,5}}) (?={_TITLES})")
_LATIN: Final = re.compile(
    r"\b[A-Z][A-Za-z0-9.&-]*[A-Za-z0-9](?: (?:of |de |van |von )?[A-Z][A-Za-z0-9.&-]*[A-Za-z0-9])*"
)
_QUOTED: Final = re.compile(r"['‘]([A-Z가-힣][\w-]{1,11})['’]")
_NO_NAME: Final = re.compile(
    r".*[던를을는가]|임시|만든|전임|현직|총괄|공동|AI|SNS|C[ETFORI]O|[A-Z][a-z]+day"
    "|January|February|March|April|May|June|July|August|September|October|November|December"
)
"""Words that appear where names do: participles, roles, weekdays, months."""
_FIGURE: Final = re.compile(
    r"(?<![A-Za-z0-9-])[$€£]?\d[\d,.]*(?:\s?(?:천|만|억|조)\s?[\d,]*)*"
    r"(?:\s?(?:%|퍼센트|달러|원|년|개월|월|일|명|개|배|살|세|시간|분|회|차례|km|kg|m|미터|킬로미터"
    r"|percent|thousand|million|billion|years|months|days|people|dollars))?"
)
_SENTENCE_START: Final = re.compile(
    "a|an|and|as|at|but|by|for|from|he|her|his|if|in|it|its|more|no|not|of|on|one|or|she|so|some|that|the|their|then"
    "|there|they|this|those|to|under|what|when|where|which|while|who|why|with|you",
    re.IGNORECASE,
)
"""Words that are no name although they have a capital letter at the start of a sentence."""


def from_text(copy: ArticleCopy, slug: str) -> Draft:
    """Turn an article's text into stubs; `check` reports each as unfinished until it is filled in.

    Raises KnowledgeError when the text has no paragraph.
    """
    body = copy.body()
    content: dict[str, dict[str, Node]] = {ARTICLE: _article(copy)}
    if entities := list(_entities(body, copy.language)):
        content[ENTITIES] = {"entities": entities}
    sections = [f"part-{at}" for at, part in enumerate(copy.parts, 1) for _ in part.paragraphs]
    content[FACTS] = {
        "facts": [_stub(at, section, line) for at, (section, line) in enumerate(zip(sections, body, strict=True), 1)]
    }
    case: Node = {"question": f"{UNFINISHED}: a question>", "expect": "paragraph-1"}
    content[CASES] = {"cases": [case]}
    return Draft(slug, content, read=copy.described())


def _article(copy: ArticleCopy) -> dict[str, Node]:
    """Return the content of `article.yaml` with the sections that were found."""
    sections: list[Node] = [_section("headline", "제목", "Headline")]
    if copy.deck:
        sections.append(_section("deck", "부제", "Deck"))
    first = 1
    for at, part in enumerate(copy.parts, 1):
        last = first + len(part.paragraphs) - 1
        sections.append(_section(f"part-{at}", f"{at}부", f"Part {at}", f"{first}-{last}"))
        first = last + 1
    if copy.has_note:
        sections.append(_section("note", "덧붙임", "Note"))
    known, language = copy.metadata, copy.language
    article: dict[str, Node] = {
        "title": {language: known.title[:_LONGEST_TITLE] or f"{UNFINISHED}: the title>"},
        "publisher": {language: known.publisher or f"{UNFINISHED}: the publisher>"},
        "language": language,
    }
    article |= {key: value for key, value in (("date", known.date), ("url", known.url)) if value}
    return article | {"sections": sections}


def _section(name: str, ko: str, en: str, paragraphs: str = "") -> dict[str, Node]:
    section: dict[str, Node] = {"id": name, "label": {"ko": ko, "en": en}}
    return section | ({"paragraphs": paragraphs} if paragraphs else {})


def _stub(number: int, section: str, line: str) -> dict[str, Node]:
    """Return the fact to be written for a paragraph, with the names and figures found in it as evidence."""
    found = figures(line)
    found += [name for name, _ in _names(line)]
    fact: dict[str, Node] = {
        "id": f"paragraph-{number}",
        "answer": {
            "ko": f"{UNFINISHED}: what paragraph {number} says, in your own words, in Korean>",
            "en": f"{UNFINISHED}: what paragraph {number} says, in your own words, in English>",
        },
        "questions": {
            language: [f"{UNFINISHED}: question {at} that this answers, in {name}>" for at in (1, 2, 3)]
            for language, name in (("ko", "Korean"), ("en", "English"))
        },
        "source": {"section": section, "paragraphs": [str(number)]},
    }
    evidence: list[Node] = list(dict.fromkeys(found[:_MOST_EVIDENCE]))
    return fact | ({"evidence": evidence} if evidence else {})


def figures(line: str) -> list[str]:
    """Return the figures in a paragraph with their units, as written there."""
    return [match[0].strip().rstrip(".,") for match in _FIGURE.finditer(line)]


def _names(line: str) -> Iterator[tuple[str, EntityKind]]:
    """Yield what looks like a name in a paragraph, as written there."""
    for name, kind in _candidates(line):
        if not _NO_NAME.fullmatch(name):
            yield name, kind


def _candidates(line: str) -> Iterator[tuple[str, EntityKind]]:
    """Yield words before a job title, words in quotes and capitalised words."""
    for match in _PERSON.finditer(line):
        yield match[1], "person"
    for match in _QUOTED.finditer(line):
        yield match[1], "product"
    for match in _LATIN.finditer(line):
        words = match[0].split()
        starts = match.start() == 0 or line[: match.start()].rstrip()[-1:] in '.?!"“'
        if starts and _SENTENCE_START.fullmatch(words[0]):
            words = words[1:]
        if words and not (starts and len(words) == 1):
            yield " ".join(words), "other"


def _entities(body: Sequence[str], language: Language) -> Iterator[Node]:
    """Yield a stub for each name found, in its first spelling."""
    ids: list[str] = []
    seen: set[str] = set()
    for line in body:
        for name, kind in _names(line):
            key = squeeze(normalise(name))
            if not key or key in seen:
                continue
            seen.add(key)
            ids.append(identifier(name, ids, f"entity-{len(ids) + 1}"))
            script: Language = "ko" if _HANGUL.search(name) else "en"
            yield {"id": ids[-1], "kind": kind, "name": {script if language == "ko" else "en": name}}
