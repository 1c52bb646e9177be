"""Names for JSON as it travels between the server and discord.py."""

from typing import Any

Json = dict[str, Any]
JsonList = list[Json]
Answer = Json | JsonList | None
