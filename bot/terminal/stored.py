"""What the store holds, as text and JSON, for operators and authors."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bot.core.text import counted
from bot.errors import ConfigError
from bot.service.editing import Decided, Edited
from bot.service.ports import Store
from bot.service.records import Bundle, QuestionGroup, StoreStatus


def status_lines(status: StoreStatus, days: int) -> Iterator[str]:
    """Yield the lines of `db status`; questions are kept for `days`."""
    yield f"database: {status.place}"
    if status.version == 0:
        yield "version: there is no database yet; `run` or `db upgrade` creates it"
        return
    behind = status.newest - status.version
    state = "up to date" if behind == 0 else "made by a newer version of the bot"
    yield f"version: {status.version} ({state if behind <= 0 else 'run or `db upgrade` brings it up to date'})"
    oldest = f", the oldest from {_time(status.oldest)}" if status.oldest else ""
    yield f"unanswered questions: {status.questions:,} in {counted(status.groups, 'group')}{oldest}"
    yield f"questions counted: {status.counted:,}; votes for answers: {status.votes:,}"
    yield f"kept for: {counted(days, 'day')}"
    if loaded := status.revision:
        yield f"facts: revision {loaded.revision} since {_time(loaded.loaded_at)} ({loaded.action})"


def group_line(group: QuestionGroup) -> str:
    """Return a group as one line."""
    times, people = (f"{group.asked:,}×", "1 person" if group.askers == 1 else f"{group.askers:,} people")
    nearest = f"  [{'/'.join(filter(None, (group.article, group.fact)))}]" if group.article else ""
    return f"{group.id:>4}  {times:>5} ({people}, last {_time(group.last_asked)})  {group.text}{nearest}"


def group_json(group: QuestionGroup) -> str:
    """Return a group as a JSON object; ids of servers are texts, as some readers of JSON round large numbers."""
    changes = {"server": str(group.server) if group.server else None, "last_asked": _time(group.last_asked)}
    return json.dumps(asdict(group) | changes, ensure_ascii=False)


def edit_lines(edited: Edited, *, shared: bool = False) -> Iterator[str]:
    """Yield the lines that tell of an edit: what was added where, and what is decided differently since.

    Processes that share a database answer with it by themselves.
    """
    if edited.copied_to:
        yield f"The shipped articles were copied to {edited.copied_to}, and are read from there from now on."
    yield f"{edited.place}: the question {edited.text!r} is a sample now, and a case; revision {edited.revision}"
    for one in edited.differences:
        kind = "case" if one.is_case else "question"
        yield f"  {kind} {one.text!r}: {_decided(one.before)} → {_decided(one.after)}"
    if shared:
        yield "All processes that share the database answer with it from now on."
        return
    yield "A bot that runs answers with it after /facts reload or SIGHUP; with BOT_WATCH=on it does so by itself."


def _decided(decided: Decided) -> str:
    return f"{decided.outcome} {decided.place}" if decided.place else "nothing of the article"


async def write_rows(store: Store, folder: Path) -> Mapping[Path, int]:
    """Write each table of the store to a file of JSON lines in `folder`; return the files and their numbers of lines.

    Raise ConfigError if the folder can't be written or has such a file, StoreError.
    """
    written: Counter[Path] = Counter()
    files: dict[Path, TextIO] = {}
    with _errors_of(folder):
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  nothing else runs meanwhile
        async with aclosing(store.rows()) as rows, AsyncExitStack() as stack:
            async for table, row in rows:
                path = folder / f"{table}.jsonl"
                if path not in files:
                    files[path] = stack.enter_context(_new_file(path))
                files[path].write(json.dumps(dict(row), ensure_ascii=False) + "\n")
                written[path] += 1
    return written


async def write_knowledge(store: Store, folder: Path, own: Callable[[Bundle], Bundle]) -> str:
    """Write the files of the active revision to a knowledge folder; return the revision, "" if there is none.

    `own` leaves out those that belong to the program. Raise ConfigError if a file exists or can't be written, or
    StoreError.
    """
    active = await store.active()
    bundle = await store.bundle(active.revision) if active else None
    if active is None or bundle is None:
        return ""
    with _errors_of(folder):
        for name, data in own(bundle).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
    return active.revision


@contextmanager
def _errors_of(folder: Path) -> Iterator[None]:
    """Turn errors of writing new files to `folder` into ConfigError."""
    try:
        yield
    except FileExistsError as error:
        msg = f"{error.filename} exists already: name another folder"
        raise ConfigError(msg) from None
    except OSError as error:
        msg = f"{error.filename or folder} can't be written: {(error.strerror or 'input/output error').lower()}"
        raise ConfigError(msg) from None


def _new_file(path: Path) -> TextIO:
    """Create a file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")


def _time(seconds: int) -> str:
    """Return a Unix time as a UTC date and time to the minute."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
