"""👍 and 👎 behind ⋯: one vote per person and answer, which may be changed, and a word with it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_store
from bot.discord_bot import recording
from bot.service.records import Figures, Period, QuestionGroup
from tests.e2e.operators import ANSWER, QUESTION, Running, operated, settings_for
from tests.fake_discord import Actor, FakeDiscord, Intent
from tests.fake_discord.actors.reply import Reply
from tests.storage.databases import contents

ASKED = "무라티는 어느 나라 출신이야?"
SAY_WHY = {"ko": "✏️ 왜인지 한마디", "en-US": "✏️ Say why"}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write soon."""
    monkeypatch.setattr(recording, "_GATHERING", 0.01)


@pytest.fixture
def alice(server: FakeDiscord) -> Actor:
    """Return a member with a Korean client."""
    return server.user("alice", locale="ko")


@pytest.fixture
def bob(server: FakeDiscord) -> Actor:
    """Return a member with an English client."""
    return server.user("bob", locale="en-US")


@asynccontextmanager
async def voting(server: FakeDiscord, tmp_path: Path, **changes: object) -> AsyncIterator[Running]:
    """Serve the small article with a store in a file."""
    values: dict[str, Any] = {"database_url": None}
    async with operated(server, tmp_path, shared={}, **(values | changes)) as bot:
        yield bot


@pytest.fixture
async def bot(server: FakeDiscord, tmp_path: Path) -> AsyncIterator[Running]:
    """Run the bot."""
    async with voting(server, tmp_path) as bot:
        yield bot


async def held(tmp_path: Path, up: int, down: int, word: str | None = None) -> tuple[Figures, Sequence[QuestionGroup]]:
    """Return what is stored once there are so many votes, and the word, if one is given."""
    store = open_store(settings_for(tmp_path, database_url=None))
    assert store is not None
    try:
        async with asyncio.timeout(30):
            while True:
                found = await store.figures(Period("2000-01-01"), 10)
                words = [one for ratings in found.worst for one in ratings.words]
                if (found.up, found.down) == (up, down) and (word is None or words == ([word] if word else [])):
                    return found, await store.groups(10)
                await asyncio.sleep(0.02)
    finally:
        await store.close()


def labels(reply: Reply) -> list[str]:
    return [button.label for button in reply.buttons]


@pytest.mark.usefixtures("bot")
async def test_everybody_votes_on_a_public_answer_and_changes_their_mind(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path
) -> None:
    """The vote is shown where it was cast, to that person only."""
    reply = await alice.says(QUESTION)
    before = reply.text
    hers, his = await alice.clicks(reply, "⋯"), await bob.clicks(reply, "⋯")
    assert hers.ephemeral
    assert labels(hers) == labels(his) == ["👍", "👎"]
    explained = hers.text
    assert labels(await alice.clicks(hers, "👍")) == ["👍 ✓", "👎"]
    await bob.clicks(his, "👍")
    await held(tmp_path, 2, 0)
    await bob.clicks(his, "👍 ✓")
    assert labels(await bob.clicks(his, "👎")) == ["👍", "👎 ✓", "✏️ 왜인지 한마디"]
    found, groups = await held(tmp_path, 1, 1)
    assert [(one.article, one.fact, one.up, one.down) for one in found.worst] == [("art", "murati-origin", 1, 1)]
    assert [(one.text, one.fact, one.asked, one.server) for one in groups] == [
        (ASKED, "murati-origin", 1, server.guild.id)
    ]
    assert (reply.text, hers.text) == (before, explained)
    await bob.clicks(his, "👍")
    _, groups = await held(tmp_path, 2, 0)
    assert groups == [], "the question is answered after all"


@pytest.mark.parametrize("locale", ["ko", "en-US"])
async def test_a_vote_against_an_answer_may_have_a_word(
    bot: Running, alice: Actor, tmp_path: Path, locale: str
) -> None:
    """In the language of the answer; what tells who somebody is, is taken out."""
    question = QUESTION if locale == "ko" else "<@bot> murati origin?"
    bot.folder.change(
        "art/facts.yaml", "    source:", "      en: [murati origin, murati born, murati country]\n    source:"
    )
    bot.folder.change("art/facts.yaml", "    questions:", "      en: Murati was born in Albania.\n    questions:")
    await asyncio.to_thread(bot.app.library.reload)
    alice.user.locale = locale
    why = await alice.clicks(await alice.says(question), "⋯")
    await alice.clicks(why, "👎")
    form = await alice.opens(why, SAY_WHY[locale])
    assert form.title in {"이 답의 아쉬운 점", "What is wrong with this answer?"}
    (field,) = form.fields
    assert (field.required, field.most) == (False, 200)
    said = await alice.submits(form, word="<@123> *너무* 짧아요 ada@example.com")
    assert labels(said)[2] == {"ko": "✏️ 남겼어요 ✓", "en-US": "✏️ Said ✓"}[locale]
    await held(tmp_path, 0, 1, "*너무* 짧아요 …")
    again = await alice.submits(await alice.opens(why, labels(said)[2]), word="")
    assert labels(again)[2] == SAY_WHY[locale]
    _, groups = await held(tmp_path, 0, 1, "")
    assert [one.asked for one in groups] == [1]


async def test_votes_and_their_form_work_after_a_restart(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path
) -> None:
    """The question is found in the channel where it stands."""
    async with voting(server, tmp_path):
        reply = await alice.says(QUESTION)
        his = await bob.clicks(reply, "⋯")
    async with voting(server, tmp_path):
        await bob.clicks(his, "👎")
        form = await bob.opens(his, SAY_WHY["ko"])
        hers = await alice.clicks(reply, "⋯")
        await alice.clicks(hers, "👎")
        _, groups = await held(tmp_path, 0, 2)
        assert [(one.text, one.asked) for one in groups] == [(ASKED, 1)]
    async with voting(server, tmp_path):
        said = await bob.submits(form, word="틀려요")
        assert labels(said)[1:] == ["👎 ✓", "✏️ 남겼어요 ✓"]
        await held(tmp_path, 0, 2, "틀려요")


@pytest.mark.usefixtures("bot")
async def test_private_answers_and_direct_messages_have_votes_too(
    server: FakeDiscord, alice: Actor, tmp_path: Path
) -> None:
    """Editors see their questions once two people have asked."""
    private = await alice.runs("/질문", question=ASKED)
    await alice.clicks(await alice.clicks(private, "⋯"), "👎")
    direct = await alice.dm(ASKED)
    await alice.clicks(await alice.clicks(direct, "⋯"), "👎")
    _, groups = await held(tmp_path, 0, 2)
    assert sorted((one.server, one.asked) for one in groups) == [(0, 1), (server.guild.id, 1)]
    assert all(one.text == ASKED for one in groups)


@pytest.mark.usefixtures("bot")
async def test_what_is_unanswered_already_is_not_counted_again_by_a_vote(alice: Actor, tmp_path: Path) -> None:
    reply = await alice.says("<@bot> 화성에 물이 있어?")
    await alice.clicks(await alice.clicks(reply, "⋯"), "👎")
    found, groups = await held(tmp_path, 0, 1)
    assert [one.asked for one in groups] == [1]
    assert found.worst == []


async def test_a_question_that_nobody_asked_the_bot_is_not_stored(
    server: FakeDiscord, alice: Actor, tmp_path: Path
) -> None:
    """It was overheard in a channel for questions."""
    server.grants(Intent.MESSAGE_CONTENT)
    async with voting(server, tmp_path, ask_channels=frozenset({server.general.id}), message_content="on"):
        reply = await alice.says(ASKED)
        await alice.clicks(await alice.clicks(reply, "⋯"), "👎")
        found, groups = await held(tmp_path, 0, 1)
    assert groups == []
    assert [one.fact for one in found.worst] == ["murati-origin"]


@pytest.mark.usefixtures("bot")
async def test_nothing_of_a_voter_stands_in_the_store(alice: Actor, tmp_path: Path) -> None:
    reply = await alice.says(QUESTION)
    why = await alice.clicks(reply, "⋯")
    await alice.clicks(why, "👎")
    await held(tmp_path, 0, 1)
    stored = await contents(f"sqlite:///{tmp_path / 'data' / 'store.db'}")
    for secret in (alice.id, reply.id, why.id):
        assert str(secret) not in stored


async def test_without_a_store_there_are_no_votes(server: FakeDiscord, alice: Actor, tmp_path: Path) -> None:
    async with voting(server, tmp_path):
        why = await alice.clicks(await alice.says(QUESTION), "⋯")
    async with voting(server, tmp_path, database_url="off"):
        reply = await alice.says(QUESTION)
        assert labels(await alice.clicks(reply, "⋯")) == []
        assert ANSWER in reply.text
        late = await alice.clicks(why, "👍")
        assert late.ephemeral
        assert labels(late) == []


@pytest.mark.usefixtures("bot")
async def test_ids_of_other_versions_are_answered_with_a_sentence(alice: Actor) -> None:
    reply = await alice.says(QUESTION)
    forged = await alice.forges_click(reply, "v2:something-else")
    assert forged.ephemeral
    assert "👍" not in labels(forged)


async def test_votes_do_not_wait_for_a_store_in_trouble(server: FakeDiscord, alice: Actor, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "store.db").write_bytes(b"no database" * 1000)
    async with voting(server, tmp_path):
        why = await alice.clicks(await alice.says(QUESTION), "⋯")
        assert labels(await alice.clicks(why, "👍")) == ["👍 ✓", "👎"]
