"""Use cases: answer questions and hold the knowledge, without Discord or a terminal."""
