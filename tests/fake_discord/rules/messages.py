"""What Discord refuses in a message, beyond its OpenAPI description."""

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.components import check_components
from tests.fake_discord.rules.problems import Problems
from tests.fake_discord.state.flags import MessageFlag

MOST_CONTENT = 2000
MOST_NONCE = 25
SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS
SETTABLE_IN_RESPONSES = SETTABLE | MessageFlag.EPHEMERAL


def check_message(
    body: Json,
    problems: Problems,
    *,
    settable: MessageFlag = SETTABLE,
    path: tuple[str | int, ...] = (),
) -> None:
    """Note what Discord would refuse, and embeds, which are not modelled."""
    foreign = int(body.get("flags") or 0) & ~int(settable)
    content = body.get("content")
    if content is not None:
        problems.check_length(content, (*path, "content"), most=MOST_CONTENT)
    if foreign:
        message = f"Flags {foreign} cannot be set here."
        problems.add((*path, "flags"), "FLAGS_INVALID", message)
    nonce = body.get("nonce")
    if isinstance(nonce, str):
        problems.check_length(nonce, (*path, "nonce"), most=MOST_NONCE)
    if body.get("embeds"):
        problems.add((*path, "embeds"), "NOT_MODELLED", "Embeds are not modelled.")
    check_components(body.get("components") or [], (*path, "components"), problems)
    if body.get("allowed_mentions"):
        _check_mentions(body["allowed_mentions"], path, problems)


def _check_mentions(allowed: Json, path: tuple[str | int, ...], problems: Problems) -> None:
    """Note kinds that are both let through altogether and listed one by one."""
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or ()) and allowed.get(kind):
            code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            problems.add((*path, "allowed_mentions"), code, message)
