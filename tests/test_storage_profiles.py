"""What is asked about people, and what they say about themselves, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.attributes import Attribute, Option
from storage.database import opened
from storage.profiles import Profile
from storage.store import Store

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

AGE = Attribute(
    "age",
    "birth_year",
    {"en": "Age", "cy": "Oed"},
    (
        Option("under 40", {"en": "Under 40"}, 0.5, None, 39),
        Option("40 and over", {"en": "40 and over"}, 0.5, 40, None),
    ),
    reasons={"en": "So that young and old are both heard."},
)
AREA = Attribute(
    "area",
    "area",
    {"en": "Area"},
    (Option("north", {"en": "North"}, 1 / 3, prefixes=("NB1", "NB2"), middle=(51.5, -3.25)),),
)


async def test_attributes_come_back_as_they_were_defined_in_the_order_they_are_asked(database_url: str) -> None:
    async with opened(database_url) as database:

        async def define(store):  # type: ignore[no-untyped-def]
            for attribute in (AGE, AREA):
                await store.attributes.define(attribute)
            await store.attributes.define(AGE)

        await database.write(define)
        async with database.reading() as store:
            age, area = await store.attributes.all()
    assert age == AGE
    assert area.options[0].middle == (51.5, -3.25)
    assert abs((area.options[0].target or 0) - 1 / 3) < 1e-6
    assert area.option("north") is area.options[0]
    assert area.option("south") is None


async def test_a_profile_holds_what_was_said_and_what_was_kept_back(database_url: str) -> None:
    async with opened(database_url) as database:
        person, _conversation = await database.write(lambda store: store.people.add(7, "citizen", "en", NOW))
        assert await database.write(lambda store: store.profiles.load(person.id)) == {}
        said = {"age": "under 40", "area": None}
        await database.write(lambda store: store.profiles.save(person.id, said, NOW))
        async with database.reading() as store:
            assert await store.profiles.load(person.id) == said
            assert [found async for found in store.profiles.all()] == [(person.id, said)]
        await database.write(lambda store: store.profiles.save(person.id, {}, NOW))
        async with database.reading() as store:
            assert [found async for found in store.profiles.all()] == []


async def test_what_is_no_option_any_more_is_taken_out(database_url: str) -> None:
    async with opened(database_url) as database:

        async def fill(store: Store) -> list[str]:
            said: tuple[Profile, ...] = ({"age": "under 40", "pet": "cat"}, {"age": "old", "area": None}, {"pet": None})
            people = []
            for number, profile in enumerate(said, 1):
                person, _conversation = await store.people.add(number, "citizen", "en", NOW)
                await store.profiles.save(person.id, profile, NOW)
                people.append(person.id)
            return people

        people = await database.write(fill)
        known = {"age": {"under 40"}, "area": {"north"}}
        after, pages = "", 0
        while last := await database.write(lambda s, after=after: s.profiles.keep_only(known, after, 2, NOW)):  # type: ignore[misc]
            after, pages = last, pages + 1
        async with database.reading() as store:
            kept = [await store.profiles.load(person) for person in people]
    assert kept == [{"age": "under 40"}, {"area": None}, {}]
    assert pages == 2
