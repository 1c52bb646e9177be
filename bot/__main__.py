"""`python -m bot`."""

import os
import sys

from bot.errors import BotError


def main() -> None:
    """Run the command line; show an error that a person can fix as a sentence, never as a traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more threads are slower for single sentences
    from bot.cli import app  # noqa: PLC0415  numpy reads the variable when it loads

    try:
        app()
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever reads the output has closed it
        sys.exit(0)


if __name__ == "__main__":
    main()
