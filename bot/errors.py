"""The errors shown to a person as a sentence, each with an exit code."""

from dataclasses import dataclass
from typing import Final

MISTAKE: Final = 70
"""Exit code after a mistake in the program; unlike after the errors below, another start may help."""


class BotError(Exception):
    """Base of every error whose message is shown instead of a traceback."""

    exit_code = 1


class ConfigError(BotError):
    """A setting or argument is missing or unusable; its value is never shown."""

    exit_code = 2


class DiscordStartError(BotError):
    """Discord refused the bot or could not be reached."""

    exit_code = 69


class StoreError(BotError):
    """The database can't be used; the message names it and says why, without anything that it holds."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem of the knowledge: `file:line: where: what`; line 0 where it concerns the whole file."""

    file: str
    line: int
    where: str
    what: str
    column: int = 0
    """Column from 1, where a line may hold much: in JSON."""

    def __str__(self) -> str:
        """Return the problem as one line, in the form that compilers use."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        place += f":{self.column}" if self.column else ""
        return f"{place}: {self.where}: {self.what}" if self.where else f"{place}: {self.what}"


class KnowledgeError(BotError):
    """The knowledge can't be used; `problems` lists everything that is wrong, not only the first problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep `problems`, sorted by file and line."""
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class EditsError(KnowledgeError):
    """A reload from files would lose the edits that `problems` lists; it is carried out when that is wanted."""


class RevisionError(BotError):
    """A revision can't be used; `key` names the bot's sentence that says why."""

    exit_code = 2

    def __init__(self, revision: str, key: str) -> None:
        """Say the sentence `key` about what was given for a `revision`."""
        self.key, self.revision = key, revision
        super().__init__(f"{key}: {revision}")


class StaleError(BotError):
    """The facts are others than those that an edit was made for, which is not carried out."""

    def __init__(self, revision: str) -> None:
        """Name the `revision` that the edit was made for."""
        super().__init__(f"the facts have changed since revision {revision}: look again, then repeat the edit")


class FormError(BotError):
    """What somebody typed into a form can't be used; `key` names the bot's sentence that says why."""

    def __init__(self, *, key: str, **values: object) -> None:
        """Say the sentence `key` with these values."""
        self.key, self.values = key, values
        super().__init__(key)
