"""What is kept about people cannot be read without the keys, and nothing is lost when a key changes."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database, WrongKey, opened
from storage.inbox import Arrival
from storage.outbox import Parcel
from storage.people import Conversation
from storage.records import new_id
from storage.store import Store
from storage.vault import SealedBox, Unreadable, Vault

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIRST, SECOND = "the first key, long enough", "the second key, long enough"
TELEGRAM_ID = 7_733_112_244
SECRET = "Zanzibar-canary"


@given(st.text())
def test_what_was_sealed_opens_again_and_only_with_its_key(words: str) -> None:
    one, other = SealedBox(b"1" * 16), SealedBox(b"2" * 16)
    sealed = one.seal(words)
    assert one.open(sealed) == words
    assert one.seal(words) != sealed, "nobody can tell that the same was said twice"
    with pytest.raises(Unreadable):
        other.open(sealed)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    box = SealedBox(b"1" * 16)
    sealed = bytearray(base64.b64decode(box.seal("yes")))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(Unreadable):
        box.open(base64.b64encode(sealed).decode())


def test_a_keyed_hash_finds_the_same_name_and_only_with_the_same_key() -> None:
    assert Vault([FIRST]).veil("7") == Vault([FIRST, SECOND]).veil("7")
    assert Vault([FIRST]).veil("7") != Vault([SECOND]).veil("7")
    assert "7733112244" not in Vault([FIRST]).veil(str(TELEGRAM_ID))


async def fill(store: Store) -> None:
    """Somebody of whom every kind of thing is kept."""
    person, _conversation = await store.people.add(TELEGRAM_ID, "citizen", "en", NOW)
    await store.profiles.save(person.id, {"area": SECRET}, NOW)
    view = f'{{"text": "{SECRET}", "rows": []}}'
    await store.conversations.save(Conversation(person.id, SECRET, 3, view, "v", (SECRET,)), NOW)
    await store.outbox.add([parcel(person.id)])
    await store.topics.propose(SECRET, person.id, NOW, 3)
    await store.support.ask(person.id, SECRET, NOW)
    await store.colleagues.put_name(person.id, SECRET)
    panel = await store.panels.add("Voices", "Living here", 6, None, person.id, NOW)
    assert panel is not None
    draft = await store.consultations.add(panel, "How is it?", person.id, NOW)
    await store.colleagues.begin(draft, person.id, "seen", NOW)
    await store.colleagues.remark(draft, person.id, SECRET, NOW)
    await store.people.set_role(person.id, "staff")
    await store.inbox.record([Arrival(1, str(TELEGRAM_ID), NOW, f'{{"said": "{SECRET}"}}')])


def parcel(person_id: str) -> Parcel:
    return Parcel(
        new_id(), person_id, "bulk", "message", {"text": SECRET, "rows": []}, NOW, NOW, NOW + timedelta(days=1)
    )


async def everything_is_there(database: Database) -> None:
    loaded = await database.write(lambda store: store.people.load(TELEGRAM_ID))
    assert loaded is not None
    person, conversation = loaded
    async with database.reading() as store:
        assert (conversation.state, conversation.number, conversation.parked) == (SECRET, 3, (SECRET,))
        assert SECRET in conversation.view
        assert await store.profiles.load(person.id) == {"area": SECRET}
        [draft] = await store.consultations.page(0, 9)
        assert await store.colleagues.name_of(person.id) == SECRET
        assert [(one.name, one.remark) for one in await store.colleagues.trials(draft.id)] == [(SECRET, SECRET)]
        assert [request.words for request in await store.support.page("open", 0, 9)] == [SECRET]
        assert [topic.words for topic in await store.topics.page("open", person.id, 0, 9)] == [SECRET]
    arrival = await database.write(lambda store: store.inbox.next(NOW))
    assert arrival is not None
    assert SECRET in arrival.payload
    claimed = await database.write(lambda store: store.outbox.claim("x", NOW, 9))
    assert [(found.telegram_id, found.body["text"]) for found in claimed] == [(TELEGRAM_ID, SECRET)]
    await database.write(lambda store: store.outbox.release([found.id for found in claimed]))


Change = Callable[[], Awaitable[None]]


@pytest.mark.parametrize(
    ("before", "after"),
    [((), (FIRST,)), ((FIRST,), (FIRST,)), ((FIRST,), (SECOND, FIRST))],
    ids=["sealed from now on", "the same key", "another key"],
)
async def test_nothing_is_lost_when_the_key_changes(
    database_url: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    async with opened(database_url, Vault(before)) as database:
        await database.write(fill)
    async with opened(database_url, Vault(after)) as database:
        await everything_is_there(database)
    async with opened(database_url, Vault(after[:1])) as database:
        await everything_is_there(database)


@pytest.mark.parametrize("given", [(), (SECOND,)], ids=["no key", "another key"])
async def test_a_database_sealed_with_another_key_is_refused(database_url: str, given: tuple[str, ...]) -> None:
    async with opened(database_url, Vault([FIRST])) as database:
        await database.write(fill)
    with pytest.raises(WrongKey):
        async with opened(database_url, Vault(given)):
            pass
    async with opened(database_url, Vault([FIRST])) as database:
        await everything_is_there(database)


@pytest.mark.parametrize("before", [(), (FIRST,)], ids=["sealed later", "sealed from the start"])
async def test_the_files_show_neither_who_nor_what(tmp_path: Path, before: tuple[str, ...]) -> None:
    url = f"sqlite:///{tmp_path}/folkmoot.db"
    async with opened(url, Vault(before)) as database:
        await database.write(fill)
        if not before:
            assert SECRET.encode() in contents(tmp_path), "the search finds what is there to be found"
    async with opened(url, Vault([FIRST])) as database:
        await everything_is_there(database)
        found = await asyncio.to_thread(contents, tmp_path)
    assert SECRET.encode() not in found
    assert str(TELEGRAM_ID).encode() not in found


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
