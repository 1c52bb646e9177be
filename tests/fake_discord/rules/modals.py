"""Modals: their fields, each in a label of its own. Other components are refused as not modelled."""

from enum import IntEnum

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.components import ComponentKind, chosen_range
from tests.fake_discord.rules.problems import Path, Problems

MOST_FIELDS = 5
MOST_TITLE = MOST_LABEL = 45
MOST_TEXT = 4000
SHORT, PARAGRAPH = 1, 2


class FieldKind(IntEnum):
    """The types of components that are modelled in modals, beside menus."""

    TEXT_INPUT = 4
    LABEL = 18


def check_modal(modal: Json, path: Path, problems: Problems) -> None:
    """Note what Discord would refuse in a modal."""
    problems.check_length(modal.get("custom_id"), (*path, "custom_id"), least=1, most=100)
    problems.check_length(modal.get("title"), (*path, "title"), least=1, most=MOST_TITLE)
    labels = modal.get("components") or []
    problems.check_count(labels, (*path, "components"), least=1, most=MOST_FIELDS)
    seen = set()
    for number, label in enumerate(labels):
        place = (*path, "components", number)
        if label.get("type") != FieldKind.LABEL:
            problems.add((*place, "type"), "NOT_MODELLED", f"Type {label.get('type')} is not modelled in a modal.")
            continue
        _check_label(label, place, problems)
        custom_id = (label.get("component") or {}).get("custom_id")
        if custom_id in seen:
            message = "Component custom id cannot be duplicated"
            problems.add((*place, "component", "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        seen.add(custom_id)


def _check_label(label: Json, path: Path, problems: Problems) -> None:
    problems.check_length(label.get("label"), (*path, "label"), least=1, most=MOST_LABEL)
    if label.get("description") is not None:
        problems.check_length(label["description"], (*path, "description"), least=1, most=100)
    field, place = label.get("component") or {}, (*path, "component")
    problems.check_length(field.get("custom_id"), (*place, "custom_id"), least=1, most=100)
    match field.get("type"):
        case FieldKind.TEXT_INPUT:
            _check_text_input(field, place, problems)
        case ComponentKind.TEXT_MENU:
            _check_menu(field, place, problems)
        case kind:
            problems.add((*place, "type"), "NOT_MODELLED", f"Type {kind} is not modelled in a label.")


def _check_text_input(field: Json, path: Path, problems: Problems) -> None:
    if field.get("style") not in {SHORT, PARAGRAPH}:
        problems.add((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    if field.get("label") is not None:
        message = "A text input in a label has no label of its own"
        problems.add((*path, "label"), "COMPONENT_LABEL_NOT_ALLOWED", message)
    if field.get("placeholder") is not None:
        problems.check_length(field["placeholder"], (*path, "placeholder"), most=100)
    least, most = text_range(field)
    if not 0 <= least <= most <= MOST_TEXT or most < 1:
        problems.add((*path, "max_length"), "NUMBER_TYPE_MAX", "min_length must not exceed max_length.")
    if field.get("value"):
        problems.check_length(field["value"], (*path, "value"), least=least, most=most)


def text_range(field: Json) -> tuple[int, int]:
    """Return how many characters a text input takes, at least and at most."""
    least, most = field.get("min_length"), field.get("max_length")
    return (0 if least is None else least), (MOST_TEXT if most is None else most)


def _check_menu(menu: Json, path: Path, problems: Problems) -> None:
    options = menu.get("options") or []
    problems.check_count(options, (*path, "options"), least=1, most=25)
    least, most = chosen_range(menu)
    if menu.get("disabled"):
        problems.add((*path, "disabled"), "MODAL_SELECT_DISABLED", "A menu in a modal cannot be disabled")
    if sum(bool(option.get("default")) for option in options) > most:
        problems.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "Too many default options")
    if not 0 <= least <= most <= len(options):
        problems.add((*path, "min_values"), "NUMBER_TYPE_MAX", "min_values must not exceed max_values.")
    for number, option in enumerate(options):
        for key in ("label", "value"):
            problems.check_length(option.get(key), (*path, "options", number, key), least=1, most=100)
