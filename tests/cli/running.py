"""Runs the command line in a process of its own, on a small article without the encoder."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ARTICLES = ROOT / "tests" / "articles"
NIGHT = ARTICLES / "night-library"
ENVIRONMENT = {**os.environ, "BOT_SEMANTIC": "off", "BOT_KNOWLEDGE": str(NIGHT), "PYTHONIOENCODING": "utf-8"}


def run(*arguments: str | bytes, typed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `python -m bot` with these arguments and this standard input."""
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, input=typed, capture_output=True, timeout=60, check=False)  # noqa: S603
