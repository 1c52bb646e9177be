"""Votes for answers: the buttons behind ⋯, their custom ids, and the form in which a person says what is wrong."""

import base64
import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, TypeAlias

import discord
from discord import ui

from bot.core.model import NOTHING, Gap, Knowledge, Language
from bot.core.text import squeeze
from bot.discord_bot.components import AnyButton
from bot.discord_bot.context import Interaction, state_of
from bot.discord_bot.forms import TITLE, typed_into
from bot.discord_bot.measures import Decision
from bot.discord_bot.sending import change_buttons, open_form, say
from bot.service.pages import LONGEST_LABEL, clip
from bot.service.records import UnansweredQuestion, Vote
from bot.service.replies import Voice
from bot.service.unanswered import stored_text
from bot.service.views import FactView, Trace

Verb: TypeAlias = Literal["u", "d", "w"]
"""Vote for an answer, against it, or say what is wrong with it."""
ANY_VOTE: Final = re.compile(r"v\d{1,3}:.*", re.DOTALL)
"""Buttons and forms of votes, of any version of this bot."""
_DECISIONS: Final[dict[Decision, str]] = {
    "answered": "a",
    "closest": "c",
    "suggested": "s",
    "gap": "g",
    "small_talk": "t",
    "unanswered": "n",
    "page": "p",
}
_DECISION_OF: Final = {letter: decision for decision, letter in _DECISIONS.items()}
_STORED_ALREADY: Final[frozenset[Decision]] = frozenset({"suggested", "unanswered"})
"""Replies whose questions are stored when they are asked."""
_ID: Final = re.compile(
    rf"v1:(?P<verb>[udw])(?P<language>[ke])(?P<decision>[{''.join(_DECISION_OF)}]):(?P<message>[\w-]{{11}})"
    r":(?P<article>[a-z0-9-]{1,32}):(?P<fact>[a-z0-9-]{1,48})",
    re.ASCII,
)
_BYTES: Final = 8
"""Bytes of the id of a message."""
_FIELD: Final = "word"
_LONGEST_WORD: Final = 200


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a button or form of a vote does."""

    verb: Verb
    message: int
    """Id of the message with the answer."""
    view: FactView
    decision: Decision

    @property
    def custom_id(self) -> str:
        """Return the custom id, at most 100 characters."""
        message = base64.urlsafe_b64encode(self.message.to_bytes(_BYTES)).decode().rstrip("=")
        language = "k" if self.view.language == "ko" else "e"
        kind = f"{self.verb}{language}{_DECISIONS[self.decision]}"
        return f"v1:{kind}:{message}:{self.view.article}:{self.view.fact}"


def read_ballot(custom_id: str) -> Ballot | None:
    """Return what a button or form does; None if its id is forged or of another version."""
    if (match := _ID.fullmatch(custom_id)) is None:
        return None
    verb: Verb = "u" if match["verb"] == "u" else "d" if match["verb"] == "d" else "w"
    language: Language = "ko" if match["language"] == "k" else "en"
    message = int.from_bytes(base64.urlsafe_b64decode(f"{match['message']}="))
    return Ballot(verb, message, FactView(match["article"], match["fact"], language), _DECISION_OF[match["decision"]])


def decision_with(knowledge: Knowledge, view: FactView, trace: Trace | None) -> Decision:
    """Return how a reply was decided, as its ⋯ button tells; one without a trace was picked."""
    if view.article == NOTHING:
        return "unanswered" if view.fact == NOTHING else "small_talk"
    if trace is None:
        return "page"
    article = knowledge.article(view.article)
    is_gap = article is not None and isinstance(article.item(view.fact), Gap)
    return "gap" if is_gap and trace.shown in {"answered", "unanswered"} else trace.shown


class VoteButton(AnyButton, template=ANY_VOTE):
    """A button of a vote, of any version."""

    @classmethod
    def of(cls, label: str, ballot: Ballot, style: discord.ButtonStyle) -> Self:
        """Build a button."""
        return cls(ui.Button(label=clip(label, LONGEST_LABEL), custom_id=ballot.custom_id, style=style))

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Carry out the vote in the custom id."""
        await interaction.client.voted(interaction, self.custom_id)


def vote_buttons(voice: Voice, ballot: Ballot, chosen: Verb | None = None) -> ui.View:
    """Return the buttons with which to vote; `chosen` is the vote that was cast, `w` if with a word."""
    quiet, is_against = discord.ButtonStyle.secondary, chosen in {"d", "w"}
    up = ("👍 ✓", discord.ButtonStyle.success) if chosen == "u" else ("👍", quiet)
    down = ("👎 ✓", discord.ButtonStyle.danger) if is_against else ("👎", quiet)
    view = ui.View(timeout=None)
    view.add_item(VoteButton.of(up[0], replace(ballot, verb="u"), up[1]))
    view.add_item(VoteButton.of(down[0], replace(ballot, verb="d"), down[1]))
    if is_against:
        label = voice.say("vote_word_kept" if chosen == "w" else "vote_word")
        view.add_item(VoteButton.of(label, replace(ballot, verb="w"), quiet))
    return view


async def vote(interaction: Interaction, custom_id: str) -> None:
    """Carry out a button: show the vote as cast and record it, or open the form for a word."""
    state, ballot = state_of(interaction), read_ballot(custom_id)
    if ballot is None or not state.recorder.store:
        await say(interaction, "gone")
    elif ballot.verb == "w":
        await open_form(interaction, _form(state.voice(ballot.view.language), ballot))
    else:
        await change_buttons(interaction, vote_buttons(state.voice(ballot.view.language), ballot, ballot.verb))
        state.recorder.voted(_vote(interaction, ballot, None))


async def take_word(interaction: Interaction, custom_id: str) -> None:
    """Take the form in which a person said what is wrong; it may have been opened before a restart."""
    state, ballot = state_of(interaction), read_ballot(custom_id)
    if ballot is None or not state.recorder.store:
        await say(interaction, "gone")
        return
    word = stored_text(typed_into(interaction).get(_FIELD, ""))
    chosen: Verb = "w" if word else "d"
    await change_buttons(interaction, vote_buttons(state.voice(ballot.view.language), ballot, chosen))
    state.recorder.voted(_vote(interaction, replace(ballot, verb="d"), word))


def _form(voice: Voice, ballot: Ballot) -> ui.Modal:
    """Return the form with one field; discord.py shall not wait for it, as it may be sent after a restart."""
    form = ui.Modal(title=clip(voice.say("vote_title"), TITLE), custom_id=ballot.custom_id)
    form.stop()
    style = discord.TextStyle.paragraph
    field: ui.TextInput[Any] = ui.TextInput(custom_id=_FIELD, style=style, required=False, max_length=_LONGEST_WORD)
    form.add_item(ui.Label(text=clip(voice.say("vote_field"), TITLE), component=field))
    return form


def _vote(interaction: Interaction, ballot: Ballot, word: str | None) -> Vote:
    view, server = ballot.view, (interaction.guild_id or 0) if interaction.is_guild_integration() else 0
    vote = Vote(
        message=ballot.message,
        person=interaction.user.id,
        is_up=ballot.verb == "u",
        article="" if view.article == NOTHING else view.article,
        fact="" if view.article == NOTHING else view.fact,
        decision=ballot.decision,
        language=view.language,
        day="",
        server=server,
        word=word,
    )
    asked = state_of(interaction).asked.of(ballot.message)
    if vote.is_up or asked is None or not squeeze(asked.text) or ballot.decision in _STORED_ALREADY:
        return vote
    question = UnansweredQuestion(
        text=asked.text,
        language=view.language,
        decision="downvoted",
        article=vote.article,
        fact=vote.fact,
        person=asked.person,
        server=server,
        private=asked.private or not server,
    )
    return replace(vote, question=question)
