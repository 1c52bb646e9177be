"""Runs the command line inside this process, on a small article and without the encoder."""

import json
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app

ARTICLES = Path(__file__).parents[1] / "articles"
NIGHT = ARTICLES / "night-library"
