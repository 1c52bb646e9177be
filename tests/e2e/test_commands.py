"""Slash commands, autocomplete and message menus."""

from dataclasses import replace

import pytest

from bot.app import App
from bot.core.model import Fact
from bot.service.library import Library
from bot.settings import DiscordSettings
from tests.e2e.certain import Certain
from tests.e2e.conftest import running
from tests.fake_discord import Actor, FakeDiscord, Permission

KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
Facts = dict[str, Fact]


async def test_commands_are_called_in_the_language_of_the_client(alice: Actor, bob: Actor) -> None:
    korean, english = alice.shown_commands(), bob.shown_commands()
    assert korean >= {
        "질문",
        "소개",
        "도움말",
        "누가-떠났나",
        "누가-왔나",
        "누가-남았나",
        "왜-떠났나",
        "타임라인",
        "인물",
        "요약",
        "주제",
    }
    assert korean >= {"이 질문에 답하기"}
    assert english >= {
        "ask",
        "about",
        "help",
        "who-left",
        "who-joined",
        "who-stayed",
        "why",
        "timeline",
        "person",
        "summary",
        "topics",
    }
    assert english >= {"Answer this question"}


@pytest.mark.usefixtures("bot")
async def test_commands_are_localised_and_installable_by_guilds_and_people(server: FakeDiscord) -> None:
    command = server.command("who-left").data
    assert command["name_localizations"] == {"ko": "누가-떠났나", "en-US": "who-left"}
    assert set(command["description_localizations"]) == {"ko", "en-US"}
    assert sorted(command["integration_types"]) == [0, 1]
    assert sorted(command["contexts"]) == [0, 1, 2]
    ask = server.command("ask").data["options"]
    assert [option["name_localizations"]["ko"] for option in ask] == ["질문", "언어", "공개", "기사"]
    assert [choice["name_localizations"]["ko"] for choice in ask[1]["choices"]] == ["한국어", "영어"]


async def test_who_left_lists_people_with_role_time_and_paragraph(alice: Actor, bob: Actor) -> None:
    reply = await alice.runs("/누가-떠났나")
    assert reply.ephemeral
    assert "**미라 무라티**\n최고기술책임자 · 25일" in reply.text
    assert reply.text.count("번째 문단") == 5
    assert reply.text.splitlines()[-1].startswith("-# 출처: 더밀크")
    english = await bob.runs("/who-left")
    assert "**Mira Murati**\nChief technology officer" in english.text
    assert [b.label for b in english.buttons] == ["한국어", "Share to the channel"]


async def test_a_list_has_a_menu_of_its_facts_that_stays(alice: Actor, facts: Facts) -> None:
    listed = await alice.runs("/who-left")
    assert [o.label for o in listed.selects[0].options] == [
        facts[key].label.ko for key in ("departures", "destinations")
    ]
    shown = await alice.picks(listed, str(facts["destinations"].label.ko))
    assert shown.id == listed.id
    assert shown.text.startswith(str(facts["destinations"].answer.ko))
    again = await alice.picks(shown, str(facts["departures"].label.ko))
    assert again.text.startswith(str(facts["departures"].answer.ko))


async def test_a_long_list_has_pages(alice: Actor) -> None:
    first = await alice.runs("/타임라인")
    assert "1/2쪽" in first.text
    assert "2015년" in first.text
    second = await alice.clicks(first, "다음 ▶")
    assert second.id == first.id
    assert "2/2쪽" in second.text
    assert "2015년" in (await alice.clicks(second, "◀ 이전")).text
    assert "page 1 of 2" in (await alice.clicks(second, "English")).text


async def test_a_command_of_one_fact_is_its_answer(alice: Actor, bob: Actor, facts: Facts) -> None:
    assert (await alice.runs("/요약")).text.startswith(str(facts["summary"].answer.ko))
    assert (await bob.runs("/summary")).text.startswith(str(facts["summary"].answer.en))


async def test_topics_are_a_menu(bob: Actor, facts: Facts) -> None:
    topics = await bob.runs("/topics")
    assert f"• {facts['departures'].label.en}" in topics.text
    assert len(topics.selects[0].options) == 11


@pytest.mark.parametrize("typed", ["무라티", "무라ㅌ", "anfk", "ㅁㄹㅌ", "murati"])
async def test_a_person_is_found_while_typing(alice: Actor, typed: str) -> None:
    choices = await alice.types("/인물", 이름=typed)
    assert choices[0].name == "미라 무라티"
    shown = await alice.runs("/인물", 이름=choices[0].value)
    assert shown.text.startswith("**미라 무라티**")
    assert len(shown.selects[0].options) > 3


async def test_a_person_is_found_without_picking(bob: Actor) -> None:
    assert (await bob.runs("/person", name="altman")).text.startswith("**Sam Altman**")
    assert (
        await bob.runs("/person", name="xyzzy qq")
    ).text == "The article says nothing in particular about this name."


async def test_public_shows_the_answer_to_everybody(server: FakeDiscord, alice: Actor, bob: Actor) -> None:
    for reply in (
        await alice.runs("/요약", 공개=True),
        await alice.runs("/질문", 질문=KOREAN, 공개=True),
        await alice.runs("/인물", 이름="무라티", 공개=True),
    ):
        assert not reply.ephemeral
        assert "채널에 공유" not in [b.label for b in reply.buttons]
        assert reply.text in [seen.text for seen in bob.sees(server.general)]


async def test_ask_answers_in_the_language_of_the_question_or_the_wished_one(alice: Actor, facts: Facts) -> None:
    origin = facts["murati-origin"]
    assert (await alice.runs("/ask", question=ENGLISH)).text.startswith(str(origin.answer.en))
    assert (await alice.runs("/ask", question=ENGLISH, language="ko")).text.startswith(str(origin.answer.ko))


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("무라티 출", "무라티 출신"),
        ("무라티 추", "무라티 출신"),
        ("ㅁㄹㅌㅊㅅ", "무라티 출신"),
        ("anfkxl cnftls", "무라티 출신"),
        ("Where is Murati", "Where is Murati from?"),
    ],
)
async def test_ask_completes_what_is_typed_and_answers_what_is_picked(
    alice: Actor, facts: Facts, typed: str, label: str
) -> None:
    choices = await alice.types("/ask", question=typed)
    assert label in [choice.name for choice in choices[:3]]
    picked = next(choice for choice in choices if choice.name == label)
    answer = await alice.runs("/ask", question=picked.value)
    assert answer.text.split("\n")[0] in facts["murati-origin"].answer.every()


async def test_ask_offers_useful_questions_before_anything_is_typed(alice: Actor, bob: Actor, facts: Facts) -> None:
    korean, english = await alice.types("/ask", question=""), await bob.types("/ask", question="")
    assert 3 <= len(korean) <= 25
    assert {choice.name for choice in korean} <= {fact.label.ko for fact in facts.values()}
    assert {choice.name for choice in english} <= {fact.label.en for fact in facts.values()}


async def test_the_message_menu_answers_what_somebody_wrote(alice: Actor, bob: Actor, facts: Facts) -> None:
    written = await bob.writes(KOREAN)
    answer = await alice.runs_on_message("이 질문에 답하기", written)
    assert answer.ephemeral
    assert answer.text.startswith(str(facts["murati-origin"].answer.ko))
    empty = await bob.writes("", files=["picture.png"])
    assert "no text" in (await bob.runs_on_message("Answer this question", empty)).text


async def test_help_and_about(alice: Actor, bob: Actor) -> None:
    helped = await alice.runs("/도움말")
    assert "물어볼 수 있어요" in helped.text
    assert len(helped.buttons) == 3
    about = await bob.runs("/about")
    assert "The Miilk The OpenAI exodus" in about.text
    assert "Neither messages nor names are stored" in about.text


@pytest.mark.usefixtures("bot")
async def test_commands_work_for_somebody_who_installed_the_app_themselves(server: FakeDiscord) -> None:
    elsewhere = server.add_guild("elsewhere", bot=False, app=False)
    carol = server.user("carol", locale="ko", guild=elsewhere, has_installed_app=True)
    assert (await carol.runs("/누가-떠났나")).text
    dave = server.stranger("dave", has_installed_app=True)
    answer = await dave.runs("/summary")
    assert not answer.ephemeral
    assert "Share to the channel" not in [b.label for b in answer.buttons]


@pytest.mark.usefixtures("bot")
async def test_between_two_people_the_answer_is_still_for_one(server: FakeDiscord) -> None:
    carol, dave = server.stranger("carol", has_installed_app=True), server.stranger("dave")
    assert (await carol.runs("/summary", server.dm(carol, dave))).ephemeral


async def test_a_command_that_left_the_facts_says_so(server: FakeDiscord, app: App, settings: DiscordSettings) -> None:
    knowledge = app.library.snapshot.knowledge
    (article,) = knowledge.articles
    served = [knowledge]
    library = Library(lambda: (served[0], "1"), None, restored=app.library.snapshot)
    certain = Certain(library)
    async with running(server, replace(app, library=certain), settings) as bot:
        alice = server.user("alice", locale="ko")
        served[0] = replace(knowledge, articles=(replace(article, facts=(), gaps=(), cases=(), commands=()),))
        library.reload()
        certain.reload()
        gone = "이 명령은 그사이 바뀌었어요. 잠시 뒤에 다시 써 주세요."
        assert (await alice.runs("/요약")).text == gone
        assert (await alice.runs("/인물", 이름="무라티")).text == gone
        bot.rebuild_commands()
        assert (await alice.runs("/요약")).text == gone


@pytest.mark.usefixtures("bot")
async def test_an_other_locale_gets_the_guilds_language(server: FakeDiscord) -> None:
    seoul = server.add_guild("서울", locale="ko")
    yuki = server.user("yuki", locale="ja", guild=seoul)
    assert "물어볼 수 있어요" in (await yuki.runs("/help")).text
    assert "ways to ask" in (await server.user("hans", locale="de").runs("/help")).text


async def test_no_message_previews_or_permissions_are_needed(server: FakeDiscord, alice: Actor) -> None:
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES | Permission.EMBED_LINKS)
    assert (await alice.runs("/요약")).text
