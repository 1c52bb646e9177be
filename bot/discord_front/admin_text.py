"""What `/facts` says; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.model import Knowledge
from bot.discord_front.operation import Registration
from bot.errors import Problem
from bot.service.library import Change
from bot.service.reply import Voice
from bot.service.wording import MESSAGE, escape

_FILE = "facts.txt"
_REGISTRATION: Final[dict[Registration, str]] = {
    "registered anew": "admin_commands_synced",
    "refused": "admin_commands_refused",
}
_ROOM = MESSAGE - 300
"""Characters for the details, so that the sentences around them always fit."""


@dataclass(frozen=True, slots=True)
class Report:
    """A message and, where the details are too long for one, all of them as a text file."""

    text: str
    file_name: str | None = None
    file_text: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an operator wants to know of the knowledge in service."""

    articles: int
    facts: int
    gaps: int
    commands: int


@dataclass(frozen=True, slots=True)
class Status:
    """What an operator wants to know of the running bot."""

    revision: str
    loaded_at: datetime
    counts: Counts
    uptime: float
    """Seconds."""
    latency: float
    """Seconds between a heartbeat and its answer; not a number before the first."""
    reloads: int
    rebuilds: int


def count(knowledge: Knowledge) -> Counts:
    """Count what `knowledge` holds; commands of one name are one."""
    articles = knowledge.articles
    return Counts(
        articles=len(articles),
        facts=sum(len(article.facts) for article in articles),
        gaps=sum(len(article.gaps) for article in articles),
        commands=len({command.name for article in articles for command in article.commands}),
    )


def reload_report(voice: Voice, change: Change, registration: Registration) -> Report:
    """Say what a reload changed, by id, and what became of the commands."""
    groups = (("added", change.added), ("removed", change.removed), ("changed", change.changed))
    head = voice.say("reloaded", **{name: len(ids) for name, ids in groups})
    details = [f"{voice.say(f'admin_{name}')}: {', '.join(ids)}" for name, ids in groups if ids]
    tail = [voice.say("admin_commands_changed")] if change.commands_changed else []
    tail += [voice.say(_REGISTRATION[registration])] if registration in _REGISTRATION else []
    return _report(voice, head, details, tail)


def problems_report(voice: Voice, problems: Sequence[Problem]) -> Report:
    """List all problems with file and line; the old facts are still in service."""
    return _report(voice, voice.say("reload_failed", count=len(problems)), [str(problem) for problem in problems], [])


def _report(voice: Voice, head: str, details: list[str], tail: list[str]) -> Report:
    shown = "\n".join(f"- {escape(line)}" for line in details)
    if len(shown) <= _ROOM:
        return Report("\n".join(filter(None, [head, shown, *tail])))
    text = "\n".join([head, voice.say("admin_attached"), *tail])
    return Report(text, _FILE, "\n".join(details) + "\n")


def status_report(voice: Voice, status: Status) -> Report:
    """Describe the running bot; the time of loading is shown in each reader's own zone."""
    latency = "–" if math.isnan(status.latency) else f"{status.latency * 1000:.0f} ms"
    lines = [
        voice.say("admin_status_revision", revision=status.revision, when=f"<t:{status.loaded_at.timestamp():.0f}:R>"),
        voice.say(
            "admin_status_counts",
            articles=status.counts.articles,
            facts=status.counts.facts,
            gaps=status.counts.gaps,
            commands=status.counts.commands,
        ),
        voice.say("admin_status_uptime", uptime=_duration(voice, status.uptime), latency=latency),
        voice.say("admin_status_events", reloads=status.reloads, rebuilds=status.rebuilds),
    ]
    return Report("\n".join(lines))


def _duration(voice: Voice, seconds: float) -> str:
    """Write seconds as `3 d 04:05:06`, the days left out where there are none."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return (voice.say("admin_days", days=days) + " " if days else "") + f"{hour:02}:{minute:02}:{second:02}"
