"""Run the real bot against a loopback Discord, as a process of its own.

``python -m tests.fake_discord.launcher --url http://127.0.0.1:PORT -- run --option``
does what ``python -m bot run --option`` does, but for the address of Discord.
"""

import argparse
import runpy
import sys
from collections.abc import Sequence

from tests.fake_discord.pointing import Pointing


def main(arguments: Sequence[str] | None = None) -> None:
    """Point discord.py at the server and hand over to the bot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="where the loopback Discord is")
    parser.add_argument("rest", nargs="*", help="what the bot is given, after --")
    options = parser.parse_args(arguments)
    Pointing(options.url).apply()
    sys.argv = ["bot", *options.rest]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
