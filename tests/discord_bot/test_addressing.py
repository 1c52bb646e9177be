"""Which messages concern the bot, and in which language it speaks."""

import itertools

import pytest

from bot.discord_bot.commands import slash_name
from bot.discord_bot.context import spoken, without_mention
from bot.discord_bot.messages import Concern, Heard, concern


def heard(text: str, *how: str, from_person: bool = True) -> Heard:
    """Return a message that came in these ways."""
    return Heard(from_person, "direct" in how, "mentioned" in how, "replies" in how, text)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (heard("누가?", "direct"), "question"),
        (heard("누가?", "mentioned"), "question"),
        (heard("누가?", "replies"), "question"),
        (heard("", "mentioned", "replies"), "greeting"),
        (heard("", "direct"), "greeting"),
        (heard("", "replies"), "silent reply"),
        (heard("누가?"), None),
        (heard(""), None),
    ],
)
def test_a_message_concerns_the_bot_when_it_is_addressed(message: Heard, expected: Concern | None) -> None:
    assert concern(message) == expected


@pytest.mark.parametrize("text", ["누가?", ""])
def test_bots_webhooks_and_discord_itself_never_concern_it(text: str) -> None:
    for number in range(4):
        for how in itertools.combinations(("direct", "mentioned", "replies"), number):
            assert concern(heard(text, *how, from_person=False)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("<@7> 누가?", "누가?"), ("누가 <@!7> 왔어", "누가 왔어"), ("<@7>", ""), ("<@77> 누가", "<@77> 누가"), ("", "")],
)
def test_its_own_mention_is_taken_out(text: str, expected: str) -> None:
    assert without_mention(text, 7) == expected


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
def test_the_first_locale_it_speaks_decides(locales: tuple[str | None, ...], expected: str) -> None:
    assert spoken(*locales) == expected


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
def test_a_command_name_is_made_acceptable(name: str, expected: str) -> None:
    assert slash_name(name) == expected
