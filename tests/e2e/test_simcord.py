"""The main scenarios once more on simcord, somebody else's model of Discord, so that two ideas of it agree.

It replaces discord.py's transport inside the process instead of speaking over a socket, and everybody's client there
is an English one; what depends on the client's language is shown on the loopback Discord alone.
"""

from dataclasses import dataclass
from typing import Any

import discord
import pytest
import simcord

from bot.app import App
from bot.core.model import Fact, Language
from bot.discord_bot.client import BotClient
from bot.settings import DiscordSettings
from tests.discord_bot.clock import Clock
from tests.e2e.certain import UNSURE

KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
Overwrites = dict[Any, discord.PermissionOverwrite]


@dataclass(frozen=True, slots=True)
class Scene:
    """A channel of a server with two members, and what the bot knows."""

    env: simcord.Env
    channel: simcord.ChannelHandle
    alice: simcord.MemberActor
    bob: simcord.MemberActor
    facts: dict[str, Fact]

    @property
    def bot(self) -> discord.ClientUser:
        """Return the bot's account."""
        assert self.env.bot.user is not None
        return self.env.bot.user

    @property
    def newest(self) -> discord.Message:
        """Return the newest message of the channel."""
        return newest(self.channel)

    async def asked(self, question: str) -> discord.Message:
        """Let Alice mention the bot with a question, and return the newest message."""
        await self.alice.send(self.channel, f"{self.bot.mention} {question}")
        return self.newest

    def answer(self, key: str, language: Language) -> str:
        """Return the answer of a fact."""
        return self.facts[key].answer.get(language)


def newest(channel: simcord.ChannelHandle) -> discord.Message:
    """Return the newest message."""
    message = channel.last_message
    assert message is not None
    return message


def labels(message: discord.Message) -> list[str]:
    """Return the labels of the buttons."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    return [part.label or "" for row in rows for part in row.children if isinstance(part, discord.Button)]


def said(result: simcord.InteractionResult) -> str:
    """Return the text of the response to an interaction."""
    assert result.response is not None
    return result.response.content


def client(app: App, settings: DiscordSettings) -> BotClient:
    """Return a client of one shard; simcord does not say how many there should be."""
    client = BotClient(app.library, settings, clock=Clock())
    client.shard_count = 1
    return client


@pytest.fixture
def simcord_bot(app: App, settings: DiscordSettings) -> BotClient:
    """Return the client that simcord's own fixture runs; an error that it swallows fails the test."""
    return client(app, settings)


@pytest.fixture
async def scene(simcord_env: simcord.Env, facts: dict[str, Fact]) -> Scene:
    """Run the bot, its commands registered."""
    bot: Any = simcord_env.bot
    await bot.tree.sync()
    guild = simcord_env.create_guild()
    alice, bob = (guild.add_member(simcord_env.create_user(name)) for name in ("alice", "bob"))
    return Scene(simcord_env, guild.create_text_channel("general"), alice, bob, facts)


async def test_a_mention_in_korean_is_answered_once_with_its_source(scene: Scene) -> None:
    reply = await scene.asked(KOREAN)
    answer, source = reply.content.split("\n-# ")
    assert answer == scene.answer("murati-origin", "ko")
    assert source.startswith("출처: 더밀크")
    assert reply.reference is not None
    assert not reply.mentions
    assert len(scene.channel.history()) == 2
    assert labels(reply) == ["English", "관련 질문", "⋯"]


async def test_a_mention_in_english_is_answered_in_english(scene: Scene) -> None:
    reply = await scene.asked(ENGLISH)
    assert reply.content.startswith(scene.answer("murati-origin", "en"))
    assert labels(reply) == ["한국어", "Related questions", "⋯"]


async def test_other_talk_and_webhooks_are_left_alone(scene: Scene) -> None:
    await scene.alice.send(scene.channel, KOREAN)
    webhook = scene.env.guild.create_webhook(scene.channel)
    await webhook.send(f"{scene.bot.mention} {KOREAN}")
    assert len(scene.channel.history()) == 2


async def test_a_reply_to_the_bot_is_a_question(scene: Scene) -> None:
    first = await scene.asked(KOREAN)
    await scene.alice.send(scene.channel, "슐먼은 언제 오픈AI를 떠났습니까?", reply_to=first)
    assert scene.newest.content.startswith(scene.answer("schulman-when", "ko"))


async def test_a_direct_message_needs_no_mention(scene: Scene) -> None:
    await scene.alice.send_dm(KOREAN)
    assert newest(scene.alice.user.dm_channel).content.startswith(scene.answer("murati-origin", "ko"))


async def test_a_suggestion_answers_in_place(scene: Scene) -> None:
    suggestion = await scene.asked(UNSURE[0])
    label = labels(suggestion)[1]
    await scene.alice.click(suggestion, label=label)
    wanted = next(fact for fact in scene.facts.values() if fact.label.ko == label)
    assert scene.newest.id == suggestion.id
    assert scene.newest.content.startswith(str(wanted.answer.ko))


async def test_another_reader_gets_the_other_language_alone(scene: Scene) -> None:
    reply = await scene.asked(KOREAN)
    shown = await scene.bob.click(reply, label="English")
    assert shown.ephemeral
    assert said(shown).startswith(scene.answer("murati-origin", "en"))
    assert scene.newest.content == reply.content
    await scene.alice.click(reply, label="English")
    assert scene.newest.content.startswith(scene.answer("murati-origin", "en"))


async def test_a_command_is_private_until_it_is_shared(scene: Scene) -> None:
    listed = await scene.alice.slash(scene.channel, "who-left")
    assert listed.ephemeral
    assert listed.response is not None
    assert "**Mira Murati**\nChief technology officer" in said(listed)
    assert scene.channel.history(viewer=scene.bob) == []
    shared = await scene.alice.click(listed.response.message, label="Share to the channel")
    assert [message.content for message in scene.channel.history(viewer=scene.bob)] == [shared.followups[0].content]
    assert "**Mira Murati**" in shared.followups[0].content


async def test_a_menu_shows_a_fact_and_stays(scene: Scene) -> None:
    await scene.alice.slash(scene.channel, "topics", public=True)
    menu: Any = scene.newest.components[0]
    label = scene.facts["departures"].label.en
    picked = next(option for option in menu.children[0].options if option.label == label)
    await scene.alice.select(scene.newest, [picked.value])
    assert scene.newest.content.startswith(scene.answer("departures", "en"))
    assert len(scene.newest.components) == 2


async def test_what_is_completed_is_answered_exactly(scene: Scene) -> None:
    choices = await scene.alice.autocomplete(scene.channel, "ask", "question", "ㅁㄹㅌㅊㅅ")
    assert choices[0]["name"] == "무라티 출신"
    answer = await scene.alice.slash(scene.channel, "ask", question=choices[0]["value"])
    assert said(answer).startswith(scene.answer("murati-origin", "ko"))


async def test_the_message_menu_answers_what_somebody_wrote(scene: Scene) -> None:
    written = await scene.bob.send(scene.channel, KOREAN)
    answer = await scene.alice.context_menu(scene.channel, "Answer this question", written)
    assert answer.ephemeral
    assert said(answer).startswith(scene.answer("murati-origin", "ko"))


async def test_old_buttons_work_after_a_restart(scene: Scene, app: App, settings: DiscordSettings) -> None:
    reply = await scene.asked(KOREAN)
    await scene.env.restart_bot(client(app, settings))
    await scene.alice.click(reply, label="English")
    assert scene.newest.content.startswith(scene.answer("murati-origin", "en"))


async def test_edits_and_deletions_are_followed(scene: Scene) -> None:
    written = await scene.alice.send(scene.channel, f"{scene.bot.mention} {KOREAN}")
    await scene.alice.edit(written, f"{scene.bot.mention} {ENGLISH}")
    assert scene.newest.content.startswith(scene.answer("murati-origin", "en"))
    await scene.alice.delete(written)
    assert scene.channel.history() == []


async def test_where_it_may_not_write_it_answers_privately(scene: Scene) -> None:
    denied: Overwrites = {scene.bot: discord.PermissionOverwrite(send_messages=False)}
    quiet = scene.env.guild.create_text_channel("quiet", overwrites=denied)
    await scene.alice.send(quiet, f"{scene.bot.mention} {KOREAN}")
    private = newest(scene.alice.user.dm_channel).content
    assert private.startswith(quiet.mention)
    assert scene.answer("murati-origin", "ko") in private
