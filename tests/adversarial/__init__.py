"""Input that is meant to break something."""
