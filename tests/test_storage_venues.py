"""Guests and answers taken by staff, on both databases: counted once, apart from those who were asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from flows.desk import Desk
from flows.results.published import published, worked_out
from flows.surveys.publishing import results_for
from flows.venues.opening import opening
from storage.consultations import Question
from storage.database import Database, opened
from storage.panels import Term
from storage.people import Person
from storage.responses import Channel, Turnout
from storage.store import Store
from tests.peers import VAULT
from tests.test_storage_surveys import SURROUNDINGS

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


@dataclass
class Town:
    """An open consultation with one question, one member who was asked, and a link in a library."""

    officer: str
    panel: str
    consultation: str
    question: str
    member: str


@pytest.fixture
async def town(database: Database) -> Town:
    async def found(store: Store) -> Town:
        officer, _conversation = await store.people.add(0, "staff", "en", NOW)
        panel = await store.panels.add("Transport", "Buses", 6, None, officer.id, NOW)
        assert panel is not None
        member, _conversation = await store.people.add(1, "citizen", "en", NOW)
        await store.panels.serve(panel, member.id, Term(1, NOW + timedelta(days=180)), NOW)
        id = await store.consultations.add(panel, "How?", officer.id, NOW)
        await store.consultations.change(id, "closes_at", NOW + timedelta(days=14))
        await store.consultations.change(id, "decides_on", date(2027, 3, 22))
        await store.consultations.change(id, "report_by", date(2027, 3, 30))
        await store.consultations.add_questions(id, [Question("", id, 0, "one", "Which?", ("Yes", "No"))])
        await store.consultations.open(id, NOW)
        (question,) = await store.consultations.questions(id)
        await store.responses.invite(id, [member.id], NOW)
        await store.venues.add("library", "Library", f"survey {id}", officer.id, NOW)
        await store.venues.add("station", "Bus station", f"question {question.id}", officer.id, NOW)
        return Town(officer.id, panel, id, question.id, member.id)

    return await database.write(found)


async def guest(store: Store, town: Town, telegram_id: int, link: str = "library") -> Person:
    """Somebody who follows a link and answers."""
    person, _conversation = await store.people.add(telegram_id, "citizen", "en", NOW)
    await store.venues.record_opening(link, person.id, NOW)
    await store.people.set_source(person.id, link)
    await store.responses.add_guest(town.consultation, person.id, link, NOW)
    response = await store.responses.find(town.consultation, person.id)
    assert response is not None
    await store.responses.save_answer(response.id, town.question, 0)
    await store.responses.finish(response.id, NOW)
    return person


async def taken(store: Store, town: Town, channel: Channel, *, with_helper: bool = False) -> str:
    """A form that staff enter."""
    person = await store.people.add_unnamed(channel, "en", NOW)
    response = await store.responses.add_taken(town.consultation, person, channel, with_helper, NOW)
    await store.responses.save_answer(response, town.question, 1)
    return response


async def turnout(database: Database, town: Town) -> Turnout:
    return await database.write(lambda store: store.responses.turnout(town.consultation))


# ---------------------------------------------------------------- counting


async def test_every_way_is_counted_apart_and_response_rates_are_of_those_asked(database: Database, town: Town) -> None:
    async def answer(store: Store) -> None:
        await guest(store, town, 2)
        await guest(store, town, 3, "station")
        await taken(store, town, "paper")
        await taken(store, town, "phone", with_helper=True)

    await database.write(answer)
    assert await turnout(database, town) == Turnout(1, 0, 0, 0, {"guest": 2, "paper": 1, "phone": 1}, 1)
    tallies = await database.write(lambda store: store.responses.tallies(town.consultation))
    assert tallies[town.question] == {None: {0: 2, 1: 2}}


async def test_who_comes_through_two_links_at_the_same_time_counts_once(database: Database, town: Town) -> None:
    await database.write(lambda store: store.people.add(2, "citizen", "en", NOW))
    await asyncio.gather(
        *(
            database.write(lambda store, link=link: guest(store, town, 2, link))  # type: ignore[misc]
            for link in ("library", "station", "library")
        )
    )
    assert (await turnout(database, town)).other == {"guest": 1}
    links = await database.write(lambda store: store.venues.page(0, 9))
    assert sorted(one.answered for one in links) == [0, 1]
    assert [one.opened for one in links] == [1, 1]


async def test_the_first_source_stays(database: Database, town: Town) -> None:
    async def come_and_join(store: Store) -> None:
        person = await guest(store, town, 2, "station")
        await guest(store, town, 2, "library")
        await store.panels.serve(town.panel, person.id, Term(1, NOW + timedelta(days=180)), NOW)

    await database.write(come_and_join)
    links = await database.write(lambda store: store.venues.page(0, 9))
    assert {one.link.venue: one.joined for one in links} == {"Bus station": 1, "Library": 0}


async def test_an_erased_guest_is_still_counted_as_a_guest_once_it_is_closed(database: Database, town: Town) -> None:
    person = await database.write(lambda store: guest(store, town, 2))
    await database.write(lambda store: store.consultations.close(town.consultation, NOW))
    before = await turnout(database, town)
    await database.write(lambda store: store.erasure.erase(person.id))
    assert await turnout(database, town) == before == Turnout(1, 0, 0, 0, {"guest": 1}, 0)


async def test_results_are_published_when_enough_people_answered_by_whatever_way(
    database: Database, town: Town
) -> None:
    async def answer_and_close(store: Store) -> None:
        for number in range(8):
            await guest(store, town, 100 + number)
        for _form in range(12):
            await taken(store, town, "paper")
        await store.consultations.close(town.consultation, NOW)

    await database.write(answer_and_close)
    found = await database.write(lambda store: published(Desk(store, NOW, SURROUNDINGS), town.consultation))
    assert found.answered == 20
    assert found.ways == {"guest": None, "paper": 10}
    assert found.rates is None, "nobody who was asked has answered"
    assert found.questions[town.question].counts.answered == 20
    said = await database.write(lambda store: results(store, town))
    assert "About 20 people answered." in said
    assert "On paper: about 10" in said
    assert "Guests" not in said, "fewer than ten"


async def test_a_margin_of_error_is_claimed_only_where_chance_chose_everybody_who_answered(
    database: Database, town: Town
) -> None:
    async def job(store: Store) -> None:
        panel = await store.panels.add("Voices", "Living here", 6, 12, town.officer, NOW, kind="drawn")
        assert panel is not None
        id = await store.consultations.add(panel, "How?", town.officer, NOW)
        await store.consultations.change(id, "closes_at", NOW + timedelta(days=14))
        await store.consultations.change(id, "decides_on", date(2027, 3, 22))
        await store.consultations.change(id, "report_by", date(2027, 3, 30))
        await store.consultations.add_questions(id, [Question("", id, 0, "one", "Which?", ("Yes", "No"))])
        await store.consultations.open(id, NOW)
        (question,) = await store.consultations.questions(id)
        await store.responses.invite(id, [town.member], NOW)
        response = await store.responses.find(id, town.member)
        assert response is not None
        await store.responses.start(response.id, NOW)
        await store.responses.save_answer(response.id, question.id, 0)
        await store.responses.finish(response.id, NOW)
        desk = Desk(store, NOW, SURROUNDINGS)
        assert (await worked_out(desk, id, is_closed=False)).was_drawn
        await taken(store, Town(town.officer, panel, id, question.id, town.member), "paper")
        assert not (await worked_out(desk, id, is_closed=False)).was_drawn

    await database.write(job)


async def test_the_poster_of_a_panel_chosen_by_lot_invites_into_its_draw(database: Database, town: Town) -> None:
    async def job(store: Store) -> None:
        panel = await store.panels.add("Voices", "Living here", 6, 12, town.officer, NOW, kind="drawn")
        desk = Desk(store, NOW, SURROUNDINGS)
        by_lot, joined = await opening(desk, f"join {panel}"), await opening(desk, f"join {town.panel}")
        assert by_lot is not None
        assert joined is not None
        assert desk.voice.plain(by_lot.invitation) == "Be in the draw for the panel “Voices”"
        assert desk.voice.plain(joined.invitation) == "Have a say: join the panel “Transport”"

    await database.write(job)


async def results(store: Store, town: Town) -> str:
    """What citizens read first."""
    desk = Desk(store, NOW, SURROUNDINGS)
    consultation = await store.consultations.load(town.consultation)
    assert consultation is not None
    messages = await results_for(desk, consultation, for_staff=False)
    return desk.voice.plain(messages[0].text)


# ---------------------------------------------------------------- telling


async def told(store: Store, town: Town) -> tuple[set[str], int]:
    everyone = await store.responses.everyone_asked(town.consultation, "", 99)
    return {person.id for person in everyone}, await store.responses.count_asked(town.consultation)


async def test_a_guest_is_written_to_only_after_agreeing(database: Database, town: Town) -> None:
    person = await database.write(lambda store: guest(store, town, 2))
    assert await database.write(lambda store: told(store, town)) == ({town.member}, 1)
    await database.write(lambda store: store.people.agree(person.id, "2026-11", "en", NOW))
    assert await database.write(lambda store: told(store, town)) == ({town.member, person.id}, 2)
    await database.write(lambda store: store.people.withdraw(person.id, NOW))
    assert await database.write(lambda store: told(store, town)) == ({town.member}, 1)


async def test_nobody_is_written_to_for_whom_staff_answered(database: Database, town: Town) -> None:
    await database.write(lambda store: taken(store, town, "stall"))
    assert await database.write(lambda store: told(store, town)) == ({town.member}, 1)
    assert await database.write(lambda store: store.responses.who_finished(town.consultation, "", 99)) == []


# ---------------------------------------------------------------- taking back


async def test_a_form_is_taken_back_whole_and_once(database: Database, town: Town) -> None:
    response = await database.write(lambda store: taken(store, town, "paper"))
    assert await database.write(lambda store: store.responses.take_back(response))
    assert not await database.write(lambda store: store.responses.take_back(response))
    assert (await turnout(database, town)).other == {}
    assert await database.write(lambda store: store.responses.tallies(town.consultation)) == {}


async def test_only_what_staff_took_can_be_taken_back_and_only_while_it_is_open(database: Database, town: Town) -> None:
    await database.write(lambda store: guest(store, town, 2))
    member = await database.write(lambda store: store.responses.find(town.consultation, town.member))
    assert member is not None
    assert not await database.write(lambda store: store.responses.take_back(member.id))
    paper = await database.write(lambda store: taken(store, town, "paper"))
    await database.write(lambda store: store.consultations.close(town.consultation, NOW))
    assert not await database.write(lambda store: store.responses.take_back(paper))
    assert (await turnout(database, town)).other == {"guest": 1, "paper": 1}


# ---------------------------------------------------------------- links


async def test_a_link_is_closed_once_and_its_words_are_kept_by_language(database: Database, town: Town) -> None:
    async def write_words(store: Store) -> None:
        for language, words in (("en", "Say it!"), ("cy", "Dywedwch!"), ("en", "Tell us!")):
            link = await store.venues.load("library")
            assert link is not None
            await store.venues.set_words(link, language, words)

    await database.write(write_words)
    assert await database.write(lambda store: store.venues.close("library", NOW))
    assert not await database.write(lambda store: store.venues.close("library", NOW))
    one = await database.write(lambda store: store.venues.brought("library"))
    assert one is not None
    assert (one.link.words, one.link.is_open) == ({"en": "Tell us!", "cy": "Dywedwch!"}, False)
    assert [one.link.token for one in await database.write(lambda store: store.venues.page(0, 9))] == [
        "station",
        "library",
    ]
