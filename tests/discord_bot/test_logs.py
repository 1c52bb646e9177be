"""The log has one line per event, without secrets and without the words of members."""

import logging
import re

from bot.discord_bot.logs import OneLineFormatter, describe

TOKEN = "MTIz.secret.token"  # noqa: S105


def line(message: str, error: BaseException | None = None) -> str:
    """Return the line that is written for a record."""
    record = logging.LogRecord("bot.x", logging.ERROR, "x.py", 1, message, (), None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    return OneLineFormatter((TOKEN,)).format(record)


def raised(error: Exception) -> Exception:
    """Return `error` with a traceback."""
    try:
        raise error
    except type(error) as caught:
        return caught


def test_the_token_is_hidden_everywhere() -> None:
    assert TOKEN not in line(f"a {TOKEN} b", raised(OSError(f"Bot {TOKEN}")))
    assert "[hidden]" in line(f"a {TOKEN} b")


def test_tokens_of_interactions_are_hidden() -> None:
    text = line("429 for https://x/api/v10/webhooks/12/aW50ZXJ/messages/@original and /interactions/5/tOkEn/callback")
    assert "aW50ZXJ" not in text
    assert "tOkEn" not in text
    assert "/webhooks/12/[hidden]/messages/@original" in text


def test_an_event_is_one_line() -> None:
    """Line ends and control characters in a message can't look like further events."""
    assert "\n" not in line("a\nb\r\x1b[31m", raised(ValueError("c\nd")))


def test_an_error_is_described_without_what_a_member_wrote() -> None:
    text = line("failed", raised(ValueError("누가 떠났어?")))
    assert re.search(r"failed \[ValueError at test_logs\.py:\d+\]$", text)


def test_errors_of_the_system_are_described_with_their_text() -> None:
    assert describe(raised(ConnectionRefusedError(111, "refused"))).startswith(
        "ConnectionRefusedError: [Errno 111] ref"
    )


def test_stack_traces_are_left_out() -> None:
    record = logging.LogRecord("bot.x", logging.ERROR, "x.py", 1, "m", (), None)
    record.stack_info = "Stack (most recent call last)"
    assert OneLineFormatter().format(record).endswith("ERROR bot.x: m")
