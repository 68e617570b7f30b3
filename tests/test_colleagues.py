"""Staff among themselves: names that nobody else has, and who has tried a draft; on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest

from flows.desk import Desk, Surroundings
from flows.slices import ROUTER
from flows.surveys.colleagues import PAGE, Choosing, choosing, digest
from flows.surveys.trying import Remarking, remarking
from flows.turn import Choice, Command, Turn, Typed
from storage.consultations import Question
from storage.database import Database, opened
from storage.people import Conversation
from storage.store import Store
from tests.peers import VAULT
from tests.player import ZONE

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
MANY = 2 * PAGE + 3


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


async def office(store: Store) -> tuple[str, list[str]]:
    """A draft with a question, and the staff there are: who writes it, then colleagues with names."""
    people = [(await store.people.add(number, "staff", "en", NOW))[0].id for number in range(1, MANY + 2)]
    for number, person in enumerate(people):
        await store.colleagues.put_name(person, f"Colleague {number:02}")
    panel = await store.panels.add("Voices", "Living here", 6, None, people[0], NOW)
    assert panel is not None
    draft = await store.consultations.add(panel, "How is it?", people[0], NOW)
    await store.consultations.add_questions(draft, [Question("", draft, 0, "text", "Why?")])
    return draft, people


async def turn(database: Database, asking: Callable[[Desk], Awaitable[Turn]], number: int = 1) -> tuple[Turn, Desk]:
    async def take(store: Store) -> tuple[Turn, Desk]:
        loaded = await store.people.load(number)
        assert loaded is not None
        desk = Desk(store, NOW, Surroundings(ZONE, "folkmoot_bot"), loaded[0])
        return await asking(desk), desk

    return await database.write(take)


def labels(turn: Turn, desk: Desk) -> list[str]:
    return [
        button.label if isinstance(button.label, str) else desk.voice.plain(button.label)
        for row in turn.messages[-1].rows
        for button in row
    ]


async def step(database: Database, at: Choosing, said: Choice | Typed) -> tuple[Turn, Desk]:
    return await turn(database, lambda desk: choosing(desk, at, said))


def chosen_so_far(turn: Turn) -> Choosing:
    assert isinstance(turn.state, Choosing)
    return turn.state


async def test_many_colleagues_are_chosen_page_by_page(database: Database) -> None:
    draft, people = await database.write(office)
    found, desk = await turn(database, lambda desk: ROUTER.commands["tryout"].start(desk, draft))
    assert labels(found, desk)[: PAGE + 2] == [*(f"☐ Colleague {n:02}" for n in range(1, PAGE + 1)), "More", "Send"]
    found, desk = await step(database, Choosing(draft), Choice(f"+{people[1]}"))
    assert labels(found, desk)[0] == "☑ Colleague 01"
    at = chosen_so_far(found)
    for _page in range(2):
        found, desk = await step(database, at, Choice("page more"))
        at = chosen_so_far(found)
    assert labels(found, desk)[:5] == [f"☐ Colleague {n}" for n in (17, 18, 19)] + ["Back", "Send"]
    found, desk = await step(database, at, Choice(f"+{people[19]}"))
    at = chosen_so_far(found)
    _found, desk = await step(database, at, Choice("send"))
    assert [telling.to.id for telling in desk.tellings] == [people[1], people[19]]
    trials = await database.write(lambda store: store.colleagues.trials(draft))
    assert [one.name for one in trials] == ["Colleague 01", "Colleague 19"]


async def test_who_is_staff_no_longer_or_wants_no_messages_is_not_asked(database: Database) -> None:
    draft, people = await database.write(office)
    at = Choosing(draft, (people[1], people[2]))
    await database.write(lambda store: store.people.set_role(people[1], "citizen"))
    await database.write(lambda store: store.people.set_stopped(people[2], True))
    found, desk = await step(database, at, Choice("send"))
    assert desk.tellings == []
    assert found.notice is not None
    assert desk.voice.plain(found.notice) == "Nobody you have chosen can be asked any more."
    assert labels(found, desk)[0] == "☐ Colleague 03"


async def test_what_somebody_said_who_has_left_is_not_shown_and_their_name_goes(database: Database) -> None:
    draft, people = await database.write(office)

    async def try_it(store: Store) -> list[str]:
        await store.colleagues.ask(draft, people[1:3], people[0], "seen", NOW)
        await store.colleagues.remark(draft, people[1], "Too long", NOW)
        await store.people.set_role(people[2], "citizen")
        return [f"{one.name}: {one.remark}" for one in await store.colleagues.trials(draft)]

    assert await database.write(try_it) == ["Colleague 01: Too long"]
    await database.write(lambda store: store.erasure.erase(people[1]))
    assert await database.write(lambda store: store.colleagues.trials(draft)) == []
    everybody = await database.write(lambda store: store.colleagues.everybody())
    assert people[1] not in {one.recipient.id for one in everybody}
    await database.write(lambda store: store.erasure.erase(people[0]))
    await database.write(lambda store: store.people.set_role(people[2], "staff"))
    (left,) = await database.write(lambda store: store.colleagues.trials(draft))
    assert left.asker_id is None, "what was asked stays though the asker is gone"


async def test_whoever_is_responsible_can_be_asked_too_and_answers_whoever_asked(database: Database) -> None:
    draft, people = await database.write(office)
    found, desk = await turn(database, lambda desk: ROUTER.commands["remark"].start(desk, draft))
    assert found.go == Command("consultation", draft), "nobody tells themselves what to change"
    await turn(database, lambda desk: choosing(desk, Choosing(draft, (people[0],)), Choice("send")), number=4)
    await turn(database, lambda desk: ROUTER.commands["rehearse"].start(desk, draft))
    _found, desk = await turn(database, lambda desk: remarking(desk, Remarking(draft), Typed("Too short")))
    assert [telling.to.id for telling in desk.tellings] == [people[3]]
    (trial,) = await database.write(lambda store: store.colleagues.trials(draft))
    assert (trial.name, trial.remark) == ("Colleague 00", "Too short")


async def test_being_asked_again_forgets_what_was_said(database: Database) -> None:
    draft, people = await database.write(office)

    async def twice(store: Store) -> None:
        await store.colleagues.ask(draft, people[1:2], people[0], "seen", NOW)
        assert await store.colleagues.finish(draft, people[1], NOW)
        await store.colleagues.remark(draft, people[1], "Too long", NOW)
        await store.colleagues.ask(draft, people[1:2], people[3], "changed", NOW)
        assert not await store.colleagues.finish(draft, people[4], NOW), "not among those who try it"

    await database.write(twice)
    (trial,) = await database.write(lambda store: store.colleagues.trials(draft))
    assert (trial.asker_id, trial.seen, trial.tried_at, trial.said_at, trial.remark) == (
        people[3],
        "changed",
        None,
        None,
        "",
    )


def test_a_digest_tells_changed_questions_and_not_copied_ones() -> None:
    one = Question("1", "a", 1, "one", "Which?", ("This", "That"))
    assert digest([one]) == digest([Question("2", "b", 1, "one", "Which?", ("This", "That"))])
    assert len({digest([]), digest([one]), digest([one, one]), digest([Question("1", "a", 1, "many", "Which?")])}) == 4


async def test_an_old_command_that_goes_on_after_a_name_is_checked_like_any_other(database: Database) -> None:
    """`/myname` goes on with a command: only with one that the person may give."""
    await database.write(lambda store: store.people.add(1, "staff", "en", NOW))

    async def name_oneself(desk: Desk) -> Turn:
        asked = await ROUTER.answer(desk, Conversation(desk.person.id), Command("myname", "nosuchcommand 1"))
        conversation = Conversation(desk.person.id, asked.state or "", 1, "")
        return (await ROUTER.answer(desk, conversation, Typed("Ann"))).turn

    found, desk = await turn(database, name_oneself)
    assert "I do not know" in desk.voice.plain(found.messages[0].text)
