"""Characters that look like YAML's own: the message names the character and its line, and nothing else."""

from typing import TYPE_CHECKING

import pytest
import yaml

from bot.knowledge import lookalikes, yaml_reader
from bot.knowledge.schema import EntitiesFile
from bot.knowledge.validation import load

if TYPE_CHECKING:
    from bot.errors import Problem

DASH = "'–' (U+2013, en dash) begins no list item; write '- '"
BULLET = "'•' (U+2022, bullet) begins no list item; write '- '"
ALIASES = "f.yaml:5: entity 'a': aliases: "
MISSING = "'- ' is missing before 'id'"
HEAD = "entities:\n  - id: a\n    kind: person\n"
NAME = "    name: {ko: 가}\n"
LONG = "      - one more\n" * 9
OTHER = f"    kind: person\n{NAME}"
CASES = {
    "an en dash before an id": (f"entities:\n  – id: a\n{OTHER}", f"f.yaml:2: {DASH}"),
    "a bullet before an id": (f"entities:\n  • id: a\n{OTHER}", f"f.yaml:2: {BULLET}"),
    "a bullet without a space": (f"entities:\n  •id: a\n{OTHER}", f"f.yaml:2: {BULLET}"),
    "an asterisk as in Markdown": (
        f"entities:\n  * id: a\n{OTHER}",
        "f.yaml:2: '*' (U+002A, asterisk) begins no list item; write '- '",
    ),
    "en dashes in a list of texts": (f"{HEAD}    aliases:\n      – price\n      – cost\n{NAME}", ALIASES + DASH),
    "a bullet in a list of texts": (f"{HEAD}    aliases:\n      • price\n{NAME}", ALIASES + BULLET),
    "one en dash among dashes": (
        f"{HEAD}    aliases:\n      - one\n      – two\n      - three\n{NAME}",
        f"f.yaml:6: {DASH}",
    ),
    "an en dash far below a right list": (
        f"{HEAD}    aliases:\n      - one\n{NAME}  – id: b\n{OTHER}",
        f"f.yaml:7: {DASH}",
    ),
    "no space behind a dash": (
        f"{HEAD}    aliases:\n      - one\n      -two\n      - three\n{NAME}",
        "f.yaml:6: a space is missing behind '-'",
    ),
    "no space behind any dash": (
        f"{HEAD}    aliases:\n      -one\n      -two\n{NAME}",
        f"{ALIASES}a space is missing behind '-'",
    ),
    "a no-break space behind a dash": (
        f"{HEAD}    aliases:\n      -\u00a0price\n{NAME}",
        f"{ALIASES}U+00A0 (no-break space) stands behind '-'; write '- '",
    ),
    "no dash before the first id": (f"entities:\n    id: a\n{OTHER}  - id: b\n{OTHER}", f"f.yaml:2: {MISSING}"),
    "no dash before the second id": (f"{HEAD}{NAME}  id: b\n{OTHER}", f"f.yaml:5: {MISSING}"),
    "no dash before the only id": (f"entities:\n  id: a\n{OTHER}", f"f.yaml:2: {MISSING}"),
    "a mapping in place of a list": (
        "entities:\n  id: a\n  kind: person\n  name: {ko: 가}\n",
        f"f.yaml:2: entities.id: {MISSING}",
    ),
    "no-break spaces before a key": (
        f"{HEAD}\u00a0\u00a0\u00a0\u00a0name: {{ko: 가}}\n",
        "f.yaml:4: is indented with U+00A0 (no-break space); use spaces",
    ),
    "a no-break space among spaces": (
        f"{HEAD}  \u00a0 name: {{ko: 가}}\n",
        "f.yaml:4: is indented with U+00A0 (no-break space); use spaces",
    ),
    "ideographic spaces before a key": (
        f"{HEAD}\u3000\u3000name: {{ko: 가}}\n",
        "f.yaml:4: is indented with U+3000 (ideographic space); use spaces",
    ),
    "a zero width space before a key": (
        f"{HEAD}    \u200bname: {{ko: 가}}\n",
        "f.yaml:4: is indented with U+200B (zero width space); use spaces",
    ),
    "a no-break space behind a colon": (
        f"entities:\n  - id: a\n    kind:\u00a0person\n{NAME}",
        "f.yaml:3: U+00A0 (no-break space) stands behind ':'; use a space",
    ),
    "a full-width colon": (
        f"entities:\n  - id: a\n    kind：person\n{NAME}",
        "f.yaml:3: '：' (U+FF1A, fullwidth colon) stands behind 'kind'; write ': '",
    ),
    "a full-width colon before a long list": (
        f"{HEAD}    aliases：\n{LONG}{NAME}",
        "f.yaml:4: '：' (U+FF1A, fullwidth colon) stands behind 'aliases'; write ': '",
    ),
    "a no-break space behind a colon before a long list": (
        f"{HEAD}    aliases:\u00a0\n{LONG}{NAME}",
        "f.yaml:4: U+00A0 (no-break space) stands behind ':'; use a space",
    ),
}


def problems_in(text: str) -> list[str]:
    problems: list[Problem] = []
    load(text.encode(), "f.yaml", EntitiesFile, problems)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
@pytest.mark.parametrize(("text", "message"), CASES.values(), ids=CASES)
def test_the_character_and_its_line_are_named(
    monkeypatch: pytest.MonkeyPatch, text: str, message: str, *, pure: bool
) -> None:
    for module in (yaml_reader, lookalikes):
        monkeypatch.setattr(module, "LOADER", yaml.BaseLoader if pure else module.LOADER)
    assert problems_in(text) == [message]


def test_a_sentence_may_go_on_with_any_of_them() -> None:
    text = f"{HEAD}    aliases:\n      - 그는\n        – 아마도 –\n        • 떠났다\n        -5도에서\n{NAME}"
    assert problems_in(text) == []


def test_another_mistake_near_such_a_sentence_is_reported_as_before() -> None:
    text = f"{HEAD}    aliases:\n      - 그는\n        – 아마도\n      - 하나: 둘: 셋\n{NAME}"
    assert problems_in(text) == ["f.yaml:7: a sentence that contains ': ' needs quotes around all of it"]


def test_an_id_that_is_repeated_may_lack_its_dash() -> None:
    problems = problems_in(f"{HEAD}{NAME}    id: b\n")
    assert problems == [f"f.yaml:5: the key 'id' is repeated (first in line 2): {MISSING}, or remove one"]


def test_a_message_costs_no_more_than_a_few_readings() -> None:
    """Each possible mending is read only up to the line in question."""
    text = "entities:\n" + "  - id: a\n    kind: person\n" * 15_000 + "  – id: b\n    kind: p\n    name: {ko: 가}\n"
    assert problems_in(text) == [f"f.yaml:30002: {DASH}"]
