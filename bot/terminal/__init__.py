"""The terminal front: one question, a stream of questions, or a chat."""
