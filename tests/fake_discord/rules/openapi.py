"""Checking bodies against Discord's own OpenAPI description of its API."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.problems import Problems

_ROOT = "discord:openapi"


class OpenApi:
    """Validators for the request bodies of all routes, made when first needed."""

    def __init__(self, description: Json) -> None:
        """Take over a parsed description."""
        _accept_numeric_ids(description)
        resource = Resource.from_contents(description, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
        self._paths: Json = description["paths"]
        self._validators: dict[tuple[str, str], Draft202012Validator | None] = {}

    def check(self, method: str, route: str, body: object, problems: Problems) -> None:
        """Note where a body departs from the description of its route."""
        validator = self._validator(method, route)
        if validator is None:
            return
        for error in validator.iter_errors(body):
            for leaf in _leaves(error):
                code = str(leaf.validator).upper()
                path = [p for p in leaf.absolute_path if isinstance(p, str | int)]
                problems.add(path, f"OPENAPI_{code}", leaf.message[:300])

    def knows(self, method: str, route: str) -> bool:
        """Say whether the description has a body for a route."""
        return self._validator(method, route) is not None

    def _validator(self, method: str, route: str) -> Draft202012Validator | None:
        key = (method, route)
        if key not in self._validators:
            self._validators[key] = self._make(method, route)
        return self._validators[key]

    def _make(self, method: str, route: str) -> Draft202012Validator | None:
        operation = self._paths.get(route, {}).get(method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return None
        steps = ["paths", route, method.lower(), "requestBody", "content"]
        steps += ["application/json", "schema"]
        pointer = "/".join(s.replace("~", "~0").replace("/", "~1") for s in steps)
        reference = f"{_ROOT}#/{pointer.replace('{', '%7B').replace('}', '%7D')}"
        return Draft202012Validator({"$ref": reference}, registry=self._registry)


@lru_cache(maxsize=2)
def load_openapi(path: str) -> OpenApi:
    """Read a description once for the whole process: it is over a megabyte."""
    return OpenApi(json.loads(FilePath(path).read_text(encoding="utf-8")))


def _accept_numeric_ids(description: Json) -> None:
    """Let ids be numbers as well: Discord takes both, the description names one."""
    snowflake = description["components"]["schemas"]["SnowflakeType"]
    snowflake["type"] = ["string", "integer"]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Follow a failed union into the branch that was meant, down to the fields."""
    if not error.context:
        yield error
        return
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    for inner in min(branches.values(), key=_distance):
        yield from _leaves(inner)


def _distance(branch: list[ValidationError]) -> tuple[bool, int]:
    """Rank branches: one whose `type` fits was meant, then the fewest errors."""
    wrong = any(
        path == ["type"] or (not path and error.validator == "type")
        for error in branch
        for path in [list(error.relative_path)]
    )
    return wrong, len(branch)
