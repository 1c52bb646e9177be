"""Records wait for a database in trouble, at most so many; no caller ever waits."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace

import pytest

from bot.discord_bot import recording
from bot.discord_bot.measures import Decision, Measures, note_subject
from bot.discord_bot.recording import MOST_OF_ONE, MOST_WAITING, Recorder
from bot.errors import StoreError
from bot.service.records import (
    ChannelSetting,
    Counted,
    DailyCount,
    Editors,
    Figures,
    GroupState,
    LoadedRevision,
    Period,
    QuestionGroup,
    Record,
    StoreStatus,
    UnansweredQuestion,
    Vote,
)
from tests.e2e.operators import until

QUESTION = UnansweredQuestion("how old?", "en", "unanswered", "art", "", 7)


class Notebook:
    """A store in memory that can be in trouble."""

    def __init__(self) -> None:
        """Start empty and in order."""
        self.records: list[Record] = []
        self.upgrades = 0
        self.purged: list[int] = []
        self.trouble = False
        self.hangs = False
        self.mistake: Exception | None = None
        self.is_closed = False
        self.settings: dict[int, ChannelSetting] = {}

    async def upgrade(self) -> int:
        """Count the upgrade."""
        await self._work()
        self.upgrades += 1
        return 1

    async def add(self, records: Sequence[Record]) -> None:
        """Keep the records."""
        await self._work()
        if self.mistake:
            raise self.mistake
        self.records += records

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Note when."""
        assert not everything
        await self._work()
        self.purged.append(now)
        return 0

    async def forget_person(self, person: int, now: int) -> int:
        """Keep the other people's records."""
        del now
        await self._work()
        kept = [one for one in self.records if not isinstance(one, UnansweredQuestion) or one.person != person]
        count = len(self.records) - len(kept)
        self.records = kept
        return count

    async def _work(self) -> None:
        if self.hangs:
            await asyncio.sleep(60)
        if self.trouble:
            msg = "the notebook: it is locked"
            raise StoreError(msg)

    async def close(self) -> None:
        """Note that it is closed."""
        self.is_closed = True

    async def groups(self, most: int, editors: Editors | None = None, skip: int = 0) -> Sequence[QuestionGroup]:
        """Do nothing: nobody asks."""
        raise NotImplementedError

    async def group(self, number: int, editors: Editors | None = None) -> QuestionGroup | None:
        """Do nothing: nobody asks."""
        raise NotImplementedError

    async def close_group(self, number: int, state: GroupState, now: int) -> None:
        """Do nothing: nobody asks."""
        raise NotImplementedError

    async def channel_settings(self) -> Sequence[ChannelSetting]:
        """Return the settings."""
        await self._work()
        return list(self.settings.values())

    async def set_channel(self, setting: ChannelSetting) -> None:
        """Keep a setting."""
        await self._work()
        self.settings[setting.channel] = setting

    async def figures(self, period: Period, most: int) -> Figures:
        """Do nothing: nobody asks."""
        raise NotImplementedError

    async def status(self) -> StoreStatus:
        """Do nothing: nobody asks."""
        raise NotImplementedError

    async def check(self) -> None:
        """Do nothing: nobody asks."""
        raise NotImplementedError

    async def rows(self) -> AsyncGenerator[tuple[str, Mapping[str, object]]]:
        """Do nothing: nobody asks."""
        raise NotImplementedError
        yield


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        """Start at some time."""
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def book() -> Notebook:
    return Notebook()


@pytest.fixture
def measures() -> Measures:
    return Measures()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write soon, and try again soon after an error."""
    monkeypatch.setattr(recording, "_GATHERING", 0.001)
    monkeypatch.setattr(recording, "_LONGEST_PAUSE", 0.01)


def counts(measures: Measures) -> dict[str, float]:
    """Return how many records were stored and lost."""
    return {
        result: measures.registry.get_sample_value("bot_store_records_total", {"result": result}) or 0.0
        for result in ("written", "dropped")
    }


async def test_what_is_recorded_is_written_in_order_with_its_time_and_place(book: Notebook, measures: Measures) -> None:
    recorder = Recorder(book, measures, Clock())
    async with recorder.writing():
        recorder.loaded(LoadedRevision("abc", "start", 1_000))
        recorder.asked(QUESTION, 42)
        recorder.asked(QUESTION, None)
    revision, public, private = book.records
    assert revision == LoadedRevision("abc", "start", 1_000)
    assert isinstance(public, UnansweredQuestion)
    assert isinstance(private, UnansweredQuestion)
    assert (public.server, public.private, public.asked_at) == (42, False, 1_000)
    assert (private.server, private.private) == (0, True)
    assert book.is_closed
    assert counts(measures) == {"written": 3, "dropped": 0}


async def test_records_wait_while_the_database_is_in_trouble(
    book: Notebook, measures: Measures, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, and once that it is over; then the database is brought up to date again."""
    caplog.set_level(logging.INFO)
    recorder = Recorder(book, measures)
    book.trouble = True
    async with recorder.writing():
        for _ in range(3):
            recorder.asked(QUESTION, 42)
            await asyncio.sleep(0.05)
        assert recorder.waiting == 3
        book.trouble = False
        await until(lambda: not recorder.waiting)
        book.trouble = True
        recorder.asked(QUESTION, 42)
        await asyncio.sleep(0.05)
        book.trouble = False
        await until(lambda: not recorder.waiting)
    assert len(book.records) == 4
    assert book.upgrades == 2
    assert counts(measures) == {"written": 4, "dropped": 0}
    said = [message.partition(":")[0] for message in caplog.messages]
    assert said == 2 * [
        "the store can't be used, at most 1000 records wait for it",
        "the store can be used again; records lost meanwhile",
    ]


async def test_what_is_too_much_to_wait_is_dropped_and_counted(
    book: Notebook, measures: Measures, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    recorder = Recorder(book, measures)
    book.trouble = True
    async with recorder.writing():
        for person in range(MOST_WAITING + 5):
            recorder.asked(replace(QUESTION, person=person), 42)
        book.trouble = False
        await until(lambda: not recorder.waiting)
    assert len(book.records) == MOST_WAITING
    assert counts(measures) == {"written": MOST_WAITING, "dropped": 5}


async def test_one_person_fills_the_store_only_so_far_in_a_day(book: Notebook, measures: Measures) -> None:
    """By questions and votes together; other people's are stored, and theirs again later."""
    clock = Clock()
    recorder = Recorder(book, measures, clock)
    vote = Vote(1, QUESTION.person, True, "art", "origin", "answered", "en", "")  # noqa: FBT003  a field of a record
    async with recorder.writing():
        for number in range(MOST_OF_ONE):
            recorder.asked(QUESTION, number)
            recorder.voted(replace(vote, message=number))
        recorder.turned_down(replace(QUESTION, decision="turned_down"))
        recorder.asked(replace(QUESTION, person=8), 42)
        clock.now += 2 * 86_400 / MOST_OF_ONE
        recorder.asked(QUESTION, 43)
        await until(lambda: not recorder.waiting)
    persons = [one.person for one in book.records if isinstance(one, UnansweredQuestion | Vote)]
    assert (persons.count(7), persons.count(8)) == (MOST_OF_ONE + 1, 1)
    assert counts(measures) == {"written": MOST_OF_ONE + 2, "dropped": MOST_OF_ONE + 1}


async def test_of_a_waiting_vote_the_question_is_forgotten_with_its_asker(book: Notebook, measures: Measures) -> None:
    """The vote itself is another person's."""
    recorder = Recorder(book, measures)
    vote = Vote(1, 8, False, "art", "origin", "answered", "en", "", question=QUESTION)  # noqa: FBT003  as above
    recorder.voted(vote)
    recorder.voted(replace(vote, person=QUESTION.person))
    recorder.asked(replace(QUESTION, person=8), 42)
    assert await recorder.forget(QUESTION.person) == 2
    async with recorder.writing():
        await until(lambda: not recorder.waiting)
    assert [(type(one), one.person) for one in book.records if isinstance(one, UnansweredQuestion | Vote)] == [
        (Vote, 8),
        (UnansweredQuestion, 8),
    ]
    assert [one.question for one in book.records if isinstance(one, Vote)] == [None]


async def test_a_database_that_hangs_does_not_hold_up_the_end(
    book: Notebook, measures: Measures, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(book, measures)
    book.hangs = True
    async with recorder.writing():
        recorder.asked(QUESTION, 42)
    assert book.records == []
    assert counts(measures) == {"written": 0, "dropped": 1}
    assert caplog.messages == ["the bot ends before these records were stored: 1"]


async def test_old_questions_are_purged_at_the_start_and_every_hour(book: Notebook, measures: Measures) -> None:
    clock = Clock()
    recorder = Recorder(book, measures, clock)
    async with recorder.writing():
        await until(lambda: book.purged)
        for minutes in (30, 61, 90, 130):
            clock.now = 1_000.0 + 60 * minutes
            recorder.asked(QUESTION, 42)
            await until(lambda: not recorder.waiting)
    assert book.purged == [1_000, 1_000 + 61 * 60, 1_000 + 130 * 60]


def asks(measures: Measures, decision: Decision | None, fact: str = "") -> None:
    """Handle a question in the server 42."""
    with measures.handling("mention", "ko", decision, server=42):
        note_subject("art" if fact else "", fact)


async def test_questions_are_counted_together_and_written_at_the_end_at_the_latest(
    book: Notebook, measures: Measures
) -> None:
    """Neither what is no question nor a page without a fact counts, and no count is a record."""
    recorder = Recorder(book, measures, Clock())
    async with recorder.writing():
        for decision in ("answered", "answered", "page"):
            asks(measures, decision, "fact")
        for ignored in ("page", "hint", "silent", "slow_down", "busy", "failed", None):
            asks(measures, ignored)
        await until(lambda: book.purged)
        await asyncio.sleep(0.05)
        assert book.records == []
    counted = Counted("1970-01-01", 42, "art", "fact", "answered", "ko", "mention")
    assert book.records == [DailyCount(counted, 2), DailyCount(replace(counted, decision="page"), 1)]
    assert counts(measures) == {"written": 0, "dropped": 0}


async def test_counts_are_written_every_few_seconds_and_with_whatever_else_is(
    book: Notebook, measures: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_COUNTING", 0.01)
    recorder = Recorder(book, measures)
    async with recorder.writing():
        asks(measures, "gap")
        await until(lambda: len(book.records) == 1)
        monkeypatch.setattr(recording, "_COUNTING", 60.0)
        asks(measures, "gap")
        recorder.asked(QUESTION, 42)
        await until(lambda: len(book.records) == 3)


async def test_counts_survive_trouble_and_only_so_many_wait(
    book: Notebook, measures: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MOST_COUNTS", 2)
    recorder = Recorder(book, measures)
    book.trouble = True
    async with recorder.writing():
        for fact in ("one", "two", "three", "one"):
            asks(measures, "answered", fact)
        recorder.asked(QUESTION, 42)
        await asyncio.sleep(0.05)
        book.trouble = False
        await until(lambda: not recorder.waiting)
    assert [one.number for one in book.records if isinstance(one, DailyCount)] == [2, 1]
    assert counts(measures) == {"written": 1, "dropped": 1}


async def test_a_vote_is_written_with_its_day(book: Notebook, measures: Measures) -> None:
    recorder = Recorder(book, measures, Clock())
    async with recorder.writing():
        recorder.voted(Vote(5, 7, False, "art", "fact", "answered", "ko", "", question=QUESTION))  # noqa: FBT003
    (vote,) = book.records
    assert isinstance(vote, Vote)
    assert (vote.day, vote.question) == ("1970-01-01", replace(QUESTION, asked_at=1_000))


async def test_without_a_store_nothing_waits(measures: Measures) -> None:
    recorder = Recorder(None, measures)
    async with recorder.writing():
        recorder.asked(QUESTION, 42)
        assert recorder.waiting == 0
    assert counts(measures) == {"written": 0, "dropped": 0}


async def test_a_mistake_in_the_program_costs_what_waits_and_not_what_comes_later(
    book: Notebook, measures: Measures, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_LONGEST_PAUSE", 0.0)
    recorder = Recorder(book, measures)
    book.mistake = ZeroDivisionError()
    async with recorder.writing():
        recorder.asked(QUESTION, 42)
        await until(lambda: counts(measures)["dropped"])
        book.mistake = None
        recorder.asked(QUESTION, 42)
        await until(lambda: book.records)
    assert counts(measures) == {"written": 1, "dropped": 1}
    assert "a mistake in the program" in caplog.text
