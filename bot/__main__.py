"""`python -m bot`."""

import os
import sys

from bot.errors import BotError


def main() -> None:
    """Run the command line; what a person can mend is told as a sentence, never as a traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more are slower for sentences; before numpy loads
    from bot.cli import app  # noqa: PLC0415  an import error of a dependency is told below

    try:
        app()
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; nothing is left to say
        sys.exit(0)


if __name__ == "__main__":
    main()
