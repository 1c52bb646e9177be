"""`python -m bot`."""

import io
import os
import sys
import traceback

from bot.errors import MISTAKE, BotError


def main() -> None:
    """Run the command line; show an error that a person can fix as a sentence, never as a traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more threads are slower for single sentences
    if isinstance(sys.stdout, io.TextIOWrapper):  # None where there is no terminal
        sys.stdout.reconfigure(errors="replace")  # "?" for characters that the terminal's encoding lacks
    try:
        from bot.cli import app  # noqa: PLC0415  numpy reads the variable when it loads

        app()
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
    except BrokenPipeError:
        sys.stderr.close()  # whoever reads the output has closed it
        sys.exit(0)
    except Exception:  # noqa: BLE001  the entry point
        traceback.print_exc()
        sys.exit(MISTAKE)


if __name__ == "__main__":
    main()
