"""Interactions: options, deadlines, deferral, follow-ups, who sees what."""

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.fake_discord import Actor, FakeDiscord, InteractionFailedError, Permission, Settings
from tests.fake_discord.tests.little_bot import running
from tests.fake_discord.tests.raw import RawClient

Tree = app_commands.CommandTree[discord.AutoShardedClient]
Act = discord.Interaction[discord.AutoShardedClient]


class Korean(app_commands.Translator):
    """Translates the few words these tests use."""

    WORDS = {"who-left": "누가-떠났나", "person": "인물", "everyone": "모두"}  # noqa: RUF012

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the Korean word."""
        del context
        return self.WORDS.get(string.message) if locale is discord.Locale.korean else None


def register(tree: Tree) -> None:
    """Register one command for each way of responding."""

    @tree.command(name=app_commands.locale_str("who-left"), description="Who left")
    @app_commands.rename(person=app_commands.locale_str("person"))
    @app_commands.choices(person=[app_commands.Choice(name=app_commands.locale_str("everyone"), value="all")])
    async def who_left(interaction: Act, person: str = "none") -> None:
        await interaction.response.send_message(f"{person} ({interaction.locale}/{interaction.guild_locale})")

    @tree.command(description="Greet")
    async def greet(interaction: Act, name: str, *, twice: bool = False) -> None:
        await interaction.response.send_message(f"hello {name}" * (1 + twice), ephemeral=True)

    @tree.command(description="Think")
    async def think(interaction: Act, *, private: bool = False) -> None:
        await interaction.response.defer(ephemeral=private)
        await interaction.followup.send("thought")
        await interaction.followup.send("more", ephemeral=True)
        await interaction.edit_original_response(content="thought again")

    @tree.command(description="Never respond")
    async def sleep(_: Act) -> None:
        return

    group = app_commands.Group(name="facts", description="Facts")

    @group.command(description="Reload")
    async def reload(interaction: Act) -> None:
        await interaction.response.send_message("reloaded")

    tree.add_command(group)

    @tree.context_menu(name="Answer this question")
    async def answer(interaction: Act, message: discord.Message) -> None:
        await interaction.response.send_message(f"about: {message.content}", ephemeral=True)

    del who_left, greet, think, sleep, reload, answer


async def test_options_come_with_their_types(server: FakeDiscord, alice: Actor) -> None:
    """Text and switches."""
    async with running(server, register=register):
        assert (await alice.runs("/greet", name="bob", twice=True)).text == "hello bobhello bob"
        assert (await alice.runs("/greet", name="bob", twice=False)).text == "hello bob"


async def test_what_the_client_would_not_send_fails_the_test(server: FakeDiscord, alice: Actor) -> None:
    """Unknown or missing options, a wrong type, an unknown choice, an unknown command."""
    async with running(server, register=register):
        for line, options in (
            ("/greet", {}),
            ("/greet", {"name": "bob", "twice": "yes"}),
            ("/greet", {"name": "bob", "nobody": 1}),
            ("/who-left", {"person": "nobody"}),
            ("/nothing", {}),
            ("/facts", {}),
        ):
            with pytest.raises(AssertionError):
                await alice.runs(line, **options)


async def test_localised_names_work_as_typed(server: FakeDiscord, alice: Actor) -> None:
    """A Korean client shows Korean names; the original ones are found as well."""
    async with running(server, register=register, translator=Korean()):
        assert "누가-떠났나" in alice.shown_commands()
        reply = await alice.runs("/누가-떠났나", 인물="모두")
        assert reply.text == "all (ko/en-US)"
        reply = await server.user("bob").runs("/who-left", person="everyone")
        assert reply.text == "all (en-US/en-US)"


async def test_ephemeral_replies_are_seen_by_one(server: FakeDiscord, alice: Actor) -> None:
    """Others see nothing, and the HTTP API has no such message."""
    bob = server.user("bob")
    async with running(server, register=register), RawClient(server) as raw:
        reply = await alice.runs("/greet", name="bob")
        assert reply.ephemeral
        assert [r.id for r in alice.sees()] == [reply.id]
        assert bob.sees() == []
        status, answer = await raw.ask("DELETE", f"/channels/{server.general.id}/messages/{reply.id}")
        assert (status, answer["code"]) == (404, 10008)


async def test_deferred_responses_are_filled_by_the_first_followup(server: FakeDiscord, alice: Actor) -> None:
    """It keeps the deferral's visibility; later ones are messages of their own."""
    bob = server.user("bob")
    async with running(server, register=register):
        reply = await alice.runs("/think")
        more = await reply.gets_followup()
        await server.quiets_down()
        assert (reply.text, reply.ephemeral) == ("thought again", False)
        assert (more.text, more.ephemeral) == ("more", True)
        assert [r.text for r in bob.sees()] == ["thought again"]
        reply = await alice.runs("/think", private=True)
        assert reply.ephemeral
        assert len(bob.sees()) == 1
    assert server.refusals == []


async def test_no_response_in_time_is_a_failure_the_person_sees() -> None:
    """The deadline is Discord's three seconds unless a test sets a shorter one."""
    assert Settings().interaction_deadline == 3
    async with FakeDiscord(Settings(interaction_deadline=0.05)) as server, running(server, register=register):
        with pytest.raises(InteractionFailedError, match="did not respond"):
            await server.user("carl").runs("/sleep")


async def test_a_late_response_is_10062(server: FakeDiscord, alice: Actor) -> None:
    """discord.py gets NotFound; it is filed as a denial."""

    def late(tree: Tree) -> None:
        @tree.command(description="Late")
        async def dawdle(interaction: Act) -> None:
            server.advances(3.5)
            await interaction.response.send_message("too late")

        del dawdle

    server.settings.interaction_deadline = 0.3
    async with running(server, register=late) as bot:
        with pytest.raises(InteractionFailedError):
            await alice.runs("/dawdle")
        assert [getattr(e, "code", None) for e in bot.errors] == [10062]
        assert [(d.status, d.code) for d in server.denials] == [(404, 10062)]


async def test_a_second_response_is_40060(server: FakeDiscord, alice: Actor) -> None:
    """Only the first counts; follow-ups go by the token."""
    async with RawClient(server) as raw:
        await raw.ask("PUT", f"/applications/{server.bot.id}/commands", [{"name": "x", "description": "x"}])
        waiting = asyncio.create_task(alice.runs("/x"))
        await asyncio.sleep(0.02)
        interaction = server.hub.interactions.latest()
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        hook = f"/webhooks/{server.bot.id}/{interaction.token}"
        body: dict[str, Any] = {"type": 4, "data": {"content": "one"}}
        status, answer = await raw.ask("POST", hook, {"content": "early"})
        assert (status, answer["code"]) == (404, 10015)
        status, answer = await raw.ask("POST", path, {"type": 7, "data": {"content": "one"}})
        assert (status, answer["code"]) == (400, 50035)
        assert await raw.ask("POST", path, body) == (204, None)
        status, answer = await raw.ask("POST", path, body)
        assert (status, answer["code"]) == (400, 40060)
        assert (await waiting).text == "one"
        server.advances(899)
        assert (await raw.ask("PATCH", f"{hook}/messages/@original", {"content": "two"}))[0] == 200
        server.advances(2)
        status, answer = await raw.ask("POST", hook, {"content": "late"})
        assert (status, answer["code"]) == (401, 50027)


async def test_a_subcommand_is_named_with_its_command(server: FakeDiscord, alice: Actor) -> None:
    """As a client shows it."""
    async with running(server, register=register):
        assert (await alice.runs("/facts reload")).text == "reloaded"


async def test_a_message_menu_hands_over_the_content(server: FakeDiscord, alice: Actor) -> None:
    """Though the bot was never mentioned in it."""
    written = await server.user("bob").writes("who left?")
    async with running(server, register=register):
        reply = await alice.runs_on_message("Answer this question", written)
        assert (reply.text, reply.ephemeral) == ("about: who left?", True)
    assert server.refusals == []


async def test_responding_needs_no_permission_in_the_channel(server: FakeDiscord, alice: Actor) -> None:
    """Interactions work where the bot may not write."""
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES)
    async with running(server, register=register):
        assert (await alice.runs("/greet", name="alice")).text == "hello alice"
