"""Turns an article's text into a folder of stubs: its sections, and a fact to write for each paragraph.

No sentence of the text goes into the folder, only its title (as a citation), names and figures.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.authoring.figures import written_figures
from bot.authoring.known_names import Name
from bot.authoring.layout import ArticleCopy
from bot.authoring.names import find_names
from bot.core.model import Language
from bot.core.text import normalise, squeeze
from bot.knowledge.folder import ARTICLE, CASES, ENTITIES, FACTS
from bot.knowledge.problems import Node
from bot.knowledge.validation import UNFINISHED
from bot.knowledge.writer import Commented, Draft, identifier

_HANGUL: Final = re.compile("[가-힣]")
_MOST_EVIDENCE: Final = 8
_LONGEST_TITLE: Final = 200


def from_text(copy: ArticleCopy, slug: str) -> Draft:
    """Turn an article's text into stubs; `check` reports each as unfinished until it is filled in.

    Raises KnowledgeError when the text has no paragraph.
    """
    body = copy.body()
    content: dict[str, dict[str, Node]] = {ARTICLE: _article(copy)}
    names = find_names(body, copy.language)
    if names:
        content[ENTITIES] = {"entities": list(_entities(names, copy.language))}
    sections = [f"part-{at}" for at, part in enumerate(copy.parts, 1) for _ in part.paragraphs]
    content[FACTS] = {
        "facts": [
            _stub(at, section, written_figures(line), [form for name in names if (form := name.occurs_in(line))])
            for at, (section, line) in enumerate(zip(sections, body, strict=True), 1)
        ]
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
    article["sections"] = sections
    return Commented(article, f"by {known.author}") if known.author else article


def _section(name: str, ko: str, en: str, paragraphs: str = "") -> dict[str, Node]:
    section: dict[str, Node] = {"id": name, "label": {"ko": ko, "en": en}}
    return section | ({"paragraphs": paragraphs} if paragraphs else {})


def _stub(number: int, section: str, found: Sequence[str], names: Sequence[str]) -> dict[str, Node]:
    """Return the fact to be written for a paragraph, with its figures and names beside the answer and as evidence."""
    answer: dict[str, Node] = {
        "ko": f"{UNFINISHED}: what paragraph {number} says, in your own words, in Korean>",
        "en": f"{UNFINISHED}: what paragraph {number} says, in your own words, in English>",
    }
    kinds = {"figures": dict.fromkeys(found), "names": dict.fromkeys(names)}
    beside = [f"paragraph {number}", *(f"{kind}: {', '.join(items)}" for kind, items in kinds.items() if items)]
    fact: dict[str, Node] = {
        "id": f"paragraph-{number}",
        "answer": Commented(answer, "; ".join(beside)),
        "questions": {
            language: [f"{UNFINISHED}: question {at} that this answers, in {name}>" for at in (1, 2, 3)]
            for language, name in (("ko", "Korean"), ("en", "English"))
        },
        "source": {"section": section, "paragraphs": [str(number)]},
    }
    evidence: list[Node] = []
    evidence += list(dict.fromkeys([*found, *names]))[:_MOST_EVIDENCE]
    return fact | ({"evidence": evidence} if evidence else {})


def _entities(names: Sequence[Name], language: Language) -> Iterator[Node]:
    """Yield a stub for each name; no form of one belongs to two."""
    ids: list[str] = []
    taken = {squeeze(normalise(name.text)) for name in names}
    for name in names:
        forms: dict[str, Node] = {language: name.text}
        if language == "ko" and not _HANGUL.search(name.text):
            forms = {"en": name.text}
        other: Language = "en" if language in forms and language == "ko" else "ko"
        if name.other and other not in forms and squeeze(normalise(name.other)) not in taken:
            forms[other] = name.other
            taken.add(squeeze(normalise(name.other)))
        ids.append(identifier(str(forms.get("en", "")), ids, f"entity-{len(ids) + 1}"))
        aliases: list[Node] = [form for form in name.aliases if (key := squeeze(normalise(form))) and key not in taken]
        taken.update(squeeze(normalise(str(form))) for form in aliases)
        entity: dict[str, Node] = {"id": ids[-1], "kind": name.kind, "name": forms}
        yield entity | ({"aliases": aliases} if aliases else {})
