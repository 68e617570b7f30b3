"""Consultations, responses and verdicts on both databases: each counts once, and nothing falls between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.scheduler import Timers
from flows.desk import Desk, Surroundings
from flows.outcomes.telling import post
from flows.slices import ROUTER
from flows.surveys.publishing import close, publish
from storage.consultations import Consultation, Question
from storage.database import Database, opened
from storage.outcomes import Verdict
from storage.panels import Term
from storage.responses import Value
from storage.store import Store
from tests.peers import VAULT
from tests.player import Player

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
CLOSES = NOW + timedelta(days=14)
ZONE = ZoneInfo("Europe/London")
SURROUNDINGS = Surroundings(ZONE, "folkmoot_bot")


class StandingClock(Clock):
    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


async def members(store: Store, panel_id: str, number: int) -> list[str]:
    people = [(await store.people.add(telegram_id, "citizen", "en", NOW))[0].id for telegram_id in range(1, number + 1)]
    for person in people:
        await store.panels.serve(panel_id, person, Term(1, NOW + timedelta(days=180)), NOW)
    return people


async def drafted(database: Database, on_panel: int, questions: int = 1) -> tuple[Consultation, list[str]]:
    """A draft that could be published, and the people on its panel."""

    async def job(store: Store) -> tuple[Consultation, list[str]]:
        officer, _conversation = await store.people.add(0, "staff", "en", NOW)
        panel_id = await store.panels.add("Transport", "Buses", 6, None, officer.id, NOW)
        assert panel_id is not None
        people = await members(store, panel_id, on_panel)
        id = await store.consultations.add(panel_id, "How?", officer.id, NOW)
        await store.consultations.change(id, "closes_at", CLOSES)
        await store.consultations.change(id, "decides_on", date(2027, 3, 22))
        await store.consultations.change(id, "report_by", date(2027, 3, 30))
        added = [Question("", id, 0, "one", f"Question {n}", ("Yes", "No")) for n in range(1, questions + 1)]
        assert await store.consultations.add_questions(id, added)
        consultation = await store.consultations.load(id)
        assert consultation is not None
        return consultation, people

    return await database.write(job)


async def questions_of(database: Database, consultation: Consultation) -> list[Question]:
    return await database.write(lambda store: store.consultations.questions(consultation.id))


async def publish_it(database: Database, consultation: Consultation) -> bool:
    return await database.write(lambda store: publish(Desk(store, NOW, SURROUNDINGS), consultation))


# ---------------------------------------------------------------- asking


async def test_everybody_on_the_panel_is_invited_once_page_by_page(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=650)
    await database.write(lambda store: store.people.set_stopped(people[0], True))
    assert await publish_it(database, consultation)
    for _time in range(2):
        await Timers(database, ROUTER, StandingClock(), SURROUNDINGS, lambda: None).run_due()
    turnout = await database.write(lambda store: store.responses.turnout(consultation.id))
    assert turnout.asked == 650
    assert await waiting(database) == 649


async def test_everybody_who_answered_gets_the_results_and_everybody_asked_the_outcome(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=640)
    (question,) = await questions_of(database, consultation)
    await publish_it(database, consultation)
    timers = Timers(database, ROUTER, StandingClock(), SURROUNDINGS, lambda: None)
    await timers.run_due()

    async def answer_and_close(store: Store) -> None:
        for person in people[:610]:
            response = await store.responses.find(consultation.id, person)
            assert response is not None
            await store.responses.save_answer(response.id, question.id, 0)
            await store.responses.finish(response.id, NOW)
        assert await close(Desk(store, NOW, SURROUNDINGS), consultation)

    await database.write(answer_and_close)
    await timers.run_due()
    what_staff_get = 3
    assert await waiting(database) == 610 * 2 + what_staff_get, "the invitations were dropped"

    async def tell_outcome(store: Store) -> None:
        id = await store.outcomes.add(
            consultation.id, we_asked="a", you_said="b", we_did="c", author_id=people[0], post_at=NOW, now=NOW
        )
        outcome = await store.outcomes.load(id)
        assert outcome is not None
        assert await post(Desk(store, NOW, SURROUNDINGS), outcome)

    await database.write(tell_outcome)
    await timers.run_due()
    assert await waiting(database) == 610 * 2 + what_staff_get + 640


async def waiting(database: Database) -> int:
    piles = await database.write(lambda store: store.outbox.counts())
    return sum(pile.number for pile in piles if pile.state == "waiting")


async def test_a_consultation_is_published_once(database: Database) -> None:
    consultation, _people = await drafted(database, on_panel=1)
    published = await asyncio.gather(*(publish_it(database, consultation) for _tap in range(6)))
    assert Counter(published) == {True: 1, False: 5}


async def test_one_person_has_one_response(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=3)
    await asyncio.gather(
        *(database.write(lambda store: store.responses.invite(consultation.id, people, NOW)) for _time in range(6))
    )
    turnout = await database.write(lambda store: store.responses.turnout(consultation.id))
    assert (turnout.asked, turnout.finished, turnout.rate) == (3, 0, 0.0)


async def test_what_is_published_is_not_changed_any_more(database: Database) -> None:
    consultation, _people = await drafted(database, on_panel=1)
    (question,) = await questions_of(database, consultation)
    await publish_it(database, consultation)
    assert not await database.write(lambda store: store.consultations.add_questions(consultation.id, [question]))
    changed = replace(question, wording="Something else")
    assert not await database.write(lambda store: store.consultations.change_question(changed))
    assert not await database.write(lambda store: store.consultations.remove_question(question))
    assert not await database.write(lambda store: store.consultations.remove_draft(consultation.id))
    await database.write(lambda store: store.consultations.change(consultation.id, "question", "Else?"))
    kept = await database.write(lambda store: store.consultations.load(consultation.id))
    assert kept is not None
    assert kept.question == consultation.question
    assert await questions_of(database, consultation) == [question]


# ---------------------------------------------------------------- questions


async def test_questions_keep_their_order_whoever_adds_and_moves_them(database: Database) -> None:
    consultation, _people = await drafted(database, on_panel=0, questions=3)
    new = Question("", consultation.id, 0, "scale", "New", ())
    await asyncio.gather(
        *(database.write(lambda store: store.consultations.add_questions(consultation.id, [new])) for _n in range(4))
    )
    found = await questions_of(database, consultation)
    assert [question.position for question in found] == [1, 2, 3, 4, 5, 6, 7]
    assert await database.write(lambda store: store.consultations.move_up(found[2]))
    assert await database.write(lambda store: store.consultations.move_up(found[0]))
    moved = [question.wording for question in await questions_of(database, consultation)]
    assert moved == ["Question 1", "Question 3", "Question 2", "New", "New", "New", "New"]


async def test_an_unchanged_question_keeps_its_source(database: Database) -> None:
    consultation, _people = await drafted(database, on_panel=0, questions=0)
    published = Question("", consultation.id, 0, "one", "How satisfied?", ("Very", "Not"), source="A survey")
    await database.write(lambda store: store.consultations.add_questions(consultation.id, [published]))
    (question,) = await questions_of(database, consultation)
    await database.write(lambda store: store.consultations.change_question(replace(question, optional=True)))
    (question,) = await questions_of(database, consultation)
    assert (question.source, question.optional) == ("A survey", True)
    await database.write(lambda store: store.consultations.change_question(replace(question, wording="Satisfied?")))
    (question,) = await questions_of(database, consultation)
    assert question.source == ""


# ---------------------------------------------------------------- answering


async def answer(database: Database, consultation: Consultation, person: str, question: Question) -> bool:
    """Answer and send, if it still is open; whether it was."""

    async def job(store: Store) -> bool:
        held = await store.consultations.hold(consultation.id)
        if held is None or held.state != "open":
            return False
        response = await store.responses.find(consultation.id, person)
        assert response is not None
        await store.responses.save_answer(response.id, question.id, 1)
        await store.responses.finish(response.id, NOW)
        return True

    return await database.write(job)


async def test_an_answer_and_the_closing_cannot_miss_each_other(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=40)
    (question,) = await questions_of(database, consultation)
    await publish_it(database, consultation)
    await database.write(lambda store: store.responses.invite(consultation.id, people, NOW))

    async def close_and_count(store: Store) -> int:
        assert await store.consultations.close(consultation.id, NOW)
        return (await store.responses.tallies(consultation.id)).get(question.id, {}).get(None, {}).get(1, 0)

    answering = [asyncio.ensure_future(answer(database, consultation, person, question)) for person in people[:20]]
    closing = asyncio.ensure_future(database.write(close_and_count))
    answering += [asyncio.ensure_future(answer(database, consultation, person, question)) for person in people[20:]]
    counted = await closing
    assert counted == sum(await asyncio.gather(*answering))
    turnout = await database.write(lambda store: store.responses.turnout(consultation.id))
    assert turnout.finished == counted


async def test_an_answer_replaces_the_earlier_one(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=1)
    (question,) = await questions_of(database, consultation)
    await database.write(lambda store: store.responses.invite(consultation.id, people, NOW))
    response = await database.write(lambda store: store.responses.find(consultation.id, people[0]))
    assert response is not None

    async def save(store: Store) -> None:
        await store.responses.save_answer(response.id, question.id, value)

    values: tuple[Value, ...] = (0, None, (0, 1), "Ŵyddfa 🏔", 1)
    for value in values:
        await database.write(save)
        kept = await database.write(lambda store: store.responses.answers(response.id))
        assert kept == {question.id: value}
    assert await database.write(lambda store: store.responses.tallies(consultation.id)) == {}
    await database.write(lambda store: store.responses.finish(response.id, NOW))
    assert await database.write(lambda store: store.responses.tallies(consultation.id)) == {question.id: {None: {1: 1}}}


async def test_what_was_sent_cannot_be_declined(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=1)
    await database.write(lambda store: store.responses.invite(consultation.id, people, NOW))
    response = await database.write(lambda store: store.responses.find(consultation.id, people[0]))
    assert response is not None
    assert await database.write(lambda store: store.responses.decline(response.id))
    await database.write(lambda store: store.responses.start(response.id, NOW))
    await database.write(lambda store: store.responses.finish(response.id, NOW))
    assert not await database.write(lambda store: store.responses.decline(response.id))


async def test_help_with_answers_is_noted_whenever_it_came_and_counted_after_erasure(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=3)
    await publish_it(database, consultation)

    async def answer(store: Store) -> None:
        await store.responses.invite(consultation.id, people, NOW)
        for person, at_start, at_end in zip(people, (True, False, False), (False, True, False), strict=True):
            response = await store.responses.find(consultation.id, person)
            assert response is not None
            await store.responses.start(response.id, NOW, with_helper=at_start)
            await store.responses.finish(response.id, NOW, with_helper=at_end)

    await database.write(answer)
    assert (await database.write(lambda store: store.responses.turnout(consultation.id))).with_helper == 2
    await database.write(lambda store: store.consultations.close(consultation.id, NOW))
    for person in people:
        await database.write(lambda store, person=person: store.erasure.erase(person))  # type: ignore[misc]
    turnout = await database.write(lambda store: store.responses.turnout(consultation.id))
    assert (turnout.finished, turnout.with_helper) == (3, 2)


# ---------------------------------------------------------------- outcomes


async def test_an_outcome_is_posted_once_and_one_person_has_one_verdict(database: Database) -> None:
    consultation, people = await drafted(database, on_panel=1)
    await publish_it(database, consultation)
    assert await database.write(lambda store: store.outcomes.is_owed(consultation.id))
    id = await database.write(
        lambda store: store.outcomes.add(
            consultation.id, we_asked="a", you_said="b", we_did="c", author_id=people[0], post_at=NOW, now=NOW
        )
    )
    posted = await asyncio.gather(*(database.write(lambda store: store.outcomes.post(id, NOW)) for _tap in range(5)))
    assert Counter(posted) == {True: 1, False: 4}
    assert not await database.write(lambda store: store.outcomes.cancel(id))
    assert not await database.write(lambda store: store.outcomes.is_owed(consultation.id))

    verdicts: tuple[Verdict, ...] = ("yes", "no", "partly")

    async def give(store: Store) -> None:
        for verdict in verdicts:
            await store.outcomes.give_verdict(id, people[0], verdict, NOW)

    await database.write(give)
    outcome = await database.write(lambda store: store.outcomes.load(id))
    assert outcome is not None
    assert (outcome.yes, outcome.partly, outcome.no) == (0, 1, 0)


# ---------------------------------------------------------------- who may


SETTING = """~ 1 March 2027, 09:00
> cara: /start
> cara: [English]
> cara: [Yes, I agree]
"""


@pytest.mark.parametrize("state", ["draft", "open"])
async def test_a_known_address_opens_nothing_for_those_who_are_not_asked(database_url: str, state: str) -> None:
    async with opened(database_url, VAULT) as database:
        consultation, people = await drafted(database, on_panel=1)
        if state == "open":
            await publish_it(database, consultation)
            await database.write(lambda store: store.responses.invite(consultation.id, people, NOW))
    asked = [f"> cara: /{command} {consultation.id}" for command in ("survey", "decline", "results", "outcome")]
    said = await Player(database_url).play(SETTING + "\n".join(asked))
    refusal = "These questions are for the people on the panel “Transport”." if state == "open" else "I cannot find"
    assert said.count(refusal) >= 2
    assert "I cannot find these results." in said
    assert "Question 1" not in said
    async with opened(database_url, VAULT) as database:
        turnout = await database.write(lambda store: store.responses.turnout(consultation.id))
    assert turnout.asked == (1 if state == "open" else 0)
