"""`/facts add`, `/facts edit`, `/facts retire` and the forms of editors: from the list to the new answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import Knowledge
from tests.e2e.editors import EN, JOB, JOB_ANSWERS, KO, asks, buttons, running
from tests.e2e.operators import ANSWER, QUESTION, Running, damage_store, until
from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord.actors.form import Form

WATER: dict[str, Any] = {"ko": "화성에는 물이 얼어 있어요.", "en": "Water on Mars is frozen."}
JOB_FILE, FACTS_FILE, CASES_FILE = "art/facts/job.yaml", "art/facts.yaml", "art/cases.yaml"
WORDS = {
    "ko": {
        "new": "1 새 사실",
        "gap": "1 기사에 없음",
        "undo": "↩ 되돌리기",
        "none": "답하지 못한 질문이 없어요.",
        "title": "새 사실",
        "returned": "쓰신 내용이에요.",
        "fact": "사실",
        "question": "질문",
    },
    "en": {
        "new": "1 New fact",
        "gap": "1 The article doesn't say",
        "undo": "↩ Undo",
        "none": "There are no questions without an answer.",
        "title": "New fact",
        "returned": "This is what you wrote",
        "fact": "fact",
        "question": "question",
    },
}
LOCALES = {"ko": "ko", "en": "en-US"}


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Return the editor's language."""
    return str(request.param)


@pytest.fixture
def admin(server: FakeDiscord) -> Actor:
    """Return a listed administrator who may manage the server."""
    return server.user("admin", permissions=Permission.MANAGE_GUILD)


@pytest.fixture
async def bot(server: FakeDiscord, admin: Actor, tmp_path: Path) -> AsyncIterator[Running]:
    """Run the bot."""
    async with running(server, admin, tmp_path) as bot:
        yield bot


def content(bot: Running, file: str) -> str:
    """Return the text of a file of the article, "" if there is none."""
    path = bot.folder.root / file
    return path.read_text() if path.exists() else ""


def everything(bot: Running) -> dict[Path, bytes]:
    """Return the bytes of all files of the article."""
    return {path: path.read_bytes() for path in sorted(bot.folder.root.rglob("*.yaml"))}


def changed(before: dict[Path, bytes], after: dict[Path, bytes]) -> set[Path]:
    """Return the files that differ, also those that there were not."""
    return {path for path in before | after if before.get(path) != after.get(path)}


def given(language: str, **options: str) -> dict[str, Any]:
    """Return options of a command by the names that an editor's client shows."""
    return {WORDS[language][name]: value for name, value in options.items()}


async def opened(bot: Running, admin: Actor, language: str, button: str = "new", question: str = KO) -> Form:
    """Let somebody ask what has no answer, and an editor open a form for it."""
    admin.user.locale = LOCALES[language]
    await asks(bot, (bot.server.user("alice", locale="ko"), question))
    listed = await admin.runs("/facts unanswered")
    return await admin.opens(listed, WORDS[language][button])


async def test_a_new_fact_answers_the_question_from_then_on(
    server: FakeDiscord, bot: Running, admin: Actor, language: str
) -> None:
    """Two taps and the text; the question is a case, and the bot has made up further samples."""
    words = WORDS[language]
    admin.user.locale = LOCALES[language]
    alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="en-US")
    await asks(bot, (alice, KO), (bob, f"{KO}!"))
    before = content(bot, JOB_FILE)
    listed = await admin.runs("/facts unanswered")
    form = await admin.opens(listed, words["new"])
    assert form.title == words["title"]
    assert [field.name for field in form.fields] == ["ko", "en", "source", "status", "questions"]
    assert form.field("questions").value == f"{KO}!"
    assert form.field("source").description == "제목, 이탈 1–7"
    assert KO not in form.custom_id
    said = await (await admin.submits(form, **WATER, source="exodus 3, 4", status="confirmed")).gets_followup()
    assert said.ephemeral
    assert f"{KO}!" in said.text
    assert "art/" not in said.text
    await until(lambda: listed.text == words["none"])
    assert WATER["ko"] in (await alice.says(f"<@bot> {KO}")).text
    assert content(bot, JOB_FILE) == before + (
        "  - id: water-mars-frozen\n"
        "    answer:\n"
        f"      ko: {WATER['ko']}\n"
        f"      en: {WATER['en']}\n"
        "    questions:\n"
        "      ko:\n"
        f"        - {KO}!\n"
        f"        - {WATER['ko']}\n"
        f"        - {KO}! 알려 줘\n"
        "    source:\n"
        "      section: exodus\n"
        "      paragraphs: [3, 4]\n"
        "    status: confirmed\n"
    )
    assert content(bot, CASES_FILE) == f"cases:\n  - question: {KO}!\n    expect: water-mars-frozen\n"


async def test_what_the_article_does_not_say_becomes_a_gap(
    server: FakeDiscord, bot: Running, admin: Actor, language: str
) -> None:
    form = await opened(bot, admin, language, "gap")
    assert [field.name for field in form.fields] == ["ko", "en", "questions"]
    assert form.field("ko").value == "그 내용은 기사에 나오지 않아요."
    said = await (await admin.submits(form, ko="화성 이야기는 기사에 없어요.")).gets_followup()
    assert KO in said.text
    assert "화성 이야기는 기사에 없어요." in (await server.user("bob", locale="ko").says(f"<@bot> {KO}")).text
    assert "expect: " in content(bot, CASES_FILE)


async def test_a_gap_does_not_say_what_another_one_says(bot: Running, admin: Actor) -> None:
    """That would say the wrong thing, so it is refused and comes back; the text of the form fits any number of gaps."""
    water = "  - id: venus\n    answer: {ko: 금성에 물이 있는지는 기사에 없어요.}\n    questions: {ko: [금성은 어때]}\n"
    bot.folder.write("art/facts/gaps.yaml", f"gaps:\n{water}")
    await admin.runs("/facts reload")
    form = await opened(bot, admin, "en", "gap")
    before = everything(bot)
    said = await (await admin.submits(form, ko="금성에 물이 있는지는 기사에 없어요.", en="No.")).gets_followup()
    assert said.text.startswith("This is the text of “금성은 어때”")
    assert "No." in said.text
    assert everything(bot) == before
    for asked in (KO, EN):
        form = form if asked == KO else await opened(bot, admin, "en", "gap", asked)
        assert form.field("ko").value == "그 내용은 기사에 나오지 않아요."
        assert form.field("en").value == "The article doesn't say that."
        done = await (await admin.submits(form)).gets_followup()
        assert f"To “{asked}” I reply that the article doesn't say." in done.text
    assert content(bot, "art/facts/gaps.yaml").count("그 내용은 기사에 나오지 않아요.") == 2


async def test_a_question_is_added_to_any_fact_that_is_found_by_typing(
    server: FakeDiscord, bot: Running, admin: Actor, language: str
) -> None:
    """Group and fact are suggested, the fact by its label, its id and its samples."""
    words = WORDS[language]
    admin.user.locale = LOCALES[language]
    bob = server.user("bob", locale="en-US")
    await asks(bot, (bob, EN), (bob, EN))
    command = "/facts add"
    (group,) = await admin.types(command, **given(language, question="boat"))
    assert group.name == f"{EN} (2×)"
    for typed in ("직책", "murati-job", "맡은 일", "Murati's j"):
        found = await admin.types(command, **given(language, question="x", fact=typed))
        assert found[0].value == "art/murati-job"
    said = await admin.runs(command, **given(language, question=str(group.value), fact="art/murati-job"))
    assert said.ephemeral
    assert EN in said.text
    assert JOB_ANSWERS["en"] in (await bob.says(f"<@bot> {EN}")).text
    assert (await admin.runs("/facts unanswered")).text == words["none"]
    said = await admin.runs(command, **given(language, question=KO, fact="murati-job"))
    assert KO in said.text
    assert JOB_ANSWERS["ko"] in (await server.user("alice", locale="ko").says(f"<@bot> {KO}")).text


async def test_a_typed_question_that_is_refused_comes_back(bot: Running, admin: Actor) -> None:
    said = await admin.runs("/facts add", question="*무라티* 고향", fact="art/murati-job")
    assert said.text.startswith("“\\*무라티\\* 고향” is a sample question of “무라티는 어느 나라 출신이야?” already")
    assert said.text.endswith("\\*무라티\\* 고향")
    said = await admin.runs("/facts add", question=KO, fact="art/nobody")
    assert "“art/nobody” does not name exactly one fact." in said.text
    assert KO in said.text
    assert content(bot, CASES_FILE) == ""


async def test_an_edit_changes_only_the_lines_that_differ(
    server: FakeDiscord, bot: Running, admin: Actor, language: str
) -> None:
    admin.user.locale = LOCALES[language]
    bot.folder.change(FACTS_FILE, "    questions:\n", "    # how people ask\n    questions:\n")
    await admin.runs("/facts reload")
    before = content(bot, FACTS_FILE)
    form = await admin.opens_by("/facts edit", **given(language, fact="art/murati-origin"))
    assert form.field("ko").value == ANSWER
    assert form.field("en").value == ""
    assert form.field("status").value == "reported"
    said = await admin.submits(form, ko="무라티는 블로러에서 태어났어요.", status="confirmed")
    assert said.ephemeral
    missing = {"ko": "영어 답이 없어요.", "en": "There is no answer in English"}
    assert missing[language] in said.text
    assert "무라티는 블로러에서 태어났어요." in (await server.user("alice", locale="ko").says(QUESTION)).text
    after = before.replace(ANSWER, "무라티는 블로러에서 태어났어요.")
    assert content(bot, FACTS_FILE) == after + "    status: confirmed\n"


async def test_the_second_of_two_editors_is_shown_the_newer_answer_and_loses_nothing(
    bot: Running, admin: Actor
) -> None:
    first, second = [await admin.opens_by("/facts edit", fact="art/murati-job") for _ in range(2)]
    await admin.submits(first, en="Murati was the CTO.")
    before = everything(bot)
    said = await admin.submits(second, en="Murati *led* research.")
    assert said.text.startswith("Somebody has changed “Murati's job” since the form was opened")
    assert "Murati was the CTO." in said.text
    assert "Murati \\*led\\* research." in said.text
    assert everything(bot) == before


async def test_two_forms_for_one_question_make_one_fact(bot: Running, admin: Actor) -> None:
    first = await opened(bot, admin, "en")
    await (await admin.submits(first, **WATER, source="3")).gets_followup()
    before = everything(bot)
    said = await (await admin.submits(first, ko="다른 답", source="3")).gets_followup()
    assert said.text.startswith("Somebody has dealt with this question already.")
    assert "다른 답" in said.text
    assert everything(bot) == before


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({**WATER, "source": "intro 3"}, "This article has: 제목, 이탈 1–7."),
        ({**WATER, "source": "exodus 9"}, "such as 1;"),
        ({"source": "exodus 3"}, "Please write an answer, in Korean or English."),
        ({**WATER, "source": "3", "questions": "?!"}, "Please write at least one question"),
        (
            {**WATER, "source": "3", "questions": "무라티 고향"},
            "is a sample question of “무라티는 어느 나라 출신이야?” already",
        ),
    ],
)
async def test_a_form_that_can_not_be_used_says_why_and_comes_back(
    bot: Running, admin: Actor, typed: dict[str, Any], why: str
) -> None:
    form = await opened(bot, admin, "en")
    before = everything(bot)
    said = await (await admin.submits(form, **typed)).gets_followup()
    assert why in said.text
    assert "This is what you wrote" in said.text
    assert all(text in said.text for text in typed.values())
    assert everything(bot) == before


async def test_a_new_fact_that_breaks_a_case_is_refused_with_the_case_named(bot: Running, admin: Actor) -> None:
    bot.folder.write(CASES_FILE, f"cases:\n  - question: {KO}\n    expect: nothing\n")
    await admin.runs("/facts reload")
    form = await opened(bot, admin, "en")
    before = everything(bot)
    said = await (await admin.submits(form, **WATER, source="3")).gets_followup()
    assert f"art/cases.yaml:2: cases: the case '{KO}' expects 'nothing'" in said.text
    assert WATER["en"] in said.text
    assert everything(bot) == before
    assert KO in (await admin.runs("/facts unanswered")).text, "the group stays open"


async def test_a_form_is_taken_after_a_restart(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path) as bot:
        new = await opened(bot, admin, "en")
        edit = await admin.opens_by("/facts edit", fact="art/murati-origin")
    async with running(server, admin, tmp_path):
        assert (
            "is answered with the new fact"
            in (await (await admin.submits(new, **WATER, source="3")).gets_followup()).text
        )
        assert "was changed" in (await admin.submits(edit, en="Murati was born in Albania.")).text


@pytest.mark.usefixtures("bot")
async def test_a_form_of_another_version_comes_back(admin: Actor) -> None:
    form = replace(await admin.opens_by("/facts edit", fact="art/murati-origin"), custom_id="f9:what:ever")
    said = await admin.submits(form, en="Murati is `from` Albania.")
    assert said.text.startswith("This form was opened by another version of the bot")
    assert "Murati is \\`from\\` Albania." in said.text


async def test_a_form_comes_back_while_the_store_is_in_trouble(bot: Running, admin: Actor, tmp_path: Path) -> None:
    """A fact that is for no question is edited all the same."""
    form = await opened(bot, admin, "en")
    edit = await admin.opens_by("/facts edit", fact="art/murati-origin")
    listed = await admin.runs("/facts unanswered")
    damage_store(tmp_path / "data")
    said = await (await admin.submits(form, **WATER, source="3")).gets_followup()
    assert said.text.startswith("The store of questions can't be used now.")
    assert WATER["ko"] in said.text
    assert "can't be used now" in (await admin.clicks(listed, "1 New fact")).text
    assert "was changed" in (await admin.submits(edit, en="Murati was born in Albania.")).text


async def test_a_form_comes_back_when_the_files_were_changed_by_hand(bot: Running, admin: Actor) -> None:
    form = await admin.opens_by("/facts edit", fact="art/murati-origin")
    bot.folder.change(JOB_FILE, "최고기술책임자였어요", "CTO였어요")
    said = await admin.submits(form, en="Murati was born in Albania.")
    assert "run /facts reload, then try again" in said.text
    assert "Murati was born in Albania." in said.text


async def test_nothing_is_changed_by_a_form_that_is_sent_as_it_was(bot: Running, admin: Actor) -> None:
    form = await admin.opens_by("/facts edit", fact="art/murati-job")
    before = everything(bot)
    assert "has this answer already" in (await admin.submits(form)).text
    assert everything(bot) == before


async def test_a_retired_fact_comes_back_as_it_was(
    server: FakeDiscord, admin: Actor, tmp_path: Path, language: str
) -> None:
    """Over a restart; bytes, comments and cases are those of before, and a file without a last line end keeps that."""
    admin.user.locale = LOCALES[language]
    words, alice, asked = WORDS[language], server.user("alice", locale="ko"), "<@bot> 무라티가 맡은 일"
    async with running(server, admin, tmp_path) as bot:
        path = bot.folder.root / JOB_FILE
        path.write_text(JOB.replace("paragraphs: [4]}\n", "paragraphs: [4]}   # who\n    # the end"))
        bot.folder.write(CASES_FILE, "cases:\n  - question: 무라티가 맡은 일\n    expect: murati-job\n")
        await admin.runs("/facts reload")
        before = everything(bot)
        retired = await admin.runs("/facts retire", **given(language, fact="art/murati-job"))
        assert buttons(retired) == [words["undo"]]
        label = {"ko": "「무라티의 직책」: 이제", "en": "“Murati's job”: I don't"}[language]
        assert retired.text.startswith(label)
        assert JOB_ANSWERS["ko"] not in (await alice.says(asked)).text
        assert {path.name for path in changed(before, everything(bot))} == {"job.yaml"}
    async with running(server, admin, tmp_path) as bot:
        assert JOB_ANSWERS["ko"] not in (await alice.says(asked)).text
        await admin.clicks(retired, words["undo"])
        await until(lambda: not retired.buttons)
        assert changed(before, everything(bot)) == set()
        assert JOB_ANSWERS["ko"] in (await alice.says(asked)).text


async def test_undo_says_when_the_facts_have_changed_since(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    """Other changes stay; what is back already is not brought back twice."""
    admin.user.locale = "en-US"
    retired = await admin.runs("/facts retire", fact="murati-origin")
    form = await admin.opens_by("/facts edit", fact="art/murati-job")
    await admin.submits(form, en="Murati was the CTO.")
    copy = retired.buttons[0].custom_id
    await admin.clicks(retired, "↩ Undo")
    await until(lambda: "The other changes stay; only this one was undone." in retired.text)
    assert ANSWER in (await server.user("alice", locale="ko").says(QUESTION)).text
    assert "Murati was the CTO." in content(bot, JOB_FILE)
    second = await (await admin.forges_click(retired, copy)).gets_followup()
    assert "I give this answer again already" in second.text


async def test_undo_that_would_break_the_files_says_so(bot: Running, admin: Actor) -> None:
    """Another fact has its sample by now."""
    retired = await admin.runs("/facts retire", fact="murati-origin")
    await admin.runs("/facts add", question="무라티 고향", fact="murati-job")
    before = everything(bot)
    said = await (await admin.clicks(retired, "↩ Undo")).gets_followup()
    assert said.text.startswith("This was not saved and nothing has changed.")
    assert said.text.endswith("The facts have changed since.")
    assert retired.buttons, "it can be tried again"
    assert everything(bot) == before


@pytest.mark.usefixtures("bot")
async def test_a_command_whose_only_fact_is_retired_goes_and_comes_back(admin: Actor) -> None:
    assert "origins" in admin.shown_commands()
    retired = await admin.runs("/facts retire", fact="murati-origin")
    assert "origins" not in admin.shown_commands()
    await admin.clicks(retired, "↩ Undo")
    await until(lambda: "origins" in admin.shown_commands())


async def test_the_last_fact_of_an_article_can_not_be_retired(bot: Running, admin: Actor) -> None:
    await admin.runs("/facts retire", fact="murati-origin")
    said = await admin.runs("/facts retire", fact="murati-job")
    assert "an article needs at least one" in said.text
    assert said.buttons == []
    assert content(bot, JOB_FILE) == JOB


async def test_somebody_who_is_no_administrator_edits_nothing(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    """With a form and a button of an administrator's; what was typed comes back too."""
    alice = server.user("alice", permissions=Permission.MANAGE_GUILD)
    refused = "Sorry, this command is for the bot's administrators only."
    form = await admin.opens_by("/facts edit", fact="art/murati-origin")
    retired = await admin.runs("/facts retire", fact="murati-job")
    before = everything(bot)
    assert (await alice.runs("/facts add", question=KO, fact="murati-job")).text == refused
    assert (await alice.runs("/facts edit", fact="murati-origin")).text == refused
    assert (await alice.runs("/facts retire", fact="murati-origin")).text == refused
    said = await alice.submits(form, en="It was me.")
    assert said.text.startswith(refused)
    assert "It was me." in said.text
    reply = await alice.runs("/help")
    assert (await (await alice.forges_click(reply, retired.buttons[0].custom_id)).gets_followup()).text == refused
    assert await alice.types("/facts edit", fact="murati") == []
    assert everything(bot) == before


async def test_of_two_editors_who_send_at_once_one_is_told_of_the_other(bot: Running, admin: Actor) -> None:
    forms = [await admin.opens_by("/facts edit", fact="art/murati-origin") for _ in range(2)]
    sent = (admin.submits(form, ko=f"{number} 번째예요.") for number, form in enumerate(forms))
    said = [one.text for one in await asyncio.gather(*sent)]
    (kept,) = [number for number, text in enumerate(said) if "was changed" in text]
    (told,) = [text for text in said if text.startswith("Somebody has changed")]
    assert f"{kept} 번째예요." in told
    assert f"{1 - kept} 번째예요." in told
    assert f"ko: {kept} 번째예요." in content(bot, FACTS_FILE)


async def test_a_form_waits_not_for_long_until_discord_says_who_owns_the_application(
    bot: Running, admin: Actor
) -> None:
    """The owner is not listed; Discord would give up before the form could open."""
    owner = bot.server.user("owner-of-a-team", permissions=Permission.MANAGE_GUILD)
    bot.server.forms_team(owner)
    assert (await owner.opens_by("/facts edit", fact="art/murati-origin")).fields
    bot.server.delays_next(6, on="GET /oauth2/applications/@me")
    said = await owner.runs("/facts edit", fact="art/murati-origin")
    assert said.text.startswith("I can't tell right now whether you are an administrator.")
    assert (await admin.opens_by("/facts edit", fact="art/murati-origin")).fields, "who is listed need not wait"


async def test_a_form_comes_back_to_somebody_who_is_too_fast(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path, cooldown=1):
        form = await admin.opens_by("/facts edit", fact="art/murati-origin")
        said = await admin.submits(form, en="Murati was born in Albania.")
        for _ in range(3):
            said = await admin.submits(form, en="Murati was born in Albania.") if "wrote" not in said.text else said
        assert "This is what you wrote" in said.text
        assert "Murati was born in Albania." in said.text


async def test_a_form_comes_back_after_a_mistake_in_the_program(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    broken: list[str] = []

    def change(knowledge: Knowledge) -> Knowledge:
        if broken:
            raise RuntimeError(broken[0])
        return knowledge

    async with running(server, admin, tmp_path, change=change) as bot:
        form = await admin.opens_by("/facts edit", fact="art/murati-origin")
        before = everything(bot)
        broken.append("a mistake")
        said = await admin.submits(form, en="Murati was born in Albania.")
        assert said.text.startswith("This could not be saved.")
        assert "Murati was born in Albania." in said.text
        assert "a mistake" not in said.text
        assert (await said.gets_followup()).text
        assert everything(bot) == before
