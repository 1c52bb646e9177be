"""Collecting everything that is wrong with a body, in Discord's error format."""

from collections.abc import Iterable

from tests.fake_discord.errors import INVALID_FORM_BODY, Refusal
from tests.fake_discord.jsontypes import Json

Path = tuple[str | int, ...]


class Problems:
    """Field errors by path; all of them are reported at once, as Discord does."""

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._found: list[tuple[Path, str, str]] = []

    def add(self, path: Iterable[str | int], code: str, message: str) -> None:
        """Note what is wrong with one field."""
        self._found.append((tuple(path), code, message))

    def check_length(self, value: object, path: Path, *, least: int = 0, most: int) -> None:
        """Note a text that is no text, too short or too long."""
        if not isinstance(value, str):
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif len(value) > most:
            message = f"Must be {most} or fewer in length."
            self.add(path, "BASE_TYPE_MAX_LENGTH", message)
        elif len(value) < least:
            message = f"Must be between {least} and {most} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)

    def check_count(self, items: list[Json], path: Path, *, least: int = 0, most: int) -> None:
        """Note a list with too few or too many items."""
        if not least <= len(items) <= most:
            message = f"Must be between {least} and {most} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)

    def raise_if_any(self) -> None:
        """Refuse the body if anything was noted."""
        if self._found:
            raise Refusal(400, INVALID_FORM_BODY, "Invalid Form Body", errors=self._nested())

    def _nested(self) -> Json:
        nested: Json = {}
        for path, code, message in self._found:
            place = nested
            for step in path:
                place = place.setdefault(str(step), {})
            place.setdefault("_errors", []).append({"code": code, "message": message})
        return nested
