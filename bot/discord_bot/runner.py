"""Running the bot: start, signals, reloads, a new client when one ends, and an orderly end."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, TypeVar

import discord

from bot.core.edits import EditRequest, RetireArticle
from bot.core.matching import Question
from bot.core.text import counted
from bot.discord_bot.admin import Reloads, Status, add_admin_commands, count
from bot.discord_bot.article_posts import ArticlePosts, add_post_command
from bot.discord_bot.article_state import ArticleState, add_article_command
from bot.discord_bot.channel_binding import ChannelBinding, add_channel_command
from bot.discord_bot.client import BotClient
from bot.discord_bot.connection import DISCORD_ERRORS, final_error, pause
from bot.discord_bot.context import BotState
from bot.discord_bot.fact_editing import FactEditing, add_editing_commands
from bot.discord_bot.group_edits import GroupEdits
from bot.discord_bot.health import serving
from bot.discord_bot.insight import Insight, add_insight_command
from bot.discord_bot.loading import Loading, return_freed_memory
from bot.discord_bot.logs import describe
from bot.discord_bot.measures import CONTENT_TYPE, Measures
from bot.discord_bot.notices import Notices
from bot.discord_bot.queueing import ANSWERING, Coalesced
from bot.discord_bot.recording import Recorder
from bot.discord_bot.revision_list import RevisionList, add_revision_commands
from bot.discord_bot.sending import reply_later
from bot.discord_bot.sync import Registration, recall_registered, sync_if_changed
from bot.discord_bot.together import Together
from bot.discord_bot.unanswered_list import UnansweredList, add_unanswered_command
from bot.discord_bot.watching import watch
from bot.errors import DiscordStartError, EditsError, KnowledgeError
from bot.service.answering import Answer
from bot.service.editing import Edited, Editing
from bot.service.library import Change, Library
from bot.service.pages import reply_page
from bot.service.ports import FactFiles, Store
from bot.service.records import Notice
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

T = TypeVar("T")
MAX_REBUILD_PAUSE: Final = 120.0
"""Seconds; shorter pauses for ever would use up the 1,000 IDENTIFYs that Discord allows a day."""
_STABLE_AFTER: Final = 600.0
"""Seconds of a connection after which the count of failures starts again."""
_START_ATTEMPTS: Final = 3
"""Attempts before the first connection if the error is not the network's but a mistake in the program."""
_GRACE: Final = 6.0
"""Seconds for replies in flight at the end; with the next two and those of the store below the ten that process
managers grant."""
_CLOSE_TIMEOUT, _THREADS_TIMEOUT = 2.0, 1.0
_LOST_EDITS: Final = (
    "these edits were made on Discord and are not in the files: `db export DIR` writes them there, "
    "/facts reload with discard gives them up"
)
_SWITCH_INTERVAL: Final = 0.001
"""Seconds that a thread computes while another one waits."""
_NOBODY: Final = 0
"""In whose name questions that wait for an answer are asked again; no person has this id."""
_WORKERS: Final = ANSWERING + 2
"""Threads: beside those that answer, one that loads and one for short work, such as completing what is typed."""


class Runner:
    """The running bot: one client after the other, the facts they answer from, and counts for the operator."""

    def __init__(  # noqa: PLR0913  collaborators
        self,
        library: Library,
        settings: DiscordSettings,
        store: Store | None = None,
        editing: Editing | None = None,
        files: FactFiles | None = None,
        *,
        grace: float = _GRACE,
    ) -> None:
        """Answer with `library`, whose facts were just loaded and can be edited with `editing`; record in `store`.

        `files` reads revisions that are kept there. Replies in flight get `grace` seconds at the end.
        """
        self.client: BotClient | None = None
        """The client that is logged in and has registered its commands."""
        self.has_connected = False
        self.rebuilds = 0
        self.measures = Measures()
        self._library = library
        self._settings = settings
        self._store = store
        self._editing = editing
        self.together = Together(store.processes if store else None)
        """The other processes that share the store."""
        self._recorder = Recorder(store, self.measures, is_leader=lambda: self.together.is_leader)
        self._state = BotState(library, settings, time.monotonic, self.measures, self._recorder)
        if store is not None:
            store.group_by(library.most_alike)
            self._state.notices = Notices(store, self._ask_again, lambda: library.snapshot.revision, self._article_of)
        self._grace = grace
        self._began = time.monotonic()
        self.loading = Loading(library, self._recorder, self.measures, (store, files) if store and files else None)
        self._trouble = ""
        """Why the last attempt to connect failed."""
        self._stop = asyncio.Event()
        self._indexing: set[asyncio.Task[None]] = set()
        self._has_taken_over = False
        """Whether the leader before may have registered commands since this process did."""
        self.together.on("revision", self._follow)
        self.together.on("leader", self._lead)
        self.together.on("settings", self._state.channels.refresh)
        self._show_measures()
        self.reload = Coalesced(self._reload)
        """Reload the facts, in a run that begins after the call; two at most are under way, whoever asks for them."""
        self._reloads = Reloads(self.reload, Coalesced(partial(self._reload, discard=True)))

    def new_client(self) -> BotClient:
        """Build a client with the commands for everybody and for administrators; it is not logged in.

        What people may ask, and what they asked last, outlives the client before.
        """
        client = BotClient(self._library, self._settings, state=self._state.for_next_client())
        client.turn = self.together.turn
        group = add_admin_commands(client, self._settings, self._reloads, self.status)
        if group and self._editing:
            edits = GroupEdits(self._store, self._editing, partial(self._edit, self._editing))
            shown = UnansweredList(self._settings, edits)
            add_unanswered_command(client, group, shown)
            add_editing_commands(client, group, FactEditing(shown, edits))
        if group:
            add_insight_command(client, group, Insight(self._settings, self._store))
            add_revision_commands(client, group, RevisionList(self._settings, self.loading, self._rollback))
            channels = self._state.channels
            add_channel_command(client, group, ChannelBinding(self._settings, channels))
            add_post_command(client, group, ArticlePosts(self._settings, channels))
        if group and self._editing:
            add_article_command(client, group, ArticleState(self._settings, partial(self._retire, self._editing)))
        return client

    async def _ask_again(self, question: Question) -> Answer | None:
        """Answer a question whose asker waits for an answer, when it is its turn."""
        return await self._state.turns.run(_NOBODY, lambda: self._library.ask(question))

    async def _article_of(self, notice: Notice) -> str | None:
        """Return the slug of the article that questions where a message stands are about, if any.

        Raises Discord's error or the network's while that can't be found out.
        """
        channels = self._state.channels
        await channels.is_read.wait()
        if not any(one.article and one.server == notice.server for one in channels.every()):
            return None
        if self.client is None:
            raise ConnectionError
        parent = await self.client.parent_of(notice.channel)
        article = channels.article_of(self._state.knowledge, notice.channel, parent)
        return article.slug if article else None

    async def _tell(self, notice: Notice, answer: Answer) -> None:
        """Answer a message now whose question had no answer before; raise ConnectionError while that is impossible."""
        state = self._state
        if self.client is None:
            raise ConnectionError
        channel = self.client.get_partial_messageable(notice.channel, guild_id=notice.server)
        page = reply_page(answer.snapshot.knowledge, answer.reply)
        with state.limits.in_flight.working():
            said = state.voice(page.language).say("tell_gap" if answer.reply.gap else "tell_answer")
            sent = await reply_later(state.rest, channel.get_partial_message(notice.message), page, said)
        state.conversations.remember_messages(sent, answer.reply.context)

    def _check_notices(self) -> None:
        """Tell those who wait for an answer if there is one now."""
        if self._state.notices and self.together.is_leader:
            self._state.notices.check()

    def status(self) -> Status:
        """Return what `/facts status` shows."""
        snapshot = self._library.snapshot
        return Status(
            revision=snapshot.revision,
            loaded_at=self.loading.loaded_at,
            counts=count(snapshot.knowledge),
            uptime=time.monotonic() - self._began,
            latency=self._latency(),
            reloads=self.loading.reloads,
            is_pinned=self.loading.is_pinned,
            rebuilds=self.rebuilds,
            unbound=self._state.channels.without_article(snapshot.knowledge),
        )

    @property
    def reloads(self) -> int:
        """Return how often the facts were reloaded."""
        return self.loading.reloads

    def _show_measures(self) -> None:
        measures = self.measures
        measures.gauge("bot_ready", "1 if questions are answered now.", lambda: not self.obstacle())
        measures.gauge("bot_leads", "1 if this process does what is done once.", lambda: self.together.is_leader)
        measures.gauge("bot_store_waiting", "Records that wait for the store.", lambda: self._recorder.waiting)
        measures.gauge("bot_questions_waiting", "Questions that wait for their turn.", self._waiting)
        measures.gauge("bot_gateway_latency_seconds", "Between a heartbeat and its answer.", self._latency)

    def _waiting(self) -> int:
        return self.client.state.turns.waiting if self.client else 0

    def _latency(self) -> float:
        return self.client.latency if self.client else float("nan")

    def obstacle(self) -> str:
        """Return in words why questions are not answered now, "" if they are."""
        if self._stop.is_set():
            return "the bot is shutting down"
        if self.client is None:
            return self._trouble or "the bot is logging in to Discord"
        if not self.client.is_connected:
            return "the gateway of Discord is not connected"
        return ""

    async def _reload(self, *, discard: bool = False) -> tuple[Change, Registration]:
        """Read the facts again and register changed commands; errors are those of `Loading.reload`."""
        change = await self.loading.reload(discard=discard)
        registration = await self._took_over()
        log.info("facts reloaded, revision %s: %s; commands %s", self.loading.revision, _counted(change), registration)
        return change, registration

    async def _rollback(self, prefix: str) -> tuple[Change, Registration]:
        """Go back to a revision and register changed commands; errors are those of `Loading.rollback`."""
        change = await self.loading.rollback(prefix)
        registration = await self._took_over()
        log.info("facts back at revision %s: %s; commands %s", self.loading.revision, _counted(change), registration)
        return change, registration

    async def _took_over(self) -> Registration:
        """Build the commands from other facts and register those that changed."""
        self._check_notices()
        self._index_for_typing()
        registration: Registration = "unchanged"
        if self.client:
            self.client.rebuild_commands()
            registration = await self._register_commands(self.client)
        return registration

    async def _edit(self, editing: Editing, request: EditRequest, seen: str, asked: Sequence[str] = ()) -> Edited:
        """Carry out an edit; arguments and errors are those of `Editing.carry_out`."""
        edited = await self.loading.edit(partial(editing.carry_out, request, seen, asked))
        log.info("%s was edited (%s), facts at revision %s", edited.place, type(request).__name__, edited.revision)
        if edited.copied_to:
            log.info("the shipped articles were copied to %s and are served from there", edited.copied_to)
        await self._took_over()
        return edited

    async def _retire(self, editing: Editing, slug: str, retired: bool) -> Edited:  # noqa: FBT001  passed along
        """Retire an article, or put it in use again."""
        return await self._edit(editing, RetireArticle(slug, retired), editing.revision)

    def _index_for_typing(self) -> None:
        """Index what typing is completed with in the background, so that no keystroke waits for it."""
        task = asyncio.create_task(_logged(asyncio.to_thread(self._index_texts)))
        self._indexing.add(task)
        task.add_done_callback(self._indexing.discard)

    def _index_texts(self) -> None:
        self._library.completers()
        if self._editing and self._settings.admin_guild_ids:
            self._editing.completer()

    async def _register_commands(self, client: BotClient) -> Registration:
        """Register changed commands; of several processes only the leader does."""
        if not self.together.is_leader:
            return "unchanged"
        admins, cache = self._settings.admin_guild_ids, self._settings.cache
        if self._has_taken_over:
            self._has_taken_over = False
            await recall_registered(client.tree, admins, cache)
        return await sync_if_changed(client.tree, admins, cache, client.state.rest)

    async def _begin_later(self) -> None:
        """Answer from what the store says as soon as it can tell."""
        await self.loading.begin_later()
        await self._took_over()

    async def _follow(self) -> None:
        """Answer from what another process has loaded, edited or gone back to."""
        if await self.loading.follow():
            await self._took_over()

    async def _lead(self) -> None:
        """Take over what one of all processes does."""
        log.info("this process leads: it registers commands, tells of new answers and deletes what is old")
        self._has_taken_over = True
        self._check_notices()
        if self.client:
            await self._register_commands(self.client)

    async def _reload_at_hangups(self, hangup: asyncio.Event) -> None:
        while True:
            await hangup.wait()
            hangup.clear()
            await _logged(self._reload_and_log("SIGHUP"))

    async def _reload_and_log(self, reason: str) -> None:
        log.info("reloading the facts: %s", reason)
        try:
            await self.reload()
        except KnowledgeError as error:
            for problem in error.problems:
                log.error("%s", problem)  # noqa: TRY400  the problem is the event, not the exception
            if isinstance(error, EditsError):
                log.error(_LOST_EDITS)  # noqa: TRY400  likewise

    async def serve(
        self, token: str, look: Callable[[], str], stop: asyncio.Event | None = None, loaded: str | None = None
    ) -> None:
        """Stay connected until a signal, or somebody else, sets `stop`; raise DiscordStartError.

        `look` returns a fingerprint of the files, which are watched if the settings say so; `loaded` is the one before
        they were read.
        """
        stop, hangup = stop or asyncio.Event(), asyncio.Event()
        self._stop = stop
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_WORKERS))
        _listen_to_signals(stop, hangup)
        jobs = [
            asyncio.create_task(self._reload_at_hangups(hangup)),
            asyncio.create_task(_logged(self._state.channels.read())),
        ]
        self._index_for_typing()
        if self._state.notices:
            jobs.append(asyncio.create_task(_logged(self._state.notices.telling(self._tell))))
        if self._settings.watch:
            jobs.append(asyncio.create_task(watch(look, self._reload_and_log, loaded)))
        try:
            async with self._http(jobs), self._recorder.writing():
                if not await self.loading.begin():
                    jobs.append(asyncio.create_task(_logged(self._begin_later())))
                jobs.append(asyncio.create_task(_logged(self.together.run())))
                await self._keep_connected(token, stop)
        finally:
            for job in (*jobs, *self._indexing):
                job.cancel()
            await asyncio.gather(*jobs, *self._indexing, return_exceptions=True)

    @asynccontextmanager
    async def _http(self, jobs: list[asyncio.Task[None]]) -> AsyncIterator[None]:
        """Serve health and measures during the block if the settings say so; raise ConfigError if that fails."""
        if self._settings.http is None:
            yield
            return
        async with serving(self._settings.http, self.obstacle, self.measures.text, CONTENT_TYPE):
            jobs.append(asyncio.create_task(self.measures.measure_lag()))
            yield

    async def _keep_connected(self, token: str, stop: asyncio.Event) -> None:
        """Build a client, and a new one whenever it ends; all answer from the same library."""
        failures, failing_since = 0, 0.0
        while True:
            began = time.monotonic()
            error = await self._run_client(self.new_client(), token, stop)
            if stop.is_set():
                return
            failures = 1 if time.monotonic() - began > _STABLE_AFTER else failures + 1
            failing_since = time.monotonic() if failures == 1 else failing_since
            if (fatal := self._fatal_error(error, failures)) is not None:
                raise fatal
            if isinstance(error, DISCORD_ERRORS) and not isinstance(error, discord.ConnectionClosed):
                seconds = pause(failures, time.monotonic() - failing_since)
                self._trouble = f"Discord can't be reached ({type(error).__name__})"
                log.warning("Discord can't be reached (%s), the next attempt in %.1f s", describe(error), seconds)
            else:  # an IDENTIFY was spent
                seconds = rebuild_pause(failures)
                self._trouble = "the connection to Discord ended and is built again"
                log.error("the client ended and is rebuilt in %.0f s", seconds, exc_info=error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
                return
            self.rebuilds += 1

    def _fatal_error(self, error: Exception | None, failures: int) -> DiscordStartError | None:
        """Return the error to end with if another client would fail too, or None; the bot waits for the network."""
        if error is None:
            return None
        if not isinstance(error, DISCORD_ERRORS) and not self.has_connected and failures >= _START_ATTEMPTS:
            return DiscordStartError(f"The bot can't be started: {describe(error)}.")
        return final_error(error)

    async def _run_client(self, client: BotClient, token: str, stop: asyncio.Event) -> Exception | None:
        """Keep `client` connected until it ends or `stop` is set; return the error that ended it."""
        running = asyncio.create_task(self._connect(client, token))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done() and not await client.drain(self._grace):
                log.warning("some replies took too long and are given up")
        finally:
            self.client = None
            stopping.cancel()
            await _close(client, running)
        error = running.exception() if running.done() and not running.cancelled() else None
        return error if isinstance(error, Exception) else None

    async def _connect(self, client: BotClient, token: str) -> None:
        """Log in, register changed commands, and stay connected."""
        log.info("connecting to Discord")
        await client.login(token)
        await self._register_commands(client)
        self.client = client
        announcing = asyncio.create_task(self._announce(client))
        try:
            await client.connect()
        finally:
            announcing.cancel()

    async def _announce(self, client: BotClient) -> None:
        await client.wait_until_ready()
        self.has_connected = True
        self._check_notices()  # the facts may have changed while the bot was away
        revision = self._library.snapshot.revision
        log.info(
            "connected and answering: %s, facts at revision %s (%.1f s after the facts were loaded)",
            counted(len(client.guilds), "server"),
            revision,
            time.monotonic() - self._began,
        )
        await _logged(client.forget_deleted_channels())


def ignore_hangups() -> None:
    """Ignore SIGHUP until `serve` listens for it; before the facts are read there is nothing to reload."""
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def stay_responsive() -> None:
    """Keep the event loop responsive while another thread loads facts.

    Python's own switch interval of 5 ms is felt at every step of the loop. A full garbage collection stops all
    threads, so it leaves out the objects that exist now, which are most.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()
    return_freed_memory()


def run_until_stopped(runner: Runner, token: str, look: Callable[[], str], loaded: str | None) -> None:
    """Serve in this process until SIGTERM or SIGINT; raise DiscordStartError."""

    async def serve() -> None:
        await runner.serve(token, look, loaded=loaded)
        end_soon(0)

    stay_responsive()
    asyncio.run(serve())


def end_soon(code: int) -> threading.Timer:
    """End the process with `code` even if a thread is busy, as when reading facts or looking up an address by name.

    Nothing is lost with such a thread. Cancel the timer if the process goes on.
    """
    timer = threading.Timer(_THREADS_TIMEOUT, os._exit, (code,))
    timer.daemon = True
    timer.start()
    return timer


async def _logged(job: Awaitable[object]) -> None:
    """Run a background job; log an error in it."""
    try:
        await job
    except Exception:
        log.exception("a background job failed")


def _listen_to_signals(stop: asyncio.Event, hangup: asyncio.Event) -> None:
    if sys.platform == "win32":
        return  # Ctrl-C cancels the main task there, and there is no SIGHUP
    loop = asyncio.get_running_loop()

    def end(number: signal.Signals) -> None:
        log.info("%s: finishing the replies in flight", number.name)
        stop.set()
        loop.remove_signal_handler(number)  # the second signal ends the process at once

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number)
    loop.add_signal_handler(signal.SIGHUP, hangup.set)


def rebuild_pause(failures: int) -> float:
    """Return the seconds to wait after `failures` in a row: 1, 2, 4, … up to a maximum."""
    return min(MAX_REBUILD_PAUSE, 2.0 ** min(failures - 1, 10))


async def _close(client: BotClient, running: asyncio.Task[None]) -> None:
    """Close `client` in any state; wait only a limited time for Discord's answer."""
    closing = asyncio.create_task(client.close())
    running.cancel()
    await asyncio.wait({running, closing}, timeout=_CLOSE_TIMEOUT)
    if closing.done() and (error := closing.exception()):  # a client that never logged in has nothing to close
        log.debug("the client was not open", exc_info=error)


def _counted(change: Change) -> str:
    """Return how many facts and gaps a change concerns."""
    added, removed, changed = map(len, (change.added, change.removed, change.changed))
    return f"{added} added, {removed} removed, {changed} changed"
