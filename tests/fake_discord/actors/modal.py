"""A modal that the bot has opened for somebody."""

from dataclasses import dataclass

from tests.fake_discord.interactions.book import Interaction
from tests.fake_discord.jsontypes import Json, JsonList
from tests.fake_discord.rules.components import SELECTS, ComponentKind


@dataclass(slots=True, frozen=True, kw_only=True)
class Field:
    """One thing to fill in."""

    label: str
    custom_id: str
    required: bool
    prefilled: str
    component: Json


class Modal:
    """The title and the fields of an open modal."""

    def __init__(self, interaction: Interaction, data: Json) -> None:
        """Show a modal that came as the response to an interaction."""
        self.interaction = interaction
        self.title: str = data["title"]
        self.custom_id: str = data["custom_id"]
        self._components: JsonList = data["components"]

    def __repr__(self) -> str:
        """Show what a failing test needs to show."""
        return f"<modal {self.title!r} {[field.label for field in self.fields]}>"

    @property
    def fields(self) -> list[Field]:
        """Return the fields from top to bottom."""
        found = []
        for component in self._components:
            inside = component.get("components") or [component.get("component")]
            found += [_field(item, component.get("label")) for item in inside if item]
        return found

    def filled(self, values: dict[str, str | list[str]]) -> JsonList:
        """Return the components of a submission; values go by label or custom id.

        Raises AssertionError for an unknown field or a required one left empty.
        """
        known = {name for f in self.fields for name in (f.label, f.custom_id)}
        unknown = set(values) - known
        assert not unknown, f"{self!r} has no fields {unknown}"
        return [self._submitted(component, values) for component in self._components]

    def _submitted(self, component: Json, values: dict[str, str | list[str]]) -> Json:
        kind = component["type"]
        if kind == ComponentKind.ROW:
            items = [_entry(_field(i, None), values) for i in component["components"]]
            return {"type": kind, "id": 1, "components": items}
        if kind == ComponentKind.LABEL:
            field = _field(component["component"], component.get("label"))
            return {"type": kind, "id": 1, "component": _entry(field, values)}
        return {"type": kind, "id": 1}


def _field(item: Json, label: str | None) -> Field:
    required = item.get("required")
    return Field(
        label=label or item.get("label") or "",
        custom_id=item["custom_id"],
        required=True if required is None else required,
        prefilled=item.get("value") or "",
        component=item,
    )


def _entry(field: Field, values: dict[str, str | list[str]]) -> Json:
    value = values.get(field.custom_id, values.get(field.label, field.prefilled))
    assert value or not field.required, f"the field {field.label!r} must be filled in"
    entry: Json = {
        "type": field.component["type"],
        "id": 2,
        "custom_id": field.custom_id,
    }
    if entry["type"] in SELECTS:
        chosen = [value] if isinstance(value, str) else list(value)
        return entry | {"values": [v for v in chosen if v]}
    return entry | {"value": value}
