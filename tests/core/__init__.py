"""The core: text in, decision out."""
