"""Turning what a person types into the data of a command interaction."""

from collections.abc import Mapping
from enum import IntEnum

from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Json, JsonList
from tests.fake_discord.payloads.things import (
    member_payload,
    partial_channel_payload,
    role_payload,
    user_payload,
)
from tests.fake_discord.rules.commands import GROUP, SUBCOMMAND
from tests.fake_discord.state.models import Channel, Command, Role, User
from tests.fake_discord.state.permissions import permissions_in


class OptionKind(IntEnum):
    """The types of options whose values the client has to work out."""

    TEXT = 3
    USER = 6
    CHANNEL = 7
    ROLE = 8


_TYPES: dict[int, type | tuple[type, ...]] = {4: int, 5: bool, 10: (int, float)}


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

    def __init__(self, hub: Hub, command: Command, user: User, channel: Channel) -> None:
        """Start with an empty command line."""
        self._hub = hub
        self._command = command
        self._user = user
        self._channel = channel
        self.resolved: Json = {}

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
            variants = {name, name.replace("_", "-")}
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
            case OptionKind.USER:
                return self._resolve_user(value)
            case OptionKind.CHANNEL:
                return self._resolve_channel(value)
            case OptionKind.ROLE:
                return self._resolve_role(value)
            case OptionKind.TEXT:
                self._check_text(declared, str(value))
                return str(value)
            case _:
                _check_range(declared, value)
                return value

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

    def _resolve_user(self, value: object) -> str:
        user = getattr(value, "user", value)
        assert isinstance(user, User), f"{value!r} is no user"
        self.resolved.setdefault("users", {})[str(user.id)] = user_payload(user)
        guild = self._channel.guild
        if guild is not None and user.id in guild.members:
            member = member_payload(guild.members[user.id], with_user=False)
            permissions = permissions_in(user, self._channel)
            member["permissions"] = str(int(permissions))
            self.resolved.setdefault("members", {})[str(user.id)] = member
        return str(user.id)

    def _resolve_channel(self, value: object) -> str:
        assert isinstance(value, Channel), f"{value!r} is no channel"
        permissions = permissions_in(self._user, value)
        payload = partial_channel_payload(value, permissions)
        self.resolved.setdefault("channels", {})[str(value.id)] = payload
        return str(value.id)

    def _resolve_role(self, value: object) -> str:
        assert isinstance(value, Role), f"{value!r} is no role"
        self.resolved.setdefault("roles", {})[str(value.id)] = role_payload(value)
        return str(value.id)


def _check_range(declared: Json, value: object) -> None:
    """Fail where the client would not let a value of an option be sent."""
    name, wanted = declared["name"], _TYPES.get(declared["type"], object)
    assert isinstance(value, wanted), f"{name} does not take {value!r}"
    if isinstance(value, int | float):
        least, most = declared.get("min_value", value), declared.get("max_value", value)
        assert least <= value <= most, f"{name} takes {least} to {most}, not {value}"
