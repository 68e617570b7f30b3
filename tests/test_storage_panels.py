"""Places on panels, on both databases: never more than there are, handed on in order, and ended once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.attributes import Attribute, Option
from storage.database import Database, opened
from storage.panels import Panel, Term
from storage.store import Store

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
TERM = Term(1, NOW + timedelta(days=180))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def people(database: Database, number: int) -> list[str]:
    async def add(store: Store) -> list[str]:
        return [(await store.people.add(telegram_id, "citizen", "en", NOW))[0].id for telegram_id in range(number)]

    return await database.write(add)


async def new_panel(database: Database, seats: int | None, name: str = "Transport") -> str:
    (officer,) = (await database.write(lambda store: store.people.add(999, "staff", "en", NOW)))[:1]
    id = await database.write(lambda store: store.panels.add(name, "Buses", 6, seats, officer.id, NOW))
    assert id is not None
    return id


async def load(database: Database, id: str) -> Panel:
    panel = await database.write(lambda store: store.panels.load(id))
    assert panel is not None
    return panel


async def take(database: Database, panel_id: str, person_id: str) -> str | None:
    async def job(store: Store) -> str | None:
        await store.panels.hold(panel_id)
        return await store.panels.serve(panel_id, person_id, TERM, NOW)

    return await database.write(job)


async def leave(database: Database, panel_id: str, membership_id: str) -> bool:
    """Leave, and let whoever waits have the place."""

    async def job(store: Store) -> bool:
        await store.panels.hold(panel_id)
        done = await store.panels.finish(membership_id, "left", NOW)
        for waiting in await store.panels.next_waiting(panel_id, 10):
            await store.panels.promote(waiting.membership_id, TERM, NOW)
        return done

    return await database.write(job)


async def test_the_last_place_goes_to_one_of_many(database: Database) -> None:
    panel_id = await new_panel(database, seats=3)
    given = await asyncio.gather(*(take(database, panel_id, who) for who in await people(database, 12)))
    assert len([place for place in given if place]) == 3
    panel = await load(database, panel_id)
    assert panel.serving == 3
    assert panel.is_full


async def test_nobody_has_two_places_on_one_panel(database: Database) -> None:
    panel_id = await new_panel(database, seats=None)
    (ana,) = await people(database, 1)
    given = await asyncio.gather(*(take(database, panel_id, ana) for _tap in range(6)))
    assert len([place for place in given if place]) == 1


async def test_freed_places_go_to_those_who_waited_longest_and_to_each_once(database: Database) -> None:
    panel_id = await new_panel(database, seats=4)
    everybody = await people(database, 10)
    sitting = [place for who in everybody[:4] if (place := await take(database, panel_id, who))]
    for who in everybody[4:]:
        assert await database.write(lambda store, who=who: store.panels.wait(panel_id, who, NOW))  # type: ignore[misc]
    done = await asyncio.gather(*(leave(database, panel_id, place) for place in [*sitting[:3], *sitting[:3]]))
    assert done.count(True) == 3
    panel = await load(database, panel_id)
    assert (panel.serving, panel.waiting) == (4, 3)
    places = [await database.write(lambda store, who=who: store.panels.current(panel_id, who)) for who in everybody[4:]]  # type: ignore[misc]
    assert [place.state for place in places if place] == ["serving"] * 3 + ["waiting"] * 3


async def test_a_waiting_person_who_cannot_be_told_is_passed_over(database: Database) -> None:
    panel_id = await new_panel(database, seats=1)
    ana, ben, cora = await people(database, 3)
    for who in (ana, ben, cora):
        await database.write(lambda store, who=who: store.panels.wait(panel_id, who, NOW))  # type: ignore[misc]
    await database.write(lambda store: store.people.set_stopped(ana, True))
    await database.write(lambda store: store.people.mark_unreachable(ben, NOW))
    waiting = await database.write(lambda store: store.panels.next_waiting(panel_id, 10))
    assert [found.recipient.id for found in waiting] == [cora]


async def test_nobody_stays_for_another_term_while_somebody_waits(database: Database) -> None:
    panel_id = await new_panel(database, seats=1)
    ana, ben = await people(database, 2)
    place = await take(database, panel_id, ana)
    assert place is not None
    await database.write(lambda store: store.panels.wait(panel_id, ben, NOW))
    assert not await database.write(lambda store: store.panels.will_stay(place))


async def test_two_open_panels_never_share_a_name(database: Database) -> None:
    first = await new_panel(database, None, "Parks")
    second = await new_panel(database, None, "Health")
    added = await asyncio.gather(
        *(database.write(lambda store: store.panels.add("Roads", "", 6, None, None, NOW)) for _tap in range(4))  # type: ignore[arg-type]
    )
    assert len([id for id in added if id]) == 1
    assert not await database.write(lambda store: store.panels.rename(second, "Parks"))
    assert await database.write(lambda store: store.panels.close(first, NOW))
    assert await database.write(lambda store: store.panels.rename(second, "Parks"))


async def test_closing_ends_every_place_once_and_everybody_there_is_told(database: Database) -> None:
    panel_id = await new_panel(database, seats=2)
    ana, ben, cora, dan = await people(database, 4)
    for who in (ana, ben):
        await take(database, panel_id, who)
    for who in (cora, dan):
        await database.write(lambda store, who=who: store.panels.wait(panel_id, who, NOW))  # type: ignore[misc]
    await database.write(lambda store: store.people.set_stopped(dan, True))
    closed = await asyncio.gather(*(database.write(lambda store: store.panels.close(panel_id, NOW)) for _ in range(3)))
    assert closed.count(True) == 1
    assert await database.write(lambda store: store.panels.hold(panel_id)) is None
    first = await database.write(lambda store: store.panels.to_thank(panel_id, "", 2))
    rest = await database.write(lambda store: store.panels.to_thank(panel_id, first[-1].recipient.id, 2))
    assert [(told.recipient.id, told.sat) for told in [*first, *rest]] == [(ana, True), (ben, True), (cora, False)]


async def test_a_term_is_thanked_for_the_decisions_answered_in_it(database: Database) -> None:
    panel_id = await new_panel(database, seats=None)
    ana, ben = await people(database, 2)
    place = await take(database, panel_id, ana)
    assert place is not None

    async def ask(store: Store, decision: str, finished_at: datetime | None) -> None:
        id = await store.consultations.add(panel_id, "Which benches?", ben, NOW)
        await store.consultations.change(id, "decision", decision)
        await store.responses.invite(id, [ana, ben], NOW)
        response = await store.responses.find(id, ana)
        assert response is not None
        if finished_at is not None:
            await store.responses.finish(response.id, finished_at)
        if decision == "The budget":
            for we_did in ("A first word.", "Two benches are built in June."):
                words = {"we_asked": "Which?", "you_said": "Two", "we_did": we_did}
                outcome = await store.outcomes.add(id, **words, author_id=ben, post_at=NOW, now=NOW)
                await store.outcomes.post(outcome, NOW)

    await database.write(lambda store: ask(store, "Before the term", NOW - timedelta(days=1)))
    await database.write(lambda store: ask(store, "Never answered", None))
    await database.write(lambda store: ask(store, "The budget", NOW))
    await database.write(lambda store: ask(store, "", NOW + timedelta(days=9)))
    found = await database.write(lambda store: store.panels.contributions(place))
    assert [(one.decision or one.question, one.we_did) for one in found] == [
        ("Which benches?", ""),
        ("The budget", "Two benches are built in June."),
    ]


async def test_a_panel_can_be_limited_to_areas_until_somebody_is_drawn(database: Database) -> None:
    id = await new_panel(database, 3)
    assert not await database.write(lambda store: store.panels.is_any_limited())
    assert await database.write(lambda store: store.panels.limit(id, "area", ["north", "süd"]))
    panel = await load(database, id)
    assert (panel.area, panel.area_keys) == ("area", ("north", "süd"))
    assert await database.write(lambda store: store.panels.is_any_limited())

    async def seal(store: Store) -> None:
        await store.sortition.open_draw(id, "secret", NOW)
        draw = await store.sortition.current_draw(id)
        assert draw is not None
        assert await store.panels.can_be_limited(id), "the promise of a draw binds nobody yet"
        assert await store.sortition.seal(draw.id, "{}", "digest", {}, NOW)

    await database.write(seal)
    assert not await database.write(lambda store: store.panels.can_be_limited(id))
    assert not await database.write(lambda store: store.panels.limit(id, "", []))
    assert (await load(database, id)).area == "area"


async def test_what_one_panel_asks_is_asked_for_no_other(database: Database) -> None:
    library, pool = await new_panel(database, 3), await new_panel(database, 3, "Pool")
    age = Attribute("age", "choice", {"en": "Age"}, (Option("old", {"en": "Old"}),), reasons={})
    use = replace(age, key="use:library", panel_id=library)
    for attribute in (age, use):
        await database.write(lambda store, a=attribute: store.attributes.define(a))  # type: ignore[misc]
    assert await database.write(lambda store: store.attributes.all()) == [age]
    assert await database.write(lambda store: store.attributes.of_panel(pool)) == [age]
    assert await database.write(lambda store: store.attributes.of_panel(library)) == [age, use]
    assert await database.write(lambda store: store.attributes.known()) == [age, use]
    assert await database.write(lambda store: store.attributes.find("use:library")) == use
