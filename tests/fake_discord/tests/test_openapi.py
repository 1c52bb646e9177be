"""Checking bodies against Discord's OpenAPI description, when one is named."""

import os
from pathlib import Path

import pytest

from tests.fake_discord import FakeDiscord
from tests.fake_discord.rest.routes import ROUTES
from tests.fake_discord.rules.openapi import load_openapi
from tests.fake_discord.server import DESCRIPTION_VARIABLE
from tests.fake_discord.tests.raw import RawClient

DESCRIPTION = os.environ.get(DESCRIPTION_VARIABLE, "")
named = pytest.mark.skipif(not DESCRIPTION, reason=f"{DESCRIPTION_VARIABLE} names no description")

TINY = """{
  "paths": {"/channels/{channel_id}/messages": {"post": {"requestBody": {"content": {
    "application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}}}}},
  "components": {"schemas": {
    "SnowflakeType": {"type": "string", "pattern": "^[0-9]+$"},
    "Text": {"type": "object", "properties": {"type": {"enum": [1]}, "text": {"maxLength": 3}}},
    "Reference": {"type": "object", "properties": {
      "type": {"enum": [2]}, "id": {"$ref": "#/components/schemas/SnowflakeType"}}},
    "Message": {"type": "object", "properties": {
      "content": {"type": "string"},
      "part": {"oneOf": [
        {"type": "null"},
        {"$ref": "#/components/schemas/Text"},
        {"$ref": "#/components/schemas/Reference"}]}}}}}
}"""


@pytest.fixture
def tiny_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a small description in the environment."""
    path = tmp_path / "openapi.json"
    path.write_text(TINY, encoding="utf-8")
    monkeypatch.setenv(DESCRIPTION_VARIABLE, str(path))


@pytest.mark.usefixtures("tiny_description")
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"content": 1}, "content"),
        ({"content": "x", "part": {"type": 1, "text": "four"}}, "part.text"),
        ({"content": "x", "part": {"type": 2, "id": "no id"}}, "part.id"),
    ],
)
async def test_errors_stand_at_the_field_in_the_branch_that_was_meant(body: dict[str, object], where: str) -> None:
    """Though the description says no more than "none of these fits"."""
    async with FakeDiscord() as server, RawClient(server) as raw:
        status, answer = await raw.says(**body)
        assert (status, answer["code"]) == (400, 50035)
        place = answer["errors"]
        for step in where.split("."):
            place = place[step]
        assert place["_errors"][0]["code"].startswith("OPENAPI_")
        assert len(server.refusals) == 1


@pytest.mark.usefixtures("tiny_description")
async def test_numeric_ids_are_taken() -> None:
    """Discord takes them, discord.py sends them, the description does not know them."""
    async with FakeDiscord() as server, RawClient(server) as raw:
        assert (await raw.says(content="x", part={"type": 2, "id": 7}))[0] == 200


@named
async def test_every_modelled_route_with_a_body_is_described() -> None:
    """So nothing that has a body goes unchecked because of a name."""
    description = load_openapi(DESCRIPTION)
    without_body = {"typing", "@me", "callback"}
    for route in ROUTES:
        if route.method in {"POST", "PUT", "PATCH"} and route.path.split("/")[-1] not in without_body:
            assert description.knows(route.method, route.path), route


@named
async def test_what_the_rules_do_not_know_is_refused_by_the_description(server: FakeDiscord, raw: RawClient) -> None:
    """A wrong type deep inside, say."""
    row = {"type": 1, "components": [{"type": 2, "style": "red", "custom_id": "x", "label": "x"}]}
    status, answer = await raw.says(content="x", components=[row])
    assert (status, answer["code"]) == (400, 50035)
    assert answer["errors"]["components"]["0"]["components"]["0"]["style"]
    assert "OPENAPI" in str(server.refusals[0])
