"""Comparing declared commands with registered ones."""

from typing import Any

import pytest

from bot.discord_bot.sync import difference, digest

Payload = dict[str, Any]


def declared(**changes: object) -> Payload:
    """Return a command as discord.py sends it."""
    option = {"type": 3, "name": "question", "description": "What", "required": False, "autocomplete": False}
    return {
        "name": "ask",
        "description": "Ask",
        "type": 1,
        "options": [option | {"description_localizations": {"ko": "무엇"}}],
        "nsfw": False,
        "dm_permission": True,
        "default_member_permissions": None,
        "contexts": [0, 1, 2],
        "integration_types": [0, 1],
        "name_localizations": {"ko": "질문", "en-US": "ask"},
        **changes,
    }


def registered(**changes: object) -> Payload:
    """Return the same command as Discord lists it: ids added, false flags gone, lists in another order."""
    option = {"type": 3, "name": "question", "description": "What", "description_localizations": {"ko": "무엇"}}
    return declared(
        id="5", version="6", application_id="7", options=[option], contexts=[2, 1, 0], integration_types=[1, 0]
    ) | dict(changes)


def lines(desired: Payload, existing: Payload, *, of_guild: bool = False) -> list[str]:
    """Return the difference of two single commands."""
    return difference([desired], [existing], of_guild=of_guild)


def test_what_was_sent_is_no_different_when_it_comes_back() -> None:
    assert lines(declared(), registered()) == []
    assert digest([declared()]) == digest([registered()])


def test_commands_come_and_go() -> None:
    menu = {"name": "Answer this", "type": 3}
    assert difference([declared(), menu], [registered(name="old")], of_guild=False) == [
        "+ /ask",
        "+ message menu “Answer this”",
        "- /old",
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"description": "Ask me"}, '~ /ask: description "Ask" → "Ask me"'),
        ({"name_localizations": {"ko": "물어"}}, '~ /ask: name.ko "질문" → "물어"'),
        ({"default_member_permissions": 32}, '~ /ask: default_member_permissions null → "32"'),
        ({"contexts": [0]}, "~ /ask: contexts [0, 1, 2] → [0]"),
        ({"nsfw": True}, "~ /ask: nsfw false → true"),
        (
            {"options": [{"type": 3, "name": "question", "description": "Why", "required": True}]},
            '~ /ask: options[question].description "What" → "Why"',
        ),
    ],
)
def test_each_change_is_one_readable_line(change: Payload, line: str) -> None:
    assert line in lines(declared(**change), registered())
    assert digest([declared(**change)]) != digest([declared()])


def test_an_option_more_and_a_flag_gone_are_told() -> None:
    options = [*declared()["options"], {"type": 5, "name": "public", "description": "For all"}]
    told = lines(declared(options=options), registered())
    assert "~ /ask: options (order) question → question, public" in told
    assert '~ /ask: options[public].description added: "For all"' in told
    flagged = [declared()["options"][0] | {"autocomplete": True}]
    assert lines(declared(), registered(options=flagged)) == [
        "~ /ask: options[question].autocomplete removed (was true)"
    ]


def test_choices_are_compared_by_name_and_value() -> None:
    def with_choice(value: str) -> list[Payload]:
        choice = {"name": "Korean", "value": value, "name_localizations": {"ko": "한국어"}}
        return [{"type": 3, "name": "language", "description": "Which", "choices": [choice]}]

    assert lines(declared(options=with_choice("ko")), registered(options=with_choice("kr"))) == [
        '~ /ask: options[language].choices[Korean].value "kr" → "ko"'
    ]


def test_what_is_left_open_is_not_compared() -> None:
    """Discord fills in the application's own installations and contexts."""
    assert lines(declared(contexts=None, integration_types=None), registered()) == []


def test_a_servers_own_command_has_no_places() -> None:
    """Discord returns none for it, whatever was sent."""
    assert lines(declared(), registered(contexts=None, integration_types=[0]), of_guild=True) == []


def test_a_hash_does_not_depend_on_the_order_of_commands() -> None:
    one, other = declared(), declared(name="why")
    assert digest([one, other]) == digest([other, one])
