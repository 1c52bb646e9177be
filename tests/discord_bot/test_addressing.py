"""Which messages are addressed to the bot, and in which language it answers."""

import itertools

import pytest

from bot.discord_bot.commands import slash_name
from bot.discord_bot.context import supported_language, without_mention
from bot.discord_bot.messages import Addressing, Incoming, addressing


def incoming(text: str, *how: str, from_person: bool = True) -> Incoming:
    """Return a message that is addressed in these ways."""
    return Incoming(from_person, "direct" in how, "mentioned" in how, "replies" in how, text, "role" in how)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (incoming("누가?", "direct"), "question"),
        (incoming("누가?", "mentioned"), "question"),
        (incoming("누가?", "replies"), "question"),
        (incoming("", "mentioned", "replies"), "greeting"),
        (incoming("", "direct"), "greeting"),
        (incoming("", "replies"), "silent reply"),
        (incoming("누가?", "role"), "question"),
        (incoming("", "role"), "role"),
        (incoming("", "mentioned", "role"), "greeting"),
        (incoming("누가?"), None),
        (incoming(""), None),
    ],
)
def test_direct_messages_mentions_and_replies_are_addressed_to_the_bot(
    message: Incoming, expected: Addressing | None
) -> None:
    assert addressing(message) == expected


@pytest.mark.parametrize("text", ["누가?", ""])
def test_messages_of_bots_webhooks_and_discord_are_never_addressed_to_it(text: str) -> None:
    for number in range(5):
        for how in itertools.combinations(("direct", "mentioned", "replies", "role"), number):
            assert addressing(incoming(text, *how, from_person=False)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("<@7> 누가?", "누가?"), ("누가 <@!7> 왔어", "누가 왔어"), ("<@7>", ""), ("<@77> 누가", "<@77> 누가"), ("", "")],
)
def test_its_own_mention_is_removed(text: str, expected: str) -> None:
    assert without_mention(text, 7) == expected


def test_the_mention_of_its_own_role_is_removed() -> None:
    assert without_mention("<@&8> 누가 <@&9> 왔어?", 7, 8) == "누가 <@&9> 왔어?"


@pytest.mark.parametrize(
    ("locales", "expected"),
    [
        (("ko", "en-US"), "ko"),
        (("en-GB", "ko"), "en"),
        (("ja", "ko"), "ko"),
        (("ja", None), "en"),
        ((None,), "en"),
        ((), "en"),
    ],
)
def test_the_first_supported_locale_decides(locales: tuple[str | None, ...], expected: str) -> None:
    assert supported_language(*locales) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("who-left", "who-left"),
        ("what's new", "what-s-new"),
        ("누가 떠났나", "누가-떠났나"),
        ("A" * 40, "a" * 32),
        ("!?", "-"),
    ],
)
def test_a_command_name_becomes_one_that_discord_accepts(name: str, expected: str) -> None:
    assert slash_name(name) == expected
