"""The wheel leaves `bot.dev` out, and the commands that need it say so."""

import sys
import tomllib
from pathlib import Path

import pytest

from bot.cli import app
from bot.errors import ConfigError

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["train"], "bot.dev.train"),
        (["bench"], "bot.dev.bench"),
        (["bench", "scaling"], "bot.dev.bench"),
        (["bench", "quality", "--data", "."], "bot.dev.quality"),
    ],
)
def test_a_command_without_its_tools_says_in_one_sentence_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)  # importing it fails as if it were not installed
    with pytest.raises(ConfigError, match=r"need a checkout .*: pip install -e '\.\[dev\]' \(.*" + missing) as caught:
        app(arguments, standalone_mode=False)
    assert "\n" not in str(caught.value)


def test_the_wheel_leaves_out_the_developer_tools_and_the_sdist_keeps_them() -> None:
    targets = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert targets["wheel"]["exclude"] == ["bot/dev"]
    assert "exclude" not in targets["sdist"]
