"""Who may administer the bot."""

import pytest

from bot.discord_bot.admin import Caller, is_listed, is_right_place
from bot.settings import DiscordSettings

SETTINGS = DiscordSettings.model_construct(
    admin_guild_ids=frozenset({1}),
    admin_user_ids=frozenset({10}),
    admin_role_ids=frozenset({100}),
)


def caller(
    user: int = 10, roles: tuple[int, ...] = (), guild: int | None = 1, *, by_guild_install: bool = True
) -> Caller:
    """Return the listed user in the administrators' server, changed."""
    return Caller(user, roles, guild, by_guild_install)


@pytest.mark.parametrize("who", [caller(), caller(user=5, roles=(7, 100))])
def test_users_and_roles_of_the_settings_are_listed(who: Caller) -> None:
    assert is_listed(SETTINGS, who)


@pytest.mark.parametrize("who", [caller(user=5), caller(user=5, roles=(7,))], ids=["a member", "another role"])
def test_nobody_else_is_listed(who: Caller) -> None:
    assert not is_listed(SETTINGS, who)


def test_the_administrators_server_is_the_right_place() -> None:
    assert is_right_place(SETTINGS, caller())


@pytest.mark.parametrize(
    "who",
    [caller(guild=2), caller(guild=None), caller(by_guild_install=False)],
    ids=["another server", "a direct message", "a user install"],
)
def test_any_other_place_is_refused(who: Caller) -> None:
    assert not is_right_place(SETTINGS, who)


def test_empty_settings_list_nobody_and_allow_no_place() -> None:
    """Not even somebody without an id, a role or a server."""
    empty = DiscordSettings.model_construct()
    assert not is_listed(empty, caller(user=0, guild=None))
    assert not is_right_place(empty, caller(user=0, guild=None))
