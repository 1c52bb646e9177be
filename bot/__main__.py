"""`python -m bot`."""

import io
import os
import sys
import traceback
from typing import Final, NoReturn

from bot.errors import MISTAKE, BotError

_CLOSED_PIPE: Final = 141
"""The exit code that a shell reports of a program that was ended by SIGPIPE."""


def main() -> None:
    """Run the command line; show an error that a person can fix as a sentence, never as a traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more threads are slower for single sentences
    if isinstance(sys.stdout, io.TextIOWrapper):  # None where there is no terminal
        sys.stdout.reconfigure(errors="replace")  # "?" for characters that the terminal's encoding lacks
    try:
        from bot.cli import app  # noqa: PLC0415  numpy reads the variable when it loads

        try:
            app()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library in {"", "bot"}:
            raise
        sys.stderr.write(
            f"The library {library!r} is missing: run `pip install .` in the folder that holds pyproject.toml,"
            " or start the bot with the Python it was installed for.\n"
        )
        sys.exit(1)
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        _end_without_a_reader()  # typer and rich end with 1 where a pipe is closed
    except BrokenPipeError:
        _end_without_a_reader()
    except Exception:  # noqa: BLE001  the entry point
        traceback.print_exc()
        sys.exit(MISTAKE)


def _end_without_a_reader() -> NoReturn:
    """End as a program does whose reader, such as `head`, has closed the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is written at the very end
    sys.exit(_CLOSED_PIPE)


if __name__ == "__main__":
    main()
