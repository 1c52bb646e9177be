"""Measure and train: how often the bot is right, and the weights that make it so."""
