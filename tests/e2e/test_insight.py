"""`/facts insight`: what was asked in a server, as bars that fit a phone."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_store
from bot.discord_bot import recording
from bot.service.records import Counted, DailyCount, Figures, Period, Record, Vote
from tests.e2e.operators import ANSWER, QUESTION, Running, operated, settings_for
from tests.fake_discord import Actor, FakeDiscord, Permission

TODAY = datetime.now(UTC).date()
EVERYTHING = Period("2000-01-01")
ASKED = Counted(TODAY.isoformat(), 0, "art", "murati-origin", "answered", "ko", "mention")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write counts soon."""
    monkeypatch.setattr(recording, "_COUNTING", 0.01)
    monkeypatch.setattr(recording, "_GATHERING", 0.01)


@pytest.fixture
def admin(server: FakeDiscord) -> Actor:
    """Return a listed administrator who may manage the server."""
    return server.user("admin", permissions=Permission.MANAGE_GUILD, locale="ko")


@asynccontextmanager
async def counting(server: FakeDiscord, admin: Actor, tmp_path: Path, **changes: object) -> AsyncIterator[Running]:
    """Serve the small article with a store in a file."""
    values: dict[str, Any] = {"admin_guild_ids": frozenset({server.guild.id}), "admin_user_ids": frozenset({admin.id})}
    async with operated(server, tmp_path, shared={}, **(values | {"database_url": None} | changes)) as bot:
        yield bot


async def stored(tmp_path: Path, *records: Record) -> None:
    """Store what others have counted."""
    store = open_store(settings_for(tmp_path, database_url=None))
    assert store is not None
    await store.upgrade()
    await store.add(records)
    await store.close()


async def figures(tmp_path: Path, questions: int, period: Period = EVERYTHING) -> Figures:
    """Return the stored figures once there are so many questions."""
    store = open_store(settings_for(tmp_path, database_url=None))
    assert store is not None
    async with asyncio.timeout(30):
        while (found := await store.figures(period, 10)).questions < questions:  # noqa: ASYNC110  it is another store
            await asyncio.sleep(0.02)
    await store.close()
    return found


async def test_every_question_is_counted_by_how_it_was_asked_and_answered(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    """Nothing else is, and direct messages belong to no server."""
    async with counting(server, admin, tmp_path):
        alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="en-US")
        assert ANSWER in (await alice.says(QUESTION)).text
        await bob.says("<@bot> does murati own a boat?", server.add_channel("second"))
        await bob.runs("/ask", question="무라티는 어느 나라 출신이야?")
        await alice.dm("무라티는 어느 나라 출신이야?")
        await alice.runs("/help")
        await admin.runs("/facts status")
        found = await figures(tmp_path, 4)
        here = await figures(tmp_path, 3, Period("2000-01-01", server.guild.id))
    assert found.days == {TODAY.isoformat(): 4}
    assert found.decisions == {"answered": 3, "unanswered": 1}
    assert found.languages == {"ko": 3, "en": 1}
    assert found.ways == {"mention": 2, "command": 1, "dm": 1}
    assert found.asked == {("art", "murati-origin"): 3}
    assert (here.questions, here.servers) == (3, {str(server.guild.id): 3})


async def test_a_picked_fact_is_counted_apart(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with counting(server, admin, tmp_path):
        alice = server.user("alice", locale="en-US")
        reply = await alice.runs("/help")
        await alice.clicks(reply, reply.buttons[0].label)
        await alice.says(QUESTION)
        found = await figures(tmp_path, 1)
    assert (found.questions, found.picked, found.asked) == (1, 1, {("art", "murati-origin"): 2})


async def test_an_administrator_sees_the_figures_of_the_server_as_bars(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    """Other servers' and direct messages' figures are none of theirs."""
    here = replace(ASKED, server=server.guild.id)
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    against = Vote(5, 7, False, "art", "murati-origin", "answered", "ko", ASKED.day, here.server, "*너무* 짧아요")  # noqa: FBT003
    await stored(
        tmp_path,
        DailyCount(here, 6),
        DailyCount(replace(here, day=yesterday, language="en", decision="closest"), 2),
        DailyCount(replace(here, decision="page", fact="gone-fact"), 3),
        DailyCount(ASKED, 100),
        DailyCount(replace(here, server=5), 100),
        against,
        replace(against, server=5, message=6),
    )
    async with counting(server, admin, tmp_path):
        reply = await admin.runs("/facts insight", days=2)
        assert reply.ephemeral
        assert reply.text.splitlines() == [
            "**최근 2일**",
            "질문 8 · 골라 본 답 3 · 👍 0 · 👎 1",
            "**날짜별 질문**",
            f"`███░░░░░` 2 {yesterday[5:]}",
            f"`████████` 6 {ASKED.day[5:]}",
            "**어떻게 답했는지**",
            "`██████░░` 75 % 답했어요",
            "`██░░░░░░` 25 % 가장 가까운 답",
            "**언어**",
            "`██████░░` 75 % 한국어",
            "`██░░░░░░` 25 % 영어",
            "**가장 많이 본 답**",
            "`████████` 8 무라티는 어느 나라 출신…",
            "`███░░░░░` 3 gone-fact",
            "**👎를 많이 받은 답**",
            "👎 1 👍 0 무라티는 어느 나라 출신…",
            "-# “\\*너무\\* 짧아요”",
            "-# 이 서버의 숫자만, 날짜는 UTC 기준이에요.",
        ]
        assert reply.pinged == set()
        admin.user.locale = "en-US"
        assert "**How they were answered**" in (await admin.runs("/facts insight")).text
        nothing = await admin.runs("/facts insight", article="moon")
        assert nothing.text.splitlines()[:2] == ["**Days: 7 · moon**", "Nothing was asked in these days."]


def columns(line: str) -> int:
    """Return how many columns a line takes; marks of code and bold take none."""
    plain = line.replace("`", "").replace("*", "").removeprefix("-# ")
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in plain)


async def test_a_month_of_many_facts_fits_a_phone_and_one_message(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    await stored(
        tmp_path,
        *(
            DailyCount(
                replace(
                    ASKED,
                    server=server.guild.id,
                    day=(TODAY - timedelta(days=ago)).isoformat(),
                    fact=f"a-fact-with-a-very-long-id-of-about-forty-eight-{ago}",
                ),
                1_000_000 + ago,
            )
            for ago in range(60)
        ),
    )
    async with counting(server, admin, tmp_path):
        reply = await admin.runs("/facts insight", days=365)
        assert "**최근 30일**" in reply.text, "more are not kept"
        assert reply.followups == []
        assert max(map(columns, reply.text.splitlines())) <= 44
        weeks = [line for line in reply.text.splitlines() if " – " in line]
        assert len(weeks) == 5


async def test_members_and_bots_without_a_store_get_one_sentence(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    async with counting(server, admin, tmp_path, database_url="off"):
        admin.user.locale = "en-US"
        assert (await admin.runs("/facts insight")).text == "The bot is set up to store no questions."
        alice = server.user("alice", permissions=Permission.MANAGE_GUILD)
        assert "administrators only" in (await alice.runs("/facts insight")).text


async def test_a_store_in_trouble_is_one_sentence(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "store.db").write_bytes(b"no database" * 1000)
    async with counting(server, admin, tmp_path):
        assert ANSWER in (await admin.says(QUESTION)).text
        assert (await admin.runs("/facts insight")).text == "지금은 통계를 볼 수 없어요. 까닭은 로그에 있어요."
