"""Why a reply is what it is: candidates, nearest samples, signals."""

from dataclasses import dataclass

from bot.core.model import Knowledge
from bot.service.reply import Reply, Voice

_STRONGEST = 4


@dataclass(frozen=True, slots=True)
class Why:
    """A small table in the language of the reply."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def why(knowledge: Knowledge, reply: Reply) -> Why:
    """Explain `reply`: the chosen target first, then the runners-up."""
    voice = Voice(knowledge, reply.language)
    candidates = (*((reply.best,) if reply.best else ()), *reply.others)
    return Why(
        title=voice.say("why_title"),
        headings=(
            voice.say("why_fact"),
            voice.say("why_confidence"),
            voice.say("why_sample"),
            voice.say("why_signals"),
        ),
        rows=tuple(
            (
                candidate.target.item.id,
                f"{candidate.confidence:.0%}",
                candidate.sample,
                _strongest(candidate.signals),
            )
            for candidate in candidates
        ),
    )


def _strongest(signals: dict[str, float]) -> str:
    ranked = sorted(signals.items(), key=lambda pair: -abs(pair[1]))[:_STRONGEST]
    return ", ".join(f"{name} {value:.2f}" for name, value in ranked)
