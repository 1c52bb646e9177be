"""A hand-made article of three facts and a gap, small enough to know the right decision for any question."""

from functools import cache
from pathlib import Path

from bot.core.index import Scope
from bot.core.model import Article, Entity, Fact, Gap, Knowledge, Lexicon, LexiconEntry, Sample, Section, Source, Text
from bot.core.snapshot import Snapshot
from tests.knowledge.small_article import read_knowledge

NIGHT = Path(__file__).parents[1] / "articles" / "night-library"
SHIPPED = Path(__file__).parents[2] / "knowledge"

LEXICON = Lexicon(
    concepts=(
        LexiconEntry("leave", ("퇴사", "떠나", "떠났", "그만두"), ("leave", "left", "quit", "step down")),
        LexiconEntry("build", ("건조", "만들"), ("build", "built")),
    ),
    attributes=(
        LexiconEntry("pay", ("연봉", "월급"), ("salary", "pay")),
        LexiconEntry("price", ("가격", "비용"), ("cost", "price")),
    ),
    asks=(
        LexiconEntry("who", ("누가", "누구"), ("who",)),
        LexiconEntry("why", ("왜",), ("why",)),
        LexiconEntry("when", ("언제",), ("when",)),
        LexiconEntry("how-much", ("얼마",), ("how much",)),
        LexiconEntry("yes-no", ("인가요",), ("did", "is")),
    ),
    stop_words=LexiconEntry("stop_words", ("좀", "혹시"), ("the", "a", "please", "of", "it")),
)


def samples(*texts: str) -> tuple[Sample, ...]:
    """Return sample questions, Korean if they contain Hangul."""
    return tuple(Sample(text, "ko" if any("가" <= char <= "힣" for char in text) else "en") for text in texts)


def ferry() -> Article:
    """Return the article about the ferry that does not sail."""
    return Article(
        slug="ferry",
        title=Text("못 뜨는 배", "The ferry that would not sail"),
        publisher=Text("섬 신문", "Hale Post"),
        language="en",
        sections=(Section("body", Text("본문", "Body"), (1, 2)),),
        entities=(
            Entity("lund", "person", Text("아다 룬드", "Ada Lund"), ("룬드", "Lund", "the chair")),
            Entity("norrin", "organisation", Text("노린 조선소", "Norrin & Sons"), ("노린", "Norrin")),
        ),
        facts=(
            Fact(
                "cost",
                Text("배의 비용", "What the ferry cost"),
                Text("시의회는 배에 70억 원을 썼어요.", "The council spent 7 million crowns on the ferry."),
                samples("배에 돈이 얼마 들었어?", "배 비용은?", "How much did the ferry cost?", "price of the ferry"),
                Source("body", (1,)),
            ),
            Fact(
                "builder",
                Text("배를 만든 곳", "Who built the ferry"),
                Text("배는 노린 조선소가 2019년에 만들었어요.", "Norrin & Sons built the ferry in 2019."),
                samples(
                    "배는 누가 만들었어?",
                    "어느 조선소가 만들었나요?",
                    "Who built the ferry?",
                    "Which shipyard built it?",
                ),
                Source("body", (1,)),
                about=("norrin",),
            ),
            Fact(
                "chair-left",
                Text("의장이 떠난 까닭", "Why the chair left"),
                Text("룬드는 지쳤기 때문에 떠났어요.", "Lund left because she was tired."),
                samples(
                    "룬드는 왜 떠났어?", "룬드 퇴사 이유", "Why did Ada Lund quit?", "Why did the chair step down?"
                ),
                Source("body", (2,)),
                about=("lund",),
            ),
        ),
        gaps=(
            Gap(
                "chair-pay",
                Text("의장의 보수", "The chair's pay"),
                Text("룬드의 보수는 나오지 않아요.", "The article does not say what Lund earned."),
                samples("룬드 연봉은?", "의장은 월급을 얼마나 받아?", "What is Lund's salary?"),
                ("chair-left",),
            ),
        ),
    )


@cache
def ferry_snapshot() -> Snapshot:
    """Return the ferry's article, indexed."""
    knowledge = Knowledge((ferry(),), LEXICON)
    return Snapshot.of(knowledge, "hand-made")


def ferry_scope() -> Scope:
    """Return the ferry's article alone, with small talk."""
    return ferry_snapshot().alone("ferry")


def night_scope() -> Scope:
    """Return the night library alone, with small talk."""
    return night_snapshot().alone("night-library")


@cache
def night_snapshot() -> Snapshot:
    """Return the night library with the shipped lexicon and messages, indexed, without vectors."""
    knowledge = read_knowledge(NIGHT, shipped=SHIPPED)
    return Snapshot.of(knowledge, "night")
