"""The examples in docstrings are true."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITH_EXAMPLES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "bot").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
}


def test_the_modules_for_text_have_examples() -> None:
    assert {f"bot.core.{name}" for name in ("text", "hangul", "stemming", "lexicon")} <= WITH_EXAMPLES


@pytest.mark.parametrize("module", sorted(WITH_EXAMPLES))
def test_the_examples_of_a_module_give_what_they_show(module: str) -> None:
    tried = doctest.testmod(import_module(module))
    assert tried.attempted > 0
    assert tried.failed == 0, "the difference is printed above"
