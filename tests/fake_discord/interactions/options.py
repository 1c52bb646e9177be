"""Turning what a person types into the data of a command interaction."""

from collections.abc import Mapping
from enum import IntEnum

from tests.fake_discord.jsontypes import Json, JsonList
from tests.fake_discord.rules.commands import GROUP, SUBCOMMAND
from tests.fake_discord.state.models import Channel, Command, User


class OptionKind(IntEnum):
    """The types of options that are modelled."""

    TEXT = 3
    NUMBER = 4
    SWITCH = 5
    CHANNEL = 7


def is_called(item: Json, name: str, locale: str) -> bool:
    """Say whether a person may mean a command or option by a name.

    Clients show the localised name and find the original one as well.
    """
    localized = (item.get("name_localizations") or {}).get(locale)
    return name in {item["name"], localized}


def split_path(command: Command, words: list[str], locale: str) -> list[Json]:
    """Return the subcommand (and its group) that the words after the command name."""
    path: list[Json] = []
    options = command.data.get("options") or []
    for word in words:
        found = [o for o in options if is_called(o, word, locale)]
        branches = [o for o in found if o["type"] in {SUBCOMMAND, GROUP}]
        assert branches, f"/{command.name} has no subcommand {word!r}"
        path.append(branches[0])
        options = branches[0].get("options") or []
    incomplete = any(o["type"] in {SUBCOMMAND, GROUP} for o in options)
    assert not incomplete, f"/{command.name} needs a subcommand"
    return path


class Filling:
    """The options of one use of a command, as the client lets a person fill them."""

    def __init__(self, command: Command, user: User) -> None:
        """Start with an empty command line."""
        self._command = command
        self._user = user
        self.channels: list[Channel] = []
        """The channels that were chosen, which the interaction describes."""

    def fill(self, path: list[Json], values: Mapping[str, object], *, focus: bool = False) -> JsonList:
        """Return the interaction's options.

        `focus` is for autocomplete: the last value is still being typed, and required
        options may be missing.
        """
        place = path[-1] if path else self._command.data
        declared = place.get("options") or []
        options = [self._option(self._declared(declared, name), value) for name, value in values.items()]
        if focus:
            assert options, "autocomplete needs an option that is being typed"
            options[-1]["focused"] = True
        else:
            self._require(declared, options)
        for branch in reversed(path):
            options = [{"name": branch["name"], "type": branch["type"], "options": options}]
        return options

    def _declared(self, declared: JsonList, name: str) -> Json:
        for option in declared:
            variants = {name, name.rstrip("_").replace("_", "-")}
            if any(is_called(option, n, self._user.locale) for n in variants):
                return option
        names = [option["name"] for option in declared]
        message = f"/{self._command.name} has no option {name!r}, only {names}"
        raise AssertionError(message)

    def _require(self, declared: JsonList, given: JsonList) -> None:
        names = {option["name"] for option in given}
        missing = [o["name"] for o in declared if o.get("required") and o["name"] not in names]
        assert not missing, f"/{self._command.name} needs {missing}"

    def _option(self, declared: Json, value: object) -> Json:
        chosen = self._value(declared, value)
        return {"name": declared["name"], "type": declared["type"], "value": chosen}

    def _value(self, declared: Json, value: object) -> object:
        if declared.get("choices"):
            return self._choice(declared, value)
        match declared["type"]:
            case OptionKind.TEXT:
                self._check_text(declared, str(value))
                return str(value)
            case OptionKind.NUMBER:
                self._check_number(declared, value)
                return value
            case OptionKind.SWITCH:
                assert isinstance(value, bool), f"{declared['name']} does not take {value!r}"
                return value
            case OptionKind.CHANNEL:
                return self._channel(declared, value)
            case kind:
                message = f"options of type {kind} are not modelled"
                raise AssertionError(message)

    def _channel(self, declared: Json, value: object) -> str:
        assert isinstance(value, Channel), f"{declared['name']} takes a channel, not {value!r}"
        kinds = declared.get("channel_types")
        assert not kinds or value.kind in kinds, f"{declared['name']} does not show {value}"
        self.channels.append(value)
        return str(value.id)

    def _choice(self, declared: Json, value: object) -> object:
        for choice in declared["choices"]:
            if value == choice["value"] or is_called(choice, str(value), self._user.locale):
                return choice["value"]
        names = [choice["name"] for choice in declared["choices"]]
        message = f"{declared['name']} has no choice {value!r}, only {names}"
        raise AssertionError(message)

    def _check_text(self, declared: Json, text: str) -> None:
        least = declared.get("min_length") or 0
        most = declared.get("max_length") or 6000
        fits = least <= len(text) <= most
        name = declared["name"]
        assert fits, f"{name} takes {least} to {most} characters, not {len(text)}"

    def _check_number(self, declared: Json, value: object) -> None:
        """Check a whole number, as the client does before it sends it."""
        name = declared["name"]
        assert isinstance(value, int), f"{name} does not take {value!r}"
        least, most = declared.get("min_value", -(2**53)), declared.get("max_value", 2**53)
        assert least <= value <= most, f"{name} takes {least} to {most}, not {value}"
