"""Forms (Discord calls them modals) in which editors write: their fields, their ids, and what was typed into them."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, get_args

import discord
from discord import ui

from bot.core.edits import Place
from bot.core.model import LANGUAGES, Article, Fact, Gap, Status, Text
from bot.discord_bot.context import Interaction, voice_of
from bot.discord_bot.sending import respond
from bot.service.drafts import sections_text, source_example
from bot.service.pages import clip, plain_page
from bot.service.replies import Voice
from bot.service.views import Line, Page, Span

TITLE: Final = 45
"""Characters of a form's title and of a field's label, as Discord allows."""
_DESCRIPTION: Final = 100
_ANSWER, _SOURCE, _QUESTIONS = 1_500, 200, 800
"""Most characters of the fields, together the 4,000 that Discord allows."""
_FIELDS: Final = ("ko", "en", "source", "status", "questions")
_NEW: Final = re.compile(
    r"f1:(?P<verb>[ng]):(?P<group>[0-9]{1,18}):(?P<article>[a-z0-9-]{1,32}):(?P<page>[0-9]{1,4}):(?P<listed>[a-z0-9-]{0,32})"
)
_EDIT: Final = re.compile(r"f1:e:(?P<article>[a-z0-9-]{1,32}):(?P<item>[a-z0-9-]{1,48}):(?P<digest>[0-9a-f]{10})")


@dataclass(frozen=True, slots=True)
class NewForm:
    """The form of a new fact (`n`) or gap (`g`) for a group of questions; its id holds that of the group."""

    verb: Literal["n", "g"]
    group: int
    article: str
    page: int
    """Page of the list from which it was opened."""
    listed: str
    """Slug of the only article that was listed, "" for all."""

    @property
    def custom_id(self) -> str:
        """Return the id, at most 100 characters."""
        return f"f1:{self.verb}:{self.group}:{self.article}:{self.page}:{self.listed}"


@dataclass(frozen=True, slots=True)
class EditForm:
    """The form of a fact or gap that there is."""

    place: Place
    digest: str
    """Of what it said when the form was opened."""

    @property
    def custom_id(self) -> str:
        """Return the id, at most 100 characters."""
        return f"f1:e:{self.place.article}:{self.place.item}:{self.digest}"


Form: TypeAlias = NewForm | EditForm


def read_form(custom_id: str) -> Form | None:
    """Return which form has this id; None if it is forged or of another version."""
    if match := _NEW.fullmatch(custom_id):
        verb: Literal["n", "g"] = "n" if match["verb"] == "n" else "g"
        return NewForm(verb, int(match["group"]), match["article"], int(match["page"]), match["listed"])
    if match := _EDIT.fullmatch(custom_id):
        return EditForm(Place(match["article"], match["item"]), match["digest"])
    return None


def digest_of(item: Fact | Gap) -> str:
    """Return a digest of what the form of a fact or gap shows."""
    shown = (item.answer.ko, item.answer.en, item.status if isinstance(item, Fact) else None)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:10]


def new_fact_form(voice: Voice, form: NewForm, article: Article, question: str) -> ui.Modal:
    """Return the form of a new fact, with the question of its group."""
    shown = _Shown(voice, form.custom_id, "form_new_title")
    shown.answers(Text(), required=False)
    sections = sections_text(article, voice.language, _DESCRIPTION)
    shown.text("source", "", _SOURCE, sections, source_example(article), long=False)
    shown.status("reported")
    shown.text("questions", question, _QUESTIONS, voice.say("form_questions_hint"))
    return shown.modal


def new_gap_form(voice: Voice, form: NewForm, pattern: Text, question: str) -> ui.Modal:
    """Return the form of a new gap, with the question of its group and a text to begin with."""
    shown = _Shown(voice, form.custom_id, "form_gap_title")
    shown.answers(pattern, required=False)
    shown.text("questions", question, _QUESTIONS, voice.say("form_gap_questions_hint"))
    return shown.modal


def edit_form(voice: Voice, place: Place, item: Fact | Gap) -> ui.Modal:
    """Return the form of a fact or gap as it is."""
    form = EditForm(place, digest_of(item))
    shown = _Shown(voice, form.custom_id, "form_edit_title", label=item.label.get(voice.language))
    shown.answers(item.answer, required=False)
    if isinstance(item, Fact):
        shown.status(item.status)
    return shown.modal


class _Shown:
    """A form that is being built."""

    def __init__(self, voice: Voice, custom_id: str, title: str, **values: object) -> None:
        """Begin a form; discord.py shall not wait for it, as it may be sent after a restart."""
        self._voice = voice
        self.modal = ui.Modal(title=clip(voice.say(title, **values), TITLE), custom_id=custom_id)
        self.modal.stop()

    def answers(self, answer: Text, *, required: bool) -> None:
        """Add a field for the answer in each language."""
        for language in LANGUAGES:
            value = answer.get(language) if answer.has(language) else ""
            self.text(language, value, _ANSWER, required=required)

    def text(  # noqa: PLR0913  one parameter per property of a field
        self,
        name: str,
        value: str,
        most: int,
        description: str = "",
        placeholder: str = "",
        *,
        long: bool = True,
        required: bool = True,
    ) -> None:
        """Add a field for text."""
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.long if long else discord.TextStyle.short,
            default=value[:most] or None,
            placeholder=placeholder or None,
            required=required,
            max_length=most,
        )
        self._add(name, field, description)

    def status(self, chosen: Status) -> None:
        """Add a menu of the statuses of a fact."""
        options = [
            discord.SelectOption(label=self._voice.say(f"status_{one}"), value=one, default=one == chosen)
            for one in get_args(Status)
        ]
        self._add("status", ui.Select(custom_id="status", options=options, required=True), "")

    def _add(self, name: str, field: ui.TextInput[Any] | ui.Select[Any], description: str) -> None:
        label = clip(self._voice.say(f"form_{name}"), TITLE)
        below = clip(description, _DESCRIPTION) if description else None
        self.modal.add_item(ui.Label(text=label, component=field, description=below))


def typed_into(interaction: Interaction) -> Mapping[str, str]:
    """Return what was typed or picked in the fields of a form that was sent, by the names of the fields."""
    data: Any = interaction.data
    return dict(_values(data.get("components") or ()))


def _values(components: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields; each is in a label or, from older clients, in a row."""
    for one in components:
        inner = [one["component"]] if "component" in one else one.get("components") or ()
        yield from _values(inner)
        if "custom_id" in one:
            values = one.get("values") or [""]
            yield str(one["custom_id"]), str(one.get("value") or values[0])


def with_typed(voice: Voice, page: Page, typed: Mapping[str, str]) -> Page:
    """Return a page that also gives back what was typed, so that it can be copied into another form."""
    lines: list[Line] = [Line(()), Line((Span(voice.say("form_returned")),))]
    for name in _FIELDS:
        text = typed.get(name, "").strip()
        if name == "status" and text in get_args(Status):
            text = voice.say(f"status_{text}")
        if text:
            lines.append(Line((Span(voice.say(f"form_{name}"), bold=True),)))
            lines += [Line((Span(line),)) for line in text.splitlines()]
    if len(lines) == 2:  # noqa: PLR2004  nothing was typed
        return page
    *before, last = page.blocks
    return replace(page, blocks=(*before, replace(last, body=(*last.body, *lines))))


async def give_back(interaction: Interaction, custom_id: str, refusal: str) -> None:
    """Give back what was typed into a form that nobody takes: without administrators, or of another version."""
    del custom_id
    voice = voice_of(interaction)
    page = plain_page(voice, refusal or "gone")
    await respond(interaction, with_typed(voice, page, typed_into(interaction)), private=True)
