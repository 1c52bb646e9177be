"""Buttons, menus and autocomplete."""

import re
from typing import Self

import discord
import pytest
from discord import app_commands

from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord.tests.little_bot import LittleBot, running

Tree = app_commands.CommandTree[discord.AutoShardedClient]
Act = discord.Interaction[discord.AutoShardedClient]


class Step(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"v1:(?P<what>[a-z-]+)"):
    """A button whose custom id says all, so that it outlives the process."""

    def __init__(self, what: str) -> None:
        """Make the button for one thing to do."""
        super().__init__(discord.ui.Button(label=what, custom_id=f"v1:{what}"))
        self.what = what

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str]
    ) -> Self:
        """Recover the button."""
        del interaction, item
        return cls(match["what"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Do the thing."""
        match self.what:
            case "edit":
                await interaction.response.edit_message(content="edited")
            case "new":
                await interaction.response.send_message("new", ephemeral=True)
            case "later":
                await interaction.response.defer()
                await interaction.edit_original_response(content="edited later")
                await interaction.followup.send("and more", ephemeral=True)
            case _:
                await interaction.response.send_message(f"no {self.what}", ephemeral=True)


async def offer(message: discord.Message) -> None:
    """Reply with buttons and a menu."""
    view = discord.ui.View(timeout=None)
    for what in ("edit", "new"):
        view.add_item(Step(what))
    menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id="menu",
        max_values=2,
        options=[discord.SelectOption(label=n.upper(), value=n) for n in ("a", "b", "c")],
    )

    async def pick(interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"picked {menu.values}")

    menu.callback = pick  # type: ignore[method-assign]
    view.add_item(menu)
    await message.reply("choose", view=view, nonce=message.id)


def register(tree: Tree) -> None:
    """Teach the client the buttons, and a command with autocomplete."""
    tree.client.add_dynamic_items(Step)

    async def complete(_: Act, typed: str) -> list[app_commands.Choice[str]]:
        count = 26 if typed == "flood" else 2
        return [app_commands.Choice(name=f"{typed} {n}", value=f"{n}") for n in range(count)]

    @tree.command(description="Ask")
    @app_commands.autocomplete(question=complete)
    async def ask(interaction: Act, question: str, loud: bool = False) -> None:  # noqa: FBT001, FBT002
        await interaction.response.send_message(question.upper() if loud else question)

    del ask


async def test_buttons_edit_and_answer(server: FakeDiscord, alice: Actor) -> None:
    """Each kind of response gives back the message that changed or came."""
    async with running(server, offer, register=register):
        reply = await alice.says("<@bot> go")
        assert [b.label for b in reply.buttons] == ["edit", "new"]
        assert [len(row) for row in reply.rows] == [2, 0]
        edited = await alice.clicks(reply, "edit")
        assert (edited.id, reply.text) == (reply.id, "edited")
        new = await alice.clicks(reply, "v1:new")
        assert (new.text, new.ephemeral) == ("new", True)
        with pytest.raises(AssertionError, match="no button"):
            await alice.clicks(reply, "nothing")
    assert server.refusals == []


async def test_an_update_may_be_promised_and_come_later(server: FakeDiscord, alice: Actor) -> None:
    """The message stays as it is meanwhile; what follows is a message of its own."""
    async with running(server, offer, register=register):
        reply = await alice.says("<@bot> go")
        pressed = await alice.forges_click(reply, "v1:later")
        more = await pressed.gets_followup()
        assert pressed.id == reply.id
        assert (reply.text, more.text, more.ephemeral) == ("edited later", "and more", True)


async def test_menus_give_their_values(server: FakeDiscord, alice: Actor) -> None:
    """By value or label, and not more than the menu takes."""
    async with running(server, offer, register=register):
        reply = await alice.says("<@bot> go")
        assert [o.label for o in reply.selects[0].options] == ["A", "B", "C"]
        assert (await alice.picks(reply, "a", "B")).text == "picked ['a', 'b']"
        with pytest.raises(AssertionError, match="1 to 2"):
            await alice.picks(reply, "a", "b", "c")
        with pytest.raises(AssertionError, match="no menu"):
            await alice.picks(reply, "d")


async def test_a_forged_custom_id_reaches_the_bot(server: FakeDiscord, alice: Actor) -> None:
    """As it would from a changed client: the bot must not trust it."""
    async with running(server, offer, register=register):
        reply = await alice.says("<@bot> go")
        assert (await alice.forges_click(reply, "v1:delete-all")).text == "no delete-all"


async def test_buttons_survive_a_restart(server: FakeDiscord, alice: Actor) -> None:
    """The message stays; a new client answers its clicks."""
    async with running(server, offer, register=register):
        reply = await alice.says("<@bot> go")
    async with running(server, offer, register=register):
        assert (await alice.clicks(reply, "edit")).text == "edited"


async def test_nobody_clicks_what_only_another_sees(server: FakeDiscord, alice: Actor) -> None:
    """Ephemeral messages are out of reach for others."""
    bob = server.user("bob")
    async with running(server, offer, register=register):
        reply = await alice.clicks(await alice.says("<@bot> go"), "new")
        with pytest.raises(AssertionError, match="does not see"):
            await bob.clicks(reply, "edit")


async def test_autocomplete_offers_choices(server: FakeDiscord, alice: Actor) -> None:
    """What was chosen can be run."""
    async with running(server, register=register):
        choices = await alice.types("/ask", question="누가")
        assert [choice.name for choice in choices] == ["누가 0", "누가 1"]
        reply = await alice.runs("/ask", question=str(choices[1].value), loud=True)
        assert reply.text == "1"


async def test_more_than_25_choices_are_refused(server: FakeDiscord, alice: Actor) -> None:
    """The person then sees nothing to choose from."""
    server.settings.interaction_deadline = 0.2
    async with running(server, register=register):
        with pytest.raises(AssertionError):
            await alice.types("/ask", question="flood")
        assert server.refusals[0].code == 50035


def test_the_little_bot_is_a_real_client() -> None:
    """Nothing of discord.py is replaced."""
    assert issubclass(LittleBot, discord.AutoShardedClient)
