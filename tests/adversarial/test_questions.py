"""Hostile and odd questions: an ordinary reply, for a bounded amount of work, without an echo of what was sent."""

import random
import statistics
import time
import unicodedata
from functools import cache

import pytest

from bot.core.matching import Question
from bot.service.library import Library
from bot.service.replies import Reply
from tests.core.ferry import night_scope, night_snapshot
from tests.core.letters_encoder import LettersEncoder

ZALGO = "도" + "\u0335\u0322\u0301" * 300 + "서관"
HOSTILE = {
    "empty": "",
    "spaces": " \t\n\u3000 ",
    "question marks": "???",
    "100,000 characters": "도서관은 왜 밤에 열어? " * 8_000,
    "one word of 100,000 letters": "a" * 100_000,
    "one run of 100,000 syllables": "도서관" * 33_334,
    "100,000 lone letters": "ㄱ" * 100_000,
    "keys of the Korean layout": "ehtjrhks " * 10_000,
    "emoji only": "😀👨‍👩‍👧‍👦🏳️‍🌈" * 20,
    "bidi": "\u202e도서관\u202c \u2066library\u2069",
    "zalgo": ZALGO,
    "lone surrogates": "\ud800\udfff도서관\udc00",
    "control characters": "".join(map(chr, range(32))) + "도서관\x7f\x9b31m",
    "NUL": "도서관\x00언제",
    "swelling": "ﷺ" * 50_000,
    "markup of Discord": "<@1> @everyone **도서관** ||x|| `code` <:a:1>" * 100,
    "markup of rich": "[bold red]도서관[/] [link=https://a.example]",
    "YAML and JSON": '{"a": [1, "]}\n- !!python/object:os.system',
    "regex": "(a+)+$" * 500,
    "format": "{0} {question} %s %(x)s ${HOME}",
    "sentence ends": "a? " * 30_000,
    "names": "노태겸 " * 20_000,
}
BOTS = ("without encoder", "with encoder")


@cache
def library(name: str) -> Library:
    """Return a bot that knows the night library."""
    encoder = LettersEncoder() if name == "with encoder" else None
    library = Library(lambda: (night_snapshot().knowledge, "night"), encoder, restored=night_snapshot())
    library.encode()
    return library


MOST_WORK = 10
"""How many times the CPU time of a long honest message a hostile one may take."""


def asked(bot: str, text: str) -> tuple[Reply, float]:
    """Return the reply and the CPU seconds of this thread that it took."""
    began = time.thread_time()
    reply = library(bot).answer(Question(text)).reply
    return reply, time.thread_time() - began


@pytest.fixture(scope="module", params=BOTS)
def bot(request: pytest.FixtureRequest) -> str:
    """Return the name of a library."""
    return str(request.param)


@pytest.fixture(scope="module")
def honest(bot: str) -> float:
    """Return the CPU seconds of a message of about 2,000 characters, all of them real questions."""
    samples = list(night_scope().index.samples)
    shuffled = random.Random(1)  # noqa: S311  not for secrets
    messages = [" ".join(shuffled.sample(samples, 100))[:2_000] for _ in range(5)]
    return statistics.median(asked(bot, message)[1] for message in messages)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_gets_an_ordinary_reply_for_less_work_than_ten_long_honest_ones(
    name: str, bot: str, honest: float
) -> None:
    reply, seconds = asked(bot, HOSTILE[name])
    assert_ordinary(reply)
    assert seconds < MOST_WORK * honest


def assert_ordinary(reply: Reply) -> None:
    """Expect one of the bot's own sentences or an author's answer."""
    knowledge = night_snapshot().knowledge
    article = knowledge.articles[0]
    answers = [fact.answer for fact in article.facts]
    answers += [gap.answer for gap in (*article.gaps, *knowledge.dialogue)]
    known = {text for answer in answers for text in answer.every()}
    known |= {text for message in knowledge.messages.values() for text in message.every()}
    assert reply.text in known


@pytest.mark.parametrize("name", ["empty", "spaces"])
def test_an_empty_message_gets_the_sentence_for_it(name: str) -> None:
    reply = library("without encoder").answer(Question(HOSTILE[name])).reply
    assert reply.text == night_snapshot().knowledge.messages["empty"].ko
    assert (reply.outcome, reply.fact, reply.gap, reply.suggestions) == ("unanswered", None, None, ())


@pytest.mark.parametrize("question", ["밤 도서관은 언제 시작했어?", "노태겸은 누구야?", "Who pays for it?"])
def test_decomposed_text_is_read_like_composed_text(question: str) -> None:
    bot = library("without encoder")
    typed = [unicodedata.normalize(form, question) for form in ("NFC", "NFD", "NFKD")]
    replies = [bot.answer(Question(text)).reply for text in (*typed, "\u200b".join(question))]
    assert all(reply == replies[0] for reply in replies)
