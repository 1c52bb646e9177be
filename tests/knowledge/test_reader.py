"""The reader returns the knowledge of a folder, or all of its problems at once."""

import json
import os
import shutil
from pathlib import Path

import pytest

from bot.core.index import Index
from bot.core.model import (
    Case,
    Command,
    DialogueAct,
    Entity,
    Fact,
    Gap,
    Knowledge,
    LexiconEntry,
    Row,
    Sample,
    Section,
    Source,
    Text,
)
from bot.core.text import normalise, squeeze
from bot.errors import KnowledgeError
from bot.knowledge.folder import read_files
from bot.knowledge.reader import KnownFiles, parse_changed, parse_knowledge
from tests.knowledge.small_article import COMMAND, ENTITIES, Folder, problems_of, read_knowledge


def test_an_alias_of_two_entities_is_refused(folder: Folder) -> None:
    """Spaces, case and punctuation don't make two names different."""
    more = "  - id: other\n    kind: person\n    name: {en: mira  murati.}\n"
    folder.write("art/entities.yaml", ENTITIES + more)
    message = "art/entities.yaml:9: entity 'other': name.en: 'mira  murati.' already belongs to entity 'murati'"
    message += " (only letters and digits count): keep one of them"
    assert problems_of(folder) == [message]


PAIRS = [
    ("Is it 1.5 km long?", "Is it 15 km long?"),
    ("Who left?", "WHO  LEFT"),
    ("who's the CEO?", "who’s the CEO"),
    ("카페", "카페 ☕"),
    ("ｇｐｔ", "GPT"),
    ("cafe\u0301", "café"),
    ("Who left <@123456>?", "Who left?"),
    ("zero\u200bwidth", "zerowidth"),
    ("C", "C++"),
    ("Who left?", "Who left us?"),
    ("1명", "2명"),
    ("하나", "한아"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_samples_are_the_same_for_the_reader_if_they_are_for_matching(folder: Folder, one: str, other: str) -> None:
    samples = [f"- {json.dumps(text)}" for text in (one, other)]
    folder.change("art/facts.yaml", "- 무라티 고향", samples[0])
    gap = "gaps:\n  - id: pay\n    answer: {en: Not said.}\n    questions:\n      en:\n        "
    folder.write("art/facts/gaps.yaml", gap + samples[1])
    acts = tuple(DialogueAct(text, Text(), Text(), (Sample(text, "en"),)) for text in (one, other))
    index = Index(Knowledge((), dialogue=acts))
    if len(index.targets_of(squeeze(normalise(one)))) > 1:
        (problem,) = problems_of(folder)
        assert "already belongs to fact 'murati-origin'" in problem
    else:
        assert read_knowledge(folder.root).articles[0].gaps


def test_an_own_small_talk_file_is_still_read_and_names_the_new_file(
    folder: Folder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its entries replace the shipped greetings; the acts about the last answer stay."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "dialogue.yaml").write_text(_talk("acts", ("greeting", "greet"), ("true", "verify")), encoding="utf-8")
    folder.write("small-talk.yaml", _talk("gaps", ("hello", None)))
    read = parse_knowledge(read_files(folder.root, shipped)).knowledge.dialogue
    assert [(one.id, one.act) for one in read] == [("hello", "chat"), ("true", "verify")]
    assert "small-talk.yaml is the older name of dialogue.yaml" in caplog.text


def test_an_own_dialogue_file_is_read_instead_of_one_with_the_older_name(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write("small-talk.yaml", _talk("gaps", ("hello", None)))
    folder.write("dialogue.yaml", _talk("acts", ("hi", "greet")))
    assert [one.id for one in read_knowledge(folder.root).dialogue] == ["hi"]
    assert "It is not read" in caplog.text


def _talk(key: str, *entries: tuple[str, str | None]) -> str:
    """Return a file of small talk: an id and, in the newer form, an act for each entry."""
    lines = [f"{key}:"]
    for name, act in entries:
        lines += [f"  - id: {name}", *([f"    act: {act}"] if act else []), "    answer: {en: Hi.}"]
        lines += ["    questions:", "      en:", f"        - {name} there"]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("key", ["stop_words", "fillers"])
def test_stop_words_are_read_under_their_older_name_too(folder: Folder, key: str) -> None:
    folder.write("lexicon.yaml", f"{key}:\n  ko: [좀]\n  en: [please]\n")
    assert read_knowledge(folder.root).lexicon.stop_words == LexiconEntry("stop_words", ("좀",), ("please",))


def test_stop_words_are_refused_under_both_names(folder: Folder) -> None:
    """The other entries of the lexicon are still known, such as `leave`."""
    lexicon = "concepts:\n  leave: {ko: [퇴사]}\nstop_words: {ko: [좀]}\nfillers: {ko: [혹시]}\n"
    folder.write("lexicon.yaml", lexicon)
    folder.change("art/facts.yaml", "[murati]", "[murati, leave]")
    message = "is the older name of `stop_words`; keep only one of the two"
    assert problems_of(folder) == [f"lexicon.yaml:4: fillers: {message}"]


def test_all_problems_of_all_files_come_at_once(folder: Folder) -> None:
    folder.change("art/article.yaml", "language: ko", "language: kr")
    folder.change("art/entities.yaml", "person", "persn")
    folder.change("art/facts.yaml", "[murati]", "[muratti]")
    folder.write("art/cases.yaml", "cases:\n\t- x\n")
    assert [line.split(": ")[0] for line in problems_of(folder)] == [
        "art/article.yaml:3",
        "art/cases.yaml:2",
        "art/entities.yaml:3",
        "art/facts.yaml:13",
    ]


def test_a_broken_file_does_not_make_its_ids_unknown(folder: Folder) -> None:
    """One syntax error in entities.yaml must not turn every `about` into a problem."""
    folder.change("art/entities.yaml", "kind: person", "kind: person: x")
    message = "art/entities.yaml:3: a sentence that contains ': ' needs quotes around all of it"
    assert problems_of(folder) == [message]


def test_a_folder_in_place_of_a_file_is_refused(folder: Folder) -> None:
    (folder.root / "art/cases.yaml").mkdir()
    assert problems_of(folder) == ["art/cases.yaml: is a folder; a file of this name is expected"]


def test_a_broken_link_is_refused(folder: Folder) -> None:
    (folder.root / "art/cases.yaml").symlink_to("nowhere.yaml")
    assert problems_of(folder) == ["art/cases.yaml: can't be read: the link points to nothing"]


def test_a_link_to_itself_is_one_problem(folder: Folder) -> None:
    (folder.root / "art/cases.yaml").symlink_to("cases.yaml")
    assert len(problems_of(folder)) == 1


def test_a_knowledge_folder_that_links_to_itself_is_refused_and_has_a_revision(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(KnowledgeError, match=r"^loop: can't be read: "):
        read_knowledge(loop, shipped=loop)
    assert len(read_files(loop, loop).revision) == 12


def test_a_pipe_is_refused_without_waiting_for_it(folder: Folder) -> None:
    os.mkfifo(folder.root / "art/cases.yaml")
    assert problems_of(folder) == ["art/cases.yaml: is not a regular file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_or_folder_is_refused(folder: Folder) -> None:
    (folder.root / "art/facts.yaml").chmod(0)
    assert problems_of(folder) == ["art/facts.yaml: can't be read: permission denied"]
    (folder.root / "art").chmod(0)
    problems = problems_of(folder)
    (folder.root / "art").chmod(0o755)
    assert "art: can't be read: permission denied" in problems


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(KnowledgeError, match=r"^empty: contains no article: no sub-folder has an article\.yaml$"):
        read_knowledge(tmp_path / "empty")
    with pytest.raises(KnowledgeError, match=r"^missing: there is no such folder$"):
        read_knowledge(tmp_path / "missing")
    (tmp_path / "file").touch()
    with pytest.raises(KnowledgeError, match=r"^file: is a file; a folder is expected$"):
        read_knowledge(tmp_path / "file")


def test_an_article_without_its_files_is_refused(folder: Folder) -> None:
    (folder.root / "art/article.yaml").unlink()
    (folder.root / "art/facts.yaml").unlink()
    assert problems_of(folder) == [
        "art/article.yaml: can't be read: no such file or directory",
        "art/facts.yaml: is missing: an article needs facts",
    ]


def test_folders_without_an_article_are_ignored(folder: Folder) -> None:
    (folder.root / ".git").mkdir()
    (folder.root / "__pycache__").mkdir()
    (folder.root / "empty").mkdir()
    folder.write("README.md", "hello")
    assert [article.slug for article in read_knowledge(folder.root).articles] == ["art"]


def test_an_article_in_a_folder_whose_name_is_no_slug_is_refused(folder: Folder) -> None:
    folder.write("My_Article/article.yaml", "")
    message = "My_Article/: a folder's name may contain only a–z, 0–9 and '-', at most 32 characters"
    assert problems_of(folder) == [message]


def second_article(folder: Folder, command: str) -> None:
    """Write another article with a command of its own."""
    for name in ("article", "entities", "facts"):
        folder.write(f"zwei/{name}.yaml", (folder.root / f"art/{name}.yaml").read_bytes())
    folder.write("art/commands.yaml", COMMAND % ("who", "lookup: person"))
    folder.write("zwei/commands.yaml", command)


def test_two_articles_may_share_a_command(folder: Folder) -> None:
    second_article(folder, COMMAND % ("who", "lookup: person"))
    assert len(read_knowledge(folder.root).articles) == 2


def test_two_articles_must_agree_on_a_shared_command(folder: Folder) -> None:
    second_article(folder, COMMAND % ("who", "facts: [murati-origin]"))
    where = "zwei/commands.yaml:2: command 'who': name.en"
    assert problems_of(folder) == [
        f"{where}: article 'art' has a command of this name with another `lookup`: make them agree"
    ]


def test_missing_keys_of_a_fact_are_derived(folder: Folder) -> None:
    """The smallest fact: id, answer and three samples in one language, source."""
    knowledge = read_knowledge(folder.root)
    samples = ("무라티는 어느 나라 출신이야?", "무라티 고향", "무라티가 태어난 곳은?")
    fact = Fact(
        id="murati-origin",
        label=Text(ko=samples[0]),
        answer=Text(ko="무라티는 알바니아에서 태어났어요."),
        samples=tuple(Sample(text, "ko") for text in samples),
        source=Source("exodus", (3,)),
        about=("murati",),
    )
    entity = Entity("murati", "person", Text("미라 무라티", "Mira Murati"), ("무라티",))
    article = knowledge.articles[0]
    assert article.facts == (fact,)
    assert article.entities == (entity,)
    assert article.sections == (
        Section("headline", Text("제목")),
        Section("exodus", Text("이탈"), (1, 2, 3, 4, 5, 6, 7)),
    )
    assert knowledge == Knowledge((article,))


def test_gaps_commands_and_cases_are_read(folder: Folder) -> None:
    gap = "gaps:\n  - id: pay\n    label: {en: Pay}\n    answer: {en: Not said.}\n    questions:\n"
    folder.write("art/facts/gaps.yaml", gap + "      en:\n        - What did she earn?\n    nearest: [murati-origin]\n")
    rows = "lookup: person\n    rows:\n      - title: {en: T}\n        detail: {en: D}\n        paragraphs: 2"
    folder.write("art/commands.yaml", COMMAND % ("who", rows))
    folder.write("art/cases.yaml", "cases:\n  - question: 날씨?\n    expect: nothing\n    after: 맑아?\n")
    located = parse_knowledge(read_files(folder.root))
    article = located.knowledge.articles[0]
    sample = Sample("What did she earn?", "en")
    assert article.gaps == (Gap("pay", Text(en="Pay"), Text(en="Not said."), (sample,), ("murati-origin",)),)
    row = Row(Text(en="D"), None, Text(en="T"), (2,))
    assert article.commands == (Command(Text(en="who"), Text(en="d"), lookup="person", rows=(row,)),)
    assert article.cases == (Case("날씨?", "nothing", "art/cases.yaml:2", ("맑아?",)),)
    assert located.locations["art", "pay"].file == "art/facts/gaps.yaml"
    assert located.locations["art", "murati-origin"].line == 2


def test_a_case_in_turns_becomes_a_case_for_each_after_those_before(folder: Folder) -> None:
    turns = "    - {question: 날씨?, expect: nothing}\n    - {question: 정말?, expect: murati-origin}\n"
    folder.write("art/cases.yaml", f"cases:\n  - turns:\n{turns}")
    first, second = read_knowledge(folder.root).articles[0].cases
    assert (first.question, first.expect, first.earlier) == ("날씨?", "nothing", ())
    assert (second.question, second.expect, second.earlier) == ("정말?", "murati-origin", ("날씨?",))


@pytest.mark.parametrize(
    ("case", "what"),
    [
        ("question: 왜?", "needs `question` and `expect`, or `turns`"),
        ("turns: [{question: 왜?, expect: nothing}]\n    after: 누가?", "remove `after`"),
        ("turns:\n    - {question: 왜?, expect: nowhere}", "nowhere"),
    ],
)
def test_a_case_is_a_question_or_turns(folder: Folder, case: str, what: str) -> None:
    folder.write("art/cases.yaml", f"cases:\n  - {case}\n")
    (problem,) = problems_of(folder)
    assert what in problem


def test_one_article_folder_is_read_by_itself(folder: Folder) -> None:
    knowledge = read_knowledge(folder.root / "art")
    assert [article.slug for article in knowledge.articles] == ["art"]
    folder.change("art/facts.yaml", "[murati]", "[muratti]")
    with pytest.raises(KnowledgeError, match=r"^facts\.yaml:13: "):
        read_knowledge(folder.root / "art")


def test_the_shipped_lexicon_and_messages_are_used_where_the_folder_has_none(folder: Folder, tmp_path: Path) -> None:
    shipped = Folder(tmp_path / "shipped")
    shipped.write("lexicon.yaml", "concepts:\n  leave:\n    ko: [퇴사]\n    en: [quit]\n")
    shipped.write("messages.yaml", "a: {ko: '{n}가', en: '{n}A'}\nb: {ko: 나, en: B}\n")
    folder.write("messages.yaml", "b: {ko: 다, en: C}\n")
    folder.change("art/facts.yaml", "[murati]", "[murati, leave]")
    knowledge = read_knowledge(folder.root, shipped=shipped.root)
    assert knowledge.lexicon.concepts[0].ko == ("퇴사",)
    assert knowledge.messages == {"a": Text("{n}가", "{n}A"), "b": Text("다", "C")}
    folder.write("messages.yaml", "bb: {ko: 다, en: C}\na: {ko: '{m}', en: '{m}'}\n")
    with pytest.raises(KnowledgeError) as caught:
        read_knowledge(folder.root, shipped=shipped.root)
    assert [problem.what for problem in caught.value.problems] == [
        "unknown message 'bb' (known: a, b)",
        "the bot has no {m} for this message: remove it",
    ]


def test_a_message_of_an_earlier_version_is_no_mistake_and_is_said_no_more(folder: Folder, tmp_path: Path) -> None:
    shipped = Folder(tmp_path / "shipped")
    shipped.write("messages.yaml", "a: {ko: 가, en: A}\n")
    folder.write("messages.yaml", "unanswered_refused: {ko: '{x} 나', en: '{x} B'}\n")
    assert read_knowledge(folder.root, shipped=shipped.root).messages == {"a": Text("가", "A")}


def test_revision_changes_with_content_only(folder: Folder) -> None:
    """A file that is not read makes no difference; one that is removed or broken does, without an error."""
    first = read_files(folder.root).revision
    assert len(first) == 12
    folder.write("README.md", "x")
    assert read_files(folder.root).revision == first
    folder.change("art/facts.yaml", "고향", "출생지")
    second = read_files(folder.root).revision
    assert second != first
    (folder.root / "art/facts.yaml").unlink()
    (folder.root / "art/facts.yaml").symlink_to("nowhere")
    assert read_files(folder.root).revision not in {first, second}
    assert len(read_files(folder.root / "nowhere").revision) == 12


def test_only_changed_articles_are_parsed_again(folder: Folder) -> None:
    copied = folder.root / "other"
    shutil.copytree(folder.root / "art", copied)
    files = read_files(folder.root)
    known = KnownFiles(parse_knowledge(files).knowledge, files.digests)
    folder.change("art/facts.yaml", "- 무라티 고향", "- 무라티의 고향")
    fresh = read_files(folder.root)
    found = parse_changed(fresh, known)
    assert found == parse_knowledge(fresh).knowledge
    assert found.articles[1] is known.knowledge.articles[1]
    assert found.articles[0] != known.knowledge.articles[0]


def test_the_problems_of_a_changed_article_are_reported(folder: Folder) -> None:
    files = read_files(folder.root)
    known = KnownFiles(parse_knowledge(files).knowledge, files.digests)
    folder.change("art/facts.yaml", "- 무라티 고향", "- ''")
    with pytest.raises(KnowledgeError) as error:
        parse_changed(read_files(folder.root), known)
    assert list(map(str, error.value.problems)) == problems_of(folder)
