"""Differences between declared and registered commands."""

from typing import Any

import pytest

from bot.discord_bot.sync import difference, digest_all

Payload = dict[str, Any]
OPTION: Payload = {
    "type": 3,
    "name": "question",
    "description": "What",
    "description_localizations": {"ko": "무엇"},
    "required": False,
    "autocomplete": False,
}


def declared(**changes: object) -> Payload:
    """Return a command as discord.py sends it."""
    return {
        "name": "ask",
        "description": "Ask",
        "type": 1,
        "options": [OPTION],
        "nsfw": False,
        "dm_permission": True,
        "default_member_permissions": None,
        "contexts": [0, 1, 2],
        "integration_types": [0, 1],
        "name_localizations": {"ko": "질문", "en-US": "ask"},
        **changes,
    }


def registered(**changes: object) -> Payload:
    """Return the same command as Discord lists it: with ids, without false flags, and with sorted lists."""
    option = {key: value for key, value in OPTION.items() if value is not False}
    ids = {"id": "5", "version": "6", "application_id": "7"}
    return declared(**ids, options=[option], contexts=[2, 1, 0], integration_types=[1, 0]) | dict(changes)


def lines(ours: Payload, theirs: Payload, *, of_guild: bool = False) -> list[str]:
    """Return the differences of two single commands."""
    return difference([ours], [theirs], of_guild=of_guild)


def test_a_registered_command_does_not_differ_from_its_declaration() -> None:
    assert lines(declared(), registered()) == []
    assert digest_all([declared()]) == digest_all([registered()])


def test_added_and_removed_commands_are_listed() -> None:
    menu = {"name": "Answer this", "type": 3}
    assert difference([declared(), menu], [registered(name="old")], of_guild=False) == [
        "+ /ask",
        "+ message menu “Answer this”",
        "- /old",
    ]


def choice(value: str) -> Payload:
    """Return an option with one choice."""
    korean = {"name": "Korean", "value": value, "name_localizations": {"ko": "한국어"}}
    return {"type": 3, "name": "language", "description": "Which", "choices": [korean]}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"description": "Ask me"}, {}),
        ({"name_localizations": {"ko": "물어"}}, {}),
        ({"default_member_permissions": 32}, {}),
        ({"contexts": [0]}, {}),
        ({"nsfw": True}, {}),
        ({"options": [OPTION | {"description": "Why"}]}, {}),
        ({"options": [OPTION | {"description_localizations": {"ko": "왜"}}]}, {}),
        ({"options": [OPTION, {"type": 5, "name": "public", "description": "For all"}]}, {}),
        ({}, {"options": [OPTION | {"autocomplete": True}]}),
        ({"options": [choice("ko")]}, {"options": [choice("kr")]}),
    ],
    ids=" ".join,
)
def test_a_changed_command_is_one_line(ours: Payload, theirs: Payload) -> None:
    assert lines(declared(**ours), registered(**theirs)) == ["~ /ask"]
    assert digest_all([declared(**ours)]) != digest_all([registered(**theirs)])


def test_the_order_of_options_is_a_difference() -> None:
    options = [OPTION, OPTION | {"name": "other"}]
    assert lines(declared(options=options), registered(options=options[::-1])) == ["~ /ask"]


def test_permissions_are_the_same_as_number_and_text() -> None:
    assert lines(declared(default_member_permissions=32), registered(default_member_permissions="32")) == []


def test_contexts_and_installations_of_a_servers_command_are_ignored() -> None:
    """Discord does not return what was sent for them."""
    assert lines(declared(), registered(contexts=None, integration_types=[0]), of_guild=True) == []


def test_a_digest_does_not_depend_on_the_order_of_commands() -> None:
    ask, why = declared(), declared(name="why")
    assert digest_all([ask, why]) == digest_all([why, ask])
