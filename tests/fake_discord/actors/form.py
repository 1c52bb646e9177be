"""A modal as the person sees it who opened it."""

from dataclasses import dataclass

from tests.fake_discord.actors.reply import Option
from tests.fake_discord.interactions.book import Interaction
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.components import ComponentKind, chosen_range
from tests.fake_discord.rules.modals import FieldKind, text_range


@dataclass(slots=True, frozen=True, kw_only=True)
class Field:
    """A field; `value` is what stands or is picked in it at first, `options` are those of a menu."""

    name: str
    label: str
    description: str
    value: str
    required: bool
    least: int
    most: int
    options: tuple[Option, ...] = ()

    @property
    def is_menu(self) -> bool:
        """Say whether values are picked."""
        return bool(self.options)


@dataclass(slots=True, frozen=True, kw_only=True)
class Form:
    """An open modal."""

    title: str
    custom_id: str
    fields: tuple[Field, ...]
    opener: Interaction

    def field(self, name: str) -> Field:
        """Return a field by its custom id; fail if it is not there."""
        for field in self.fields:
            if field.name == name:
                return field
        message = f"no field {name!r} in {self.title!r}, only {[field.name for field in self.fields]}"
        raise AssertionError(message)

    def filled(self, values: dict[str, str]) -> list[Json]:
        """Return the components as the client sends them; fail if it would not let the person send them."""
        for name in values:
            self.field(name)
        return [
            {"type": int(FieldKind.LABEL), "id": 2 * at + 1, "component": _sent(field, values, 2 * at + 2)}
            for at, field in enumerate(self.fields)
        ]


def form_of(opener: Interaction) -> Form:
    """Return the modal with which the bot answered an interaction."""
    modal = opener.modal
    assert modal is not None, "the bot opened no modal"
    fields = tuple(map(_field, modal["components"]))
    return Form(title=modal["title"], custom_id=modal["custom_id"], fields=fields, opener=opener)


def _field(label: Json) -> Field:
    inner = label["component"]
    options = inner.get("options") or []
    if inner["type"] == ComponentKind.TEXT_MENU:
        least, most = chosen_range(inner)
        value = next((option["value"] for option in options if option.get("default")), "")
    else:
        least, most = text_range(inner)
        value = inner.get("value") or ""
    return Field(
        name=inner["custom_id"],
        label=label["label"],
        description=label.get("description") or "",
        value=value,
        required=inner.get("required") is not False,
        least=least,
        most=most,
        options=tuple(Option(label=option["label"], value=option["value"]) for option in options),
    )


def _sent(field: Field, values: dict[str, str], number: int) -> Json:
    value = values.get(field.name, field.value)
    assert value or not field.required, f"{field.name!r} must be filled in"
    if field.is_menu:
        known = {name: option.value for option in field.options for name in (option.label, option.value)}
        assert not value or value in known, f"{field.name!r} has no option {value!r}"
        chosen = [known[value]] if value else []
        return {"type": int(ComponentKind.TEXT_MENU), "id": number, "custom_id": field.name, "values": chosen}
    fits = not value or field.least <= len(value) <= field.most
    assert fits, f"{field.name!r} takes {field.least} to {field.most} characters, not {len(value)}"
    return {"type": int(FieldKind.TEXT_INPUT), "id": number, "custom_id": field.name, "value": value}
