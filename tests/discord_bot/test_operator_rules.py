"""Rules for the start, the connection and `doctor` that need no Discord."""

import aiohttp
import discord
import pytest

from bot.discord_bot.connection import NO_INTENT, WRONG_TOKEN, final_error, identify_pause, start_error
from bot.discord_bot.doctor import Finding, invite, knowledge_findings
from bot.discord_bot.permissions import NEEDED, missing
from bot.discord_bot.runner import MAX_REBUILD_PAUSE, rebuild_pause
from bot.errors import Problem


def test_pauses_grow_and_are_bounded() -> None:
    assert [rebuild_pause(failures) for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert rebuild_pause(1_000) == MAX_REBUILD_PAUSE
    assert 86_400 / MAX_REBUILD_PAUSE < 1_000, "Discord allows 1,000 IDENTIFYs a day"


def test_repeated_identifies_are_spread_over_the_time_until_there_are_more() -> None:
    day = 86_400
    assert [identify_pause(row, 1_000, day) for row in (1, 2, 3, 8, 100)] == [1, 2, 4, 86.4, 86.4]
    assert identify_pause(1, 4, 3_600) == 900
    assert identify_pause(1, 0, 3_600) == 3_600


class _Closed(discord.ConnectionClosed):
    """A gateway that closed with a code."""

    def __init__(self, code: int) -> None:
        """Keep the code alone."""
        discord.ClientException.__init__(self, "closed")
        self.code = code
        self.shard_id = None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (discord.LoginFailure("no"), WRONG_TOKEN),
        (discord.PrivilegedIntentsRequired(None), NO_INTENT),
        (_Closed(4004), WRONG_TOKEN),
        (_Closed(4014), NO_INTENT),
    ],
)
def test_errors_that_trying_again_cannot_fix_are_final(error: Exception, sentence: str) -> None:
    assert str(final_error(error)) == sentence
    assert str(start_error(error)) == sentence


@pytest.mark.parametrize("error", [_Closed(4000), aiohttp.ClientError(), OSError(), KeyError("id")])
def test_errors_that_may_pass_are_not_final(error: Exception) -> None:
    assert final_error(error) is None
    assert str(start_error(error)).startswith(f"Discord can't be reached ({type(error).__name__})")


def test_the_invite_asks_for_the_needed_permissions_only() -> None:
    link = invite(42)
    assert link.startswith("https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands")
    assert link.endswith(f"permissions={NEEDED.value}")
    assert {name for name, needed in NEEDED if needed} == {
        "read_messages",
        "send_messages",
        "send_messages_in_threads",
        "read_message_history",
    }


def test_missing_permissions_are_named_as_in_discords_settings() -> None:
    assert missing(discord.Permissions(view_channel=True, read_message_history=True)) == [
        "Send Messages",
        "Send Messages in Threads",
    ]
    assert missing(NEEDED) == []
    assert missing(discord.Permissions(administrator=True)) == []


def test_every_problem_of_the_facts_is_a_finding() -> None:
    problems = [Problem("a.yaml", line, "", "bad") for line in (1, 2)]
    assert [str(finding) for finding in knowledge_findings(None, problems)] == [
        "FIX   knowledge: a.yaml:1: bad",
        "FIX   knowledge: a.yaml:2: bad",
    ]
    assert str(Finding("token")) == "ok    token"
