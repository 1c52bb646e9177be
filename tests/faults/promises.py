"""What the commands of this folder promise: each promise is printed with its figures, a broken one ends with 1."""

import sys


class Promises:
    """The promises of one command."""

    def __init__(self) -> None:
        """Begin without any."""
        self.broken: list[str] = []

    def check(self, promise: str, *, kept: bool, figures: str = "") -> None:
        """Print a promise, whether it was kept, and its figures."""
        if not kept:
            self.broken.append(promise)
        line = f"{'kept  ' if kept else 'BROKEN'}  {promise}"
        sys.stdout.write(f"{line}: {figures}\n" if figures else f"{line}\n")
        sys.stdout.flush()

    def end(self) -> None:
        """End the process: with 1 if a promise was broken."""
        sys.exit(bool(self.broken))
