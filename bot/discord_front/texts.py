"""Names and descriptions of commands in both languages, in the form that discord.py translates."""

import re
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from bot.core.model import Text
from bot.service.wording import clip

LONGEST_NAME: Final = 32
LONGEST_DESCRIPTION: Final = 100
_NOT_IN_A_NAME = re.compile(r"[^\w-]+")


def slash_name(name: str) -> str:
    """Return `name` as Discord and discord.py both take it: lower case, no space, at most 32 characters."""
    return _NOT_IN_A_NAME.sub("-", name.lower()).strip("-")[:LONGEST_NAME] or "-"


def name_of(text: Text) -> locale_str:
    """Return a command's or option's name: English (or the only one) with Korean beside it."""
    return _localised(slash_name(text.get("en")), slash_name(text.get("ko")))


def description_of(text: Text) -> locale_str:
    """Return a description in both languages."""
    return label_of(text, LONGEST_DESCRIPTION)


def label_of(text: Text, longest: int) -> locale_str:
    """Return a label, such as a menu's or a choice's, in both languages."""
    return _localised(clip(text.get("en"), longest), clip(text.get("ko"), longest))


def _localised(en: str, ko: str) -> locale_str:
    return locale_str(en, en=en, ko=ko)


class Translations(app_commands.Translator):
    """Takes the translations from the strings themselves."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the text for Korean and American English, the languages of the knowledge."""
        del context
        languages = {discord.Locale.korean: "ko", discord.Locale.american_english: "en"}
        text = string.extras.get(languages.get(locale, ""))
        return None if text is None else str(text)
