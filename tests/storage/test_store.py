"""What the store promises, in SQLite as in PostgreSQL."""

import asyncio
import re
from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, inspect, update

from bot.errors import StoreError
from bot.service.records import (
    ChannelSetting,
    DeletedChannel,
    Editors,
    LoadedRevision,
    QuestionGroup,
    TakenSuggestion,
    UnansweredQuestion,
)
from bot.storage import migrations
from bot.storage.store import DatabaseStore
from bot.storage.tables import GROUPS, QUESTIONS, REVISIONS, VERSION, metadata
from tests.storage.databases import contents, database_at, opened

DAY = 86_400
NOW = 1_800_000_000
ADA, BEN = 100_000_000_000_000_001, 100_000_000_000_000_002
QUESTION = UnansweredQuestion(
    "how old is murati?",
    "en",
    "suggested",
    "openai-exodus",
    "murati-origin",
    ADA,
    server=42,
    private=False,
    asked_at=NOW,
)


async def only_group(store: DatabaseStore) -> QuestionGroup:
    (group,) = await store.groups(10)
    return group


async def test_a_question_comes_back_as_a_group(store: DatabaseStore) -> None:
    await store.add([QUESTION])
    group = await only_group(store)
    expected = QuestionGroup(
        group.id, 42, "openai-exodus", "murati-origin", "how old is murati?", "en", asked=1, askers=1, last_asked=NOW
    )
    assert group == expected


async def test_the_same_words_are_one_group_with_its_latest_wording(store: DatabaseStore) -> None:
    """Only letters and digits count."""
    await store.add([QUESTION, replace(QUESTION, text="how old is murati", person=BEN, asked_at=NOW + 5)])
    group = await only_group(store)
    assert (group.asked, group.askers, group.last_asked, group.text) == (2, 2, NOW + 5, "how old is murati")


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, text="how rich is murati?"),
        replace(QUESTION, server=43),
        replace(QUESTION, article="moon-lander"),
        replace(QUESTION, fact="murati-wish"),
    ],
    ids=["words", "server", "article", "fact"],
)
async def test_what_differs_in_words_server_article_or_nearest_fact_is_another_group(
    store: DatabaseStore, other: UnansweredQuestion
) -> None:
    await store.add([QUESTION, other])
    assert [group.asked for group in await store.groups(10)] == [1, 1]


async def test_somebody_who_asks_again_that_day_is_counted_once(store: DatabaseStore) -> None:
    await store.add([QUESTION])
    await store.add([replace(QUESTION, asked_at=NOW + 60)])
    group = await only_group(store)
    assert (group.asked, group.askers) == (2, 1)


async def test_the_most_asked_come_first_and_then_the_latest(store: DatabaseStore) -> None:
    often, late, early = (replace(QUESTION, text=text) for text in ("often", "late", "early"))
    await store.add([early, often, replace(late, asked_at=NOW + 9), often])
    assert [group.text for group in await store.groups(10)] == ["often", "late", "early"]
    assert [group.text for group in await store.groups(1)] == ["often"]


async def test_a_closed_group_is_not_listed_and_one_that_is_done_opens_when_it_is_asked_again(
    store: DatabaseStore,
) -> None:
    """What was asked before the edit and is stored after it opens nothing; what is dismissed stays so."""
    done, dismissed = QUESTION, replace(QUESTION, text="how rich is murati?")
    await store.add([done, dismissed])
    for group in await store.groups(10):
        await store.close_group(group.id, "done" if group.text == done.text else "dismissed", NOW + 10)
        assert await store.group(group.id) is None
    await store.add([replace(one, asked_at=NOW + 5) for one in (done, dismissed)])
    assert await store.groups(10) == []
    await store.add([replace(one, asked_at=NOW + 20) for one in (done, dismissed)])
    group = await only_group(store)
    assert (group.text, group.asked) == (done.text, 3)
    assert await store.group(group.id) == group


async def test_editors_see_their_servers_groups_and_what_two_people_asked_in_private(store: DatabaseStore) -> None:
    private = replace(QUESTION, server=0, private=True)
    await store.add(
        [
            replace(QUESTION, text="here", asked_at=NOW + 1),
            replace(QUESTION, text="elsewhere", server=43),
            replace(QUESTION, text="by command", private=True),
            replace(private, text="one person"),
            replace(private, text="one person"),
            replace(private, text="two people"),
            replace(private, text="two people", person=BEN),
            replace(QUESTION, text="another article", article="moon-lander"),
        ]
    )
    every = {group.text: group.id for group in await store.groups(10)}
    listed = await store.groups(10, Editors(42))
    assert [group.text for group in listed] == ["two people", "here", "another article"]
    assert [group.text for group in await store.groups(1, Editors(42), skip=1)] == ["here"]
    assert [group.text for group in await store.groups(10, Editors(42, "moon-lander"))] == ["another article"]
    everywhere = await store.groups(10, Editors(None, QUESTION.article))
    assert [group.text for group in everywhere] == ["two people", "here", "elsewhere"]
    for hidden in ("elsewhere", "by command", "one person"):
        assert await store.group(every[hidden], Editors(42)) is None
    assert await store.group(every["here"], Editors(42)) == listed[1]


async def test_a_database_of_the_version_before_keeps_its_groups(url: str) -> None:
    """Until it is upgraded, listing says how to."""
    engine = database_at(url).engine

    def make(connection: Connection) -> None:
        VERSION.create(connection)
        connection.execute(insert(VERSION).values(version=1))
        identity = "INTEGER PRIMARY KEY" if connection.dialect.name == "sqlite" else "BIGSERIAL PRIMARY KEY"
        for statement in migrations.MIGRATIONS[0]:
            connection.exec_driver_sql(statement.format(identity=identity))
        connection.exec_driver_sql(
            "INSERT INTO unanswered_group (id, server, article, fact, key, asked, askers, last_asked)"
            " VALUES (7, 42, 'art', '', 'why', 1, 1, 5)"
        )
        connection.exec_driver_sql(
            "INSERT INTO unanswered_question (group_id, text, language, decision, private, asked_at)"
            " VALUES (7, 'why?', 'en', 'unanswered', false, 5)"
        )

    await asyncio.to_thread(database_at(url).prepare)
    async with engine.begin() as connection:
        await connection.run_sync(make)
    await engine.dispose()
    async with opened(url) as store:
        with pytest.raises(StoreError, match="`db upgrade` brings it up to date"):
            await store.groups(10)
        await store.upgrade()
        assert (await only_group(store)).text == "why?"


async def test_no_id_of_a_person_stands_in_the_database(store: DatabaseStore, url: str) -> None:
    await store.add([QUESTION, replace(QUESTION, person=BEN)])
    await store.close()
    held = await contents(url)
    assert "how old is murati?" in held
    assert str(ADA) not in held
    assert str(BEN) not in held
    assert f"{ADA:x}" not in held


async def test_questions_go_after_their_days_and_the_counts_with_them(store: DatabaseStore) -> None:
    old = replace(QUESTION, asked_at=NOW - 31 * DAY)
    await store.add([old, replace(old, person=BEN), QUESTION, replace(old, text="only then")])
    assert await store.purge(NOW) == 3
    group = await only_group(store)
    assert (group.asked, group.askers, group.last_asked) == (1, 1, NOW)
    assert await store.purge(NOW) == 0


async def test_what_was_purged_is_overwritten_in_the_file(store: DatabaseStore, url: str) -> None:
    """In PostgreSQL no row holds it any more."""
    await store.add([replace(QUESTION, text=f"zebrafish {number}", asked_at=NOW - 31 * DAY) for number in range(200)])
    assert "zebrafish" in await contents(url)
    await store.purge(NOW)
    assert "zebrafish" not in await contents(url)


async def test_all_questions_can_be_deleted_at_once(store: DatabaseStore) -> None:
    await store.add([QUESTION, LoadedRevision("abc", "start", NOW)])
    assert await store.purge(NOW, everything=True) == 1
    assert await store.groups(10) == []
    status = await store.status()
    assert (status.questions, status.groups) == (0, 0)
    assert status.revision == LoadedRevision("abc", "start", NOW)


async def test_askers_are_told_apart_for_a_day_only(store: DatabaseStore, url: str) -> None:
    digest = re.compile(r"[0-9a-f]{32}")
    await store.add([QUESTION])
    await store.purge(NOW + DAY - 60)
    assert digest.search(await contents(url))
    await store.purge(NOW + DAY + 60)
    assert not digest.search(await contents(url))
    assert (await only_group(store)).askers == 1


async def test_somebody_who_asks_privately_on_two_days_is_not_two_people(store: DatabaseStore) -> None:
    private = replace(QUESTION, private=True)
    await store.add([private, replace(private, asked_at=NOW + 60)])
    await store.add([replace(private, asked_at=NOW + DAY)])
    assert await store.groups(10, Editors(42)) == []
    await store.add([replace(private, asked_at=NOW + DAY + 5, person=BEN)])
    (group,) = await store.groups(10, Editors(42))
    assert (group.asked, group.askers) == (4, 2)


async def test_a_revision_is_stored_when_it_is_another_one(store: DatabaseStore) -> None:
    """A restart with the same facts is none."""
    loads = [("abc", "start"), ("abc", "start"), ("def", "reload"), ("abc", "reload")]
    for at, (revision, action) in enumerate(loads):
        await store.add([LoadedRevision(revision, "start" if action == "start" else "reload", NOW + at)])
    stored = [row["loaded_at"] async for table, row in store.rows() if table == "revision"]
    assert stored == [NOW, NOW + 2, NOW + 3]


async def test_the_status_counts_what_is_held(store: DatabaseStore) -> None:
    await store.add([replace(QUESTION, asked_at=NOW - 5), QUESTION, replace(QUESTION, text="other")])
    status = await store.status()
    assert (status.version, status.newest) == (migrations.NEWEST, migrations.NEWEST)
    assert (status.questions, status.groups, status.oldest) == (3, 2, NOW - 5)
    assert status.revision is None


async def test_an_export_has_every_row_without_the_digests(store: DatabaseStore) -> None:
    await store.add([QUESTION, LoadedRevision("abc", "start", NOW)])
    rows = {table: dict(row) async for table, row in store.rows()}
    assert rows.keys() == {GROUPS.name, QUESTIONS.name, REVISIONS.name}
    question = rows[QUESTIONS.name]
    assert question["text"] == "how old is murati?"
    assert question.keys() == {column.name for column in QUESTIONS.columns} - {"asker"}


async def test_all_of_a_batch_is_stored_or_nothing(store: DatabaseStore) -> None:
    """The last one does not fit a column."""
    with pytest.raises((StoreError, OverflowError)):
        await store.add([QUESTION, replace(QUESTION, server=2**63)])
    assert await store.groups(10) == []


async def test_an_empty_database_is_listed_as_empty(url: str) -> None:
    async with opened(url) as store:
        await store.check()
        assert list(await store.groups(10)) == []
        assert (await store.status()).version == 0
        assert [row async for row in store.rows()] == []


async def test_an_upgrade_keeps_what_is_there(store: DatabaseStore) -> None:
    await store.add([QUESTION])
    assert await store.upgrade() == migrations.NEWEST
    assert (await only_group(store)).asked == 1


async def test_many_upgrades_at_once_apply_each_migration_once(url: str) -> None:
    async def start() -> None:
        async with opened(url) as store:
            await store.upgrade()
            await store.add([QUESTION])

    await asyncio.gather(*(start() for _ in range(8)))
    async with opened(url) as store:
        assert (await only_group(store)).asked == 8


async def test_writers_at_once_lose_nothing(store: DatabaseStore, url: str) -> None:
    """They meet in the same groups, in another order each."""
    questions = [replace(QUESTION, text=f"question {number}") for number in range(20)]

    async def write(step: int) -> None:
        async with opened(url) as other:
            for _ in range(3):
                await other.add(questions[step:] + questions[:step])

    await asyncio.gather(*(write(step) for step in range(4)))
    assert {group.asked for group in await store.groups(100)} == {12}


async def test_purges_at_once_count_each_question_once(store: DatabaseStore, url: str) -> None:
    old = replace(QUESTION, asked_at=NOW - 31 * DAY)
    await store.add([replace(one, text=f"question {number}") for number in range(50) for one in (old, old, QUESTION)])

    async def purge() -> int:
        async with opened(url) as other:
            return await other.purge(NOW)

    assert sum(await asyncio.gather(*(purge() for _ in range(4)))) == 100
    assert [group.asked for group in await store.groups(100)] == 50 * [1]


async def test_a_database_of_a_newer_version_is_left_alone(store: DatabaseStore, url: str) -> None:
    engine = database_at(url).engine
    async with engine.begin() as connection:
        await connection.execute(update(VERSION).values(version=migrations.NEWEST + 1))
    await engine.dispose()
    with pytest.raises(StoreError, match="a newer version of the bot made the database"):
        await store.upgrade()


async def test_the_tables_of_the_queries_are_those_of_the_migrations(store: DatabaseStore, url: str) -> None:
    """With the same columns, which may be empty in both or in neither."""
    del store

    def columns(connection: Connection) -> dict[str, dict[str, bool]]:
        found = inspect(connection)
        return {
            name: {one["name"]: one["nullable"] for one in found.get_columns(name)} for name in found.get_table_names()
        }

    engine = database_at(url).engine
    async with engine.begin() as connection:
        made = await connection.run_sync(columns)
    await engine.dispose()
    declared = {table.name: {one.name: bool(one.nullable) for one in table.columns} for table in metadata.sorted_tables}
    for table in (*declared.values(), *made.values()):
        table.pop("id", None)
    assert made == declared


async def test_settings_of_channels_are_kept_and_replaced(store: DatabaseStore) -> None:
    """Ids are as large as Discord's."""
    first, second = ChannelSetting(2**62, 5, "art", without_mention=True), ChannelSetting(42, 2**62 + 1, "art")
    for setting in (first, second):
        await store.set_channel(setting)
    assert await store.channel_settings() == [first, second]
    for changed in (ChannelSetting(2**62, 5, "", without_mention=False), ChannelSetting(2**62, 5, "boat")):
        await store.set_channel(changed)
        assert await store.channel_settings() == [changed, second]


async def test_a_setting_that_says_nothing_is_no_row(store: DatabaseStore) -> None:
    await store.set_channel(ChannelSetting(42, 777, "art-of-channels"))
    await store.set_channel(ChannelSetting(42, 777))
    await store.set_channel(ChannelSetting(42, 778))
    assert await store.channel_settings() == []


async def test_settings_of_deleted_channels_go_with_other_records(store: DatabaseStore) -> None:
    kept = ChannelSetting(42, 3, "art")
    for setting in (ChannelSetting(42, 1, "art"), ChannelSetting(42, 2, "art"), kept):
        await store.set_channel(setting)
    await store.add([DeletedChannel(1), QUESTION, DeletedChannel(2), DeletedChannel(9)])
    assert await store.channel_settings() == [kept]
    assert len(await store.groups(10)) == 1


async def test_settings_of_channels_are_exported_and_outlive_a_purge(store: DatabaseStore) -> None:
    await store.set_channel(ChannelSetting(42, 3, "art", without_mention=True))
    await store.purge(NOW, everything=True)
    rows = [row async for row in store.rows()]
    assert rows == [("channel_setting", {"channel": 3, "server": 42, "article": "art", "without_mention": True})]


async def test_without_a_database_there_are_no_settings(url: str) -> None:
    async with opened(url) as store:
        assert list(await store.channel_settings()) == []


async def test_two_settings_of_one_channel_at_once_leave_one(store: DatabaseStore) -> None:
    settings = [ChannelSetting(42, 3, article) for article in ("art", "boat")]
    await asyncio.gather(*(store.set_channel(one) for one in settings))
    (left,) = await store.channel_settings()
    assert left in settings


async def test_a_server_that_refuses_is_a_sentence_without_the_password() -> None:
    async with opened("postgresql://somebody:hunter2@127.0.0.1:1/x") as store:
        with pytest.raises(StoreError) as caught:
            await store.upgrade()
    assert str(caught.value).startswith("PostgreSQL, 127.0.0.1/x: ")
    assert "hunter2" not in str(caught.value)


async def test_a_question_whose_suggestion_was_taken_counts_no_more(store: DatabaseStore) -> None:
    """Only that one: not what others asked, nor what the same person asks later."""
    await store.add([QUESTION, replace(QUESTION, person=BEN), TakenSuggestion(QUESTION)])
    group = await only_group(store)
    assert (group.asked, group.askers) == (1, 1)
    await store.add([TakenSuggestion(QUESTION)])
    assert (await only_group(store)).asked == 1
    later = replace(QUESTION, asked_at=NOW + 60)
    await store.add([later, later])
    await store.add([TakenSuggestion(replace(QUESTION, asked_at=NOW + 30))])
    group = await only_group(store)
    assert (group.asked, group.askers) == (2, 2)
    await store.add([TakenSuggestion(later), TakenSuggestion(replace(QUESTION, person=BEN))])
    assert await store.groups(10) == []
    assert (await store.status()).groups == 0


async def test_only_suggestions_can_be_taken(store: DatabaseStore) -> None:
    """A closest answer that was turned down stays counted."""
    turned_down = replace(QUESTION, decision="turned_down")
    await store.add([turned_down, TakenSuggestion(QUESTION)])
    assert (await only_group(store)).asked == 1
