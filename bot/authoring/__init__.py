"""Tools for authors: start an article folder, check it, say what would improve its answers."""
