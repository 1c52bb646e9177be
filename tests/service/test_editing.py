"""A reader's question becomes a sample: what is written, what is told, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import app as composition
from bot.app import build, editing_of
from bot.core.edits import ChangeAnswer, NewFact, NewGap, Place, Restore, Retire
from bot.core.matching import Question
from bot.core.model import Sample, Source, Text
from bot.errors import KnowledgeError, StaleError
from bot.knowledge.folder import DIALOGUE, LEXICON, MESSAGES
from bot.service.editing import Decided, Difference, Editing, decided_of
from bot.service.records import QuestionGroup
from bot.settings import DiscordSettings
from tests.e2e.operators import settings_for, small_knowledge
from tests.knowledge.small_article import FACTS, Folder

ORIGIN = Place("art", "murati-origin")
GROUP = QuestionGroup(7, 42, "art", "", "화성에 물이 … 있어?", "ko", asked=2, askers=2, last_asked=1)
TEXT = "화성에 물이 있어?"
SHARED = {name: (composition.shipped_knowledge() / name).read_text() for name in (LEXICON, MESSAGES, DIALOGUE)}
COMMENTED = FACTS.replace("        - 무라티 고향\n", "        # the shortest\n        - 무라티 고향\n")


class Edited:
    """A library and what edits its files."""

    def __init__(self, settings: DiscordSettings) -> None:
        """Build both, as at a start."""
        app = build(settings)
        self.library = app.library
        self.editing: Editing = editing_of(app, settings)

    def fact(self, text: str = TEXT) -> str | None:
        """Return the fact that answers a question."""
        decided = decided_of(self.library.answer(Question(text)))
        return decided.place.item if decided.place and decided.outcome == "answered" else None


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return the small article with the bot's own small talk, one sample with a comment."""
    folder = small_knowledge(tmp_path, {})
    folder.write("art/facts.yaml", COMMENTED)
    return folder


@pytest.fixture
def edited(folder: Folder, tmp_path: Path) -> Edited:
    """Return a library of the small article."""
    del folder
    return Edited(settings_for(tmp_path))


def contents(folder: Folder) -> dict[str, str]:
    """Return the text of every file."""
    return {str(path.relative_to(folder.root)): path.read_text() for path in folder.root.rglob("*.*")}


def test_the_question_is_a_sample_and_a_case_and_is_answered(edited: Edited, folder: Folder) -> None:
    """Only the new lines differ; the marks of what was taken out of a stored question are not part of it."""
    assert edited.fact() is None
    before = edited.editing.revision
    done = edited.editing.add_question(GROUP, ORIGIN, before)
    assert edited.fact() == "murati-origin"
    assert done.text == TEXT
    assert done.revision == edited.editing.revision != before
    files = contents(folder)
    assert files["art/facts.yaml"] == COMMENTED.replace(
        "        - 무라티가 태어난 곳은?\n", f"        - 무라티가 태어난 곳은?\n        - {TEXT}\n"
    )
    assert files["art/cases.yaml"] == f"cases:\n  - question: {TEXT}\n    expect: murati-origin\n"
    assert done.copied_to == ""


def test_samples_that_stand_apart_stay_apart_and_cases_are_appended(folder: Folder, tmp_path: Path) -> None:
    folder.write("art/samples.yaml", "# further\nmurati-origin:\n  ko:\n    - 무라티 국적\n")
    folder.write("art/cases.yaml", "cases:\n  - question: 무라티 고향\n    expect: murati-origin\n  # the end\n")
    edited = Edited(settings_for(tmp_path))
    edited.editing.add_question(
        replace(GROUP, text="Is there water on Mars?", language="en"), ORIGIN, edited.editing.revision
    )
    files = contents(folder)
    assert files["art/facts.yaml"] == COMMENTED
    assert files["art/samples.yaml"] == (
        "# further\nmurati-origin:\n  ko:\n    - 무라티 국적\n  en:\n    - Is there water on Mars?\n"
    )
    assert files["art/cases.yaml"] == (
        "cases:\n  - question: 무라티 고향\n    expect: murati-origin\n"
        "  - question: Is there water on Mars?\n    expect: murati-origin\n  # the end\n"
    )


def test_what_is_decided_differently_is_told_before_and_after(edited: Edited) -> None:
    near = "화성에 물이 많이 있어?"
    done = edited.editing.add_question(GROUP, ORIGIN, edited.editing.revision, [near, "무라티 고향", GROUP.text])
    nothing, answered = Decided("other", None), Decided("answered", ORIGIN)
    told = {one.text: one for one in done.differences}
    assert told[GROUP.text] == Difference(GROUP.text, is_case=False, before=nothing, after=answered)
    assert near in told
    assert "무라티 고향" not in told


def refused(edited: Edited, folder: Folder, place: Place = ORIGIN) -> str:
    """Return why an edit is refused, which leaves the files and the facts in use as they are."""
    files, revision = contents(folder), edited.editing.revision
    with pytest.raises(KnowledgeError) as caught:
        edited.editing.add_question(GROUP, place, revision)
    assert contents(folder) == files
    assert edited.editing.revision == revision
    assert edited.fact() is None
    return str(caught.value)


def test_an_edit_that_breaks_a_case_is_refused_with_the_case(folder: Folder, tmp_path: Path) -> None:
    folder.write("art/cases.yaml", f"cases:\n  - question: {TEXT}\n    expect: nothing\n")
    problem = refused(Edited(settings_for(tmp_path)), folder)
    assert f"art/cases.yaml:2: cases: the case '{TEXT}' expects 'nothing'" in problem


def test_a_case_that_failed_before_stands_in_no_edits_way(folder: Folder, tmp_path: Path) -> None:
    """As without the encoder, which some cases of an article may need."""
    folder.write("art/cases.yaml", "cases:\n  - question: 무라티 고향\n    expect: nothing\n")
    edited = Edited(settings_for(tmp_path))
    edited.editing.add_question(GROUP, ORIGIN, edited.editing.revision)
    assert edited.fact() == "murati-origin"


def test_an_edit_that_the_strict_reader_refuses_is_refused(edited: Edited, folder: Folder) -> None:
    assert "unknown fact or gap 'murati-orign': did you mean 'murati-origin'?" in refused(
        edited, folder, Place("art", "murati-orign")
    )


def test_a_file_that_cannot_be_written_leaves_everything_as_it_was(
    edited: Edited, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full."""
    written: list[Path] = []

    def full(_: Path, target: Path) -> Path:
        written.append(target)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "no space left on device" in refused(edited, folder)
    assert written


def test_the_second_of_two_editors_is_told(edited: Edited) -> None:
    seen = edited.editing.revision
    edited.editing.add_question(GROUP, ORIGIN, seen)
    with pytest.raises(StaleError, match=seen):
        edited.editing.add_question(replace(GROUP, text="달에 물이 있어?"), ORIGIN, seen)
    assert edited.fact("달에 물이 있어?") is None or edited.library.snapshot.revision != seen


def test_files_that_were_changed_by_hand_and_not_loaded_are_not_written(edited: Edited, folder: Folder) -> None:
    folder.change("art/facts.yaml", "알바니아", "티라나")
    files = contents(folder)
    with pytest.raises(StaleError):
        edited.editing.add_question(GROUP, ORIGIN, edited.editing.revision)
    assert contents(folder) == files


def test_the_shipped_articles_are_copied_by_the_first_edit_and_served_from_there_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = small_knowledge(tmp_path / "shipped", SHARED)
    monkeypatch.setattr(composition, "shipped_knowledge", lambda: shipped.root)
    settings = settings_for(tmp_path, knowledge=None)
    before = contents(shipped)
    edited = Edited(settings)
    done = edited.editing.add_question(GROUP, ORIGIN, edited.editing.revision)
    copy = tmp_path / "data" / "knowledge"
    assert done.copied_to == str(copy)
    assert contents(shipped) == before
    assert sorted(path.name for path in copy.iterdir()) == ["art"], "what articles share is upgraded with the bot"
    assert edited.library.reload().changed == (), "a reload reads the copy"
    assert edited.fact() == "murati-origin"
    mars = replace(GROUP, text="화성")
    assert edited.editing.add_question(mars, ORIGIN, edited.editing.revision).copied_to == "", "the copy is edited now"
    again = Edited(settings)
    assert again.editing.revision == edited.editing.revision
    assert again.fact() == "murati-origin"
    assert again.editing.add_question(replace(GROUP, text="달"), ORIGIN, again.editing.revision).copied_to == ""
    assert contents(shipped) == before


def test_shipped_articles_that_are_named_are_not_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = small_knowledge(tmp_path, SHARED)
    monkeypatch.setattr(composition, "shipped_knowledge", lambda: shipped.root)
    assert "unset BOT_KNOWLEDGE" in refused(Edited(settings_for(tmp_path)), shipped)


def test_the_likeliest_come_first_and_names_are_found(edited: Edited) -> None:
    assert edited.editing.likeliest(GROUP, 25) == (ORIGIN,)
    assert edited.editing.likeliest(replace(GROUP, article=""), 25) == (ORIGIN,)
    assert edited.editing.find(GROUP, "murati-origin") == edited.editing.find(GROUP, "art/murati-origin") == ORIGIN
    with pytest.raises(KnowledgeError, match="there is no such fact or gap"):
        edited.editing.find(GROUP, "elsewhere/murati-origin")


FACT = NewFact(
    "art",
    Text("무라티는 CTO였어요.", "Murati was the CTO."),
    (Sample("무라티 직책?", "ko"), Sample("직책", "ko"), Sample("무라티의 일", "ko"), Sample("Her job?", "en")),
    Source("exodus", (1,), (Source("headline"),)),
    "stated",
    "murati origin",
)


def test_a_new_fact_stands_behind_the_others_with_an_id_of_its_own(edited: Edited, folder: Folder) -> None:
    """A blank line goes between only where the others have one."""
    done = edited.editing.carry_out(FACT, edited.editing.revision, [FACT.samples[0].text])
    assert done.place == Place("art", "murati-origin-2")
    assert [one.after for one in done.differences] == [Decided("answered", done.place)]
    assert contents(folder)["art/facts.yaml"] == COMMENTED + (
        "  - id: murati-origin-2\n"
        "    answer:\n"
        "      ko: 무라티는 CTO였어요.\n"
        "      en: Murati was the CTO.\n"
        "    questions:\n"
        "      ko:\n"
        "        - 무라티 직책?\n"
        "        - 직책\n"
        "        - 무라티의 일\n"
        "      en:\n"
        "        - Her job?\n"
        "    source:\n"
        "      - section: exodus\n"
        "        paragraphs: [1]\n"
        "      - section: headline\n"
        "    status: stated\n"
    )
    edited.editing.carry_out(
        replace(FACT, samples=tuple(replace(one, text=f"{one.text} 2") for one in FACT.samples)),
        edited.editing.revision,
    )
    assert "id: murati-origin-3" in contents(folder)["art/facts.yaml"]


def test_a_new_gap_goes_where_gaps_are(folder: Folder, tmp_path: Path) -> None:
    gaps = "gaps:\n  - id: pay\n    answer: {ko: 연봉은 없어요.}\n    questions: {ko: [연봉은?]}\n"
    gaps += "\n  - id: age\n    answer: {ko: 나이는 없어요.}\n    questions: {ko: [나이는?]}\n  # the end\n"
    folder.write("art/facts/gaps.yaml", gaps)
    edited = Edited(settings_for(tmp_path))
    gap = NewGap("art", Text("화성 이야기는 없어요."), (Sample(TEXT, "ko"),), "mars", ("murati-origin",))
    done = edited.editing.carry_out(gap, edited.editing.revision)
    new = f"\n  - id: mars\n    answer:\n      ko: 화성 이야기는 없어요.\n    questions:\n      ko:\n        - {TEXT}\n"
    assert contents(folder)["art/facts/gaps.yaml"] == gaps.replace(
        "  # the end\n", f"{new}    nearest: [murati-origin]\n  # the end\n"
    )
    assert decided_of(edited.library.answer(Question(TEXT))) == Decided("gap", done.place)


def test_an_answer_that_is_left_out_is_taken_out(folder: Folder, tmp_path: Path) -> None:
    folder.write(
        "art/facts.yaml",
        COMMENTED.replace("태어났어요.\n", "태어났어요.\n      # checked\n      en: Born in Albania.\n"),
    )
    before = contents(folder)["art/facts.yaml"]
    edited = Edited(settings_for(tmp_path))
    edited.editing.carry_out(
        ChangeAnswer(ORIGIN, Text("무라티는 알바니아에서 태어났어요."), "reported"), edited.editing.revision
    )
    assert contents(folder)["art/facts.yaml"] == before.replace("      en: Born in Albania.\n", "")


def test_what_is_retired_is_named_by_others_and_comes_back_as_it_was(folder: Folder, tmp_path: Path) -> None:
    """Related facts, gaps, cases and samples of it stay in the files; line ends and the mark at the start too."""
    second = "  - id: job\n    answer: {ko: CTO였어요.}\n    questions: {ko: [직책이 뭐야, 맡은 일, 무슨 일]}\n"
    second += "    source: {section: exodus, paragraphs: [4]}\n    related: [murati-origin]\n"
    gap = "gaps:\n  - id: pay\n    answer: {ko: 연봉은 없어요.}\n    questions: {ko: [연봉은?]}\n"
    gap += "    nearest: [murati-origin]"
    folder.write("art/facts.yaml", ("\ufeff" + COMMENTED + second + gap).replace("\n", "\r\n"))
    folder.write("art/samples.yaml", "murati-origin:\n  ko: [무라티 국적]\n")
    folder.write("art/cases.yaml", "cases:\n  - question: 무라티 고향\n    expect: murati-origin\n")
    before = {path: path.read_bytes() for path in folder.root.rglob("*.yaml")}
    edited = Edited(settings_for(tmp_path))
    for place in (ORIGIN, Place("art", "pay")):
        done = edited.editing.carry_out(Retire(place), edited.editing.revision, ["무라티 고향"])
        assert edited.library.snapshot.knowledge.articles[0].item(place.item) is None
        with pytest.raises(KnowledgeError, match="unknown fact or gap"):
            edited.editing.carry_out(Retire(place), done.revision)
    (job,) = edited.library.snapshot.knowledge.articles[0].facts
    assert (job.id, job.related) == ("job", ())
    assert edited.library.snapshot.knowledge.articles[0].cases == ()
    assert edited.fact("무라티 고향") is None
    edited.library.reload()
    for place in (Place("art", "pay"), ORIGIN):
        done = edited.editing.carry_out(Restore(place), edited.editing.revision)
        with pytest.raises(KnowledgeError, match="is not retired"):
            edited.editing.carry_out(Restore(place), done.revision)
    assert {path: path.read_bytes() for path in folder.root.rglob("*.yaml")} == before
    assert edited.fact("무라티 고향") == "murati-origin"


def test_a_fact_in_brackets_is_not_retired_as_undo_could_not_bring_it_back(folder: Folder, tmp_path: Path) -> None:
    inside = "id: job,  answer: {ko: CTO였어요.}, questions: {ko: [직책, 맡은 일, 무슨 일]}"
    folder.write("art/facts/job.yaml", f"facts:\n  - {{ {inside}, source: {{section: exodus, paragraphs: [4]}} }}\n")
    edited = Edited(settings_for(tmp_path))
    before = contents(folder)
    with pytest.raises(KnowledgeError, match="without brackets around it"):
        edited.editing.carry_out(Retire(Place("art", "job")), edited.editing.revision)
    assert contents(folder) == before
