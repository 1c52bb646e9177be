"""Who may administer the bot; pure."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and from where; all of it is Discord's word, none the client's."""

    user_id: int
    role_ids: Collection[int]
    guild_id: int | None
    by_guild_install: bool
    """Whether the server installed the application, not just this person for themselves."""


@dataclass(frozen=True, slots=True)
class Administrators:
    """The operator's own list; Discord's permissions can be overridden, this can't."""

    guild_ids: AbstractSet[int]
    user_ids: AbstractSet[int]
    role_ids: AbstractSet[int]

    def is_right_place(self, caller: Caller) -> bool:
        """Tell whether the call comes from a server where administration is allowed at all."""
        return caller.by_guild_install and caller.guild_id in self.guild_ids

    def lists(self, caller: Caller) -> bool:
        """Tell whether the caller, or one of their roles, is on the list; roles of elsewhere don't count."""
        return self.is_right_place(caller) and (
            caller.user_id in self.user_ids or not self.role_ids.isdisjoint(caller.role_ids)
        )
