"""Who takes part, in figures: nothing small, nothing that adds up to something small, and months that add up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.people.figures import Profile, portrait, spells, tally
from flows.results.disclosure import Rule
from storage.attributes import Attribute, Option
from storage.database import opened
from storage.movements import Movement
from storage.people import NOTICE_VERSION, Group
from storage.store import Store

NOW = datetime(2027, 3, 2, 9, tzinfo=UTC)
RULE = Rule(10)
AGE = Attribute(
    "age", "birth_year", {"en": "Age"}, tuple(Option(key, {"en": key}) for key in ("young", "middle", "old"))
)


def test_what_people_said_kept_back_and_did_not_say() -> None:
    profiles: list[Profile] = [
        *({"age": "young"} for _ in range(44)),
        *({"age": None} for _ in range(12)),
        {},
        {"area": "north"},
    ]
    found = portrait(AGE, tally(profiles, "age"), everybody=100, rule=RULE)
    assert [figure.number for figure in found.options] == [40, None, None]
    assert [figure.few for figure in found.options] == [False, True, True]
    assert (found.said.number, found.kept_back.number, found.unsaid.number) == (40, 10, 40)


@given(st.lists(st.integers(0, 60), min_size=3, max_size=3), st.integers(0, 30), st.integers(0, 60))
def test_no_figure_stands_for_fewer_than_ten(said: list[int], kept_back: int, unsaid: int) -> None:
    counted: dict[str | None, int] = {None: kept_back}
    counted |= zip(("young", "middle", "old"), said, strict=True)
    found = portrait(AGE, counted, sum(said) + kept_back + unsaid, RULE)
    for count, figure in zip([*said, kept_back, unsaid], [*found.options, found.kept_back, found.unsaid], strict=True):
        assert figure.number is None or (figure.number >= 10 and figure.number % 10 == 0 and count >= 10)
        assert figure.few == (count < 10)


def test_months_are_reckoned_back_from_today() -> None:
    moved: dict[date, dict[Movement, int]] = {
        date(2027, 3, 1): {"joined": 70, "agreed": 30, "erased": 25, "parted": 10, "left": 20, "stopped": 5},
        date(2027, 2, 1): {"withdrew": 20},
        date(2027, 1, 1): {"agreed": 120},
    }
    found = spells(moved, 120, date(2027, 3, 9), 12, RULE)
    assert [(spell.month.month, spell.people, spell.joined) for spell in found] == [
        (3, 120, 30),
        (2, 100, None),
        (1, 120, 120),
    ]
    latest = found[0]
    assert (latest.left, latest.erased, latest.stopped, latest.withdrew, latest.leaving) == (20, 30, None, None, 50)


@pytest.mark.parametrize("today", [date(2027, 1, 31), date(2027, 3, 31), date(2028, 2, 29)])
def test_every_month_has_one_before_it(today: date) -> None:
    assert len({spell.month for spell in spells({}, 500, today, 24, RULE)}) == 24


# ---------------------------------------------------------------- as they are stored


async def test_movements_are_counted_by_month(database_url: str) -> None:
    async with opened(database_url) as database:

        async def move(store: Store) -> None:
            await store.movements.count("joined", date(2027, 2, 28))
            for day in (1, 1, 31):
                await store.movements.count("joined", date(2027, 3, day))
            await store.movements.count("erased", date(2027, 3, 1), 5)

        await database.write(move)
        async with database.reading() as store:
            found = await store.movements.by_month(date(2027, 3, 15))
            assert found == {date(2027, 3, 1): {"joined": 3, "erased": 5}}
            assert len(await store.movements.by_month(date(2027, 2, 1))) == 2


async def test_citizens_are_grouped_by_where_they_came_from(database_url: str) -> None:
    async with opened(database_url) as database:
        await database.write(come)
        async with database.reading() as store:
            assert await store.people.sources() == [Group("", 3), Group("library", 1)]
            assert await store.people.channels() == [Group("chat", 3), Group("paper", 1)]


async def come(store: Store) -> None:
    for number in range(3):
        person, _conversation = await store.people.add(number + 1, "citizen", "en", NOW)
        await store.people.set_source(person.id, "library" if number == 0 else "")
        await store.people.agree(person.id, NOTICE_VERSION, "en", NOW)
    await store.people.add(5, "citizen", "en", NOW)  # a guest, or somebody who said "not now"
    await store.people.add_unnamed("paper", "en", NOW)
    await store.people.add(9, "staff", "en", NOW)
