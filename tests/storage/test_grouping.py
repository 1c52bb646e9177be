"""Questions that ask the same are one group, of one server, article and nearest fact."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.service.records import Editors, TakenSuggestion, UnansweredQuestion
from bot.storage.store import DatabaseStore
from tests.storage import many_questions
from tests.storage.databases import database_at
from tests.storage.test_store import ADA, BEN, NOW, QUESTION, only_group

KOREAN = replace(QUESTION, text="무라티 몇 살이야?", language="ko", person=BEN, asked_at=NOW + 5)
OTHER = replace(QUESTION, text="where is murati from?")


class Topics:
    """Takes two questions as alike if both are about age, and counts what it compares."""

    def __init__(self) -> None:
        """Begin with nothing compared."""
        self.compared: list[tuple[str, str, list[str]]] = []

    def __call__(self, article: str, text: str, others: Sequence[str]) -> int | None:
        """Return the first that is alike."""
        self.compared.append((article, text, list(others)))
        about_age = [any(word in one for word in ("old", "살", "age")) for one in (text, *others)]
        return next((at for at, one in enumerate(about_age[1:]) if one and about_age[0]), None)


@pytest.fixture
def topics(store: DatabaseStore) -> Topics:
    """Let the store group by topic."""
    topics = Topics()
    store.group_by(topics)
    return topics


async def test_a_question_in_the_other_language_is_counted_with_its_like(store: DatabaseStore, topics: Topics) -> None:
    await store.add([QUESTION])
    await store.add([KOREAN])
    group = await only_group(store)
    assert (group.asked, group.askers, group.text, group.language) == (2, 2, KOREAN.text, "ko")
    assert topics.compared[-1] == ("openai-exodus", KOREAN.text, [QUESTION.text])


async def test_questions_that_come_at_once_are_grouped_too(store: DatabaseStore, topics: Topics) -> None:
    await store.add([QUESTION, OTHER, KOREAN])
    assert sorted(group.asked for group in await store.groups(10)) == [1, 2]
    assert len(topics.compared) == 3


async def test_what_has_a_group_of_its_own_words_is_compared_with_nothing(store: DatabaseStore, topics: Topics) -> None:
    await store.add([QUESTION])
    before = len(topics.compared)
    await store.add([QUESTION, replace(QUESTION, person=BEN)])
    assert len(topics.compared) == before
    assert (await only_group(store)).asked == 3


async def test_a_group_is_compared_by_its_first_question(store: DatabaseStore, topics: Topics) -> None:
    """So that it does not drift from one question to the next."""
    await store.add([QUESTION])
    await store.add([KOREAN])
    await store.add([replace(QUESTION, text="what is murati's age?")])
    assert topics.compared[-1][2] == [QUESTION.text]
    assert (await only_group(store)).asked == 3


@pytest.mark.parametrize(
    "other",
    [replace(KOREAN, server=43), replace(KOREAN, article="moon-lander"), replace(KOREAN, fact="murati-wish")],
    ids=["server", "article", "fact"],
)
async def test_only_groups_of_the_same_server_article_and_fact_are_compared(
    store: DatabaseStore, topics: Topics, other: UnansweredQuestion
) -> None:
    await store.add([QUESTION])
    await store.add([other])
    assert topics.compared[-1][2] == []
    assert [group.asked for group in await store.groups(10)] == [1, 1]


@pytest.mark.usefixtures("topics")
async def test_a_suggestion_taken_is_taken_out_of_the_group_of_its_like(store: DatabaseStore) -> None:
    await store.add([QUESTION])
    await store.add([KOREAN, TakenSuggestion(KOREAN)])
    group = await only_group(store)
    assert (group.asked, group.askers, group.text) == (1, 1, QUESTION.text)


@pytest.mark.usefixtures("topics")
async def test_private_questions_are_listed_once_two_people_asked_alike(store: DatabaseStore) -> None:
    private = [replace(one, server=0, private=True) for one in (QUESTION, replace(KOREAN, person=ADA))]
    await store.add(private)
    assert await store.groups(10, Editors(42)) == []
    await store.add([replace(private[1], person=BEN)])
    (group,) = await store.groups(10, Editors(42))
    assert (group.asked, group.askers) == (3, 2)


@pytest.mark.usefixtures("topics")
async def test_editors_are_shown_the_words_of_a_public_question(store: DatabaseStore) -> None:
    """Not those of a like one that somebody asked by a private command."""
    await store.add([QUESTION])
    await store.add([replace(KOREAN, private=True)])
    (group,) = await store.groups(10, Editors(42))
    assert (group.asked, group.text, group.language) == (2, QUESTION.text, "en")


@pytest.mark.usefixtures("topics")
async def test_a_like_question_opens_a_group_that_was_done(store: DatabaseStore) -> None:
    await store.add([QUESTION])
    await store.close_group((await only_group(store)).id, "done", NOW + 1)
    await store.add([KOREAN])
    assert (await only_group(store)).asked == 2


async def test_a_new_question_is_compared_with_a_limited_number_of_groups(
    store: DatabaseStore, url: str, topics: Topics
) -> None:
    """However many there are."""
    engine = database_at(url).engine
    async with engine.begin() as connection:
        await many_questions.fill(connection, groups=1_000, questions=3_000)
    await engine.dispose()
    await store.add([replace(QUESTION, server=many_questions.SERVER, article=many_questions.ARTICLE, fact="")])
    assert len(topics.compared[-1][2]) == 200
    assert len(await many_questions.measure(store)) == 7
