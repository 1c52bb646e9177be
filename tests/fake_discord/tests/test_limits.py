"""What is refused in a message, one limit at a time."""

from typing import Any

import pytest

from tests.fake_discord import FakeDiscord
from tests.fake_discord.tests.raw import RawClient

Body = dict[str, Any]


def button(**changes: object) -> Body:
    """Return a correct button, changed."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go"} | changes


def select(count: int = 1, **changes: object) -> Body:
    """Return a correct menu, changed."""
    options = [{"label": f"L{n}", "value": f"v{n}"} for n in range(count)]
    return {"type": 3, "custom_id": "menu", "options": options} | changes


def row(*components: Body) -> Body:
    """Return a row."""
    return {"type": 1, "components": list(components)}


def numbered(count: int) -> list[Body]:
    """Return buttons with ids of their own."""
    return [button(custom_id=f"b{n}") for n in range(count)]


def option(**changes: object) -> Body:
    """Return a menu with one changed option."""
    return select(options=[{"label": "L", "value": "v"} | changes])


ACCEPTED: dict[str, Body] = {
    "content of 2000": {"content": "x" * 2000},
    "five full rows": {
        "content": "x",
        "components": [row(*numbered(25)[5 * n : 5 * n + 5]) for n in range(5)],
    },
    "a menu of 25": {"content": "x", "components": [row(select(25))]},
    "a label of 80": {"content": "x", "components": [row(button(label="x" * 80))]},
    "an emoji alone": {"content": "x", "components": [row(button(label=None, emoji={"name": "⋯"}))]},
    "a nonce of 25": {"content": "x", "nonce": "1" * 25},
}

REFUSED: dict[str, tuple[Body, str]] = {
    "content of 2001": ({"content": "x" * 2001}, "content"),
    "a nonce of 26": ({"content": "x", "nonce": "1" * 26}, "nonce"),
    "an ephemeral channel message": ({"content": "x", "flags": 64}, "flags"),
    "six rows": ({"components": [row(b) for b in numbered(6)]}, "components"),
    "six buttons": ({"components": [row(*numbered(6))]}, "components.0.components"),
    "an empty row": ({"components": [row()]}, "components.0.components"),
    "a button without a row": ({"components": [button()]}, "components.0.type"),
    "two menus in a row": (
        {"components": [row(select(), select(custom_id="other"))]},
        "components.0.components",
    ),
    "no custom_id": (
        {"components": [row(button(custom_id=None))]},
        "components.0.components.0.custom_id",
    ),
    "a custom_id of 101": (
        {"components": [row(button(custom_id="x" * 101))]},
        "components.0.components.0.custom_id",
    ),
    "one custom_id twice": (
        {"components": [row(button(), button())]},
        "components.0.components.1.custom_id",
    ),
    "a label of 81": (
        {"components": [row(button(label="x" * 81))]},
        "components.0.components.0.label",
    ),
    "a button without a face": (
        {"components": [row(button(label=None))]},
        "components.0.components.0",
    ),
    "a link, which is not modelled": (
        {"components": [row({"type": 2, "style": 5, "label": "Go", "url": "https://example.com"})]},
        "components.0.components.0.style",
    ),
    "a menu of people, which is not modelled": (
        {"components": [row({"type": 5, "custom_id": "people"})]},
        "components.0.components.0.type",
    ),
    "an embed, which is not modelled": ({"embeds": [{"title": "t"}]}, "embeds"),
    "layout components, which are not modelled": ({"flags": 1 << 15}, "flags"),
    "a url on a plain button": (
        {"components": [row(button(url="https://example.com"))]},
        "components.0.components.0.url",
    ),
    "a menu of 26": ({"components": [row(select(26))]}, "components.0.components.0.options"),
    "an empty menu": ({"components": [row(select(0))]}, "components.0.components.0.options"),
    "an option's label of 101": (
        {"components": [row(option(label="x" * 101))]},
        "components.0.components.0.options.0.label",
    ),
    "an option's value of 101": (
        {"components": [row(option(value="x" * 101))]},
        "components.0.components.0.options.0.value",
    ),
    "an option's description of 101": (
        {"components": [row(option(description="x" * 101))]},
        "components.0.components.0.options.0.description",
    ),
    "one value twice": (
        {"components": [row(select(options=[{"label": "a", "value": "v"}] * 2))]},
        "components.0.components.0.options.1.value",
    ),
    "more to pick than there is": (
        {"components": [row(select(1, max_values=2))]},
        "components.0.components.0.max_values",
    ),
    "a placeholder of 151": (
        {"components": [row(select(placeholder="x" * 151))]},
        "components.0.components.0.placeholder",
    ),
    "a text input in a message": (
        {"components": [row({"type": 4, "custom_id": "x", "style": 1, "label": "x"})]},
        "components.0.components.0.type",
    ),
    "mentions let through twice": (
        {"allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
    ),
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
async def test_what_just_fits_is_taken(server: FakeDiscord, raw: RawClient, body: Body) -> None:
    """The limits themselves are allowed."""
    assert (await raw.says(**body))[0] == 200
    assert server.refusals == []


@pytest.mark.parametrize(("body", "where"), REFUSED.values(), ids=REFUSED)
async def test_what_exceeds_a_limit_is_refused(server: FakeDiscord, raw: RawClient, body: Body, where: str) -> None:
    """With code 50035, the error standing at the field's path, and a note of it."""
    status, answer = await raw.says(**({"content": "x"} | body))
    assert (status, answer["code"]) == (400, 50035)
    place = answer["errors"]
    for step in where.split("."):
        place = place[step]
    assert place["_errors"]
    assert [refusal.body for refusal in server.refusals] == [{"content": "x"} | body]


async def test_nothing_is_written_when_refused(server: FakeDiscord, raw: RawClient) -> None:
    """The channel stays empty."""
    await raw.says(content="x" * 2001)
    assert server.user("alice").sees() == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/json; charset=utf-8"])
async def test_another_content_type_is_refused(server: FakeDiscord, raw: RawClient, content_type: str) -> None:
    """Bodies are JSON and say so."""
    path = f"/channels/{server.general.id}/messages"
    status, answer = await raw.send("POST", path, b'{"content": "x"}', content_type)
    assert (status, answer["code"]) == (400, 50035)
    assert answer["errors"]["_errors"][0]["code"] == "CONTENT_TYPE_INVALID"


async def test_what_the_server_cannot_read_is_noticed(server: FakeDiscord, raw: RawClient) -> None:
    """With a status that discord.py does not retry."""
    status, _ = await raw.says(content="x", allowed_mentions=7)
    assert status in {400, 501}
    assert len(server.refusals) == 1


async def test_broken_json_is_refused(server: FakeDiscord, raw: RawClient) -> None:
    """With a code of its own."""
    path = f"/channels/{server.general.id}/messages"
    status, answer = await raw.send("POST", path, b'{"content": ', "application/json")
    assert (status, answer["code"]) == (400, 50109)


async def test_routes_that_are_not_modelled_are_noticed(server: FakeDiscord, raw: RawClient) -> None:
    """A test sees at once that the bot asked for something unknown."""
    status, _ = await raw.ask("GET", "/voice/regions")
    assert status == 404
    assert "not modelled" in str(server.refusals[0])
