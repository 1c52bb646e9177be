"""A request, parsed and checked, as the handlers get it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from tests.fake_discord.errors import INVALID_FORM_BODY, Refusal, broken_json
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.posting import Upload

JSON_TYPE = "application/json"


@dataclass(slots=True, kw_only=True, frozen=True)
class Call:
    """What a handler needs to know of a request."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: object = None
    uploads: Sequence[Upload] = ()

    def id(self, name: str) -> int:
        """Return an id out of the path."""
        return snowflake(self.path[name], name)

    @property
    def json(self) -> Json:
        """Return the body, which the handler's route has as an object."""
        if not isinstance(self.body, dict):
            raise Refusal(400, INVALID_FORM_BODY, "Invalid Form Body")
        return self.body


def snowflake(value: object, name: str) -> int:
    """Read an id, refusing what is none."""
    try:
        return int(str(value))
    except ValueError:
        detail = {"code": "NUMBER_TYPE_COERCE", "message": f"{value!r} is no snowflake"}
        errors = {name: {"_errors": [detail]}}
        raise Refusal(400, INVALID_FORM_BODY, "Invalid Form Body", errors=errors) from None


async def read_body(request: web.Request) -> tuple[object, Sequence[Upload]]:
    """Return a request's JSON and files, refusing any other type of content."""
    if not request.can_read_body:
        return None, ()
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    if request.headers.get("Content-Type") != JSON_TYPE:
        message = f"Expected \"Content-Type\" header to be one of {{'{JSON_TYPE}'}}."
        detail = {"code": "CONTENT_TYPE_INVALID", "message": message}
        raise Refusal(400, INVALID_FORM_BODY, "Invalid Form Body", errors={"_errors": [detail]})
    return _parse(await request.read()), ()


def _parse(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError:
        raise broken_json() from None


async def _read_multipart(request: web.Request) -> tuple[object, Sequence[Upload]]:
    body: object = {}
    uploads = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise broken_json()
        data = await part.read()
        if part.name == "payload_json":
            body = _parse(bytes(data))
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(part.filename or "unknown", len(data), kind))
    return body, uploads
