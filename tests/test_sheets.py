"""Pseudonymous answers: whose they are, and which of another panel are by the same person, only the keys say."""

from __future__ import annotations

import gzip
import json
import random
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from storage.backup import KEYS_FILE, back_up, restore
from storage.consultations import Question
from storage.database import Database, opened
from storage.panels import Term
from storage.queries import Query
from storage.store import Store
from storage.vault import Vault
from tests.opening import dump, keys_of, opened_words
from tests.peers import KEY, VAULT, rows

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CLOSES = NOW + timedelta(days=14)
PEOPLE = 60
OPTIONS = tuple(f"Option {n}" for n in range(PEOPLE))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


@dataclass
class Survey:
    """An open survey of a panel of its own: a choice and a question in own words."""

    id: str
    panel: str
    choice: str
    words: str
    responses: dict[str, str] = field(default_factory=dict)
    """By person."""


async def survey(store: Store, name: str, officer: str, people: list[str]) -> Survey:
    panel = await store.panels.add(name, "Living here", 6, None, officer, NOW)
    assert panel is not None
    id = await store.consultations.add(panel, "How is it?", officer, NOW)
    await store.consultations.change(id, "closes_at", CLOSES)
    await store.consultations.change(id, "decides_on", date(2026, 6, 22))
    await store.consultations.change(id, "report_by", date(2026, 6, 30))
    await store.consultations.add_questions(
        id, [Question("", id, 0, "one", "Which?", OPTIONS), Question("", id, 0, "text", "Why?")]
    )
    assert await store.consultations.open(id, NOW)
    choice, words = await store.consultations.questions(id)
    found = Survey(id, panel, choice.id, words.id)
    for person in people:
        await store.panels.serve(panel, person, Term(1, CLOSES), NOW)
        await store.responses.invite(id, [person], NOW)
        response = await store.responses.find(id, person)
        assert response is not None
        found.responses[person] = response.id
    return found


@dataclass
class Town:
    """The same people on two panels, each asked in a survey of their own."""

    people: list[str]
    surveys: list[Survey]


async def town(store: Store, people: int = PEOPLE) -> Town:
    officer, _conversation = await store.people.add(1, "staff", "en", NOW)
    everybody = []
    for number in range(people):
        person, _conversation = await store.people.add(100 + number, "citizen", "en", NOW)
        everybody.append(person.id)
    return Town(everybody, [await survey(store, name, officer.id, everybody) for name in ("Buses", "Parks")])


async def answer(store: Store, survey: Survey, person: str, option: int, *, at: datetime = NOW) -> None:
    response = survey.responses[person]
    await store.responses.start(response, at)
    await store.responses.save_answer(response, survey.choice, option)
    await store.responses.save_answer(response, survey.words, f"because {option}")


async def take_part(database: Database, survey: Survey, person: str, option: int, *, at: datetime = NOW) -> None:
    """One turn after the other, as in life."""
    await database.write(lambda store: answer(store, survey, person, option, at=at))
    await database.write(lambda store: store.responses.set_quotable(survey.responses[person], option % 2 == 0))
    await database.write(lambda store: store.responses.finish(survey.responses[person], at))


async def answered(database: Database, town: Town) -> list[list[str]]:
    """Everybody takes part in both, in two orders; returns these."""
    orders = []
    for survey in town.surveys:
        order = random.Random(secrets.randbits(64)).sample(town.people, len(town.people))
        for number, person in enumerate(order):
            option = town.people.index(person)
            await take_part(database, survey, person, option, at=NOW + timedelta(minutes=number))
        orders.append(order)
    return orders


# ---------------------------------------------------------------- the attacker


async def test_nothing_on_a_sheet_is_anywhere_else(database: Database) -> None:
    """Neither in what is known of people nor on a sheet of another panel; and there is no time on it."""
    everybody = await database.write(town)
    await answered(database, everybody)

    async def tag(store: Store) -> None:
        for survey in everybody.surveys:
            for said in (await store.responses.texts(survey.words))[:5]:
                await store.responses.set_tag(survey.words, said.source, "praise", on=True)

    await database.write(tag)
    found = await dump(database)
    assert set(found["sheets"][0]) == {"id", "consultation_id", "quotable", "next_question"}
    assert set(found["answers"][0]) == {"sheet_id", "question_id", "value"}
    assert set(found["text_tags"][0]) == {"question_id", "source", "tag"}
    sheets = [str(row["id"]) for row in found["sheets"]]
    assert len(set(sheets)) == 2 * PEOPLE, "one for everybody in each panel"
    apart = ("sheets", "answers", "text_tags")
    register = json.dumps([rows for name, rows in found.items() if name not in apart], default=str)
    assert not [sheet for sheet in sheets if sheet in register]
    names = {*everybody.people, *(id for survey in everybody.surveys for id in survey.responses.values())}
    written = json.dumps([found[name] for name in apart], default=str)
    assert not [name for name in names if name in written]
    sealed = [row["value"] for row in found["answers"] if row["question_id"] in {s.words for s in everybody.surveys}]
    assert len(set(sealed)) == len(sealed), "the same words twice are not seen to be the same"


async def test_rows_lie_in_no_order_that_says_whose_they_are(database: Database, database_url: str) -> None:
    """As the database gives them by itself, against the order in which people sent theirs and that of the other panel.

    By chance one of sixty is right; more than ten happens once in ten million times.
    """
    everybody = await database.write(town)
    orders = await answered(database, everybody)
    await database.scrub()
    lie = []
    for survey, order in zip(everybody.surveys, orders, strict=True):
        for table in ("answers", "sheets AS s JOIN answers ON sheet_id = s.id"):
            sql = f"SELECT value FROM {table} WHERE question_id = '{survey.choice}'"
            guessed = [everybody.people[int(value)] for (value,) in await rows(database_url, sql)]
            assert sum(one == other for one, other in zip(guessed, order, strict=True)) <= 10
        lie.append(guessed)
    assert sum(one == other for one, other in zip(*lie, strict=True)) <= 10, "nor do the panels lie in the same order"
    if database_url.startswith("postgresql"):
        for table in ("sheets", "answers"):
            assert await rows(database_url, f"SELECT COUNT(DISTINCT xmin::text) FROM {table}") == [(1,)]


async def test_until_they_are_sent_answers_are_sealed_and_alike_in_length(database: Database) -> None:
    everybody = await database.write(lambda store: town(store, 2))
    ana, ben = everybody.people
    buses, _parks = everybody.surveys
    await database.write(lambda store: answer(store, buses, ana, 1))

    async def begin(store: Store) -> None:
        await store.responses.start(buses.responses[ben], NOW)
        await store.responses.save_answer(buses.responses[ben], buses.words, "Because " * 120)
        await store.responses.stands_before(buses.responses[ben], buses.choice)

    await database.write(begin)
    found = await dump(database)
    assert found["answers"] == []
    assert len({len(str(row["secret"])) for row in found["responses"] if row["secret"]}) == 1
    (standing,) = found["sheets"]
    assert standing["next_question"] == buses.choice
    assert str(standing["id"]) not in json.dumps(found["responses"], default=str)
    assert await database.write(lambda store: store.responses.stopped_before(buses.id)) == {buses.choice: 1, None: 1}
    await database.write(lambda store: store.responses.decline(buses.responses[ben]))
    assert await database.write(lambda store: store.responses.stopped_before(buses.id)) == {None: 1}
    kept = await database.write(lambda store: store.responses.answers(buses.responses[ben]))
    assert list(kept.values()) == ["Because " * 120], "who changes their mind goes on"


async def test_what_is_taken_up_again_after_sending_is_sealed_again(database: Database) -> None:
    everybody = await database.write(lambda store: town(store, 1))
    (ana,), buses = everybody.people, everybody.surveys[0]
    await take_part(database, buses, ana, 3)
    response = buses.responses[ana]
    await database.write(lambda store: store.responses.reopen(response))
    assert (await dump(database))["answers"] == []
    kept = await database.write(lambda store: store.responses.answers(response))
    assert kept == {buses.choice: 3, buses.words: "because 3"}
    await database.write(lambda store: store.responses.drop_answers(response, [buses.words]))
    await database.write(lambda store: store.responses.save_answer(response, buses.choice, 4))
    await database.write(lambda store: store.responses.finish(response, NOW))
    await database.write(lambda store: store.responses.save_answer(response, buses.choice, 5))
    assert (await database.write(lambda store: store.responses.tallies(buses.id))) == {buses.choice: {None: {5: 1}}}
    assert await database.write(lambda store: store.responses.stopped_before(buses.id)) == {}


# ---------------------------------------------------------------- with the keys, and without


BECAUSE = re.compile(r"^because \d$", re.MULTILINE)


async def all_opened(database: Database) -> str:
    """What every key there is opens on sheets."""
    words = json.dumps((await dump(database))["answers"], default=str)
    return opened_words(words, await keys_of(database, VAULT))


async def said_by(store: Store, person: str) -> list[object]:
    held = await store.erasure.held(person)
    return [one["answer"] for survey in held["surveys"] for one in survey["answers"]]


async def test_without_a_panels_key_nobody_links_its_answers_ever_again(database: Database, database_url: str) -> None:
    """They stay counted, and their words cannot be opened with anybody's own key, which would say whose they are;
    those of other panels stay their people's."""
    everybody = await database.write(lambda store: town(store, 3))
    await answered(database, everybody)
    buses, parks = everybody.surveys
    ana = everybody.people[0]
    groups = {person: number for number, person in enumerate(everybody.people)}
    before = await database.write(lambda store: store.responses.tallies(buses.id, groups))
    assert before[buses.choice] == {0: {0: 1}, 1: {1: 1}, 2: {2: 1}}
    assert await database.write(lambda store: said_by(store, ana)) == [["Option 0"], "because 0"] * 2
    assert len(BECAUSE.findall(await all_opened(database))) == 6
    sql = f"DELETE FROM panel_keys WHERE panel_id = '{buses.panel}'"
    await database.write(lambda store: store.copies._session.run(Query("destroy", sql, sql, ())))
    for _again in range(2):
        async with opened(database_url, VAULT) as later:  # a new key links nothing that an older one did
            after = await later.write(lambda store: store.responses.tallies(buses.id, groups))
            assert after[buses.choice] == {None: {0: 1, 1: 1, 2: 1}}
            assert await later.write(lambda store: store.responses.texts(buses.words)) == []
            assert await later.write(lambda store: said_by(store, ana)) == [["Option 0"], "because 0"]
            assert len(await later.write(lambda store: store.responses.texts(parks.words))) == 3
            assert len(BECAUSE.findall(await all_opened(later))) == 3, "those of the parks"


@pytest.mark.parametrize(
    ("before", "after"),
    [((), (KEY,)), ((KEY,), ("another key, long enough", KEY))],
    ids=["sealed from now on", "another key"],
)
async def test_whose_answers_are_outlives_a_change_of_the_key(
    database_url: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    async with opened(database_url, Vault(before)) as database:
        everybody = await database.write(lambda store: town(store, 3))
        ana, _ben, cerys = everybody.people
        buses, _parks = everybody.surveys
        for person in everybody.people[:2]:
            await take_part(database, buses, person, everybody.people.index(person))
        await database.write(lambda store: answer(store, buses, cerys, 2))
        (said, _other) = await database.write(lambda store: store.responses.texts(buses.words))
        await database.write(lambda store: store.responses.set_tag(buses.words, said.source, "praise", on=True))
    async with opened(database_url, Vault(after)) as database:
        await database.write(lambda store: store.responses.finish(buses.responses[cerys], NOW))
        texts = await database.write(lambda store: store.responses.texts(buses.words))
        assert [(one.words, one.quotable) for one in texts] == [
            ("because 0", True),
            ("because 1", False),
            ("because 2", False),
        ]
        tags = await database.write(lambda store: store.responses.tags(buses.words))
        assert tags == {"praise": {texts[0].source}}
        held = await database.write(lambda store: store.erasure.held(ana))
        assert held["surveys"][0]["noted_by_staff"] == ["praise"]
        found = await dump(database)
        sheets = {row["id"] for row in found["sheets"]}
        assert len(sheets) == 3
        assert not sheets & {row["id"] for row in found["responses"]}


async def test_a_backup_has_no_panels_key_in_it(database: Database, tmp_path: Path) -> None:
    """It stands in the key file; who was erased since is not counted among those who answer in the restored one."""
    everybody = await database.write(lambda store: town(store, 3))
    await answered(database, everybody)
    buses, _parks = everybody.surveys
    ana, ben, _cerys = everybody.people
    path = await back_up(database, tmp_path, NOW)
    await database.write(lambda store: store.erasure.erase(ben))
    await back_up(database, tmp_path, CLOSES)
    async with opened(f"sqlite:///{tmp_path}/restored.db", VAULT) as restored:
        await restore(restored, path, tmp_path / KEYS_FILE)
        found = await dump(restored)
        assert len(found["panel_keys"]) == 2
        assert len(found["sheets"]) == 4, "what Ben answered went with him"
        assert await restored.write(lambda store: said_by(store, ana)) == [["Option 0"], "because 0"] * 2
    async with opened(f"sqlite:///{tmp_path}/without.db", VAULT) as without:
        keys = tmp_path / "folkmoot.keys"
        await restore(without, path, without_panels(keys))
        assert await without.write(lambda store: said_by(store, ana)) == []
        tallies = await without.write(lambda store: store.responses.tallies(buses.id))
        assert sum(tallies[buses.choice][None].values()) == 3


def without_panels(keys: Path) -> Path:
    lines = [line for line in gzip.decompress(keys.read_bytes()).splitlines() if not line.startswith(b'["panel_keys"')]
    other = keys.with_name("other.keys")
    other.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    return other
