"""The errors a person may see; each is one calm sentence, with an exit code."""

from dataclasses import dataclass


class BotError(Exception):
    """Base of every error that is shown as a sentence instead of a traceback."""

    exit_code = 1


class ConfigError(BotError):
    """A setting or argument is missing or unusable; its value is never shown."""

    exit_code = 2


class DiscordStartError(BotError):
    """Discord refused the bot or could not be reached."""

    exit_code = 69


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in the knowledge: `file:line: where: what`."""

    file: str
    line: int
    where: str
    what: str

    def __str__(self) -> str:
        """Return the problem as one line in the form compilers use."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.where}: {self.what}" if self.where else f"{place}: {self.what}"


class KnowledgeError(BotError):
    """The knowledge can't be used; `problems` lists everything that is wrong, not just the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep `problems`, sorted by file and line."""
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))
