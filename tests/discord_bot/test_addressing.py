"""Which messages are addressed to the bot, and in which language it answers."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from bot.discord_bot.addressing import Addressing, Incoming, addressing
from bot.discord_bot.commands import slash_name
from bot.discord_bot.context import supported_language, without_mention


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


def placed(text: str = "누가 남았어?", **how: Any) -> Incoming:  # noqa: ANN401  fields by name
    """Return a message of a person that does not call the bot, unless `how` says so."""
    return replace(incoming(text), **how)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (placed(place="channel"), "overheard"),
        (placed("그렇구나", place="channel"), None),
        (placed("", place="channel"), None),
        (placed(place="channel", to_others=True), None),
        (placed(place="channel", from_person=False), None),
        (placed("무라티", place="post", is_first=True), "question"),
        (placed("무라티", place="post", is_first=True, to_others=True), "question"),
        (placed("더 알려줘", place="post", by_author=True), "follow-up"),
        (placed(place="post", by_author=True, to_others=True), None),
        (placed(place="post"), None),
        (placed("더 알려줘", place="thread"), "follow-up"),
        (placed(place="thread", to_others=True), None),
        (placed("", place="thread"), None),
        (placed(place="thread", from_person=False), None),
        (placed("그렇구나", place="channel", mentioned=True), "question"),
        (placed("", place="channel", mentioned=True), "greeting"),
    ],
)
def test_where_nobody_has_to_mention_the_bot_the_place_decides(message: Incoming, expected: Addressing | None) -> None:
    assert addressing(message) == expected
