"""Use cases: hold the knowledge, answer questions; no SDK, no Discord, no terminal."""
