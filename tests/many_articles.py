"""What the articles of this repository cost each other: `python tests/many_articles.py` prints two tables.

Every question set is asked three times: of its article alone, of all articles together restricted to this one, and of
all articles together. The article that an answer is from must be the right one too. Then questions that name nobody
are asked of all: some fit several articles, and some only one.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))  # a script's own folder comes first, not that of the package

from bot import app as composition  # noqa: E402
from bot.core.matching import Question  # noqa: E402
from bot.core.model import Article, Knowledge  # noqa: E402
from bot.evaluation.metrics import Result, shares  # noqa: E402
from bot.evaluation.question_sets import AnnotatedQuestion, read_questions  # noqa: E402
from bot.semantic.cache import CachedEncoder  # noqa: E402
from bot.service.answering import ask  # noqa: E402
from bot.service.library import build_snapshot  # noqa: E402
from bot.service.ports import Encoder  # noqa: E402
from bot.service.replies import Reply  # noqa: E402
from bot.settings import Settings, load_settings  # noqa: E402

QUESTIONS = ("tests/questions", "tests/articles_aside")
"""Folders of the question sets, each named after its article."""
AMBIGUOUS = REPOSITORY / "tests/questions/several-articles/ambiguous.jsonl"
"""Questions whose facts are written `article/fact`."""
MEASURES = ("right", "wrong", "seen", "misled", "right_or_offered", "falsely_answered", "unfounded")


def all_articles() -> Knowledge:
    """Return the shipped knowledge with the articles of the tests."""
    shipped, _ = composition.read(composition.shipped_knowledge())
    others = [composition.read(REPOSITORY / folder)[0] for folder in ("tests/articles", "tests/articles_aside")]
    return replace(shipped, articles=tuple(article for one in (shipped, *others) for article in one.articles))


def questions_of(article: Article, knowledge: Knowledge) -> Sequence[AnnotatedQuestion]:
    """Return the question set that is named after an article."""
    files = (REPOSITORY / folder / f"{article.slug}.jsonl" for folder in QUESTIONS)
    return read_questions(next(file for file in files if file.exists()), knowledge)


def outcome(question: AnnotatedQuestion, reply: Reply, slug: str) -> str:
    """Return the outcome of a question about the article `slug`; a fact of another article is never right."""
    suggested = tuple(one for one in reply.suggestions if one.article == slug)
    closest = _of_article(reply.closest, slug) if reply.closest else None
    return Result(question, replace(_of_article(reply, slug), suggestions=suggested, closest=closest), 0.0).outcome


def _of_article(reply: Reply, slug: str) -> Reply:
    return reply if reply.article in {slug, None} else replace(reply, fact=f"{reply.article}/{reply.fact}")


def measure(
    knowledge: Knowledge, encoder: Encoder | None, cached: Encoder | None
) -> Iterator[tuple[str, list[dict[str, float]]]]:
    """Yield for each article the measures in per cent: alone, restricted, unrestricted."""
    together = build_snapshot(knowledge, "", cached)
    for article in knowledge.articles:
        only = replace(knowledge, articles=(article,))
        alone = build_snapshot(only, "", cached)
        asked = questions_of(article, only)
        ways = ((alone, None), (together, article.slug), (together, None))
        found = [
            shares(outcome(one, ask(s, Question(one.text, article=slug), encoder).reply, article.slug) for one in asked)
            for s, slug in ways
        ]
        yield article.slug, [{name: 100 * one[name].value for name in MEASURES} for one in found]


def kind_of_reply(reply: Reply) -> str:
    """Return how a reply deals with a question that may be about several articles."""
    if reply.outcome == "answered":
        return "answered and offered others" if reply.offer else "answered"
    if reply.outcome == "suggested" and reply.closest is None and len({one.article for one in reply.suggestions}) > 1:
        return "asked back"
    return "closest or suggested of one" if reply.outcome == "suggested" else "not answered"


def named_nobody(knowledge: Knowledge, encoder: Encoder | None, cached: Encoder | None) -> Iterator[str]:
    """Yield a line for each kind of question that names nobody, with the kinds of replies in per cent."""
    together = build_snapshot(knowledge, "", cached)
    asked = [(one, ask(together, Question(one.text), encoder).reply) for one in read_questions(AMBIGUOUS, knowledge)]
    for kind in dict.fromkeys(one.kind for one, _ in asked):
        replies = [(one, reply) for one, reply in asked if one.kind == kind]
        counts = Counter(kind_of_reply(reply) for _, reply in replies)
        given = [f"{reply.article}/{reply.fact}" in one.facts for one, reply in replies if reply.outcome == "answered"]
        shares_of_kinds = ", ".join(f"{name} {100 * n / len(replies):.0f}" for name, n in counts.most_common())
        yield f"{kind} ({len(replies)}): {shares_of_kinds}; of {len(given)} answers, {sum(given)} are right\n"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-semantic", action="store_true", help="without the sentence encoder")
    settings = load_settings(Settings)
    encoder = None if parser.parse_args().no_semantic else composition.build_encoder(settings)
    knowledge, cached = all_articles(), encoder and CachedEncoder(encoder, settings.cache)
    rows = []
    sys.stdout.write(f"{'':18}" + "".join(f"{name.replace('_', ' '):>24}" for name in MEASURES) + "\n")
    for slug, row in measure(knowledge, encoder, cached):
        rows.append(row)
        sys.stdout.write(_line(slug, row))
        sys.stdout.flush()
    means = [{name: sum(row[at][name] for row in rows) / len(rows) for name in MEASURES} for at in range(3)]
    sys.stdout.write(_line("mean", means) + "\n")
    sys.stdout.writelines(named_nobody(knowledge, encoder, cached))


def _line(name: str, row: Sequence[dict[str, float]]) -> str:
    cells = (" / ".join(f"{one[measure]:.1f}" for one in row) for measure in MEASURES)
    return f"{name:18}" + "".join(f"{cell:>24}" for cell in cells) + "\n"


if __name__ == "__main__":
    main()
