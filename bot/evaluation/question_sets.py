"""Reading question sets, which are JSON lines or a `cases.yaml`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.model import Case, Knowledge
from bot.core.text import language_of, normalise
from bot.errors import ConfigError

TRAINING = "-development"
"""`<slug>-development.jsonl` is what `train` learns from; `<slug>.jsonl` then only measures."""
FOLLOW_UPS = "-follow-ups"
"""`<slug>-follow-ups.jsonl` holds questions that need context; `train` ignores them."""
CHANNEL = "-channel"
"""`<slug>-channel-….jsonl` holds the talk of a channel, which `eval --channel` measures."""
ACTS = ("-looks-like-acts", "-acts", "-several")
"""Sets of dialogue acts, which no fact answers, of questions that look like them, and of several things at once."""
DIALOGUES = "-dialogues"
"""`<slug>-dialogues.jsonl` holds dialogues, a line with `turns` each; `train` ignores them."""
SUBJECTS = ("-roles", "-negation", "-near", "-fresh", "-latest")
"""Further sets: who did what, questions with "not", details next to those that facts tell, and of all kinds.

`train` learns from `<slug>-negation-development.jsonl` and the like.
"""


@dataclass(frozen=True, slots=True)
class AnnotatedQuestion:
    """One question of a set, with its right answers."""

    id: str
    text: str
    language: str
    kind: str
    """What kind of question it is, such as `paraphrase`, `typo` or `oos-hard`."""
    facts: tuple[str, ...]
    """Ids of the right answers; empty when the article does not answer."""
    article: str | None
    earlier: tuple[str, ...] = ()
    """The messages of the same conversation before it, the first one first."""
    corrects: tuple[str, ...] = ()
    """Ids of facts that correct a wrong premise of the question; answering with one is not false."""

    parts: tuple[tuple[str, ...], ...] = ()
    """The right answers to each of several questions in one message; `facts` then holds all of them."""
    is_turn: bool = False
    """Whether it is a turn of a dialogue; the kind is then its act, or `question`."""

    @property
    def covered(self) -> bool:
        """Return whether the article answers the question."""
        return bool(self.facts)


def read_questions(path: Path, knowledge: Knowledge) -> tuple[AnnotatedQuestion, ...]:
    """Read JSON lines, or the `cases.yaml` of an article of `knowledge`; raise ConfigError with file and line."""
    names = (slug_of(path), path.parent.name)
    article = next((article for article in knowledge.articles if article.slug in names), None)
    if path.suffix in {".yaml", ".yml"}:
        if article is None:
            msg = f"{path}: the folder of these cases is not an article of the knowledge in use (see --knowledge)"
            raise ConfigError(msg)
        facts = frozenset(fact.id for fact in article.facts)
        return tuple(_from_case(case, article.slug, facts) for case in article.cases)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: can't be read ({error.__class__.__name__})"
        raise ConfigError(msg) from None
    slug = article.slug if article else None
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    return tuple(one for number, line in numbered for one in _from_json(f"{path}:{number}", line, slug))


def slug_of(path: Path) -> str:
    """Return the slug of the article that a question set is named after."""
    slug = path.stem
    while (shorter := _without_suffix(slug)) != slug:
        slug = shorter
    return slug


def _without_suffix(stem: str) -> str:
    return next(
        (stem.removesuffix(end) for end in (TRAINING, FOLLOW_UPS, DIALOGUES, *ACTS, *SUBJECTS) if stem.endswith(end)),
        stem,
    )


def _from_case(case: Case, slug: str, fact_ids: frozenset[str]) -> AnnotatedQuestion:
    """Return a case as a question; one that expects a gap or `nothing` is uncovered."""
    facts = (case.expect,) if case.expect in fact_ids else ()
    language = language_of(normalise(case.question))
    return AnnotatedQuestion(case.where, case.question, language, "case", facts, slug, case.earlier)


def _from_json(place: str, line: str, slug: str | None) -> tuple[AnnotatedQuestion, ...]:
    """Return the question of a line, or every turn of a dialogue."""
    try:
        data: dict[str, Any] = json.loads(line)
        name = str(data.get("id", place.rpartition(":")[2]))
        if "turns" in data:
            return tuple(_turn(f"{name}.{at}", data, at - 1, slug) for at in range(1, 1 + len(data["turns"])))
        parts = tuple(tuple(map(str, part)) for part in data.get("parts", ()))
        alternatives = [key for part in parts for key in part] or [data["fact"], *data.get("also", ())]
        question = AnnotatedQuestion(
            id=name,
            text=str(data["q"]),
            language=str(data.get("lang") or language_of(normalise(data["q"]))),
            kind=str(data.get("kind", "")),
            facts=tuple(filter(None, alternatives)),
            article=slug,
            earlier=tuple(filter(None, (data.get("after"),))),
            corrects=tuple(data.get("corrects", ())),
            parts=parts,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{place}: not a question: one JSON object with at least q and fact is needed ({error!r})"
        raise ConfigError(msg) from None
    return (question,)


def _turn(name: str, dialogue: dict[str, Any], at: int, slug: str | None) -> AnnotatedQuestion:
    """Return the turn at position `at` of a dialogue; `expect` lists the right answers."""
    turns = dialogue["turns"]
    return AnnotatedQuestion(
        id=name,
        text=str(turns[at]["q"]),
        language=str(dialogue.get("lang") or language_of(normalise(turns[at]["q"]))),
        kind=str(turns[at].get("act") or "question"),
        facts=tuple(map(str, turns[at]["expect"])),
        article=slug,
        earlier=tuple(str(turn["q"]) for turn in turns[:at]),
        is_turn=True,
    )
