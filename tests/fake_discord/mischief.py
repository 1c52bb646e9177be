"""Trouble on order: what Discord and the network do on bad days."""

from tests.fake_discord.actors.reply import Reply
from tests.fake_discord.gateway.codes import Op
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.interactions import interaction_payload
from tests.fake_discord.rest.trouble import Effect, Trouble


class Mischief:
    """The part of the server that makes trouble.

    `on` names requests as "POST /channels/{channel_id}/messages" or by route alone;
    without it the next request of any kind is meant.
    """

    hub: Hub

    def fails_next(self, *, on: str = "", status: int = 500, code: int = 0, times: int = 1) -> None:
        """Answer with an error, before anything is done; no refusal that a correct bot could have avoided."""
        self._order(Trouble(effect=Effect.FAIL, on=on, status=status, code=code, times=times))

    def loses_answer(self, *, on: str = "", status: int = 500, times: int = 1) -> None:
        """Do what is asked, but answer with a 5xx: the client will ask again."""
        trouble = Trouble(effect=Effect.LOSE_ANSWER, on=on, status=status, times=times)
        self._order(trouble)

    def limits_next(self, *, on: str = "", retry_after: float = 0.05, times: int = 1) -> None:
        """Answer 429."""
        self._order(Trouble(effect=Effect.LIMIT, on=on, seconds=retry_after, times=times))

    def bans_next(self, *, on: str = "", retry_after: float = 1.0, times: int = 1) -> None:
        """Answer 429 as the proxy before Discord does: for the whole address, without `Via`."""
        self._order(Trouble(effect=Effect.BAN, on=on, seconds=retry_after, times=times))

    def delays_next(self, seconds: float, *, on: str = "", times: int = 1) -> None:
        """Take requests only after a while."""
        trouble = Trouble(effect=Effect.DELAY, on=on, seconds=seconds, times=times)
        self._order(trouble)

    def cuts_next(self, *, on: str = "", times: int = 1) -> None:
        """Drop the HTTP connection without an answer."""
        self._order(Trouble(effect=Effect.CUT, on=on, times=times))

    def drops_connection(self, code: int | None = None) -> None:
        """Cut all gateway sockets, or close them with a code."""
        for connection in list(self.hub.connections):
            if code is None:
                connection.abort()
            else:
                connection.close(code)

    def asks_to_reconnect(self) -> None:
        """Send RECONNECT."""
        self.sends_frame({"op": int(Op.RECONNECT), "s": None, "t": None, "d": None})

    def invalidates_sessions(self, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION, and forget the sessions unless they can be resumed."""
        self.sends_frame({"op": int(Op.INVALID_SESSION), "s": None, "t": None, "d": resumable})
        if not resumable:
            self.hub.events.sessions.clear()

    def sends_frame(self, frame: Json | str) -> None:
        """Send any frame, which need not be JSON."""
        for connection in list(self.hub.connections):
            connection.post(frame)

    def dispatches_text(self, text: str) -> None:
        """Send a text in place of an event; every RESUME replays it."""
        for session in self.hub.events.sessions.values():
            session.dispatch_text(text)

    def refuses_gateway(self, status: int | None = 503) -> None:
        """Answer whoever opens a gateway socket with a status, 0 cuts the connection; None takes all again."""
        self.hub.gateway_refusal = status

    def closes_next_identify(self, code: int, *, times: int = 1) -> None:
        """Close the next sockets with a code when they identify."""
        self.hub.identify_closures += [code] * times

    def sends_malformed_event(self, event: str = "MESSAGE_CREATE", data: Json | None = None) -> None:
        """Send an event that lacks what clients rely on."""
        self.sends_event(event, data or {})

    def sends_event(self, event: str, data: Json) -> None:
        """Send any event, to the shard of the guild that it names."""
        named = str(data.get("guild_id"))
        guild = self.hub.world.guilds.get(int(named)) if named.isdecimal() else None
        self.hub.events.emit(event, lambda _: data, intent=None, guild=guild)

    def repeats_message(self, written: Reply) -> None:
        """Deliver a message a second time, as a replay can."""
        self.hub.events.message("MESSAGE_CREATE", written.message)

    def repeats_interaction(self) -> None:
        """Deliver the latest interaction a second time."""
        interaction = self.hub.interactions.latest()
        payload = interaction_payload(self.hub, interaction)
        self.sends_event("INTERACTION_CREATE", payload)

    def _order(self, trouble: Trouble) -> None:
        self.hub.troubles.order(trouble)
