"""Counts of questions and votes for answers, in SQLite as in PostgreSQL."""

import asyncio
import re
from dataclasses import replace

import pytest

from bot.days import day_of
from bot.service.records import Counted, DailyCount, Figures, LeftServer, Period, Ratings, Vote
from bot.storage import votes
from bot.storage.store import DatabaseStore
from tests.storage.databases import contents, opened
from tests.storage.test_store import ADA, BEN, DAY, NOW, QUESTION

TODAY, YESTERDAY, LONG_AGO = day_of(NOW), day_of(NOW - DAY), day_of(NOW - 31 * DAY)
EVERYTHING = Period("2000-01-01")
ORIGIN = Counted(TODAY, 42, "openai-exodus", "murati-origin", "answered", "en", "mention")
MESSAGE = 200_000_000_000_000_001
DISLIKED = replace(QUESTION, decision="downvoted")
UP = Vote(MESSAGE, ADA, True, "openai-exodus", "murati-origin", "answered", "en", TODAY, server=42)  # noqa: FBT003
DOWN = replace(UP, is_up=False, question=DISLIKED)


async def figures(store: DatabaseStore, period: Period = EVERYTHING) -> Figures:
    return await store.figures(period, 10)


def ratings(found: Figures) -> list[tuple[str, int, int, tuple[str, ...]]]:
    return [(one.fact, one.up, one.down, one.words) for one in found.worst]


async def test_questions_are_counted_by_each_of_their_properties(store: DatabaseStore) -> None:
    """A fact that was picked is no question, but shown."""
    await store.add(
        [
            DailyCount(ORIGIN, 5),
            DailyCount(replace(ORIGIN, day=YESTERDAY, language="ko", way="dm", server=0), 2),
            DailyCount(replace(ORIGIN, fact="", article="", decision="unanswered"), 1),
            DailyCount(replace(ORIGIN, fact="murati-wish", decision="page", way="button"), 4),
        ]
    )
    await store.add([DailyCount(ORIGIN, 1)])
    assert await figures(store) == Figures(
        days={YESTERDAY: 2, TODAY: 7},
        decisions={"answered": 8, "unanswered": 1},
        languages={"en": 7, "ko": 2},
        ways={"mention": 7, "dm": 2},
        articles={"openai-exodus": 8, "": 1},
        servers={"42": 7, "0": 2},
        asked={("openai-exodus", "murati-origin"): 8, ("openai-exodus", "murati-wish"): 4},
        picked=4,
        up=0,
        down=0,
        worst=[],
    )


async def test_figures_are_those_of_a_period_a_server_and_an_article(store: DatabaseStore) -> None:
    others = (replace(ORIGIN, server=43), replace(ORIGIN, day=LONG_AGO), replace(ORIGIN, article="moon-lander"))
    await store.add([DailyCount(one, 1) for one in (ORIGIN, *others)])
    await store.add([DOWN, replace(DOWN, server=43, message=1), replace(DOWN, day=LONG_AGO, message=2)])
    found = await figures(store, Period(YESTERDAY, 42, "openai-exodus"))
    assert (found.questions, found.servers, found.down) == (1, {"42": 1}, 1)
    assert (await figures(store, Period(YESTERDAY, 42))).articles == {"moon-lander": 1, "openai-exodus": 1}
    assert (await figures(store, Period(YESTERDAY))).questions == 3
    assert (await figures(store, Period(YESTERDAY, 0))).questions == 0


async def test_only_so_many_facts_are_listed(store: DatabaseStore) -> None:
    await store.add([DailyCount(replace(ORIGIN, fact=f"fact-{number}"), number) for number in range(1, 6)])
    await store.add([replace(DOWN, fact=f"fact-{number}") for number in range(5)])
    found = await store.figures(EVERYTHING, 2)
    assert list(found.asked) == [("openai-exodus", "fact-5"), ("openai-exodus", "fact-4")]
    assert len(found.worst) == 2
    assert found.questions == 15


async def test_processes_that_count_at_once_lose_nothing(store: DatabaseStore, url: str) -> None:
    counts = [DailyCount(replace(ORIGIN, fact=f"fact-{number}"), 1) for number in range(20)]

    async def write(step: int) -> None:
        async with opened(url) as other:
            for _ in range(3):
                await other.add(counts[step:] + counts[:step])

    await asyncio.gather(*(write(step) for step in range(4)))
    assert (await figures(store)).questions == 240


async def test_a_person_has_one_vote_for_an_answer_and_may_change_it(store: DatabaseStore) -> None:
    await store.add([UP, replace(UP, person=BEN)])
    await store.add([UP])
    found = await figures(store)
    assert (found.up, found.down) == (2, 0)
    await store.add([DOWN])
    found = await figures(store)
    assert (found.up, found.down) == (1, 1)
    assert found.worst == [Ratings("openai-exodus", "murati-origin", 1, 1)]


async def test_another_answer_in_the_same_message_has_a_vote_of_its_own(store: DatabaseStore) -> None:
    await store.add([UP, replace(DOWN, fact="murati-wish"), replace(DOWN, message=MESSAGE + 1)])
    found = await figures(store)
    assert (found.up, found.down) == (1, 2)


async def test_what_is_said_with_a_vote_stands_until_it_is_replaced_or_regretted(store: DatabaseStore) -> None:
    await store.add([DOWN])
    await store.add([replace(DOWN, word="too short")])
    await store.add([DOWN, replace(DOWN, person=BEN, word="<old> & wrong")])
    assert ratings(await figures(store)) == [("murati-origin", 0, 2, ("<old> & wrong", "too short"))]
    await store.add([replace(DOWN, person=BEN, word="")])
    assert ratings(await figures(store)) == [("murati-origin", 0, 2, ("too short",))]
    await store.add([UP])
    await store.add([DOWN])
    assert ratings(await figures(store)) == [("murati-origin", 0, 2, ())]


async def test_votes_for_what_shows_no_fact_rate_none(store: DatabaseStore) -> None:
    await store.add([replace(DOWN, decision="suggested")])
    found = await figures(store)
    assert (found.down, found.worst) == (1, [])


async def test_the_question_of_a_vote_against_an_answer_is_unanswered_until_it_is_regretted(
    store: DatabaseStore,
) -> None:
    """However often the same person votes, it is asked once."""
    await store.add([DOWN, replace(DOWN, word="no")])
    await store.add([DOWN, replace(DOWN, person=BEN, question=replace(DISLIKED, person=BEN))])
    (group,) = await store.groups(10)
    assert (group.asked, group.askers, group.fact, group.text) == (2, 2, "murati-origin", "how old is murati?")
    stored = [row["decision"] async for table, row in store.rows() if table == "unanswered_question"]
    assert stored == ["downvoted", "downvoted"]
    await store.add([UP])
    (group,) = await store.groups(10)
    assert group.asked == 1
    await store.add([replace(UP, person=BEN)])
    assert await store.groups(10) == []


async def test_a_vote_changed_at_once_leaves_no_question(store: DatabaseStore) -> None:
    await store.add([DOWN, UP])
    assert await store.groups(10) == []
    assert (await figures(store)).up == 1


async def test_a_question_that_is_deleted_is_never_mistaken_for_a_later_one(store: DatabaseStore) -> None:
    """SQLite gives the same id again."""
    await store.add([replace(DOWN, question=replace(DISLIKED, asked_at=NOW - 40 * DAY))])
    await store.purge(NOW)
    await store.add([QUESTION])
    await store.add([UP])
    assert [group.asked for group in await store.groups(10)] == [1]


async def test_a_person_can_be_forgotten_with_their_votes_and_the_questions_of_these(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long after the code of the question was erased, and however many answers there are votes on."""
    monkeypatch.setattr(votes, "_AT_ONCE", 3)
    await store.add([replace(UP, message=number) for number in range(10)])
    await store.add([DOWN, replace(DOWN, person=BEN, question=replace(DISLIKED, person=BEN))])
    await store.purge(NOW + 2 * DAY)
    assert await store.forget_person(ADA, NOW + 2 * DAY) == 11
    found = await figures(store)
    assert (found.up, found.down) == (0, 1)
    assert [group.asked for group in await store.groups(10)] == [1]
    assert await store.forget_person(ADA, NOW + 2 * DAY) == 0


async def test_a_server_that_removed_the_bot_is_forgotten_with_its_counts_and_votes(store: DatabaseStore) -> None:
    elsewhere = replace(DOWN, server=43, message=5, question=replace(DISLIKED, server=43))
    await store.add([DOWN, elsewhere, DailyCount(ORIGIN, 1), DailyCount(replace(ORIGIN, server=43), 1)])
    await store.add([LeftServer(42)])
    found = await figures(store)
    assert (found.servers, found.down) == ({"43": 1}, 1)
    assert [group.server for group in await store.groups(10)] == [43]


async def test_counts_and_votes_go_after_their_days(store: DatabaseStore) -> None:
    await store.add([DailyCount(replace(ORIGIN, day=LONG_AGO), 3), DailyCount(ORIGIN, 2)])
    await store.add([replace(UP, day=LONG_AGO), replace(DOWN, message=5)])
    await store.purge(NOW)
    found = await figures(store)
    assert (found.questions, found.up, found.down) == (2, 0, 1)
    status = await store.status()
    assert (status.counted, status.votes) == (2, 1)
    await store.purge(NOW, everything=True)
    found = await figures(store)
    assert (found.questions, found.up, found.down) == (0, 0, 0)


async def test_neither_voters_nor_messages_stand_in_the_database_or_the_export(store: DatabaseStore, url: str) -> None:
    await store.add([DOWN, DailyCount(ORIGIN, 1)])
    await store.close()
    held = await contents(url)
    assert "murati-origin" in held
    for secret in (ADA, MESSAGE):
        assert str(secret) not in held
        assert f"{secret:x}" not in held
    exported = [row async for table, row in store.rows() if table in {"vote", "daily_count"}]
    assert len(exported) == 2
    assert not re.search(r"[0-9a-f]{32}", repr(exported))


@pytest.mark.parametrize("period", [EVERYTHING, Period(TODAY, 42, "art")])
async def test_without_a_database_all_figures_are_nought(url: str, period: Period) -> None:
    async with opened(url) as store:
        found = await figures(store, period)
    assert (found.questions, found.picked, found.asked, found.worst) == (0, 0, {}, ())
