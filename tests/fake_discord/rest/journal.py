"""What the bot asked for, and what it was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fake_discord.errors import Refusal
from tests.fake_discord.jsontypes import Json

BAD_REQUEST = 400
OWN_FAILURE = 501
THREAD_EXISTS = 160004
"""Refused with 400, though only circumstances decide: a member may have been faster."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and how it was answered; `status` is 0 while it is under way."""

    method: str
    route: str
    path: str
    body: object = None
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    code: int = 0
    was_ordered: bool = False


@dataclass(slots=True, kw_only=True, frozen=True)
class Refused:
    """A request that was refused, with all that helps to see why."""

    method: str
    path: str
    status: int
    code: int
    message: str
    errors: Json | None
    body: object

    def __str__(self) -> str:
        """Return it as one readable line."""
        details = f" {self.errors}" if self.errors else ""
        what = f"{self.method} {self.path}: {self.status} ({self.code}) {self.message}"
        return f"{what}{details} for {self.body!r}"


@dataclass(slots=True)
class Journal:
    """Keep requests in order.

    `refusals` holds what a correct bot never sends: invalid bodies, second responses,
    routes that do not exist. `denials` holds what depends on the circumstances:
    missing permissions, things that are gone, responses that came too late.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    denials: list[Refused] = field(default_factory=list)
    _latest: Refused | None = None

    def hint(self) -> str:
        """Return what was refused last, as the likely reason why something did not come."""
        return f"; refused before: {self._latest}" if self._latest else ""

    def refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        """File a refusal where it belongs."""
        refused = Refused(
            method=exchange.method,
            path=exchange.path,
            status=refusal.status,
            code=refusal.code,
            message=refusal.message,
            errors=refusal.errors,
            body=exchange.body,
        )
        self._latest = refused
        wrong = refusal.status in {BAD_REQUEST, OWN_FAILURE} or not exchange.route
        wrong = wrong and not exchange.was_ordered and refusal.code != THREAD_EXISTS
        (self.refusals if wrong else self.denials).append(refused)
