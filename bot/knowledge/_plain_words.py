"""Pydantic's errors as sentences for people who have never heard of it."""

from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.errors import Problem
from bot.knowledge._scalars import ID_PATTERN, KEY_PATTERN, URL_PATTERN
from bot.knowledge._syntax import QUOTE_IT
from bot.knowledge._wording import Keys, Tree, quote, unknown
from bot.knowledge.strict_yaml import Document

_EMPTY: Final = "is empty: write something, or remove the line"
_MAPPING: Final = "must be a mapping: lines of the form 'key: …'"
_FIXED: Final = {
    "string_too_short": _EMPTY,
    "list_type": "must be a list: lines that begin with '- '",
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
}
_PATTERNS: Final = {
    ID_PATTERN: "is written with a–z, 0–9 and '-' only",
    URL_PATTERN: "must be an address that begins with https://",
    KEY_PATTERN: "is written with a–z, 0–9, '-', '_' and '.' only",
}


def problem_of(detail: ErrorDetails, model: type[BaseModel], document: Document) -> Problem:
    """Turn one of pydantic's errors into a problem."""
    path = _path(document.data, detail["loc"])
    if detail["type"] == "missing":
        return document.problem(path, f"'{detail['loc'][-1]}' is missing")
    if detail["type"] == "extra_forbidden":
        key = str(detail["loc"][-1])
        return document.problem(path, unknown("key", key, _keys(model, detail["loc"][:-1])))
    return document.problem(path, _say(detail))


def _path(data: Tree, loc: tuple[int | str, ...]) -> Keys:
    """Return the part of pydantic's location that exists in the data."""
    node: Tree | None = data
    for depth, part in enumerate(loc):
        match node, part:
            case (dict(), str()):
                node = node.get(part)
            case (list(), int()):
                node = node[part] if part < len(node) else None
            case _:
                node = None
        if node is None:
            return loc[:depth]
    return loc


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are allowed at `loc` of a model."""
    current: type[BaseModel] | None = model
    for part in loc:
        name = "root" if current is not None and "root" in current.model_fields else part
        fields = current.model_fields if current is not None else {}
        if isinstance(part, str) and name in fields:
            current = _model_in(fields[str(name)].annotation)
    return list(current.model_fields) if current is not None else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model inside an annotation such as `list[Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _say(detail: ErrorDetails) -> str:
    """Say what is wrong with a value, in the words of an author's world."""
    if detail["input"] == "":
        return _EMPTY
    if (fixed := _FIXED.get(detail["type"])) is not None:
        return fixed
    return _with_details(detail["type"], detail["input"], detail.get("ctx", {}), detail)


def _with_details(kind: str, given: Any, limits: dict[str, Any], detail: ErrorDetails) -> str:  # noqa: ANN401
    """Say what is wrong where the value or its limits belong into the sentence."""
    match kind:
        case "said":
            said = str(limits["what"])
        case "string_type" if isinstance(given, list | dict):
            it = "a list" if isinstance(given, list) else "a mapping"
            said = f"must be a text, not {it}; a sentence with ': ', '[' or '{{' {QUOTE_IT}"
        case "string_type":
            said = "must be a text"
        case "string_too_long":
            said = f"is {len(given.strip())} characters long; at most {limits['max_length']} fit"
        case "string_pattern_mismatch":
            said = f"{quote(given)} {_PATTERNS.get(limits['pattern'], 'is not of the right form')}"
        case "literal_error":
            options = [option.strip("'") for option in limits["expected"].replace(" or ", ", ").split(", ")]
            said = unknown(str(detail["loc"][-1]), str(given), options)
        case "too_short":
            said = f"needs at least {limits['min_length']}"
        case "too_long":
            said = f"has {limits['actual_length']}; at most {limits['max_length']} fit"
        case _:
            said = detail["msg"].lower()
    return said
