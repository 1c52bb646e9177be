# ruff: noqa: E501 - in a table, one mistake is one line
"""Further samples of facts and gaps stand apart in samples.yaml or samples/*.yaml."""

import re
from pathlib import Path

import pytest

from bot.app import shipped_knowledge
from bot.core.model import Sample
from bot.knowledge.folder import fingerprint, read_files
from bot.knowledge.reader import KnownFiles, parse_changed, parse_knowledge
from tests.knowledge.small_article import FACTS, Folder, problems_of, read_knowledge

OWN = FACTS[FACTS.index("    questions:") : FACTS.index("    source:")]
GAP = "gaps:\n  - id: pay\n    answer: {en: Not said.}\n    nearest: [murati-origin]\n"
SAMPLES = """\
# further samples
murati-origin:
  ko:
    - 어디 사람이야
  en:
    - Where is she from?
"""


def test_samples_of_a_samples_file_come_after_those_of_the_fact(folder: Folder) -> None:
    folder.write("art/samples.yaml", SAMPLES)
    folder.write("art/samples/more.yaml", "pay:\n  en: [What did she earn?]\n")
    folder.write("art/facts/gaps.yaml", GAP)
    article = read_knowledge(folder.root).articles[0]
    own = ("무라티는 어느 나라 출신이야?", "무라티 고향", "무라티가 태어난 곳은?", "어디 사람이야")
    assert article.facts[0].samples == (*(Sample(text, "ko") for text in own), Sample("Where is she from?", "en"))
    assert article.facts[0].label.ko == own[0]
    assert article.facts[0].label.en == "Where is she from?"
    assert article.gaps[0].samples == (Sample("What did she earn?", "en"),)


def test_all_samples_may_stand_apart(folder: Folder) -> None:
    folder.change("art/facts.yaml", OWN, "")
    folder.write("art/samples/a.yaml", "murati-origin:\n" + "\n".join(line[4:] for line in OWN.splitlines()[1:]))
    assert len(read_knowledge(folder.root).articles[0].facts[0].samples) == 3


def test_an_article_reads_the_same_with_its_samples_beside_or_apart(folder: Folder) -> None:
    beside = FACTS.replace(
        "태어난 곳은?\n", "태어난 곳은?\n        - 어디 사람이야\n      en:\n        - Where is she from?\n"
    )
    folder.write("art/facts.yaml", beside)
    together = read_knowledge(folder.root)
    folder.write("art/facts.yaml", FACTS)
    folder.write("art/samples.yaml", SAMPLES)
    assert read_knowledge(folder.root) == together


FACT = "art/facts.yaml:2: fact 'murati-origin'"
FEW = "has too few questions: at least 3 needed in one language, there are"
TWICE = "(only letters and digits count): remove one of the two"
MISTAKES = [
    ("murati-orign: {en: [a]}\n", "art/samples.yaml:1: murati-orign: unknown fact or gap 'murati-orign': did you mean 'murati-origin'?"),
    ("murati-origin: {fr: [a], en: [b]}\n", "art/samples.yaml:1: murati-origin.fr: unknown key 'fr' (known: en, ko)"),
    ("murati-origin:\n  - a\n", "art/samples.yaml:1: murati-origin: must be a mapping: lines of the form 'key: …'"),
    ("murati-origin:\n  en: a\n", "art/samples.yaml:2: murati-origin.en: must be a list: lines that begin with '- '"),
    ("murati-origin: {}\n", "art/samples.yaml:1: murati-origin: has too few questions: at least 1 needed in one language, there are 0"),
    ("- a\n", "art/samples.yaml:1: must be a mapping: lines of the form 'key: …'"),
    ("murati-origin:\n  ko:\n    - 무라티, 고향!\n", f"art/samples.yaml:3: murati-origin.ko[1]: '무라티, 고향!' already stands in art/facts.yaml:8 {TWICE}"),
    ("murati-origin:\n  en:\n    - From where?\n    - from where\n", f"art/samples.yaml:4: murati-origin.en[2]: 'from where' already stands in art/samples.yaml:3 {TWICE}"),
    ("murati-origin:\n  en:\n    - '?!'\n", "art/samples.yaml:3: murati-origin.en[1]: has neither a letter nor a digit"),
    ("murati-origin: {en: [a]}\nmurati-origin: {en: [b]}\n", "art/samples.yaml:2: the key 'murati-origin' is repeated (first in line 1)"),
    ("murati-origin:\n  en:\n    - <fill in a question>\n", "art/samples.yaml:3: murati-origin.en[1]: is unfinished: replace '<fill in a question>'"),
]  # fmt: skip


@pytest.mark.parametrize(("samples", "message"), MISTAKES)
def test_a_mistake_in_a_samples_file_is_told_with_its_line(folder: Folder, samples: str, message: str) -> None:
    folder.write("art/samples.yaml", samples)
    assert problems_of(folder) == [message]


def test_a_sample_of_another_fact_is_told_where_it_stands(folder: Folder) -> None:
    folder.write("art/facts/gaps.yaml", GAP)
    folder.write("art/samples.yaml", "pay:\n  ko:\n    - 무라티 고향\n")
    (message,) = problems_of(folder)
    assert message.startswith("art/samples.yaml:3: pay.ko[1]: '무라티 고향' already belongs to fact 'murati-origin'")


def test_an_id_in_two_samples_files_is_refused(folder: Folder) -> None:
    folder.write("art/samples.yaml", SAMPLES)
    folder.write("art/samples/more.yaml", "murati-origin: {en: [From where]}\n")
    what = "samples of 'murati-origin' stand in art/samples.yaml:2 already: put them together"
    assert problems_of(folder) == [f"art/samples/more.yaml:1: murati-origin: {what}"]


@pytest.mark.parametrize(
    ("samples", "message"), [(None, f"{FEW} 0"), ("murati-origin: {en: [a]}\n", f"{FEW} 1"), ("x: {en: [a, b, c]}\n", f"{FEW} 0")]
)  # fmt: skip
def test_a_fact_with_too_few_samples_in_both_places_is_refused(
    folder: Folder, samples: str | None, message: str
) -> None:
    folder.change("art/facts.yaml", OWN, "")
    folder.change("art/facts.yaml", "about: [murati]", "status: unknown")
    if samples:
        folder.write("art/samples.yaml", samples)
    told = problems_of(folder)
    assert f"{FACT}: {message}" in told
    assert any("unknown status" in one for one in told)


def test_a_gap_without_samples_in_either_place_is_refused(folder: Folder) -> None:
    folder.write("art/facts/gaps.yaml", GAP)
    what = "has too few questions: at least 1 needed in one language, there are 0"
    assert problems_of(folder) == [f"art/facts/gaps.yaml:2: gap 'pay': {what}"]


def test_a_samples_file_that_is_no_yaml_is_the_only_problem(folder: Folder) -> None:
    folder.change("art/facts.yaml", OWN, "")
    folder.write("art/samples.yaml", "murati-origin: [\n")
    (message,) = problems_of(folder)
    assert message.startswith("art/samples.yaml:1: a bracket is opened here")


def test_a_folder_where_a_samples_file_is_expected_is_told(folder: Folder) -> None:
    (folder.root / "art/samples.yaml").mkdir()
    assert problems_of(folder) == ["art/samples.yaml: is a folder; a file of this name is expected"]


@pytest.mark.parametrize("name", ["art/samples.yaml", "art/samples/more.yaml"])
def test_a_changed_samples_file_is_noticed_and_read(folder: Folder, name: str) -> None:
    folder.write(name, SAMPLES)
    before = read_files(folder.root)
    known = KnownFiles(parse_knowledge(before).knowledge, before.digests)
    print_before = fingerprint(folder.root)
    folder.change(name, "Where is she from", "Where was she born")
    after = read_files(folder.root)
    assert after.revision != before.revision
    assert fingerprint(folder.root) != print_before
    assert parse_changed(after, known).articles[0].facts[0].samples[-1].text == "Where was she born?"


def test_a_misspelt_samples_file_is_told(folder: Folder) -> None:
    folder.write("art/sample.yaml", SAMPLES)
    assert problems_of(folder) == ["art/sample.yaml: unknown file 'sample.yaml': did you mean 'samples.yaml'?"]


def test_the_shipped_facts_can_be_read_by_a_person() -> None:
    """Four samples of a language beside each fact, two beside each gap; the others stand apart."""
    folder = shipped_knowledge() / "openai-exodus"
    lines = {"facts": 0, "gaps": 0}
    for path in (folder / "facts").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (kind,) = re.findall(r"^(facts|gaps):$", text, re.MULTILINE)
        lines[kind] += text.count("\n")
    assert lines["facts"] <= 2200
    assert lines["gaps"] <= 2600
    article = parse_knowledge(read_files(Path(folder))).knowledge.articles[0]
    assert (len(article.facts), len(article.gaps)) == (74, 161)
    assert sum(len(fact.samples) for fact in article.facts) + sum(len(gap.samples) for gap in article.gaps) == 14_294
