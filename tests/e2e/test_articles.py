"""The list of articles, and articles that are retired."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.operators import Running
from tests.e2e.several_articles import BUILT, DATES, KEEPER, SHARED, SUMMARY, TITLES
from tests.e2e.test_channels import LANGUAGES, LOCALES, binds, buttons, running
from tests.fake_discord import Actor, FakeDiscord, Permission

ABOUT = {"ko": f"「{TITLES['lighthouse']['ko']}」에서 등대지기는 누구야?"}
ABOUT["en"] = f"who is the keeper of the lighthouse in “{TITLES['lighthouse']['en']}”?"
PLAIN = {"ko": "등대지기는 누구야?", "en": "who is the keeper of the lighthouse?"}


@pytest.fixture
def admin(server: FakeDiscord) -> Actor:
    """Return a listed administrator with an English client."""
    return server.user("admin", permissions=Permission.MANAGE_GUILD)


@pytest.fixture
async def bot(server: FakeDiscord, admin: Actor, tmp_path: Path) -> AsyncIterator[Running]:
    """Run the bot."""
    async with running(server, admin, tmp_path) as bot:
        yield bot


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_articles_are_listed_newest_first_with_an_example_each(
    server: FakeDiscord, bot: Running, language: str
) -> None:
    alice = server.user("alice", locale=LOCALES[language])
    listed = await alice.runs({"ko": "/기사-목록", "en": "/articles"}[language])
    assert listed.ephemeral
    lines = listed.text.splitlines()
    places = [
        next(at for at, line in enumerate(lines) if TITLES[slug][language] in line) for slug in ("ferry", "lighthouse")
    ]
    assert places == sorted(places)
    example = {"ko": "예: 짧은 요약", "en": "For example: In short"}[language]
    count = {"ko": "답할 수 있는 내용 3개", "en": "things I can answer: 3"}[language]
    assert lines[places[0] + 1 : places[0] + 3] == [f"-# {DATES['ferry']} · {count}", example]
    await alice.picks(listed, {"ko": "짧은 요약", "en": "In short"}[language])
    assert SUMMARY["lighthouse"][language] in listed.text or SUMMARY["ferry"][language] in listed.text
    del bot


async def test_a_long_list_has_pages(server: FakeDiscord, bot: Running) -> None:
    for number in range(4):
        for name in ("article.yaml", "facts.yaml"):
            text = (bot.folder.root / "ferry" / name).read_text(encoding="utf-8")
            bot.folder.write(f"more-{number}/{name}", text.replace("2024-07-01", f"2023-0{number + 1}-01"))
    await bot.runner.reload()
    alice = server.user("alice")
    listed = await alice.runs("/articles")
    assert listed.text.endswith("-# page 1 of 2")
    assert "제목" not in listed.text
    await alice.clicks(listed, "Next ▶")
    assert "제목" in listed.text, "an article without a date comes last"
    assert buttons(listed)[0] == "◀ Back"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_retired_article_is_answered_only_where_it_is_named(
    server: FakeDiscord, bot: Running, admin: Actor, language: str
) -> None:
    """By its title, by the channel that is bound to it, or by the option; its commands go."""
    alice = server.user("alice", locale=LOCALES[language])
    command = {"ko": "등대지기", "en": "keeper"}[language]
    assert command in alice.shown_commands()
    admin.user.locale = LOCALES[language]
    said = await admin.runs("/facts article", article="lighthouse", retired=True)
    assert (
        said.text.splitlines()[-1]
        == {
            "ko": "보관된 기사예요. 이름을 말하거나 채널을 묶었을 때만 답해요.",
            "en": "It is retired, so I answer from it only where it is named, or in channels bound to it.",
        }[language]
    )
    assert command not in alice.shown_commands()
    assert {"ko": "요약", "en": "summary"}[language] in alice.shown_commands()
    assert KEEPER[language] not in (await alice.says(f"<@bot> {PLAIN[language]}")).text
    assert BUILT["ferry"][language] in (await alice.says(f"<@bot> {SHARED[language]}")).text
    assert KEEPER[language] in (await alice.says(f"<@bot> {ABOUT[language]}")).text
    assert KEEPER[language] in (await alice.runs("/ask", question=PLAIN[language], article="lighthouse")).text
    room = server.add_channel("talk")
    await binds(admin, room, "lighthouse")
    assert KEEPER[language] in (await alice.says(f"<@bot> {PLAIN[language]}", room)).text
    bob = server.user("bob", locale=LOCALES[language])
    assert SUMMARY["lighthouse"][language] in (await bob.runs({"ko": "/요약", "en": "/summary"}[language], room)).text
    lines = (await bob.runs({"ko": "/기사-목록", "en": "/articles"}[language])).text.splitlines()
    marked = {"ko": "보관됨", "en": "retired"}[language]
    assert [marked in line for line in lines].index(True) > max(at for at, line in enumerate(lines) if "제목" in line)
    del bot


async def test_retiring_changes_one_line_and_is_undone(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    path = bot.folder.root / "lighthouse" / "article.yaml"
    before = path.read_text(encoding="utf-8")
    await admin.runs("/facts article", article=TITLES["lighthouse"]["en"], retired=True)
    assert path.read_text(encoding="utf-8") == f"{before}retired: true\n"
    assert bot.app.library.snapshot.revision in (await admin.runs("/facts status")).text
    chosen = await admin.types("/facts article", article="light")
    assert [one.name for one in chosen] == [f"{TITLES['lighthouse']['en']} (retired)"]
    said = await admin.runs("/facts article", article="lighthouse", retired=False)
    assert said.text.endswith("It is in use.")
    assert path.read_text(encoding="utf-8") == before
    assert "keeper" in server.user("alice").shown_commands()


async def test_files_that_were_changed_by_hand_are_loaded_before_an_article_is_retired(
    bot: Running, admin: Actor
) -> None:
    bot.folder.change("lighthouse/facts.yaml", "40미터", "41미터")
    said = await admin.runs("/facts article", article="lighthouse", retired=True)
    assert "Run /facts reload, then try again." in said.text
    assert "retired" not in (bot.folder.root / "lighthouse" / "article.yaml").read_text(encoding="utf-8")
    bot.folder.change("lighthouse/facts.yaml", "answer:", "anwser:")
    said = await admin.runs("/facts article", article="lighthouse", retired=True)
    assert said.text.splitlines()[3] == "Nothing was changed. What is wrong:"
    assert "lighthouse/facts.yaml" in said.text
