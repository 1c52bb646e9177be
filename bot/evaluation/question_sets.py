"""Question sets with the knowledge that each is asked of."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.model import NOTHING, Case, Knowledge
from bot.core.text import language_of, normalise
from bot.errors import ConfigError

DEVELOPMENT = "-development"
"""`<slug>-development.jsonl` holds what `train` learns from where `<slug>.jsonl` only measures."""
FOLLOW_UPS = "-follow-ups"
"""`<slug>-follow-ups.jsonl` holds questions that lean on another; `train` leaves them alone."""
ROLES = "-roles"
"""`<slug>-roles.jsonl` holds questions where who did what to whom, or a "not", decides; it measures only."""


@dataclass(frozen=True, slots=True)
class Item:
    """One measured question; `facts` are the right answers, empty when the article does not answer."""

    id: str
    question: str
    language: str
    kind: str
    facts: tuple[str, ...]
    article: str | None
    gap: str | None = None
    after: str | None = None
    """The question asked just before, which this one may lean on."""
    corrects: tuple[str, ...] = ()
    """Facts that tell what is the case instead, of a question that supposes something wrong."""

    @property
    def covered(self) -> bool:
        """Tell whether the article answers the question."""
        return bool(self.facts)


def read_items(path: Path, knowledge: Knowledge) -> tuple[Item, ...]:
    """Read `path`: JSON lines, or a `cases.yaml` of an article of `knowledge`; raise ConfigError if it can't be."""
    names = (slug_of(path), path.parent.name)
    slug = next((a.slug for a in knowledge.articles if a.slug in names), None)
    if path.suffix in {".yaml", ".yml"}:
        article = knowledge.article(slug or "")
        if article is None:
            msg = f"{path}: the folder of these cases is not an article of the knowledge in use (see --knowledge)"
            raise ConfigError(msg)
        gaps = frozenset(gap.id for gap in article.gaps)
        return tuple(_case(case, article.slug, gaps) for case in article.cases)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: can't be read ({error.__class__.__name__})"
        raise ConfigError(msg) from None
    return tuple(_line(path, number, line, slug) for number, line in enumerate(lines, 1) if line.strip())


def slug_of(path: Path) -> str:
    """Return the slug of the article that a question set belongs to by its file name."""
    return path.stem.removesuffix(FOLLOW_UPS).removesuffix(ROLES).removesuffix(DEVELOPMENT)


def _case(case: Case, slug: str, gaps: frozenset[str]) -> Item:
    language = language_of(normalise(case.question))
    if case.expect == NOTHING or case.expect in gaps:
        gap = None if case.expect == NOTHING else case.expect
        return Item(case.where, case.question, language, "case", (), slug, gap, case.after)
    return Item(case.where, case.question, language, "case", (case.expect,), slug, after=case.after)


def _line(path: Path, number: int, line: str, slug: str | None) -> Item:
    try:
        data: dict[str, Any] = json.loads(line)
        facts = tuple(filter(None, (data["fact"], *data.get("also", ()))))
        corrects = tuple(data.get("corrects", ()))
        return Item(
            str(data.get("id", number)),
            str(data["q"]),
            str(data.get("lang") or language_of(normalise(data["q"]))),
            str(data.get("kind", "")),
            facts,
            slug,
            data.get("gap"),
            data.get("after"),
            corrects,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{path}:{number}: not a question: one JSON object with at least q and fact is needed ({error!r})"
        raise ConfigError(msg) from None
