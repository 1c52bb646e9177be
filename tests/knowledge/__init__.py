"""Tests of `bot/knowledge`."""
