"""Who wants to be told: kept by message, delivered by one process, at most ten of a person and thirty days."""

import asyncio
from dataclasses import replace

from bot.service.records import MOST_NOTICES, LeftServer, Notice
from bot.storage.store import DatabaseStore
from tests.storage.databases import contents, opened
from tests.storage.test_store import ADA, BEN, DAY, NOW

NOTICE = Notice(42, 1_000, 2_000, "화성에 물이 있어?", "ko", NOW)


async def test_a_notice_comes_back_as_it_was_asked_for(store: DatabaseStore) -> None:
    assert await store.toggle_notice(NOTICE, ADA) == "added"
    (kept,) = await store.notices()
    assert kept == replace(NOTICE, id=kept.id)
    assert kept.id > 0


async def test_asking_again_withdraws(store: DatabaseStore) -> None:
    await store.toggle_notice(NOTICE, ADA)
    assert await store.toggle_notice(replace(NOTICE, asked_at=NOW + 5), ADA) == "withdrawn"
    assert await store.notices() == []
    assert await store.toggle_notice(NOTICE, ADA) == "added"


async def test_one_person_waits_for_ten_at_most(store: DatabaseStore) -> None:
    """On whatever days; others are not concerned, and one that is withdrawn makes room."""
    asked = [replace(NOTICE, message=number, asked_at=NOW + number * DAY) for number in range(MOST_NOTICES + 1)]
    outcomes = [await store.toggle_notice(notice, ADA) for notice in asked]
    assert outcomes == MOST_NOTICES * ["added"] + ["full"]
    assert await store.toggle_notice(asked[-1], BEN) == "added"
    assert await store.toggle_notice(asked[0], ADA) == "withdrawn"
    assert await store.toggle_notice(replace(NOTICE, message=99), ADA) == "added"


async def test_many_presses_at_once_keep_to_the_limit(store: DatabaseStore, url: str) -> None:
    async def ask(number: int) -> str:
        async with opened(url) as other:
            return await other.toggle_notice(replace(NOTICE, message=number), ADA)

    outcomes = await asyncio.gather(*(ask(number) for number in range(MOST_NOTICES + 4)))
    assert sorted(outcomes) == MOST_NOTICES * ["added"] + 4 * ["full"]
    assert len(await store.notices()) == MOST_NOTICES


async def test_of_many_processes_one_delivers_a_notice(store: DatabaseStore, url: str) -> None:
    await store.toggle_notice(NOTICE, ADA)
    (kept,) = await store.notices()

    async def claim() -> bool:
        async with opened(url) as other:
            return await other.claim_notice(kept.id, NOW)

    assert sorted(await asyncio.gather(*(claim() for _ in range(6)))) == [False] * 5 + [True]
    assert await store.notices() == []
    await store.release_notice(kept.id)
    assert await store.notices() == [kept]
    await store.drop_notice(kept.id)
    assert await store.notices() == []
    assert not await store.claim_notice(kept.id, NOW)


async def test_a_notice_goes_after_thirty_days_and_with_the_questions(store: DatabaseStore, url: str) -> None:
    """Or sooner where questions are kept for less."""
    await store.toggle_notice(NOTICE, ADA)
    await store.purge(NOW + 30 * DAY - 60)
    assert len(await store.notices()) == 1
    async with opened(url, days=90) as other:
        await other.purge(NOW + 30 * DAY + 60)
    assert await store.notices() == []
    await store.toggle_notice(NOTICE, ADA)
    async with opened(url, days=7) as other:
        await other.purge(NOW + 7 * DAY + 60)
    assert await store.notices() == []
    await store.toggle_notice(NOTICE, ADA)
    await store.purge(NOW, everything=True)
    assert await store.notices() == []


async def test_a_notice_whose_process_ended_while_it_told_is_deleted_later(store: DatabaseStore) -> None:
    await store.toggle_notice(NOTICE, ADA)
    (kept,) = await store.notices()
    await store.claim_notice(kept.id, NOW)
    await store.purge(NOW + 60)
    await store.release_notice(kept.id)
    assert await store.notices() == [kept]
    await store.claim_notice(kept.id, NOW)
    await store.purge(NOW + 3_700)
    await store.release_notice(kept.id)
    assert await store.notices() == []


async def test_the_database_names_the_message_and_no_person(store: DatabaseStore, url: str) -> None:
    await store.toggle_notice(replace(NOTICE, message=123_456_789), ADA)
    await store.toggle_notice(replace(NOTICE, message=123_456_780), BEN)
    assert [name async for name, _ in store.rows()] == []
    await store.close()
    held = await contents(url)
    assert "화성에 물이 있어?" in held
    assert str(ADA) not in held
    assert str(BEN) not in held


async def test_an_empty_database_has_no_notices(url: str) -> None:
    async with opened(url) as store:
        assert list(await store.notices()) == []


async def test_whoever_is_forgotten_is_told_nothing(store: DatabaseStore) -> None:
    """However long they have waited; so is a server that the bot left."""
    await store.toggle_notice(NOTICE, ADA)
    await store.toggle_notice(replace(NOTICE, message=3), BEN)
    await store.toggle_notice(replace(NOTICE, message=4, server=43), BEN)
    assert await store.forget_person(ADA, NOW + 20 * DAY) == 1
    assert [notice.message for notice in await store.notices()] == [3, 4]
    await store.add([LeftServer(43)])
    assert [notice.message for notice in await store.notices()] == [3]
