"""Who may administer the bot."""

import pytest

from bot.discord_bot.admin import Administrators, Caller

LIST = Administrators(guild_ids={1}, user_ids={10}, role_ids={100})


def caller(
    user: int = 10, roles: tuple[int, ...] = (), guild: int | None = 1, *, by_guild_install: bool = True
) -> Caller:
    """Return the listed user in the administrators' server, changed."""
    return Caller(user, roles, guild, by_guild_install)


@pytest.mark.parametrize("who", [caller(), caller(user=5, roles=(7, 100))])
def test_listed_users_and_roles_are_administrators(who: Caller) -> None:
    assert LIST.includes(who)


@pytest.mark.parametrize(
    "who",
    [
        caller(user=5),
        caller(user=5, roles=(7,)),
        caller(guild=2),
        caller(guild=None),
        caller(user=5, roles=(100,), guild=2),
        caller(by_guild_install=False),
    ],
    ids=["a member", "another role", "another server", "a direct message", "the role's id elsewhere", "a user install"],
)
def test_nobody_else_is_an_administrator(who: Caller) -> None:
    assert not LIST.includes(who)


def test_empty_lists_include_nobody() -> None:
    """Not even somebody without an id, a role or a server."""
    nobody = Administrators(frozenset(), frozenset(), frozenset())
    assert not nobody.includes(caller(user=0, guild=None))
    assert not nobody.is_right_place(caller())
