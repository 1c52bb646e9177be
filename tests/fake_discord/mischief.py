"""Trouble on order: what Discord and the network do on bad days."""

from tests.fake_discord.actors.reply import Reply
from tests.fake_discord.gateway.codes import Op
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.interactions import interaction_payload
from tests.fake_discord.rest.trouble import Effect, Trouble
from tests.fake_discord.state.models import Guild


class Mischief:
    """The part of the server that makes trouble.

    `on` names requests as "POST /channels/{channel_id}/messages" or by route alone;
    without it the next request of any kind is meant.
    """

    hub: Hub

    def fails_next(self, *, on: str = "", status: int = 500, times: int = 1) -> None:
        """Answer with a 5xx, before anything is done."""
        self._order(Trouble(effect=Effect.FAIL, on=on, status=status, times=times))

    def loses_answer(self, *, on: str = "", status: int = 500, times: int = 1) -> None:
        """Do what is asked, but answer with a 5xx: the client will ask again."""
        trouble = Trouble(effect=Effect.LOSE_ANSWER, on=on, status=status, times=times)
        self._order(trouble)

    def limits_next(
        self,
        *,
        on: str = "",
        retry_after: float = 0.05,
        scope: str = "user",
        times: int = 1,
    ) -> None:
        """Answer 429; `scope` is "user", "shared" or "global"."""
        self._order(
            Trouble(
                effect=Effect.LIMIT,
                on=on,
                seconds=retry_after,
                scope=scope,
                times=times,
            )
        )

    def delays_next(self, seconds: float, *, on: str = "", times: int = 1) -> None:
        """Take requests only after a while."""
        trouble = Trouble(effect=Effect.DELAY, on=on, seconds=seconds, times=times)
        self._order(trouble)

    def cuts_next(self, *, on: str = "", times: int = 1) -> None:
        """Drop the HTTP connection without an answer."""
        self._order(Trouble(effect=Effect.CUT, on=on, times=times))

    def limits_messages(self, count: int = 5, per: float = 5.0) -> None:
        """Switch on the real rate limit: so many messages a channel and time."""
        self.hub.limits.switch_on(count, per)

    def stops_limiting(self) -> None:
        """Switch the real rate limit off."""
        self.hub.limits.switch_off()

    def drops_connection(self, code: int | None = None) -> None:
        """Cut all gateway sockets, or close them with a code."""
        for connection in list(self.hub.connections):
            if code is None:
                connection.abort()
            else:
                connection.close(code)

    def asks_reconnect(self) -> None:
        """Ask the clients to connect anew and resume."""
        self._post(Op.RECONNECT, None)

    def invalidates_session(self, *, resumable: bool = False) -> None:
        """Invalidate the sessions; unless resumable, the clients identify again."""
        if not resumable:
            self.hub.events.sessions.clear()
        self._post(Op.INVALID_SESSION, resumable)

    def sends_malformed_event(self, event: str = "MESSAGE_CREATE", data: Json | None = None) -> None:
        """Send an event that lacks what clients rely on."""
        self.sends_event(event, data or {})

    def sends_event(self, event: str, data: Json, guild: Guild | None = None) -> None:
        """Send any event to the sessions that serve the guild."""
        self.hub.events.emit(event, lambda _: data, guild=guild, intent=None)

    def repeats_message(self, written: Reply) -> None:
        """Deliver a message a second time, as a replay can."""
        self.hub.events.message("MESSAGE_CREATE", written.message)

    def repeats_interaction(self) -> None:
        """Deliver the latest interaction a second time."""
        interaction = self.hub.interactions.latest()
        payload = interaction_payload(self.hub, interaction)
        self.sends_event("INTERACTION_CREATE", payload, interaction.channel.guild)

    def _post(self, code: Op, data: object) -> None:
        frame: Json = {"op": int(code), "s": None, "t": None, "d": data}
        for connection in list(self.hub.connections):
            connection.post(frame)

    def _order(self, trouble: Trouble) -> None:
        self.hub.troubles.order(trouble)
