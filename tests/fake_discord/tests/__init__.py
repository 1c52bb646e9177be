"""Tests of the loopback Discord itself, with a small real discord.py client."""
