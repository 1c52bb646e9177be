"""The replies to `/facts`."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.model import Language
from bot.discord_bot.admin import Counts, Status, count, problems_report, reload_report, status_report
from bot.discord_bot.markup import MESSAGE
from bot.errors import Problem
from bot.service.library import Change
from bot.service.replies import Voice
from tests.shipped import shipped

KNOWLEDGE = shipped()
NOTHING = Change((), (), (), commands_changed=False)
STATUS = Status("abc", datetime(2026, 1, 1, tzinfo=UTC), Counts(1, 2, 3, 4), 93_784.9, 0.0421, 5, 6)


def voice(language: Language = "en") -> Voice:
    """Return the bot's own sentences in `language`."""
    return Voice(KNOWLEDGE, language)


def test_a_reload_without_changes_is_one_line() -> None:
    assert reload_report(voice(), NOTHING, "unchanged").text == "Read again: 0 added, 0 removed, 0 changed."


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_long_list_is_attached_as_a_file(language: Language) -> None:
    ids = tuple(f"article/fact-{number}" for number in range(300))
    report = reload_report(voice(language), replace(NOTHING, added=ids), "refused")
    assert len(report.text) <= MESSAGE
    assert all(one in report.file_text for one in ids)


@pytest.mark.parametrize("number", [0, 1, 10, 17, 18, 19, 20, 500])
def test_a_report_of_problems_always_fits_a_message(number: int) -> None:
    problems = [Problem("art/facts.yaml", line, "fact 'x'", "*" * 40) for line in range(number)]
    report = problems_report(voice("ko"), problems)
    assert len(report.text) <= MESSAGE
    shown = report.file_text or report.text
    assert shown.count("art/facts.yaml") == number


def test_ids_and_problems_cannot_mark_up_or_ping() -> None:
    report = problems_report(voice(), [Problem("a.yaml", 1, "", "`@everyone` <@123> **x**")])
    assert "@everyone" not in report.text
    assert "\\*\\*x\\*\\*" in report.text


def test_the_status_has_four_lines() -> None:
    assert status_report(voice(), STATUS).text.splitlines() == [
        "Facts at version abc, read <t:1767225600:R>",
        "Articles 1 · facts 2 · not in the article 3 · commands 4",
        "Up 1 d 02:03:04 · latency 42 ms",
        "Reloads 5 · rebuilds 6",
    ]


def test_status_in_korean_has_no_english_word() -> None:
    text = status_report(voice("ko"), STATUS).text.replace("abc", "").replace("<t:1767225600:R>", "").replace("ms", "")
    assert "1일 02:03:04" in text
    assert not any(char.isascii() and char.isalpha() for char in text)


def test_an_unknown_latency_is_a_dash() -> None:
    assert "latency –" in status_report(voice(), replace(STATUS, latency=float("nan"))).text


def test_commands_of_one_name_are_counted_once() -> None:
    article = KNOWLEDGE.articles[0]
    twice = replace(KNOWLEDGE, articles=(article, replace(article, slug="other")))
    assert count(twice).commands == count(KNOWLEDGE).commands == len(article.commands)
    assert count(twice).facts == 2 * count(KNOWLEDGE).facts
