"""The sentence encoder behind its port, and the cache of its vectors."""
