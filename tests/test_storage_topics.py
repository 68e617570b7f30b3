"""Topics and their supports, on both databases: support counts once, an answer reaches everybody concerned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from storage.database import Database, opened
from storage.store import Store
from storage.topics import Topic

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
MOST = 5


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def people(database: Database, number: int) -> list[str]:
    async def add(store: Store) -> list[str]:
        return [(await store.people.add(telegram_id, "citizen", "en", NOW))[0].id for telegram_id in range(number)]

    return await database.write(add)


async def propose(database: Database, who: str, words: str = "More benches") -> str:
    id = await database.write(lambda store: store.topics.propose(words, who, NOW, MOST))
    assert id is not None
    return id


async def seen_by(database: Database, id: str, who: str) -> Topic:
    topic = await database.write(lambda store: store.topics.load(id, who))
    assert topic is not None
    return topic


async def support(database: Database, id: str, who: str) -> bool:
    return await database.write(lambda store: store.topics.support(id, who, NOW))


async def test_support_counts_once_however_often_it_is_given(database: Database) -> None:
    ana, ben = await people(database, 2)
    id = await propose(database, ana)
    given = await asyncio.gather(*(support(database, id, ben) for _tap in range(8)))
    assert given.count(True) == 1
    topic = await seen_by(database, id, ben)
    assert (topic.supporters, topic.supported, topic.own) == (2, True, False)
    assert (await seen_by(database, id, ana)).own


async def test_nobody_has_more_open_topics_than_they_may(database: Database) -> None:
    (ana,) = await people(database, 1)
    for number in range(MOST):
        await propose(database, ana, f"Topic number {number}")
    assert await database.write(lambda store: store.topics.propose("One more", ana, NOW, MOST)) is None
    assert await database.write(lambda store: store.topics.open_of(ana)) == MOST


async def test_everybody_whose_support_counted_is_told_of_the_answer(database: Database) -> None:
    """However support and answer fall together: supported means told."""
    proposer, *others = await people(database, 20)
    id = await propose(database, proposer)

    async def answer() -> bool:
        return await database.write(lambda store: store.topics.answer(id, "Six benches.", proposer, NOW))

    outcomes = await asyncio.gather(
        *(support(database, id, who) for who in others[:10]),
        answer(),
        *(support(database, id, who) for who in others[10:]),
    )
    counted = {who for who, given in zip([*others[:10], "", *others[10:]], outcomes, strict=True) if given and who}
    told = await database.write(lambda store: store.topics.concerned(id, "", 100))
    assert {person.id for person in told} == counted | {proposer}
    assert await database.write(lambda store: store.topics.concerned_count(id)) == len(told)


async def test_an_answer_is_given_once_and_support_stays_as_it_was(database: Database) -> None:
    ana, ben = await people(database, 2)
    id = await propose(database, ana)
    answers = await asyncio.gather(
        *(database.write(lambda store, n=n: store.topics.answer(id, f"Answer {n}", ben, NOW)) for n in range(4))  # type: ignore[misc]
    )
    assert answers.count(True) == 1
    assert not await database.write(lambda store: store.topics.take_back(id, ana))
    assert not await support(database, id, ben)
    assert (await seen_by(database, id, ana)).supporters == 1


async def test_who_wants_no_messages_is_not_among_those_to_be_told(database: Database) -> None:
    ana, ben, cora = await people(database, 3)
    id = await propose(database, ana)
    await support(database, id, ben)
    await support(database, id, cora)
    await database.write(lambda store: store.topics.take_back(id, ana))
    await database.write(lambda store: store.people.set_stopped(ben, True))
    first = await database.write(lambda store: store.topics.concerned(id, "", 1))
    rest = await database.write(lambda store: store.topics.concerned(id, first[-1].id, 9))
    assert [person.id for person in [*first, *rest]] == [ana, cora]


async def test_topics_stand_by_support_then_newest_first(database: Database) -> None:
    ana, ben = await people(database, 2)
    old, middle, new = [await propose(database, ana, words) for words in ("The old one", "In between", "The new one")]
    await support(database, middle, ben)
    page = await database.write(lambda store: store.topics.page("open", ben, 0, 9))
    assert [(topic.id, topic.supported) for topic in page] == [(middle, True), (new, False), (old, False)]
    assert [topic.id for topic in await database.write(lambda store: store.topics.page("open", ben, 1, 1))] == [new]


async def test_only_the_proposer_withdraws_and_only_what_is_hidden_is_shown_again(database: Database) -> None:
    ana, ben = await people(database, 2)
    id = await propose(database, ana)
    assert not await database.write(lambda store: store.topics.withdraw(id, ben))
    assert not await database.write(lambda store: store.topics.show(id))
    assert await database.write(lambda store: store.topics.hide(id, "It names somebody."))
    assert not await database.write(lambda store: store.topics.withdraw(id, ana))
    assert await database.write(lambda store: store.topics.show(id))
    assert await database.write(lambda store: store.topics.withdraw(id, ana))
