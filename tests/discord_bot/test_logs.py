"""The log has one line per event, without secrets and without the words of members."""

import asyncio
import io
import json
import logging
import re
import secrets
from collections.abc import Iterator

import pytest

from bot.discord_bot.logs import JsonFormatter, OneLineFormatter, ReferenceFilter, describe, referenced, set_up

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


def test_ids_in_addresses_are_hidden() -> None:
    """As in discord.py's warnings; the id of a server that an operator administers is no part of one."""
    address = "https://x/api/v10/channels/1234567890123456789/messages/1234567890123456780"
    text = line(f"We are being rate limited. POST {address} responded with 429. server 1234567890123456781")
    assert "/channels/[id]/messages/[id] responded" in text
    assert "server 1234567890123456781" in text
    assert "/webhooks/1234567890123456789" not in line("/webhooks/1234567890123456789/tOkEn/messages/@original")


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


def as_json(message: str, error: BaseException | None = None) -> dict[str, str | None]:
    """Return the object that is written for a record."""
    record = logging.LogRecord("bot.x", logging.ERROR, "x.py", 1, message, (), None)
    record.created = 1_700_000_000.25
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    ReferenceFilter().filter(record)
    written = JsonFormatter((TOKEN,)).format(record)
    assert written.isascii()
    assert "\n" not in written
    loaded: dict[str, str | None] = json.loads(written)
    return loaded


def test_an_event_is_an_object_with_the_same_keys_always() -> None:
    assert as_json("사실") == {
        "time": "2023-11-14T22:13:20.250+00:00",
        "level": "error",
        "logger": "bot.x",
        "message": "사실",
        "reference": None,
        "exception": None,
    }
    with referenced() as reference:
        event = as_json("failed", raised(ValueError("누가 떠났어?")))
    assert event["reference"] == reference
    assert re.fullmatch(r"ValueError at test_logs\.py:\d+", str(event["exception"]))


def test_an_object_holds_no_secrets_and_no_control_characters() -> None:
    event = as_json(f"a {TOKEN}\n\x1b[31m /interactions/5/tOkEn/callback", raised(OSError(f"Bot {TOKEN}")))
    assert event["message"] == "a [hidden]  [31m /interactions/5/[hidden]/callback"
    assert TOKEN not in str(event["exception"])


def test_a_line_names_the_reference_once() -> None:
    record = logging.LogRecord("bot.x", logging.ERROR, "x.py", 1, "failed", (), None)
    record.reference = "a1b2c3"
    assert OneLineFormatter().format(record).endswith("ERROR bot.x: failed (reference a1b2c3)")
    record.msg = "failure a1b2c3"
    assert OneLineFormatter().format(record).endswith("ERROR bot.x: failure a1b2c3")


async def test_each_task_has_its_reference_and_blocks_inside_share_it() -> None:
    async def work() -> set[str]:
        with referenced() as outer:
            await asyncio.sleep(0)
            with referenced() as inner:
                return {outer, inner}

    found = await asyncio.gather(*(work() for _ in range(20)))
    assert all(len(references) == 1 for references in found)
    assert len(set.union(*found)) == 20


NOISY = ("discord", "asyncio", "aiosqlite", "sqlalchemy")
"""Loggers of libraries that write out what members wrote."""


@pytest.fixture
def _own_log() -> Iterator[None]:
    """Give the test's log back its handlers and levels."""
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("", *NOISY)}
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("_own_log")
@pytest.mark.parametrize("name", NOISY)
def test_no_library_writes_out_what_members_wrote_even_at_debug(name: str) -> None:
    set_up("debug", ())
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


@pytest.mark.usefixtures("_own_log")
def test_the_log_is_set_up_in_either_form() -> None:
    """With the reference in both."""
    secret = secrets.token_hex()
    for form in ("text", "json"):
        stream = io.StringIO()
        set_up("info", (secret,), stream, "json" if form == "json" else "text")
        with referenced() as reference:
            logging.getLogger("bot.x").info("hello %s", secret)
        (written,) = stream.getvalue().splitlines()
        assert written.startswith("{") == (form == "json")
        assert reference in written
        assert secret not in written
