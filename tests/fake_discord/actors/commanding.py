"""Using commands: slash commands, message menus and autocomplete."""

from dataclasses import dataclass

from tests.fake_discord.actors.form import Form
from tests.fake_discord.actors.interacting import Interacting
from tests.fake_discord.actors.reply import Reply
from tests.fake_discord.interactions.availability import all_owners, judge
from tests.fake_discord.interactions.book import Interaction, InteractionKind
from tests.fake_discord.interactions.options import Filling, is_called, split_path
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.messages import message_payload
from tests.fake_discord.payloads.things import channel_payload
from tests.fake_discord.state.models import Channel, Command, User
from tests.fake_discord.state.permissions import permissions_in

SLASH, MESSAGE_MENU = 1, 3
_NOT_RESOLVED = frozenset({"guild_id", "permission_overwrites", "available_tags", "default_reaction_emoji"})
"""What is told of a channel, but not of one that an option names."""


class CommandUnavailableError(AssertionError):
    """The person's client does not show the command."""


@dataclass(slots=True, frozen=True)
class Choice:
    """One suggestion of autocomplete, its name in the person's language."""

    name: str
    value: str | int | float


class Commanding(Interacting):
    """Somebody who uses the app's commands."""

    async def runs(
        self,
        line: str,
        /,
        channel: Channel | None = None,
        *,
        forced: bool = False,
        within: float | None = None,
        **options: object,
    ) -> Reply:
        """Use a slash command, such as "/facts reload", and return the response.

        Names may be the localised ones; ``_`` in the name of an option stands for
        ``-``, and one at its end for nothing (``channel_``). `forced` sends it though the client would not show it.
        """
        interaction = self._run(line, channel or self._home, options, forced=forced)
        return await self._reply(interaction, within)

    async def opens_by(self, line: str, /, channel: Channel | None = None, **options: object) -> Form:
        """Use a slash command that opens a modal; return the modal."""
        return await self._form(self._run(line, channel or self._home, options, forced=False))

    async def runs_on_message(
        self,
        name: str,
        target: Reply,
        *,
        forced: bool = False,
        within: float | None = None,
    ) -> Reply:
        """Use a command of a message's context menu and return the response."""
        assert self.can_see(target.message), f"{self.name} does not see {target!r}"
        found, owners = self._find([name], target.channel, kind=MESSAGE_MENU, forced=forced)
        message = message_payload(target.message, self._hub.world.bot, content_intent=True)
        data: Json = _command_data(found) | {
            "target_id": str(target.id),
            "resolved": {"messages": {str(target.id): message}},
        }
        interaction = self._begin(InteractionKind.COMMAND, target.channel, data, owners)
        interaction.command = found
        self._tell(interaction)
        return await self._reply(interaction, within)

    async def types(self, line: str, /, channel: Channel | None = None, **options: object) -> list[Choice]:
        """Type the last of the options and return what autocomplete offers."""
        place = channel or self._home
        words = line.removeprefix("/").split()
        found, owners = self._find(words, place, kind=SLASH, forced=False)
        path = split_path(found, words[1:], self.locale)
        filling = Filling(found, self.user)
        data = _command_data(found) | {"options": filling.fill(path, options, focus=True)}
        data |= _resolved(filling, self.user)
        interaction = self._begin(InteractionKind.AUTOCOMPLETE, place, data, owners)
        interaction.command = found
        self._tell(interaction)
        await self._response(interaction)
        return [self._choice(choice) for choice in interaction.choices]

    def shown_commands(self, channel: Channel | None = None) -> set[str]:
        """Return the names of the commands the person's client shows."""
        place = channel or self._home
        return {
            (c.data.get("name_localizations") or {}).get(self.locale) or c.name
            for c in self._hub.commands.everywhere()
            if judge(self._hub, c, self.user, place).owners
        }

    def _run(self, line: str, place: Channel, options: dict[str, object], *, forced: bool) -> Interaction:
        words = line.removeprefix("/").split()
        found, owners = self._find(words, place, kind=SLASH, forced=forced)
        path = split_path(found, words[1:], self.locale)
        filling = Filling(found, self.user)
        data = _command_data(found) | {"options": filling.fill(path, options)} | _resolved(filling, self.user)
        interaction = self._begin(InteractionKind.COMMAND, place, data, owners)
        interaction.command = found
        return self._tell(interaction)

    def _find(self, words: list[str], place: Channel, *, kind: int, forced: bool) -> tuple[Command, Json]:
        """Return the command a name means here, a guild's own before a global one."""
        known = [
            c for c in self._hub.commands.everywhere() if c.kind == kind and is_called(c.data, words[0], self.locale)
        ]
        known.sort(key=lambda command: command.guild_id is None)
        reasons = []
        for command in known:
            verdict = judge(self._hub, command, self.user, place)
            if verdict.owners:
                return command, verdict.owners
            reasons.append(verdict.why)
        if forced and known:
            return known[0], all_owners(self._hub, self.user, place)
        why = "; ".join(reasons) or "no such command is registered"
        message = f"{self.name} is not shown {words[0]!r} in {place}: {why}"
        raise CommandUnavailableError(message)

    def _choice(self, choice: Json) -> Choice:
        localized = (choice.get("name_localizations") or {}).get(self.locale)
        return Choice(localized or choice["name"], choice["value"])


def _resolved(filling: Filling, user: User) -> Json:
    """Describe the channels that were chosen, with what the person may do there."""
    if not filling.channels:
        return {}
    described = {}
    for channel in filling.channels:
        payload = {key: value for key, value in channel_payload(channel).items() if key not in _NOT_RESOLVED}
        described[str(channel.id)] = payload | {"permissions": str(int(permissions_in(user, channel)))}
    return {"resolved": {"channels": described}}


def _command_data(command: Command) -> Json:
    data: Json = {"id": str(command.id), "name": command.name, "type": command.kind}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    return data
