"""Reacting to what other processes change."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

import pytest

from bot.discord_bot.together import Together
from bot.errors import StoreError
from bot.service.ports import Topic
from tests.e2e.operators import until


class Others:
    """Other processes, as far as this one hears of them."""

    def __init__(self) -> None:
        """Lead not."""
        self.is_leader = False
        self.tell: Callable[[Topic], object] = lambda _: None

    def turn(self, _: int, __: Callable[[], Awaitable[object]]) -> AbstractAsyncContextManager[bool]:
        """Let it be its turn."""
        return nullcontext(enter_result=True)

    async def listen(self, changed: Callable[[Topic], object]) -> None:
        """Let the test tell of changes."""
        self.tell = changed
        changed("settings")
        await asyncio.Event().wait()


@asynccontextmanager
async def run(together: Together) -> AsyncIterator[None]:
    """Listen during the block."""
    task = asyncio.create_task(together.run())
    try:
        await asyncio.sleep(0.01)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_process_alone_leads_and_hears_nothing() -> None:
    together = Together(None)
    assert together.is_leader
    await together.run()


async def test_the_leader_is_who_the_others_say() -> None:
    others = Others()
    together = Together(others)
    assert not together.is_leader
    others.is_leader = True
    assert together.is_leader


async def test_each_topic_has_its_reaction_and_many_changes_at_once_have_two_at_most() -> None:
    others, done, going = Others(), list[str](), asyncio.Event()
    together = Together(others)

    async def react() -> None:
        done.append("revision")
        await going.wait()

    async def settings() -> None:
        done.append("settings")

    together.on("revision", react)
    together.on("settings", settings)
    async with run(together):
        await until(lambda: done == ["settings"])
        for _ in range(5):
            others.tell("revision")
            await asyncio.sleep(0)
        others.tell("leader")
        await until(lambda: "revision" in done)
        others.tell("revision")
        going.set()
        await until(lambda: done.count("revision") == 2)
    assert done == ["settings", "revision", "revision"]


async def test_a_reaction_that_lacks_the_store_is_repeated_and_a_mistake_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    others, errors = Others(), [StoreError("gone"), StoreError("gone"), KeyError("a mistake")]
    together, done = Together(others, pause=0.01), list[str]()

    async def react() -> None:
        if errors:
            raise errors.pop(0)
        done.append("reacted")

    together.on("revision", react)
    async with run(together):
        others.tell("revision")
        await until(lambda: not errors)
        others.tell("revision")
        await until(lambda: done)
    assert caplog.text.count("a change of another process was not taken over") == 1
