"""How many errors planted in answers `check --article` finds, and how many right answers it doubts.

    python tests/planted_errors.py --article FILE [FOLDER] [--seed N]

Each figure and name of each answer is changed, in one language and in both, and each citation is moved to other
paragraphs; FOLDER is the article's (default: the shipped one). An error counts as found if the check says something of
its fact that it did not say before. Exits with 1 if less is found than promised.
"""

import argparse
import random
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

from bot.authoring.article_file import read_article  # noqa: E402
from bot.authoring.article_text import Paragraphs, missing_evidence, split_paragraphs  # noqa: E402
from bot.authoring.entity_names import EntityNames  # noqa: E402
from bot.authoring.evidence import AnswerCheck  # noqa: E402
from bot.authoring.figures import figures_of  # noqa: E402
from bot.core.model import LANGUAGES, Article, Fact, Language, Source  # noqa: E402
from bot.knowledge.folder import read_files  # noqa: E402
from bot.knowledge.reader import parse_knowledge  # noqa: E402

PROMISED: Final[Mapping[str, float]] = {
    "figure, one language": 0.9,
    "figure, both": 0.9,
    "name, one language": 0.7,
    "name, both": 0.7,
    "paragraph": 0.9,
}
"""Least share that is found, by kind of error."""
MOST_DOUBTED: Final = 1 / 20
"""Largest share of right answers that may be doubted."""
_DIGITS = re.compile(r"\d[\d,.]*\d|\d")


@dataclass(frozen=True, slots=True)
class Planted:
    """A fact with one error in it."""

    kind: str
    fact: Fact
    what: str


def planted(article: Article, seed: int) -> Iterator[Planted]:
    """Yield every error that is planted in the facts of `article`."""
    rng = random.Random(seed)  # noqa: S311  no secret
    names = EntityNames.of(article)
    for fact in article.facts:
        yield from _figures(fact, rng)
        yield from _names(fact, article, names, rng)
        yield from _citations(fact, article, rng)


def _figures(fact: Fact, rng: random.Random) -> Iterator[Planted]:
    for language in LANGUAGES:
        text = fact.answer.get(language)
        for number in dict.fromkeys(_written_in_digits(text)):
            wrong = _other_number(number, rng)
            yield Planted("figure, one language", _answering(fact, {language: (number, wrong)}), f"{number} → {wrong}")
            if language == "ko" and number in _written_in_digits(fact.answer.get("en")):
                both = _answering(fact, {"ko": (number, wrong), "en": (number, wrong)})
                yield Planted("figure, both", both, f"{number} → {wrong}")


def _written_in_digits(text: str) -> list[str]:
    """Return the numbers in digits that are figures, not parts of names."""
    certain = [figure.text for figure in figures_of(text) if figure.certain]
    return [number for number in _DIGITS.findall(text) if any(number in figure for figure in certain)]


def _other_number(number: str, rng: random.Random) -> str:
    """Return a number of as many digits that differs in one or two of them."""
    places = [at for at, char in enumerate(number) if char.isdigit()]
    chosen = set(rng.sample(places, min(len(places), rng.choice((1, 2)))))
    lowest = {places[0]: "123456789"}
    return "".join(
        rng.choice([digit for digit in lowest.get(at, "0123456789") if digit != char]) if at in chosen else char
        for at, char in enumerate(number)
    )


def _names(fact: Fact, article: Article, names: EntityNames, rng: random.Random) -> Iterator[Planted]:
    stated = {language: names.stated(fact.answer.get(language)) for language in LANGUAGES}
    for key in dict.fromkeys([*stated["ko"], *stated["en"]]):
        entity = names.entities[key]
        others = [
            one for one in article.entities if one.kind == entity.kind and one.id not in {*stated["ko"], *stated["en"]}
        ]
        if not others:
            continue
        other = rng.choice(others)
        swaps = {language: (found[key], other.name.get(language)) for language, found in stated.items() if key in found}
        for language, swap in swaps.items():
            yield Planted("name, one language", _answering(fact, {language: swap}), " → ".join(swap))
        if len(swaps) == len(LANGUAGES):
            yield Planted("name, both", _answering(fact, swaps), f"{key} → {other.id}")


def _answering(fact: Fact, swaps: Mapping[Language, tuple[str, str]]) -> Fact:
    """Return `fact` with one text in place of another in its answers."""
    texts = {
        language: re.sub(rf"(?<!\d){re.escape(old)}(?!\d)", new, fact.answer.get(language), flags=re.IGNORECASE)
        for language, (old, new) in swaps.items()
    }
    return replace(fact, answer=replace(fact.answer, **texts))


def _citations(fact: Fact, article: Article, rng: random.Random) -> Iterator[Planted]:
    cited = fact.source.every_paragraph()
    last = max((number for section in article.sections for number in section.paragraphs), default=0)
    others = [number for number in range(1, last + 1) if number not in cited]
    if cited and others:
        wrong = tuple(sorted(rng.sample(others, min(len(cited), len(others)))))
        yield Planted("paragraph", replace(fact, source=Source(fact.source.section, wrong)), f"{cited} → {wrong}")


def said_of(check: AnswerCheck, fact: Fact, paragraphs: Paragraphs) -> set[str]:
    """Return what the check says of `fact`."""
    said = {doubt.what for doubt in check.doubts(fact)}
    return said | {what for _, _, what in missing_evidence(fact, paragraphs)}


def main() -> None:
    """Print the shares; exit with 1 if one is worse than promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "knowledge/openai-exodus")
    parser.add_argument("--article", type=Path, required=True, help="the text of the article")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true", help="list what is not found")
    options = parser.parse_args()
    (article,) = parse_knowledge(read_files(options.folder, REPOSITORY / "knowledge")).knowledge.articles
    paragraphs = split_paragraphs(article, read_article(options.article))
    if paragraphs is None:
        sys.exit("the text has fewer paragraphs than the article")
    sys.exit(report(article, paragraphs, options.seed, missed=options.missed))


def report(article: Article, paragraphs: Paragraphs, seed: int, *, missed: bool) -> int:
    """Print what is found of the errors planted in `article`; return 1 if it is less than promised, else 0."""
    check = AnswerCheck(article, paragraphs)
    before = {fact.id: said_of(check, fact, paragraphs) for fact in article.facts}
    found: dict[str, list[bool]] = {kind: [] for kind in PROMISED}
    for one in planted(article, seed):
        found[one.kind].append(bool(said_of(check, one.fact, paragraphs) - before[one.fact.id]))
        if missed and not found[one.kind][-1]:
            print(f"missed: {one.fact.id}: {one.kind}: {one.what}")
    broken = False
    for kind, outcomes in found.items():
        share = sum(outcomes) / len(outcomes) if outcomes else 1.0
        broken |= share < PROMISED[kind]
        print(f"{kind:<21} {sum(outcomes):>4} of {len(outcomes):>4} found: {share:.0%} (promised {PROMISED[kind]:.0%})")
    doubted = sum(map(bool, before.values()))
    broken |= doubted > MOST_DOUBTED * len(before)
    print(f"right answers doubted: {doubted} of {len(before)}")
    return int(broken)


if __name__ == "__main__":
    main()
