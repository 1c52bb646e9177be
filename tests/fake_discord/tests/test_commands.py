"""Registering commands, and who is shown them."""

from typing import Any

import discord
import pytest
from discord import app_commands

from tests.fake_discord import Actor, CommandUnavailableError, FakeDiscord, Permission
from tests.fake_discord.tests.little_bot import running
from tests.fake_discord.tests.raw import RawClient

Body = dict[str, Any]
Tree = app_commands.CommandTree[discord.AutoShardedClient]
Act = discord.Interaction[discord.AutoShardedClient]


def command(**changes: object) -> Body:
    """Return a correct slash command, changed."""
    return {"name": "ask", "description": "Ask", "type": 1} | changes


def option(**changes: object) -> Body:
    """Return a correct text option, changed."""
    return {"type": 3, "name": "question", "description": "Which one"} | changes


def path(server: FakeDiscord, guild: bool = False) -> str:  # noqa: FBT001, FBT002
    """Return the route of the bot's commands."""
    application = server.hub.world.application.id
    return f"/applications/{application}/" + (f"guilds/{server.guild.id}/" if guild else "") + "commands"


CHOICE = {"name": "a", "value": "a"}
REFUSED: dict[str, tuple[list[Body], str]] = {
    "capitals": ([command(name="Ask")], "0.name"),
    "a space": ([command(name="ask me")], "0.name"),
    "a dot": ([command(name="ask.me")], "0.name"),
    "a name of 33": ([command(name="x" * 33)], "0.name"),
    "no description": ([command(description="")], "0.description"),
    "a description of 101": ([command(description="x" * 101)], "0.description"),
    "a localised name with a space": (
        [command(name_localizations={"ko": "누가 떠났나"})],
        "0.name_localizations.ko",
    ),
    "an unknown locale": ([command(name_localizations={"kr": "질문"})], "0.name_localizations.kr"),
    "one name twice": ([command(), command()], "1.name"),
    "26 options": ([command(options=[option(name=f"o{n}") for n in range(26)])], "0.options"),
    "26 choices": (
        [command(options=[option(choices=[{"name": f"c{n}", "value": f"{n}"} for n in range(26)])])],
        "0.options.0.choices",
    ),
    "a choice's name of 101": (
        [command(options=[option(choices=[{"name": "x" * 101, "value": "a"}])])],
        "0.options.0.choices.0.name",
    ),
    "choices and autocomplete": (
        [command(options=[option(choices=[CHOICE], autocomplete=True)])],
        "0.options.0",
    ),
    "required after optional": (
        [command(options=[option(), option(name="other", required=True)])],
        "0.options",
    ),
    "one option twice": ([command(options=[option(), option()])], "0.options.1.name"),
    "a subcommand beside an option": (
        [command(options=[option(), {"type": 1, "name": "sub", "description": "x"}])],
        "0.options",
    ),
    "a description on a menu command": ([command(type=3)], "0"),
    "an unknown context": ([command(contexts=[3])], "0.contexts"),
    "an unknown installation": ([command(integration_types=[2])], "0.integration_types"),
    "more than 8000 characters": (
        [
            command(
                options=[
                    option(
                        name=f"o{n}",
                        choices=[{"name": f"{m}" + "x" * 90, "value": f"{m}" + "y" * 90} for m in range(25)],
                    )
                    for n in range(3)
                ]
            )
        ],
        "0",
    ),
}


@pytest.mark.parametrize(("bodies", "where"), REFUSED.values(), ids=REFUSED)
async def test_commands_that_break_a_rule_are_refused(
    server: FakeDiscord, raw: RawClient, bodies: list[Body], where: str
) -> None:
    """And the ones registered before stay."""
    await raw.ask("PUT", path(server), [command(name="before")])
    status, answer = await raw.ask("PUT", path(server), bodies)
    assert (status, answer["code"]) == (400, 50035)
    place = answer["errors"]
    for step in where.split("."):
        place = place[step]
    assert server.command("before")


@pytest.mark.parametrize("name", ["who-left", "누가-떠났나", "질문", "l'ask", "a_1", "คำสั่ง"])
async def test_names_of_all_scripts_are_taken(server: FakeDiscord, raw: RawClient, name: str) -> None:
    """Hangul has no case; hyphen, underscore and apostrophe are allowed."""
    assert (await raw.ask("PUT", path(server), [command(name=name)]))[0] == 200


async def test_a_hundred_commands_are_the_most(server: FakeDiscord, raw: RawClient) -> None:
    """Fifteen for the message menu."""
    slash = [command(name=f"c{n}") for n in range(101)]
    menu = [{"name": f"M {n}", "type": 3} for n in range(16)]
    assert (await raw.ask("PUT", path(server), slash[:100] + menu[:15]))[0] == 200
    assert (await raw.ask("PUT", path(server), slash))[0] == 400
    assert (await raw.ask("PUT", path(server), menu))[0] == 400


async def test_overwriting_keeps_ids_and_drops_the_rest(server: FakeDiscord, raw: RawClient) -> None:
    """An unchanged command keeps its version as well."""
    _, first = await raw.ask("PUT", path(server), [command(), command(name="gone")])
    _, second = await raw.ask("PUT", path(server), [command(), command(name="new")])
    assert second[0] == first[0]
    assert [c["name"] for c in second] == ["ask", "new"]
    _, third = await raw.ask("PUT", path(server), [command(description="Other")])
    assert third[0]["id"] == first[0]["id"]
    assert third[0]["version"] != first[0]["version"]


async def test_localisations_are_listed_only_on_request(server: FakeDiscord, raw: RawClient) -> None:
    """And false flags are left out, so a difference has to be taken with care."""
    body = command(name_localizations={"ko": "질문"}, options=[option(required=False, autocomplete=True)])
    await raw.ask("PUT", path(server), [body])
    _, plain = await raw.ask("GET", path(server))
    _, full = await raw.ask("GET", path(server) + "?with_localizations=true")
    assert "name_localizations" not in plain[0]
    assert full[0]["name_localizations"] == {"ko": "질문"}
    assert "required" not in full[0]["options"][0]
    assert full[0]["options"][0]["autocomplete"]


async def test_guild_commands_have_a_scope_of_their_own(server: FakeDiscord, raw: RawClient) -> None:
    """What is registered in one is not in the other."""
    _, (made,) = await raw.ask("PUT", path(server, guild=True), [command(name="facts")])
    assert made["guild_id"] == str(server.guild.id)
    assert await raw.ask("GET", path(server)) == (200, [])
    await raw.ask("PUT", path(server), [command()])
    assert (await raw.ask("GET", path(server, guild=True)))[1] == [made]


def register(tree: Tree) -> None:
    """Register a command for everybody and one for those who manage the guild."""

    @tree.command(name="ask", description="Ask")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"asked in {interaction.context.to_array()}")

    @tree.command(name="manage", description="Manage")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def manage(interaction: discord.Interaction) -> None:
        may = interaction.permissions.manage_guild
        await interaction.response.send_message(f"managed: {may}")

    del ask, manage


async def test_default_permissions_hide_a_command(server: FakeDiscord, alice: Actor) -> None:
    """Those who have them see it, administrators see everything."""
    async with running(server, register=register):
        manager = server.user("manager", permissions=Permission.MANAGE_GUILD)
        admin = server.user("admin", permissions=Permission.ADMINISTRATOR)
        assert alice.shown_commands() == {"ask"}
        assert manager.shown_commands() == admin.shown_commands() == {"ask", "manage"}
        with pytest.raises(CommandUnavailableError, match="MANAGE_GUILD"):
            await alice.runs("/manage")
        assert (await manager.runs("/manage")).text == "managed: True"


async def test_a_guilds_settings_go_over_default_permissions(server: FakeDiscord, alice: Actor) -> None:
    """So the bot has to look at the member's permissions itself."""
    async with running(server, register=register):
        server.overrides_command("manage", alice)
        assert (await alice.runs("/manage")).text == "managed: False"
        server.overrides_command("ask", server.guild.everyone, allowed=False)
        assert "ask" not in alice.shown_commands()


async def test_a_forced_command_arrives_though_it_is_not_shown(server: FakeDiscord, alice: Actor) -> None:
    """For proving that the bot checks again."""
    async with running(server, register=register):
        assert (await alice.runs("/manage", forced=True)).text == "managed: False"


async def test_contexts_and_installations_decide_where_a_command_is(server: FakeDiscord) -> None:
    """Guild, the bot's DM, other conversations; installed by the guild or the person."""
    elsewhere = server.add_guild("Elsewhere", bot=False, app=False)
    bob = server.user("bob", has_installed_app=True)
    carl = server.user("carl")
    for person in (bob, carl):
        server.joins(person, elsewhere)
    room = next(iter(elsewhere.channels.values()))
    private = server.dm(bob, carl)
    async with running(server, register=register):
        assert (await bob.runs("/ask", room)).text == "asked in [0]"
        assert (await bob.runs("/ask", private)).text == "asked in [2]"
        assert (await carl.runs("/ask", carl.dm_channel)).text == "asked in [1]"
        dora = server.stranger("dora", has_installed_app=True)
        assert (await dora.runs("/ask")).text == "asked in [1]"
        assert server.stranger("eve").shown_commands() == set()
        for place in (room, private):
            assert carl.shown_commands(place) == set()
        assert bob.shown_commands(bob.dm_channel) == {"ask"}, "guild_only keeps /manage out"


async def test_five_followups_are_the_most_for_a_user_install(server: FakeDiscord) -> None:
    """Where the guild has not installed the app."""

    def talk(tree: Tree) -> None:
        @tree.command(description="Talk")
        async def talk(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("0")
            for number in range(6):
                await interaction.followup.send(str(number + 1))

        del talk

    elsewhere = server.add_guild("Elsewhere", bot=False, app=False)
    bob = server.user("bob", has_installed_app=True, guild=elsewhere)
    async with running(server, register=talk) as bot:
        reply = await bob.runs("/talk")
        await reply.gets_followup(5)
        await server.quiets_down()
        assert [getattr(error, "code", None) for error in bot.errors] == [40094]


async def test_user_installed_answers_can_be_kept_private(server: FakeDiscord) -> None:
    """Without USE_EXTERNAL_APPS they become ephemeral, whatever the bot says."""
    elsewhere = server.add_guild("Elsewhere", bot=False, app=False)
    room = next(iter(elsewhere.channels.values()))
    bob = server.user("bob", has_installed_app=True)
    server.joins(bob, elsewhere)
    server.denies(room, elsewhere.everyone, Permission.USE_EXTERNAL_APPS)
    async with running(server, register=register):
        assert (await bob.runs("/ask", room)).ephemeral


async def test_an_option_may_be_a_channel_and_a_subcommand_may_complete(server: FakeDiscord, alice: Actor) -> None:
    """Only the kinds that the option names are shown."""
    chosen: list[discord.TextChannel] = []

    def register(tree: Tree) -> None:
        group = app_commands.Group(name="room", description="d")

        @group.command(description="d")
        async def pick(interaction: Act, channel: discord.TextChannel, name: str = "") -> None:
            chosen.append(channel)
            await interaction.response.send_message(f"{channel.name} {name}")

        @pick.autocomplete("name")
        async def names(interaction: Act, current: str) -> list[app_commands.Choice[str]]:
            del interaction
            return [app_commands.Choice(name=f"{current}!", value=current)]

        tree.add_command(group)

    async with running(server, register=register):
        assert (await alice.runs("/room pick", channel_=server.general, name="a")).text == "general a"
        assert [one.id for one in chosen] == [server.general.id]
        assert [one.name for one in await alice.types("/room pick", channel_=server.general, name="b")] == ["b!"]
        with pytest.raises(AssertionError, match="takes a channel"):
            await alice.runs("/room pick", channel_="general")
    assert server.refusals == []
