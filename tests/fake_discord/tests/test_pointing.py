"""Pointing discord.py at the server and back."""

from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fake_discord.pointing import Pointing


def test_pointing_is_undone() -> None:
    """What discord.py knew before, it knows again."""
    before = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    pointing = Pointing("http://127.0.0.1:1")
    pointing.apply()
    base = str(Route.BASE)
    assert base == "http://127.0.0.1:1/api/v10"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:1/gateway/"
    pointing.undo()
    after = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    assert after == before
