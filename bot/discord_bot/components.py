"""Buttons and menus as Discord items, and their custom ids, which outlive a restart."""

import base64
import re
from collections.abc import Iterator
from typing import Any, Final, Self, get_args

import discord
from discord import ui

from bot.core.model import Language
from bot.discord_bot.context import Interaction
from bot.service.views import (
    Action,
    ArticlesView,
    Button,
    EntityView,
    FactView,
    ListView,
    Menu,
    Page,
    Shown,
    Trace,
    Verb,
    View,
)

MAX_CUSTOM_ID: Final = 100
ANY_BUTTON: Final = re.compile(r"a\d{1,3}:.*", re.DOTALL)
"""Buttons of any version of this bot, including future ones."""
ANY_MENU: Final = re.compile(r"m\d{1,3}:.*", re.DOTALL)
ANY_EDITOR_BUTTON: Final = re.compile(r"u\d{1,3}:.*", re.DOTALL)
"""Buttons of the list of unanswered questions, of any version."""
ANY_EDITOR_MENU: Final = re.compile(r"n\d{1,3}:.*", re.DOTALL)
ANY_TAG_MENU: Final = re.compile(r"p\d{1,3}:.*", re.DOTALL)
"""Menus that ask for the tags of a post, of any version."""
_NONE: Final = re.compile(r"(?!)")
"""Matches no custom id."""
_VERBS: Final[dict[Verb, str]] = {"open": "o", "share": "s", "why": "w", "related": "r", "turn down": "n", "tell": "t"}
_VERB_OF: Final = {letter: verb for verb, letter in _VERBS.items()}
_LANGUAGES: Final[dict[Language, str]] = {"ko": "k", "en": "e"}
_LANGUAGE_OF: Final = {letter: language for language, letter in _LANGUAGES.items()}
_VIEW = r"(?P<kind>[flea])(?P<language>[ke]):(?P<first>[\w'-]{1,48}):(?P<second>[\w@-]{1,48})"
_BUTTON = re.compile(rf"a1:(?P<verb>[{''.join(_VERB_OF)}]){_VIEW}(?::(?P<trace>[\w-]{{8}}))?")
_MENU = re.compile(rf"m1:{_VIEW}")
_MAX_PAGE_DIGITS = 4
_TRACE_BITS = (7, 16, 16, 7)
"""Bits of the numbers of a trace, in their order; two before them say as what the fact is shown."""
_SHOWN: Final[tuple[Shown, ...]] = get_args(Shown)
_STYLES = {"primary": discord.ButtonStyle.primary, "secondary": discord.ButtonStyle.secondary}


def button_id(action: Action) -> str:
    """Return the custom id of a button."""
    trace = f":{_packed(action.trace)}" if action.trace else ""
    return f"a1:{_VERBS[action.verb]}{_written(action.view)}{trace}"


def menu_id(owner: View) -> str:
    """Return the custom id of the menu on the page `owner`."""
    return f"m1:{_written(owner)}"


def choice_value(view: View) -> str:
    """Return the value of a menu's entry or of a suggestion while typing."""
    return button_id(Action("open", view))


def read_button(custom_id: str) -> Action | None:
    """Return what a button does; None if the id is forged or of another version."""
    match = _BUTTON.fullmatch(custom_id)
    view = _view(match) if match else None
    if match is None or view is None:
        return None
    packed = match["trace"]
    trace = _unpacked(packed) if packed else None
    return None if packed and trace is None else Action(_VERB_OF[match["verb"]], view, trace)


def read_menu(custom_id: str) -> View | None:
    """Return the page of a menu; None if the id is forged or of another version."""
    match = _MENU.fullmatch(custom_id)
    return _view(match) if match else None


def _written(view: View) -> str:
    language = _LANGUAGES[view.language]
    match view:
        case FactView():
            return f"f{language}:{view.article}:{view.fact}"
        case ListView():
            return f"l{language}:{view.command}:{view.page}" + (f"@{view.article}" if view.article else "")
        case EntityView():
            return f"e{language}:{view.article}:{view.entity}"
        case ArticlesView():
            return f"a{language}:-:{view.page}"


def _view(match: re.Match[str]) -> View | None:
    kind, first, second = match["kind"], match["first"], match["second"]
    language = _LANGUAGE_OF[match["language"]]
    if kind in {"l", "a"}:
        page, _, article = second.partition("@")
        plain = page.isascii() and page.isdigit() and len(page) <= _MAX_PAGE_DIGITS
        if kind == "a":
            return ArticlesView(int(page), language) if plain and second == page else None
        return ListView(first, int(page), language, article or None) if plain else None
    return FactView(first, second, language) if kind == "f" else EntityView(first, second, language)


def _packed(trace: Trace) -> str:
    """Pack a trace into 48 bits, eight characters."""
    number = _SHOWN.index(trace.shown)
    values = trace.percent, trace.sample, trace.runner_up, trace.runner_up_percent
    for value, bits in zip(values, _TRACE_BITS, strict=True):
        number = number << bits | value
    return base64.urlsafe_b64encode(number.to_bytes(6)).decode()


def _unpacked(packed: str) -> Trace | None:
    """Return the trace; None if a percentage exceeds 100 or the text is not ASCII."""
    if not packed.isascii():
        return None
    number, values = int.from_bytes(base64.urlsafe_b64decode(packed)), []
    for bits in reversed(_TRACE_BITS):
        number, value = divmod(number, 1 << bits)
        values.append(value)
    runner_up_percent, runner_up, sample, percent = values
    trace = Trace(percent, sample, runner_up, runner_up_percent, _SHOWN[number])
    return trace if max(trace.percent, trace.runner_up_percent) <= 100 else None  # noqa: PLR2004


class AnyButton(ui.DynamicItem[ui.Button[Any]], template=_NONE):
    """A button that is known again by its custom id; the classes of the kinds have a template."""

    @classmethod
    async def from_custom_id(cls, _: Interaction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build a button that was pressed."""
        return cls(ui.Button(custom_id=match.string))


class _AnyMenu(ui.DynamicItem[ui.Select[Any]], template=_NONE):
    """A menu that is known again by its custom id; the classes of the kinds have a template."""

    @classmethod
    async def from_custom_id(cls, _: Interaction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build a menu that was used."""
        return cls(ui.Select(custom_id=match.string))


class PageButton(AnyButton, template=ANY_BUTTON):
    """A button of a page, of any version."""

    @classmethod
    def of(cls, button: Button) -> Self:
        """Build the button of a page."""
        custom_id = button_id(button.action)
        return cls(ui.Button(label=button.label, custom_id=custom_id, style=_STYLES[button.style]))

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Carry out the action in the custom id."""
        await interaction.client.pressed(interaction, self.custom_id)


class PageMenu(_AnyMenu, template=ANY_MENU):
    """A menu of a page, of any version."""

    @classmethod
    def of(cls, menu: Menu) -> Self:
        """Build the menu of a page."""
        options = [discord.SelectOption(label=choice.label, value=choice_value(choice.view)) for choice in menu.choices]
        return cls(ui.Select(custom_id=menu_id(menu.owner), placeholder=menu.placeholder, options=options))

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Show the picked entry."""
        await interaction.client.picked(interaction, self.custom_id, _first_picked(interaction))


class EditorButton(AnyButton, template=ANY_EDITOR_BUTTON):
    """A button of the list of unanswered questions, of any version."""

    @classmethod
    def of(cls, label: str, custom_id: str, *, row: int) -> Self:
        """Build a button in a row of the message."""
        return cls(ui.Button(label=label, custom_id=custom_id, row=row), row=row)

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Carry out the edit in the custom id."""
        await interaction.client.edited(interaction, self.custom_id, "")


class EditorMenu(_AnyMenu, template=ANY_EDITOR_MENU):
    """A menu of the list of unanswered questions, of any version."""

    @classmethod
    def of(cls, placeholder: str, custom_id: str, options: list[discord.SelectOption], *, row: int) -> Self:
        """Build a menu in a row of the message."""
        return cls(ui.Select(custom_id=custom_id, placeholder=placeholder, options=options, row=row), row=row)

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Carry out the edit with the picked entry."""
        await interaction.client.edited(interaction, self.custom_id, _first_picked(interaction))


class TagMenu(_AnyMenu, template=ANY_TAG_MENU):
    """A menu that asks for the tags of a post about an article, of any version."""

    @classmethod
    def of(cls, placeholder: str, custom_id: str, options: list[discord.SelectOption], most: int) -> Self:
        """Build a menu of which one to `most` entries can be picked."""
        picked = min(most, len(options))
        return cls(ui.Select(custom_id=custom_id, placeholder=placeholder, options=options, max_values=picked))

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Open the post with the picked tags."""
        await interaction.client.tagged(interaction, self.custom_id, _picked(interaction))


def _picked(interaction: Interaction) -> list[str]:
    """Return the entries that were picked from a menu; a broken client sends none."""
    data: Any = interaction.data
    return [str(one) for one in data.get("values") or ()]


def _first_picked(interaction: Interaction) -> str:
    return next(iter(_picked(interaction)), "")


def turns(page: int, *, has_more: bool) -> Iterator[tuple[str, int]]:
    """Yield the label of each button that turns a page, counted from 0, and the page to which it turns."""
    if page > 0:
        yield "◀", page - 1
    if has_more:
        yield "▶", page + 1


def view_of(page: Page) -> ui.View | None:
    """Return the menu and the row of buttons of a page; None if it has neither."""
    if not page.buttons and page.menu is None:
        return None
    view = ui.View(timeout=None)
    if page.menu is not None:
        view.add_item(PageMenu.of(page.menu))
    for button in page.buttons:
        view.add_item(PageButton.of(button))
    return view
