"""Erasing somebody: nothing of theirs can be found anywhere afterwards, and published totals stay as they were."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from storage.backup import KEYS_FILE, BadBackup, Table, back_up, restore, tables
from storage.consultations import Question
from storage.database import Database, opened
from storage.erasing import SQL, Held
from storage.inbox import Arrival
from storage.outbox import Parcel
from storage.panels import Term
from storage.people import Conversation
from storage.records import new_id
from storage.store import Store
from storage.vault import Vault
from tests.opening import every_word, folder_words, keys_of, opened_words
from tests.peers import VAULT
from tests.postgres import PostgresqlServer

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CLOSES = NOW + timedelta(days=14)
CROWD = 1000
FIRST_ID = 9_100_000_000
STAYS = FIRST_ID - 1

NOT_READ_OUT = {
    "data_keys": "the key itself",
    "outbox": "messages, which the person has or is about to get",
}


COLUMNS_NOT_READ_OUT = {
    "conversations.number": "counts the questions asked, to tell old buttons from new ones",
    "conversations.updated_at": "when the last of them was asked: the last thing done is in the record",
    "conversations.view": "the message with the question, which stands in the chat",
    "identities.lookup": "a keyed hash of the Telegram number, which is read out",
    "support_requests.state": "said by when it was closed",
    "trials.seen": "a digest of the questions, which are staff's",
}
"""With the reason; ids are random names of rows, and what they name is read out in words."""

NOT_FOR_READING = ("keep_", "remove", "places", "topics_to_hand_over")


@dataclass(frozen=True, slots=True)
class Town:
    """A closed survey with a choice and a question in own words, and its outcome."""

    panel: str
    consultation: str
    choice: Question
    words: Question
    outcome: str


def canary(number: int) -> str:
    return f"canary{number:05d}sings"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, VAULT) as database:
        yield database


async def found(store: Store) -> Town:
    officer, _conversation = await store.people.add(1, "staff", "en", NOW)
    panel = await store.panels.add("Voices", "Living here", 6, None, officer.id, NOW)
    assert panel is not None
    id = await store.consultations.add(panel, "How is it?", officer.id, NOW)
    await store.consultations.change(id, "closes_at", CLOSES)
    await store.consultations.change(id, "decides_on", date(2026, 6, 22))
    await store.consultations.change(id, "report_by", date(2026, 6, 30))
    await store.consultations.add_questions(
        id, [Question("", id, 0, "one", "Good?", ("Yes", "No")), Question("", id, 0, "text", "Why?")]
    )
    assert await store.consultations.open(id, NOW)
    choice, words = await store.consultations.questions(id)
    outcome = await store.outcomes.add(
        id, we_asked="asked", you_said="said", we_did="did", author_id=officer.id, post_at=NOW, now=NOW
    )
    return Town(panel, id, choice, words, outcome)


async def settle(store: Store, town: Town, number: int) -> str:
    """Somebody who takes part in everything, and in whose every word a canary sings."""
    song, telegram_id = canary(number), FIRST_ID + number
    person, _conversation = await store.people.add(telegram_id, "citizen", "en", NOW)
    await store.people.set_source(person.id, "library")
    await store.people.agree(person.id, "2026-11", "en", NOW)
    await store.profiles.save(person.id, {"area": song}, NOW)
    await store.panels.serve(town.panel, person.id, Term(1, NOW + timedelta(days=180)), NOW)
    await store.responses.invite(town.consultation, [person.id], NOW)
    response = await store.responses.find(town.consultation, person.id)
    assert response is not None
    await store.responses.start(response.id, NOW)
    await store.responses.save_answer(response.id, town.choice.id, number % 2)
    await store.responses.save_answer(response.id, town.words.id, song)
    await store.responses.finish(response.id, NOW)
    await store.topics.propose(song, person.id, NOW, 3)
    await store.proposals.add(town.consultation, None, person.id, song, NOW, 3)
    await store.support.ask(person.id, song, NOW)
    await store.colleagues.put_name(person.id, song)
    await store.colleagues.begin(town.consultation, person.id, "seen", NOW)
    await store.colleagues.remark(town.consultation, person.id, song, NOW)
    await store.outcomes.give_verdict(town.outcome, person.id, "partly", NOW)
    view = json.dumps({"text": song, "rows": []})
    await store.conversations.save(Conversation(person.id, song, 1, view, "", (song,)), NOW)
    body = {"text": song, "rows": []}
    await store.outbox.add([Parcel(new_id(), person.id, "bulk", "message", body, NOW, NOW, CLOSES)])
    await store.timers.set(f"panel.term:{person.id}", "panel.term", {"membership": person.id}, CLOSES, None)
    await store.inbox.record([Arrival(number, str(telegram_id), NOW, json.dumps({"text": song}))])
    await store.inbox.finish(number)
    return person.id


async def praise(store: Store, town: Town) -> None:
    for said in await store.responses.texts(town.words.id):
        await store.responses.set_tag(town.words.id, said.source, "praise", on=True)


async def texts_of(store: Store, town: Town) -> list[str]:
    return [one.words for one in await store.responses.texts(town.words.id)]


async def crowd(database: Database, number: int) -> tuple[Town, list[str]]:
    town = await database.write(found)
    people = [await database.write(lambda store, n=n: settle(store, town, n)) for n in range(number)]  # type: ignore[misc]
    await database.write(lambda store: praise(store, town))
    await database.write(lambda store: store.consultations.close(town.consultation, CLOSES))
    return town, people


# ---------------------------------------------------------------- what stays


async def test_published_totals_stay_and_words_go(database: Database) -> None:
    town, people = await crowd(database, 5)

    async def published(store: Store) -> tuple[object, ...]:
        tallies = await store.responses.tallies(town.consultation)
        turnout = await store.responses.turnout(town.consultation)
        (promise,) = await store.outcomes.promises(0, 9)
        return tallies[town.choice.id], turnout, (promise.yes, promise.partly, promise.no)

    before = await database.write(published)
    for person in people[1:]:
        await database.write(lambda store, person=person: store.erasure.erase(person))  # type: ignore[misc]
    assert await database.write(published) == before
    assert await database.write(lambda store: texts_of(store, town)) == [canary(0)]
    tags = await database.write(lambda store: store.responses.tags(town.words.id))
    assert len(tags["praise"]) == 1, "what staff noted goes with the words"
    left = await database.write(lambda store: store.topics.page("open", people[0], 0, 9))
    assert [topic.words for topic in left] == [canary(0)]


async def test_a_topic_that_others_support_stays_without_who_proposed_it(database: Database) -> None:
    _town, (ana, ben, cerys) = await crowd(database, 3)
    (topic,) = [t for t in await database.write(lambda s: s.topics.page("open", ana, 0, 9)) if t.own]
    for person in (ben, cerys):
        await database.write(lambda store, person=person: store.topics.support(topic.id, person, NOW))  # type: ignore[misc]
    await database.write(lambda store: store.erasure.erase(ana))
    await database.write(lambda store: store.erasure.erase(ben))
    kept = await database.write(lambda store: store.topics.load(topic.id, cerys))
    assert kept is not None
    assert (kept.words, kept.supporters, kept.own) == (canary(0), 2, False), "the proposer's own support went with her"


async def test_seats_that_become_free_are_named(database: Database) -> None:
    town, (ana,) = await crowd(database, 1)
    assert await database.write(lambda store: store.erasure.erase(ana)) == [town.panel]
    assert await database.write(lambda store: store.erasure.erase(ana)) == [], "once is enough, twice does no harm"


async def test_somebody_erased_is_a_stranger_when_they_come_back(database: Database) -> None:
    _town, (ana,) = await crowd(database, 1)
    await database.write(lambda store: store.erasure.erase(ana))
    assert await database.write(lambda store: store.people.load(FIRST_ID)) is None
    again, conversation = await database.write(lambda store: store.people.add(FIRST_ID, "citizen", "en", NOW))
    assert again.id != ana
    assert (again.agreed, conversation.state) == ("", "")


# ---------------------------------------------------------------- what is held


async def test_everything_held_is_read_out(database: Database) -> None:
    _town, (ana,) = await crowd(database, 1)
    held: Held = await database.write(lambda store: store.erasure.held(ana))
    assert held["telegram_id"] == FIRST_ID
    assert held["profile"] == {"area": canary(0)}
    assert held["settings"]["source"] == "library"
    assert held["panels"][0]["panel"] == "Voices"
    assert held["surveys"][0]["answers"] == [
        {"question": "Good?", "answer": ["Yes"]},
        {"question": "Why?", "answer": canary(0)},
    ]
    assert held["surveys"][0]["noted_by_staff"] == ["praise"]
    assert held["questions_proposed"][0]["words"] == canary(0)
    assert held["unfinished"] == [{"set_aside": canary(0)}, {"being_asked": canary(0)}]
    assert held["topics"][0]["words"] == canary(0)
    assert held["among_colleagues"] == [canary(0)]
    assert [(one["asked"], one["remark"]) for one in held["tried_for_colleagues"]] == [("How is it?", canary(0))]
    [asked] = held["asked_staff"]
    assert (asked["closed_at"], asked["messages"][0]["from"], asked["messages"][0]["words"]) == (None, "you", canary(0))
    assert held["verdicts"] == [{"asked": "How is it?", "verdict": "partly", "given_at": "2026-05-01T12:00:00+00:00"}]
    assert held["consents"][0]["purpose"] == "taking part"
    json.dumps(held)


async def test_what_staff_asked_is_read_out_in_the_readers_language(database: Database) -> None:
    town, (ana,) = await crowd(database, 1)

    async def translate(store: Store) -> Held:
        await store.translations.keep("question", town.choice.id, "wording", "cy", "Da?")
        await store.translations.keep("question", town.choice.id, "options", "cy", "Ydy\nNac ydy")
        await store.translations.keep("consultation", town.consultation, "question", "cy", "Sut mae?")
        await store.people.set_language(ana, "cy")
        return await store.erasure.held(ana)

    [survey] = (await database.write(translate))["surveys"]
    assert survey["asked"] == "Sut mae?"
    assert [(one["question"], one["answer"]) for one in survey["answers"]] == [("Da?", ["Ydy"]), ("Why?", canary(0))]


def test_whatever_hangs_on_a_person_is_read_out_or_named_here() -> None:
    """Column by column: a new one is shown to those it is about, or stands above with the reason why not."""
    unread = set()
    for table in tables():
        hangs = table.name in ("people", "sheets", "answers", "support_messages") or any(
            reference.table == "people" and reference.needed for reference in table.references
        )
        if not hangs or table.name in NOT_READ_OUT:
            continue
        selected = {
            column
            for name, query in SQL._queries.items()
            if not name.startswith(NOT_FOR_READING)
            for column in _selected(query.sqlite, table.name)
        }
        named = {column for column in table.columns if column == "id" or column.endswith("_id")} - {"telegram_id"}
        unread |= {f"{table.name}.{column}" for column in table.columns if column not in selected | named}
    assert unread == set(COLUMNS_NOT_READ_OUT)


def _selected(sql: str, table: str) -> Iterator[str]:
    """The columns of a table that a statement gives back."""
    columns, _from, rest = sql.partition("FROM")
    for alias in re.findall(rf"\b{table} AS (\w+)", f"{_from}{rest}"):
        yield from re.findall(rf"\b{alias}\.(\w+)", columns)


# ---------------------------------------------------------------- nowhere to be found


async def test_a_thousand_people_erased_are_found_nowhere(tmp_path: Path) -> None:
    """The database's files, a backup made before and restored after, what is read out of it: no canary sings."""
    folder, backups = tmp_path / "data", tmp_path / "backups"
    async with opened(f"sqlite:///{folder}/folkmoot.db", VAULT) as database:
        _town, people = await crowd(database, CROWD)
        stays = await database.write(lambda store: store.people.add(STAYS, "citizen", "en", NOW))
        before = await back_up(database, backups, NOW)
        for person in people:
            await database.write(lambda store, person=person: store.erasure.erase(person))  # type: ignore[misc]
        await database.scrub()
        await back_up(database, backups, CLOSES)
        assert list(await asyncio.to_thread(songs, folder)) == []
        assert list(await asyncio.to_thread(songs, backups)) == []
        async with opened(f"sqlite:///{tmp_path}/restored/folkmoot.db", VAULT) as restored:
            assert await restore(restored, before, backups / KEYS_FILE) == 2, "the officer, and who stays"
            assert await restored.write(lambda store: store.people.load(STAYS)) is not None
            assert await restored.write(lambda store: store.people.load(FIRST_ID)) is None
            assert await restored.write(lambda store: store.people.recipient(stays[0].id)) is not None
            keys = await keys_of(restored, VAULT)
            assert "canary" not in opened_words(await every_word(restored), keys)
        assert "canary" not in opened_words(await every_word(database), keys)
    assert list(await asyncio.to_thread(songs, tmp_path / "restored")) == []
    assert "canary" not in opened_words(await asyncio.to_thread(folder_words, backups), keys), "with every key there is"


async def test_what_is_sealed_is_found_by_that_search_while_its_key_is_there(
    database: Database, tmp_path: Path
) -> None:
    _town, (_ana, ben) = await crowd(database, 2)
    await back_up(database, tmp_path, NOW)
    await database.write(lambda store: store.erasure.erase(ben))
    words = await asyncio.to_thread(folder_words, tmp_path)
    assert canary(0) not in words
    found = opened_words(words, await keys_of(database, VAULT))
    assert found.count(canary(0)) >= 8, "topic, proposed question, answer, profile, question to staff, message, …"
    assert canary(1) in found, "her key stands in the key file that was written before"
    await back_up(database, tmp_path, CLOSES)
    found = opened_words(await asyncio.to_thread(folder_words, tmp_path), await keys_of(database, VAULT))
    assert canary(1) not in found


async def test_a_topic_that_others_support_does_not_come_back_from_an_older_backup(tmp_path: Path) -> None:
    """Its words were sealed with a key that is gone; the topic itself, without its writer, is in newer backups."""
    async with opened(f"sqlite:///{tmp_path}/folkmoot.db", VAULT) as database:
        _town, (ana, ben) = await crowd(database, 2)
        (topic,) = [t for t in await database.write(lambda s: s.topics.page("open", ana, 0, 9)) if t.own]
        await database.write(lambda store: store.topics.support(topic.id, ben, NOW))
        older = await back_up(database, tmp_path, NOW)
        await database.write(lambda store: store.erasure.erase(ana))
        newer = await back_up(database, tmp_path, CLOSES)
        for backup, words in ((older, [canary(1)]), (newer, [canary(1), canary(0)])):
            async with opened(f"sqlite:///{tmp_path}/{backup.stem}.db", VAULT) as restored:
                await restore(restored, backup, tmp_path / KEYS_FILE)
                found = await restored.write(lambda store: store.topics.page("open", ben, 0, 9))
                assert [topic.words for topic in found] == words


async def test_without_sealing_the_files_are_clean_as_well(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/folkmoot.db") as database:
        _town, people = await crowd(database, 100)
        assert len(set(await asyncio.to_thread(songs, tmp_path))) == 200, "the search finds what there is"
        for person in people:
            await database.write(lambda store, person=person: store.erasure.erase(person))  # type: ignore[misc]
        await database.scrub()
        assert list(await asyncio.to_thread(songs, tmp_path)) == []


def songs(folder: Path) -> Iterator[bytes]:
    """Canaries and Telegram ids in any file, compressed ones opened."""
    for file in folder.rglob("*"):
        contents = file.read_bytes()
        if contents.startswith(b"\x1f\x8b"):
            contents = gzip.decompress(contents)
        for number in range(CROWD):
            for trace in (canary(number), str(FIRST_ID + number)):
                if trace.encode() in contents:
                    yield trace.encode()


# ---------------------------------------------------------------- backups


async def test_a_backup_of_either_database_fills_the_other(
    database: Database, tmp_path: Path, postgresql_server: PostgresqlServer
) -> None:
    town, (ana, _ben) = await crowd(database, 2)
    path = await back_up(database, tmp_path, NOW)
    before = await everything(database)
    for url in (f"sqlite:///{tmp_path}/other.db", postgresql_server.new_database(migrated=False)):
        async with opened(url, VAULT) as other:
            assert await restore(other, path, tmp_path / KEYS_FILE) == 3
            assert await everything(other) == before
            held = await other.write(lambda store: store.erasure.held(ana))
            assert held["telegram_id"] == FIRST_ID
            assert await other.write(lambda store: texts_of(store, town)) == [canary(0), canary(1)]
            with pytest.raises(BadBackup, match="empty"):
                await restore(other, path, tmp_path / KEYS_FILE)


async def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    async with database.snapshot() as store:
        return {table.name: [row async for row in store.copies.rows(table)] for table in tables()}


@pytest.mark.parametrize(
    "contents",
    [b"", b"nonsense", gzip.compress(b"nonsense"), gzip.compress(b'{"folkmoot": 99}')],
    ids=["nothing", "no archive", "no JSON", "another version"],
)
async def test_what_is_no_backup_is_refused_and_changes_nothing(tmp_path: Path, contents: bytes) -> None:
    file, keys = tmp_path / "a.backup", tmp_path / KEYS_FILE
    async with opened(f"sqlite:///{tmp_path}/folkmoot.db", VAULT) as database:
        await back_up(database, tmp_path, NOW)
        file.write_bytes(contents)
        with pytest.raises(BadBackup):
            await restore(database, file, keys)


async def test_half_a_backup_is_refused_whole(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/folkmoot.db", VAULT) as database:
        await crowd(database, 20)
        path = await back_up(database, tmp_path, NOW)
    path.write_bytes(path.read_bytes()[:-100])
    async with opened(f"sqlite:///{tmp_path}/other.db", VAULT) as other:
        with pytest.raises(BadBackup, match="not a whole one"):
            await restore(other, path, tmp_path / KEYS_FILE)
        async with other.reading() as store:
            assert (await store.people.counts()).people == 0


async def test_a_backup_sealed_with_another_key_is_refused(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/folkmoot.db", VAULT) as database:
        path = await back_up(database, tmp_path, NOW)
    async with opened(f"sqlite:///{tmp_path}/other.db", Vault(["quite another key"])) as other:
        with pytest.raises(BadBackup, match="another key"):
            await restore(other, path, tmp_path / KEYS_FILE)


def test_the_schema_is_read_with_parents_before_children() -> None:
    seen: set[str] = set()
    for table in tables():
        assert isinstance(table, Table)
        assert {r.table for r in table.references} <= seen | {table.name}
        seen.add(table.name)
