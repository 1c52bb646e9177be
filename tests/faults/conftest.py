"""The bot of the end-to-end tests, here with faults; `-rP` prints the figures."""

from tests.e2e.conftest import alice, app, bob, bot, clock, facts, server, settings

__all__ = ["alice", "app", "bob", "bot", "clock", "facts", "server", "settings"]
