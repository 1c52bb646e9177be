"""`.env.example` and the settings say the same."""

import re
from pathlib import Path

from bot.settings import DiscordSettings, variable

EXAMPLE = Path(__file__).parents[2] / ".env.example"
ASSIGNMENT = re.compile(r"^(?:# )?([A-Z_]+)=(.*)$", re.MULTILINE)


def test_the_example_names_every_setting_and_no_other() -> None:
    named = [name for name, _ in ASSIGNMENT.findall(EXAMPLE.read_text(encoding="utf-8"))]
    assert sorted(named) == sorted(map(variable, DiscordSettings.model_fields))


def test_the_values_of_the_example_are_the_defaults() -> None:
    """Removing a `#` changes nothing."""
    shown = {name: value for name, value in ASSIGNMENT.findall(EXAMPLE.read_text(encoding="utf-8")) if value}
    defaults = {variable(name): field.default for name, field in DiscordSettings.model_fields.items()}
    for name, value in shown.items():
        assert value == str(getattr(defaults[name], "value", defaults[name]))


def test_every_setting_is_explained_above_it() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        if ASSIGNMENT.match(line):
            assert lines[at - 1].startswith("# ")
            assert not ASSIGNMENT.match(lines[at - 1])


def test_every_setting_says_what_a_right_value_is() -> None:
    """The sentence about a bad value of the Discord front's settings comes from the field itself."""
    own = DiscordSettings.__annotations__
    assert [name for name in own if not DiscordSettings.model_fields[name].description] == []
