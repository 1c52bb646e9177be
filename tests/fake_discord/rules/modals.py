"""What Discord refuses in a modal."""

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.components import (
    SELECTS,
    ComponentKind,
    check_custom_ids,
    check_select,
)
from tests.fake_discord.rules.problems import Path, Problems

MOST_COMPONENTS = 5
MOST_TYPED = 4000


def check_modal(modal: Json, path: Path, problems: Problems) -> None:
    """Note what is wrong with a modal's title, id or components."""
    problems.check_length(modal.get("title"), (*path, "title"), least=1, most=45)
    custom_id = modal.get("custom_id")
    problems.check_length(custom_id, (*path, "custom_id"), least=1, most=100)
    components = modal.get("components") or []
    place = (*path, "components")
    problems.check_count(components, place, least=1, most=MOST_COMPONENTS)
    for number, component in enumerate(components):
        _check_top(component, (*place, number), problems)
    check_custom_ids(components, place, problems)


def _check_top(component: Json, path: Path, problems: Problems) -> None:
    kind = component.get("type")
    if kind == ComponentKind.ROW:
        inside = component.get("components") or []
        problems.check_count(inside, (*path, "components"), least=1, most=1)
        for number, item in enumerate(inside):
            place = (*path, "components", number)
            problems.check_length(item.get("label"), (*place, "label"), least=1, most=45)
            _check_field(item, place, problems, allowed={ComponentKind.TEXT_INPUT})
    elif kind == ComponentKind.LABEL:
        label = component.get("label")
        problems.check_length(label, (*path, "label"), least=1, most=45)
        allowed = {ComponentKind.TEXT_INPUT, *SELECTS}
        item = component.get("component") or {}
        _check_field(item, (*path, "component"), problems, allowed=allowed)
    elif kind != ComponentKind.TEXT_DISPLAY:
        message = 'Value of field "type" must be one of (1, 10, 18).'
        problems.add((*path, "type"), "UNION_TYPE_CHOICES", message)


def _check_field(item: Json, path: Path, problems: Problems, *, allowed: set[int]) -> None:
    kind = item.get("type")
    if kind not in allowed:
        message = f'Value of field "type" must be one of {sorted(allowed)}.'
        problems.add((*path, "type"), "UNION_TYPE_CHOICES", message)
    elif kind in SELECTS:
        check_select(item, path, problems)
    else:
        custom_id = item.get("custom_id")
        problems.check_length(custom_id, (*path, "custom_id"), least=1, most=100)
        for key, most in (("placeholder", 100), ("value", MOST_TYPED)):
            if item.get(key) is not None:
                problems.check_length(item[key], (*path, key), most=most)
