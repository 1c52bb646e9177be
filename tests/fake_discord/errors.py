"""Discord's refusals: HTTP status, JSON error code and the per-field details."""

from collections.abc import Mapping

from tests.fake_discord.jsontypes import Json

INVALID_FORM_BODY = 50035


class Refusal(Exception):  # noqa: N818 - Discord refuses; nothing here is broken
    """An answer in Discord's error format instead of the one that was hoped for."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the client gets to see."""
        super().__init__(f"{status} ({code}): {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self) -> Json:
        """Return the JSON that goes over the wire."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def unauthorized() -> Refusal:
    """Refuse a request without the bot's token."""
    return Refusal(401, 0, "401: Unauthorized")


def not_modelled(method: str, path: str) -> Refusal:
    """Refuse a route this server does not have, naming it for the test's author."""
    return Refusal(404, 0, f"404: Not Found ({method} {path} is not modelled)")


def own_failure(error: Exception) -> Refusal:
    """Refuse a body that this server could not even look at.

    The status is one that discord.py does not retry, so that a test sees it at once.
    """
    return Refusal(501, 0, f"The loopback Discord failed: {error!r}")


def unknown_channel() -> Refusal:
    """Refuse a channel id nobody knows."""
    return Refusal(404, 10003, "Unknown Channel")


def unknown_guild() -> Refusal:
    """Refuse a guild id nobody knows."""
    return Refusal(404, 10004, "Unknown Guild")


def unknown_member() -> Refusal:
    """Refuse a user who is not in the guild."""
    return Refusal(404, 10007, "Unknown Member")


def unknown_message() -> Refusal:
    """Refuse a message id that is not in the channel, or was deleted."""
    return Refusal(404, 10008, "Unknown Message")


def unknown_user() -> Refusal:
    """Refuse a user id nobody knows."""
    return Refusal(404, 10013, "Unknown User")


def unknown_webhook() -> Refusal:
    """Refuse a follow-up to an interaction that was never responded to."""
    return Refusal(404, 10015, "Unknown Webhook")


def unknown_interaction() -> Refusal:
    """Refuse a response that came too late, or to nothing."""
    return Refusal(404, 10062, "Unknown interaction")


def too_many_followups() -> Refusal:
    """Refuse the sixth follow-up of an app that only the user installed."""
    return Refusal(400, 40094, "Max number of follow-ups reached for this interaction")


def already_acknowledged() -> Refusal:
    """Refuse the second response to one interaction."""
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> Refusal:
    """Refuse a channel that the bot cannot see."""
    return Refusal(403, 50001, "Missing Access")


def foreign_message() -> Refusal:
    """Refuse to edit what somebody else wrote."""
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> Refusal:
    """Refuse a message with nothing in it."""
    return Refusal(400, 50006, "Cannot send an empty message")


def closed_direct_messages() -> Refusal:
    """Refuse a direct message to somebody who takes none."""
    return Refusal(403, 50007, "Cannot send messages to this user")


def wrong_channel_kind() -> Refusal:
    """Refuse a message in a channel that holds none, such as a forum."""
    return Refusal(400, 50008, "Cannot send messages in a non-text channel")


def missing_permissions() -> Refusal:
    """Refuse an action that needs a permission the bot lacks."""
    return Refusal(403, 50013, "Missing Permissions")


def expired_token() -> Refusal:
    """Refuse an interaction's token after its fifteen minutes."""
    return Refusal(401, 50027, "Invalid Webhook Token")


def wrong_channel_for_action() -> Refusal:
    """Refuse a thread where there can be none, such as in a thread."""
    return Refusal(400, 50024, "Cannot execute action on this channel type")


def thread_exists() -> Refusal:
    """Refuse a second thread of one message; whether there is one depends on the members."""
    return Refusal(400, 160004, "A thread has already been created for this message")


def tag_required() -> Refusal:
    """Refuse a post without a tag where the forum wants one."""
    return Refusal(400, 40067, "A tag is required to create a forum post in this channel")


def unknown_tag() -> Refusal:
    """Refuse a tag that the forum does not have."""
    return Refusal(404, 10087, "Unknown tag")


def archived_thread() -> Refusal:
    """Refuse a message in a locked thread."""
    return Refusal(400, 50083, "Thread is archived")


def broken_json() -> Refusal:
    """Refuse a body that cannot be parsed."""
    return Refusal(400, 50109, "The request body contains invalid JSON.")


def no_history() -> Refusal:
    """Refuse a reply where earlier messages may not be read."""
    message = "Cannot reply without permission to read message history"
    return Refusal(403, 160002, message)
