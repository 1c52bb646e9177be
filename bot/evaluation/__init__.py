"""Measure how often the bot is right on sets of questions."""
