"""Commands of an article can't have the names of the bot's own commands."""

from pathlib import Path

import pytest

from bot.app import read
from bot.discord_bot.commands import RESERVED, build_commands
from bot.errors import KnowledgeError
from tests.knowledge.small_article import COMMAND, Folder
from tests.shipped import shipped

SHIPPED = shipped()
TAKEN = {"ask", "질문", "help", "도움말", "about", "소개", *RESERVED}


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_command_called_like_one_of_the_bots_own_is_a_problem(tmp_path: Path, name: str) -> None:
    """Otherwise the command would be missing without a word to its author."""
    folder = Folder(tmp_path)
    folder.write("art/commands.yaml", COMMAND % (name, "facts: [murati-origin]"))
    with pytest.raises(KnowledgeError) as caught:
        read(folder.root)
    (problem,) = caught.value.problems
    where = f"art/commands.yaml:2: command {name!r}: name.en"
    assert str(problem) == f"{where}: the bot has a command {name!r} of its own"


def test_every_declared_command_is_built() -> None:
    (article,) = SHIPPED.articles
    registered = {command.name for command in build_commands(SHIPPED)}
    assert registered >= {command.name.en for command in article.commands}
