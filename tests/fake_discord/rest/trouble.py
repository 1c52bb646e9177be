"""Trouble on order: what goes wrong with the next requests."""

from dataclasses import dataclass, field
from enum import Enum, auto

from tests.fake_discord.rest.journal import Exchange


class Effect(Enum):
    """What happens to a request."""

    FAIL = auto()
    LOSE_ANSWER = auto()
    LIMIT = auto()
    BAN = auto()
    DELAY = auto()
    CUT = auto()


@dataclass(slots=True, kw_only=True)
class Trouble:
    """One order. `on` is "METHOD /route/{template}", or empty for every request.

    FAIL answers with `status` before anything is done, LOSE_ANSWER after it was done;
    LIMIT and BAN answer 429, DELAY waits first, CUT drops the connection unanswered.
    """

    effect: Effect
    on: str = ""
    times: int = 1
    status: int = 500
    code: int = 0
    seconds: float = 0.0

    def concerns(self, exchange: Exchange) -> bool:
        """Say whether the order is for this request."""
        return self.times > 0 and self.on in {
            "",
            exchange.route,
            f"{exchange.method} {exchange.route}",
        }


@dataclass(slots=True)
class Troubles:
    """The orders not yet carried out."""

    orders: list[Trouble] = field(default_factory=list)

    def order(self, trouble: Trouble) -> None:
        """Take an order; the oldest that fits is carried out first."""
        self.orders.append(trouble)

    def take(self, exchange: Exchange) -> Trouble | None:
        """Return what is to happen to this request, counting it off."""
        for trouble in self.orders:
            if trouble.concerns(exchange):
                trouble.times -= 1
                exchange.was_ordered = True
                if trouble.times <= 0:
                    self.orders.remove(trouble)
                return trouble
        return None
