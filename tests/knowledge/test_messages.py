# ruff: noqa: E501 - in a table, one mistake is one line
"""Mistakes of authors and the exact messages for them."""

import pytest

from tests.knowledge.small_article import COMMAND, ENTITIES, FACTS, Folder, problems_of

FACT = "art/facts.yaml:{}: fact 'murati-origin'"
CHANGES = [
    ("facts", "section: exodus", "section: exodos", f"{FACT.format(11)}: source.section: unknown section 'exodos': did you mean 'exodus'?"),
    ("facts", "[murati]", "[muratti]", f"{FACT.format(13)}: about[1]: unknown entity 'muratti': did you mean 'murati'?"),
    ("facts", "[3]", "[8]", f"{FACT.format(12)}: source.paragraphs: paragraph 8 is not in section 'exodus' (1–7)"),
    ("facts", "[3]", "[0]", f"{FACT.format(12)}: source.paragraphs: paragraphs are numbers from 1, such as 3, 1-7 or [1, 3]"),
    ("facts", "[3]", "1-99999999999", f"{FACT.format(12)}: source.paragraphs: paragraphs are numbers from 1, such as 3, 1-7 or [1, 3]"),
    ("facts", "      paragraphs: [3]\n", "", f"{FACT.format(10)}: source: 'paragraphs' is missing: which of 1–7 of section 'exodus'?"),
    ("facts", "section: exodus", "section: headline", f"{FACT.format(12)}: source.paragraphs: section 'headline' has no body paragraphs to cite"),
    ("facts", "source:\n      section: exodus\n      paragraphs: [3]", "source:\n      - {section: exodus, paragraphs: [3]}\n      - {section: exodus, paragraphs: [8]}", f"{FACT.format(12)}: source[2].paragraphs: paragraph 8 is not in section 'exodus' (1–7)", f"{FACT.format(12)}: source[2].section: section 'exodus' is cited twice: list all its paragraphs at one place"),
    ("facts", "source:\n      section: exodus\n      paragraphs: [3]", "source:\n      - {section: exodus, paragraphs: [3]}\n      - {secton: headline}", f"{FACT.format(12)}: source[2]: 'section' is missing", f"{FACT.format(12)}: source[2].secton: unknown key 'secton': did you mean 'section'?"),
    ("facts", "source:\n      section: exodus\n      paragraphs: [3]", "source: []", f"{FACT.format(10)}: source: has too few entries: at least 1 needed"),
    ("facts", "source:\n      section: exodus\n      paragraphs: [3]", "source: exodus", f"{FACT.format(10)}: source: must be a mapping: lines of the form 'key: …'"),
    ("facts", "    answer:", "    anser:", f"{FACT.format(2)}: 'answer' is missing", f"{FACT.format(3)}: anser: unknown key 'anser': did you mean 'answer'?"),
    ("facts", "    about:", "    status: reportd\n    about:", f"{FACT.format(13)}: status: unknown status 'reportd': did you mean 'reported'?"),
    ("facts", "    about:", "    asks: [wher]\n    about:", f"{FACT.format(13)}: asks[1]: unknown kind of answer 'wher': did you mean 'where'?"),
    ("facts", "    about:", "    related: [murati-orign]\n    about:", f"{FACT.format(13)}: related[1]: unknown fact 'murati-orign': did you mean 'murati-origin'?"),
    ("facts", "    about:", "    related: [murati-origin]\n    about:", f"{FACT.format(13)}: related[1]: a fact can't be related to itself"),
    ("facts", "    about:", "    related: [a, b, c, d]\n    about:", f"{FACT.format(13)}: related: has 4 entries; at most 3 are allowed"),
    ("facts", "    about: [murati]", "    about:", f"{FACT.format(13)}: about: is empty: write something, or remove the line"),
    ("facts", "        - 무라티 고향\n", "", f"{FACT.format(5)}: questions: has too few questions: at least 3 needed in one language, there are 2"),
    ("facts", "- 무라티 고향", "- 무라티: 고향", f"{FACT.format(8)}: questions.ko[2]: must be a text, not a mapping; a sentence with ': ', '[' or '{{' needs quotes around all of it".replace("{{", "{")),
    ("facts", "- 무라티 고향", "- '?!'", f"{FACT.format(8)}: questions.ko[2]: has neither a letter nor a digit"),
    ("facts", "- 무라티 고향", f"- {'가' * 301}", f"{FACT.format(8)}: questions.ko[2]: is 301 characters long; at most 300 are allowed"),
    ("facts", "태어났어요.", f"태어났어요{'요' * 1500}.", f"{FACT.format(4)}: answer.ko: is 1518 characters long; at most 1500 are allowed"),
    ("facts", "ko: 무라티는 알바니아에서 태어났어요.", "fr: Elle.", f"{FACT.format(4)}: answer.fr: unknown key 'fr' (known: en, ko)"),
    ("facts", "id: murati-origin", "id: Murati", "art/facts.yaml:2: fact 'Murati': id: 'Murati' may contain only a–z, 0–9 and '-'"),
    ("facts", "id: murati-origin", "id: nothing", "art/facts.yaml:2: fact 'nothing': id: 'nothing' can't be an id: cases use it for no answer"),
    ("facts", "  - id: murati-origin\n    answer", "  - answer", "art/facts.yaml:2: facts[1]: 'id' is missing"),
    ("facts", FACTS, "facts: []\n", "art/facts.yaml: has no fact: an article needs at least one"),
    ("facts", FACTS, "- a\n", "art/facts.yaml:1: must be a mapping: lines of the form 'key: …'"),
    ("facts", "ko: 무라티는", "ko: <fill in> 무라티는", f"{FACT.format(4)}: answer.ko: is unfinished: replace '<fill in> 무라티는 알바니아에서 태어났어요.'"),
    ("entities", "kind: person", "kind: persn", "art/entities.yaml:3: entity 'murati': kind: unknown kind 'persn': did you mean 'person'?"),
    ("article", "language: ko", "language: kr", "art/article.yaml:3: language: unknown language 'kr' (known: en, ko)"),
    ("article", "paragraphs: 1-7", "paragraphs: 7-1", "art/article.yaml:9: section 'exodus': paragraphs: paragraphs are numbers from 1, such as 3, 1-7 or [1, 3]"),
    ("article", "id: headline\n", "id: headline\n    paragraphs: [7]\n", "art/article.yaml:10: section 'exodus': paragraphs: paragraph 7 already belongs to section 'headline'"),
    ("article", "id: headline\n    label: {ko: 제목}", "id: exodus\n    label: {ko: 제목}\n    paragraphs: [8, 3]", "art/article.yaml:8: section 'exodus': id: the id 'exodus' is already used in art/article.yaml:5", "art/article.yaml:10: section 'exodus': paragraphs: paragraph 3 already belongs to section 'exodus'"),
    ("article", "language: ko\n", "language: ko\ndate: 2024-13-01\n", "art/article.yaml:4: date: a date must look like 2024-09-26 or 2024-09"),
    ("article", "language: ko\n", "language: ko\nurl: ftp://x\n", "art/article.yaml:4: url: 'ftp://x' must be an address that begins with https://"),
    ("article", "title: {ko: 제목}\n", "", "art/article.yaml:1: 'title' is missing"),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[2][-40:])
def test_one_mistake_one_message(change: tuple[str, ...], folder: Folder) -> None:
    file, old, new, *messages = change
    folder.change(f"art/{file}.yaml", old, new)
    assert problems_of(folder) == messages


ADDED = [
    ("commands", COMMAND % ("Who Left", "facts: [murati-origin]"), "art/commands.yaml:2: command 'Who Left': name.en: a command name must be in lower case"),
    ("commands", COMMAND % ("who left", "facts: [murati-origin]"), "art/commands.yaml:2: command 'who left': name.en: a command name may contain only letters, digits, '-' and '_', no spaces"),
    ("commands", COMMAND % ("who", "facts: [murati]"), "art/commands.yaml:4: command 'who': facts[1]: unknown fact 'murati' (known: murati-origin)"),
    ("commands", COMMAND % ("who", "tag: people"), "art/commands.yaml:4: command 'who': tag: unknown tag 'people'"),
    ("commands", COMMAND % ("who", "lookup: place"), "art/commands.yaml:4: command 'who': lookup: the article has no entity of kind 'place'"),
    ("commands", COMMAND % ("who", "rows: []"), "art/commands.yaml:2: command 'who': needs exactly one of `facts`, `tag` and `lookup`"),
    ("commands", COMMAND % ("who", "lookup: person\n    rows:\n      - entity: muratti\n        detail: {ko: 가}\n        paragraphs: [9]"), "art/commands.yaml:6: command 'who': rows[1].entity: unknown entity 'muratti': did you mean 'murati'?", "art/commands.yaml:8: command 'who': rows[1].paragraphs: the article has no paragraph 9"),
    ("commands", COMMAND % ("who", "lookup: person\n    rows:\n      - detail: {ko: 가}"), "art/commands.yaml:6: command 'who': rows[1]: needs either `entity` or `title`"),
    ("commands", COMMAND % ("who", "lookup: person") + (COMMAND % ("who", "lookup: person")).removeprefix("commands:\n"), "art/commands.yaml:5: command 'who': name.en: two commands are called 'who': rename one"),
    ("cases", "cases:\n  - question: 누구?\n    expect: murati-orign\n", "art/cases.yaml:3: cases[1]: expect: unknown fact or gap 'murati-orign': did you mean 'murati-origin'?"),
    ("facts/more", FACTS.replace("무라티", "슐만"), "art/facts/more.yaml:2: fact 'murati-origin': id: the id 'murati-origin' is already used in art/facts.yaml:2"),
    ("facts/more", FACTS.replace("murati-origin", "other").replace("태어난 곳은?", "온 곳").replace("무라티 고향", "어디"), "art/facts/more.yaml:7: fact 'other': questions.ko[1]: '무라티는 어느 나라 출신이야?' already belongs to fact 'murati-origin' (only letters and digits count): keep one of them"),
    ("facts/more", "gaps:\n  - id: pay\n    answer: {ko: 없어요}\n    questions:\n      ko:\n        - 무라티, 고향!\n    nearest: [murati]\n", "art/facts/more.yaml:6: gap 'pay': questions.ko[1]: '무라티, 고향!' already belongs to fact 'murati-origin' (only letters and digits count): keep one of them", "art/facts/more.yaml:7: gap 'pay': nearest[1]: unknown fact 'murati' (known: murati-origin)"),
    ("entites", ENTITIES, "art/entites.yaml: unknown file 'entites.yaml': did you mean 'entities.yaml'?"),
    ("cases", "cases: [\n", "art/cases.yaml:1: a bracket is opened here and not closed; a sentence that starts with [ needs quotes around all of it"),
]  # fmt: skip


@pytest.mark.parametrize("added", ADDED, ids=lambda added: f"{added[0]}-{added[2][-40:]}")
def test_one_added_file_one_message(added: tuple[str, ...], folder: Folder) -> None:
    file, text, *messages = added
    folder.write(f"art/{file}.yaml", text)
    assert problems_of(folder) == messages


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("art/facts.yaml", b"x" * 10_000_000, "is too large (10,000,000 bytes; at most 2,000,000 are read)"),
        ("art/facts.yaml", bytes(range(256)), "is not a text file"),
        ("lexicon.yaml", "concepts:\n  leave: [퇴사]\n", "concepts.leave: must be a mapping: lines of the form 'key: …'"),
        ("messages.yaml", "a: {ko: '{x}', en: 'y'}\n", "a: the placeholder {x} is used in one language only; use it in both or in neither"),
        ("messages.yaml", "a: {ko: '{x.y}', en: '{x.y}'}\n", "a: a placeholder is a name in braces, such as {name}; write {{ and }} for plain braces"),
        ("messages.yaml", "a: {ko: 가}\n", "a: 'en' is missing"),
        ("lexikon.yaml", "concepts: {}\n", "unknown file 'lexikon.yaml': did you mean 'lexicon.yaml'?"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_problem(name: str, content: str | bytes, message: str, folder: Folder) -> None:
    folder.write(name, content)
    assert [line.partition(": ")[2] for line in problems_of(folder)] == [message]
