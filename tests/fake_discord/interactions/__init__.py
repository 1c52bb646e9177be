"""Interactions: their payloads, their three seconds, and what is done with them."""
