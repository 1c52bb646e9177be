"""`/facts insight`: what was asked in this server, and what was thought of the answers."""

import logging
import time
from typing import Final

from discord import app_commands

from bot.days import last_days
from bot.discord_bot.admin import lets_in
from bot.discord_bot.article_option import complete_article
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.context import Interaction, state_of, voice_of
from bot.discord_bot.limits import Clock
from bot.discord_bot.sending import defer, respond, run_handler, say
from bot.errors import StoreError
from bot.service.insight import MOST_FACTS, insight_page
from bot.service.ports import Store
from bot.service.records import Period
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

_MOST_DAYS: Final = 365
_DAYS: Final = 7
"""Days that are shown unless others are wanted."""


class Insight:
    """Shows administrators the figures of their server."""

    def __init__(self, settings: DiscordSettings, store: Store | None, clock: Clock = time.time) -> None:
        """Show what is counted in `store`; `clock` returns the Unix time."""
        self._settings = settings
        self._store = store
        self._clock = clock

    async def command(self, interaction: Interaction, days: int, article: str) -> None:
        """Answer the command; more days than are kept have no figures and are not shown."""
        await defer(interaction, private=True)
        if not await lets_in(interaction, self._settings):
            return
        if self._store is None:
            await say(interaction, "unanswered_off")
            return
        days = min(days, self._settings.retention_days)
        shown = last_days(self._clock(), days)
        try:
            figures = await self._store.figures(Period(shown[0], interaction.guild_id, article), MOST_FACTS)
        except StoreError as error:
            log.warning("the figures can't be shown: %s", error)
            await say(interaction, "insight_away")
            return
        page = insight_page(voice_of(interaction), state_of(interaction).knowledge, figures, shown, article)
        await respond(interaction, page, private=True)


def add_insight_command(client: BotClient, group: app_commands.Group, insight: Insight) -> None:
    """Add `/facts insight` to the administrators' commands."""
    messages = client.state.knowledge.messages
    options = {"days": "option_days", "article": "option_article"}

    @group.command(name="insight", description=description_of(messages["admin_insight"]))
    @app_commands.rename(**{name: name_of(messages[f"{key}_name"]) for name, key in options.items()})
    @app_commands.describe(**{name: description_of(messages[f"{key}_description"]) for name, key in options.items()})
    async def facts_insight(
        interaction: Interaction,
        days: app_commands.Range[int, 1, _MOST_DAYS] = _DAYS,
        article: app_commands.Range[str, 0, 32] = "",
    ) -> None:
        await run_handler(interaction, insight.command(interaction, days, article), "admin")

    facts_insight.autocomplete("article")(complete_article)
