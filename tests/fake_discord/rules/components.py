"""Buttons, menus and rows: what a message may carry."""

from collections.abc import Iterator
from enum import IntEnum
from urllib.parse import urlsplit

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.problems import Path, Problems

MOST_ROWS = 5
MOST_BUTTONS = 5
MOST_OPTIONS = 25
MOST_IN_LAYOUT = 40
MOST_LAYOUT_TEXT = 4000


class ComponentKind(IntEnum):
    """The types of components."""

    ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17


class ButtonStyle(IntEnum):
    """The styles of buttons that need telling apart."""

    LINK = 5
    PREMIUM = 6


SELECTS = frozenset({3, 5, 6, 7, 8})
_LAYOUT_TOP = frozenset({1, 9, 10, 12, 13, 14, 17})
_LINK_SCHEMES = ("http", "https", "discord")


def walk(components: list[Json], path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every component with its path, however deep it is nested."""
    for number, component in enumerate(components):
        place = (*path, number)
        yield place, component
        yield from walk(component.get("components") or [], (*place, "components"))
        for key in ("accessory", "component"):
            if component.get(key):
                inner = component[key]
                yield (*place, key), inner
                yield from walk(inner.get("components") or [], (*place, key, "components"))


def check_components(components: list[Json], path: Path, problems: Problems, *, layout: bool) -> None:
    """Note what Discord would refuse in a message's components.

    `layout` says whether the message has the flag IS_COMPONENTS_V2, without which only
    rows may stand at the top.
    """
    if layout:
        _check_layout(components, path, problems)
    else:
        problems.check_count(components, path, most=MOST_ROWS)
        for number, component in enumerate(components):
            if component.get("type") != ComponentKind.ROW:
                message = 'Value of field "type" must be one of (1,).'
                place = (*path, number, "type")
                problems.add(place, "UNION_TYPE_CHOICES", message)
    for place, component in walk(components, path):
        _check_one(component, place, problems)
    check_custom_ids(components, path, problems)


def check_custom_ids(components: list[Json], path: Path, problems: Problems) -> None:
    """Note custom ids that occur twice."""
    seen = set()
    for place, component in walk(components, path):
        custom_id = component.get("custom_id")
        if custom_id is None:
            continue
        if custom_id in seen:
            message = "Component custom id cannot be duplicated"
            code = "COMPONENT_CUSTOM_ID_DUPLICATED"
            problems.add((*place, "custom_id"), code, message)
        seen.add(custom_id)


def _check_layout(components: list[Json], path: Path, problems: Problems) -> None:
    everything = [component for _, component in walk(components, path)]
    if len(everything) > MOST_IN_LAYOUT:
        message = f"Must be {MOST_IN_LAYOUT} or fewer components in total."
        problems.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    text = sum(len(c.get("content") or "") for c in everything)
    if text > MOST_LAYOUT_TEXT:
        message = f"Must be {MOST_LAYOUT_TEXT} or fewer characters in total."
        problems.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
    for number, component in enumerate(components):
        if component.get("type") not in _LAYOUT_TOP:
            message = f'Value of field "type" must be one of {sorted(_LAYOUT_TOP)}.'
            problems.add((*path, number, "type"), "UNION_TYPE_CHOICES", message)


def _check_one(component: Json, path: Path, problems: Problems) -> None:
    kind = component.get("type")
    if kind == ComponentKind.ROW:
        _check_row(component.get("components") or [], path, problems)
    elif kind == ComponentKind.BUTTON:
        _check_button(component, path, problems)
    elif kind in SELECTS:
        check_select(component, path, problems)
    elif kind == ComponentKind.TEXT_INPUT:
        message = "This component belongs into a modal."
        problems.add((*path, "type"), "COMPONENT_TYPE_INVALID", message)


def _check_row(inside: list[Json], path: Path, problems: Problems) -> None:
    place = (*path, "components")
    selects = sum(component.get("type") in SELECTS for component in inside)
    if selects:
        problems.check_count(inside, place, least=1, most=1)
    else:
        problems.check_count(inside, place, least=1, most=MOST_BUTTONS)
    allowed = SELECTS | {ComponentKind.BUTTON}
    for number, component in enumerate(inside):
        if component.get("type") not in allowed:
            message = f'Value of field "type" must be one of {sorted(allowed)}.'
            problems.add((*place, number, "type"), "UNION_TYPE_CHOICES", message)


def _check_button(button: Json, path: Path, problems: Problems) -> None:
    if button.get("label") is not None:
        problems.check_length(button["label"], (*path, "label"), most=80)
    if button.get("style") == ButtonStyle.LINK:
        _check_link(button, path, problems)
        return
    if button.get("style") == ButtonStyle.PREMIUM:
        return
    problems.check_length(button.get("custom_id"), (*path, "custom_id"), least=1, most=100)
    if button.get("url") is not None:
        message = "A url is only for link buttons"
        problems.add((*path, "url"), "BUTTON_COMPONENT_URL_NOT_ALLOWED", message)
    _check_face(button, path, problems)


def _check_link(button: Json, path: Path, problems: Problems) -> None:
    url = button.get("url")
    problems.check_length(url, (*path, "url"), least=1, most=512)
    if isinstance(url, str) and not _is_link(url):
        message = f"Scheme must be one of {_LINK_SCHEMES}, with a host."
        problems.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", message)
    if button.get("custom_id") is not None:
        message = "A custom id and url cannot both be specified"
        problems.add(path, "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", message)
    _check_face(button, path, problems)


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _LINK_SCHEMES and bool(parts.netloc)


def _check_face(button: Json, path: Path, problems: Problems) -> None:
    if not button.get("label") and not button.get("emoji"):
        message = "A button needs a label or an emoji"
        problems.add(path, "BUTTON_COMPONENT_EMPTY", message)


def check_select(select: Json, path: Path, problems: Problems) -> None:
    """Note what Discord would refuse in a select menu."""
    problems.check_length(select.get("custom_id"), (*path, "custom_id"), least=1, most=100)
    if select.get("placeholder") is not None:
        problems.check_length(select["placeholder"], (*path, "placeholder"), most=150)
    options = select.get("options") or []
    least, most = _chosen_range(select)
    if select.get("type") == ComponentKind.STRING_SELECT:
        place = (*path, "options")
        problems.check_count(options, place, least=1, most=MOST_OPTIONS)
        _check_options(options, place, problems)
        if options and most > len(options):
            message = f"Must be less than or equal to {len(options)}."
            problems.add((*path, "max_values"), "NUMBER_TYPE_MAX", message)
    if not 0 <= least <= most <= MOST_OPTIONS:
        message = "min_values must not exceed max_values."
        problems.add((*path, "min_values"), "NUMBER_TYPE_MAX", message)


def _chosen_range(select: Json) -> tuple[int, int]:
    least, most = select.get("min_values"), select.get("max_values")
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
