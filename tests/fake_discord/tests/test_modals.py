"""Modals: what opens, what a person may send, what the bot may answer, and what is refused."""

from typing import Any

import discord
import pytest
from discord import app_commands, ui

from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord.errors import Refusal
from tests.fake_discord.rules.modals import check_modal
from tests.fake_discord.rules.problems import Problems
from tests.fake_discord.tests.little_bot import running

Act = discord.Interaction[discord.AutoShardedClient]


class Ask(ui.Modal, title="Ask"):
    """A modal with a text and a menu, which repeats what was sent."""

    def __init__(self, *, in_place: bool) -> None:
        """Answer with a change of the message if `in_place`, else with a new one."""
        super().__init__(custom_id="ask")
        self.in_place = in_place
        self.name: ui.TextInput[Any] = ui.TextInput(custom_id="name", min_length=2, max_length=8, default="Bob")
        self.kind: ui.Select[Any] = ui.Select(
            custom_id="kind", options=[discord.SelectOption(label=one.title(), value=one) for one in ("new", "old")]
        )
        self.add_item(ui.Label(text="Name", description="short", component=self.name))
        self.add_item(ui.Label(text="Kind", component=self.kind))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Repeat what was sent."""
        text = f"{self.name.value}, {self.kind.values[0]}"
        if self.in_place:
            await interaction.response.edit_message(content=text, view=None)
        else:
            await interaction.response.send_message(text, ephemeral=True)
            await interaction.followup.send("more", ephemeral=True)


def register(tree: app_commands.CommandTree[discord.AutoShardedClient]) -> None:
    """Register a command that opens the modal, and one whose button does."""

    @tree.command(description="Ask")
    async def ask(interaction: Act) -> None:
        await interaction.response.send_modal(Ask(in_place=False))

    @tree.command(description="Offer")
    async def offer(interaction: Act) -> None:
        button: ui.Button[Any] = ui.Button(label="Ask", custom_id="open")

        async def callback(pressed: discord.Interaction[Any]) -> None:
            await pressed.response.send_modal(Ask(in_place=True))

        button.callback = callback  # type: ignore[method-assign, assignment]
        view = ui.View()
        view.add_item(button)
        await interaction.response.send_message("press", view=view)

    @tree.command(description="Spoil")
    async def spoil(interaction: Act) -> None:
        await interaction.response.send_modal(Ask(in_place=True))


async def test_a_command_opens_a_modal_that_is_answered_with_messages(server: FakeDiscord, alice: Actor) -> None:
    async with running(server, register=register):
        form = await alice.opens_by("/ask")
        assert (form.title, form.custom_id) == ("Ask", "ask")
        assert (form.field("name").label, form.field("name").description) == ("Name", "short")
        assert form.field("name").value == "Bob"
        reply = await alice.submits(form, name="Ada", kind="Old")
        assert (reply.text, reply.ephemeral) == ("Ada, old", True)
        assert (await reply.gets_followup()).text == "more"
        form = await alice.opens_by("/ask")
        assert (await alice.submits(form, kind="new")).text == "Bob, new"
    assert server.refusals == []


async def test_a_button_opens_a_modal_whose_answer_may_change_the_message(server: FakeDiscord, alice: Actor) -> None:
    async with running(server, register=register):
        offer = await alice.runs("/offer")
        form = await alice.opens(offer, "Ask")
        changed = await alice.submits(form, name="Ada", kind="new")
        assert changed.id == offer.id
        assert offer.text == "Ada, new"
    assert server.refusals == []


async def test_what_a_client_would_not_send_fails_the_test(server: FakeDiscord, alice: Actor) -> None:
    async with running(server, register=register):
        form = await alice.opens_by("/ask")
        for values, why in (
            ({"name": "A", "kind": "new"}, "takes 2 to 8 characters, not 1"),
            ({"name": "Ada"}, "'kind' must be filled in"),
            ({"kind": "none"}, "has no option 'none'"),
            ({"age": "7"}, "no field 'age'"),
        ):
            with pytest.raises(AssertionError, match=why):
                form.filled(values)


async def test_a_modal_of_a_command_changes_no_message(server: FakeDiscord, alice: Actor) -> None:
    async with running(server, register=register):
        form = await alice.opens_by("/spoil")
        with pytest.raises(AssertionError, match="did not respond"):
            await alice.submits(form, kind="new")
    assert server.refusals


TEXT = {"type": 4, "custom_id": "a", "style": 1}
LABEL = {"type": 18, "label": "A", "component": TEXT}
MODAL: dict[str, Any] = {"custom_id": "m", "title": "M", "components": [LABEL]}
MENU = {"type": 3, "custom_id": "a", "options": [{"label": "A", "value": "a"}]}


def with_field(**changes: object) -> dict[str, Any]:
    """Return a modal with a changed text input."""
    return MODAL | {"components": [LABEL | {"component": TEXT | changes}]}


def refused(modal: dict[str, Any]) -> str:
    """Return why a modal is refused, "" if it is not."""
    problems = Problems()
    check_modal(modal, ("data",), problems)
    try:
        problems.raise_if_any()
    except Refusal as error:
        return str(error.errors)
    return ""


@pytest.mark.parametrize(
    "modal",
    [
        MODAL | {"custom_id": "x" * 101},
        MODAL | {"title": "x" * 46},
        MODAL | {"title": ""},
        MODAL | {"components": []},
        MODAL | {"components": [LABEL | {"component": TEXT | {"custom_id": str(at)}} for at in range(6)]},
        MODAL | {"components": [LABEL, LABEL]},
        MODAL | {"components": [LABEL | {"label": "x" * 46}]},
        MODAL | {"components": [LABEL | {"description": "x" * 101}]},
        MODAL | {"components": [LABEL | {"component": {"type": 2, "custom_id": "a"}}]},
        MODAL | {"components": [TEXT]},
        MODAL | {"components": [LABEL | {"component": MENU | {"options": []}}]},
        MODAL | {"components": [LABEL | {"component": MENU | {"disabled": True}}]},
        with_field(style=3),
        with_field(label="A"),
        with_field(placeholder="x" * 101),
        with_field(max_length=4001),
        with_field(min_length=9, max_length=8),
        with_field(value="x" * 9, max_length=8),
        with_field(value="x", min_length=2),
    ],
)
def test_a_modal_that_discord_would_not_show_is_refused(modal: dict[str, Any]) -> None:
    assert refused(MODAL) == ""
    assert refused(modal)
