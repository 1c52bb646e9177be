"""Rows of buttons and of text menus: what a message may carry. Other components are refused as not modelled."""

from collections.abc import Iterator
from enum import IntEnum

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.problems import Path, Problems

MOST_ROWS = 5
MOST_BUTTONS = 5
MOST_OPTIONS = 25


class ComponentKind(IntEnum):
    """The types of components that are modelled."""

    ROW = 1
    BUTTON = 2
    TEXT_MENU = 3


LINK, PREMIUM = 5, 6
"""The styles of buttons without a custom id."""


def walk(rows: list[Json], path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield what is in the rows, with its path."""
    for number, row in enumerate(rows):
        for place, component in enumerate(row.get("components") or ()):
            yield (*path, number, "components", place), component


def check_components(rows: list[Json], path: Path, problems: Problems) -> None:
    """Note what Discord would refuse in a message's components."""
    problems.check_count(rows, path, most=MOST_ROWS)
    for number, row in enumerate(rows):
        if row.get("type") == ComponentKind.ROW:
            _check_row(row.get("components") or [], (*path, number), problems)
        else:
            message = 'Value of field "type" must be one of (1,).'
            problems.add((*path, number, "type"), "UNION_TYPE_CHOICES", message)
    seen = set()
    for place, component in walk(rows, path):
        custom_id = component.get("custom_id")
        if custom_id is not None and custom_id in seen:
            message = "Component custom id cannot be duplicated"
            problems.add((*place, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        seen.add(custom_id)


def _check_row(inside: list[Json], path: Path, problems: Problems) -> None:
    place = (*path, "components")
    menus = any(component.get("type") == ComponentKind.TEXT_MENU for component in inside)
    problems.check_count(inside, place, least=1, most=1 if menus else MOST_BUTTONS)
    for number, component in enumerate(inside):
        match component.get("type"):
            case ComponentKind.BUTTON:
                _check_button(component, (*place, number), problems)
            case ComponentKind.TEXT_MENU:
                _check_menu(component, (*place, number), problems)
            case kind:
                problems.add((*place, number, "type"), "NOT_MODELLED", f"Type {kind} is not modelled in a row.")


def _check_button(button: Json, path: Path, problems: Problems) -> None:
    if button.get("style") in {LINK, PREMIUM}:
        problems.add((*path, "style"), "NOT_MODELLED", "Links and premium buttons are not modelled.")
        return
    problems.check_length(button.get("custom_id"), (*path, "custom_id"), least=1, most=100)
    if button.get("label") is not None:
        problems.check_length(button["label"], (*path, "label"), most=80)
    if button.get("url") is not None:
        message = "A url is only for link buttons"
        problems.add((*path, "url"), "BUTTON_COMPONENT_URL_NOT_ALLOWED", message)
    if not button.get("label") and not button.get("emoji"):
        message = "A button needs a label or an emoji"
        problems.add(path, "BUTTON_COMPONENT_EMPTY", message)


def _check_menu(menu: Json, path: Path, problems: Problems) -> None:
    problems.check_length(menu.get("custom_id"), (*path, "custom_id"), least=1, most=100)
    if menu.get("placeholder") is not None:
        problems.check_length(menu["placeholder"], (*path, "placeholder"), most=150)
    options = menu.get("options") or []
    problems.check_count(options, (*path, "options"), least=1, most=MOST_OPTIONS)
    _check_options(options, (*path, "options"), problems)
    least, most = chosen_range(menu)
    if options and most > len(options):
        message = f"Must be less than or equal to {len(options)}."
        problems.add((*path, "max_values"), "NUMBER_TYPE_MAX", message)
    if not 0 <= least <= most <= MOST_OPTIONS:
        message = "min_values must not exceed max_values."
        problems.add((*path, "min_values"), "NUMBER_TYPE_MAX", message)


def chosen_range(menu: Json) -> tuple[int, int]:
    """Return how many options a person picks, at least and at most."""
    least, most = menu.get("min_values"), menu.get("max_values")
    return (1 if least is None else least), (1 if most is None else most)


def _check_options(options: list[Json], path: Path, problems: Problems) -> None:
    seen = set()
    for number, option in enumerate(options):
        place = (*path, number)
        problems.check_length(option.get("label"), (*place, "label"), least=1, most=100)
        problems.check_length(option.get("value"), (*place, "value"), least=1, most=100)
        if option.get("description") is not None:
            where = (*place, "description")
            problems.check_length(option["description"], where, most=100)
        if option.get("value") in seen:
            message = "The specified option value is already used"
            code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
            problems.add((*place, "value"), code, message)
        seen.add(option.get("value"))
