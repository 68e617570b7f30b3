"""What somebody says about themselves: asked after the first useful act, kept as a band or an area only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.hours import best_at, welcome_at
from flows.profile.bands import area_of, band_of, birth_year, nearest
from flows.profile.needs import read_hours, read_time, zone_of_city
from storage.attributes import Attribute, Option
from storage.database import opened
from storage.people import Recipient
from tests.peers import VAULT
from tests.player import Player

TODAY = date(2027, 3, 1)
START = datetime(2026, 1, 1, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
AGE = Attribute(
    "age",
    "birth_year",
    {"en": "Age"},
    (Option("young", {"en": "Under 40"}, 0.5, None, 39), Option("old", {"en": "40 and over"}, 0.5, 40, None)),
    reasons={"en": "so that young and old are heard."},
)
AREA = Attribute(
    "area",
    "area",
    {"en": "Area"},
    (
        Option("north", {"en": "North"}, prefixes=("NB1",), middle=(51.60, -3.00)),
        Option("south", {"en": "South"}, prefixes=("NB12", "CF"), middle=(51.40, -3.00)),
    ),
)
HEALTH = Attribute(
    "health",
    "choice",
    {"en": "Long-term illness"},
    (Option("yes", {"en": "Yes"}), Option("no", {"en": "No"})),
    sensitive=True,
)

MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))

FIRST_ACT = """\
~ 1 March 2027, 09:00
> ana: /start
> ana: [English]
> ana: [Yes, I agree]
> ana: /propose A bench in the park
> ana: [Publish]
"""


async def told(database_url: str, *lines: str) -> str:
    """What is said when somebody has done something useful and goes on with these lines."""
    async with opened(database_url, VAULT) as database:
        for attribute in (AGE, AREA, HEALTH):
            await database.write(lambda store, a=attribute: store.attributes.define(a))  # type: ignore[misc]
    return await Player(database_url).play(FIRST_ACT + "\n".join(f"> ana: {line}" for line in lines))


async def profile(database_url: str) -> dict[str, str | None]:
    async with opened(database_url, VAULT) as database, database.reading() as store:
        return next(iter([given async for _person, given in store.profiles.all()]), {})


# ---------------------------------------------------------------- the conversation


async def test_after_the_first_useful_act_and_only_then_somebody_is_asked(database_url: str) -> None:
    said = await told(database_url, "/propose Later buses", "[Publish]")
    assert said.count("[Questions about me]") == 1
    assert said.index("Your topic can be seen now") < said.index("[Questions about me]")


async def test_one_question_at_a_time_each_with_a_reason_and_ways_out(database_url: str) -> None:
    said = await told(
        database_url,
        "[Questions about me]",
        "sometime in the war",
        "1944",
        "NB12 4XY",
        "[Skip]",
    )
    assert "Why we ask: so that young and old are heard." in said
    assert "Please write a year with four figures" in said
    assert said.count("[Prefer not to say] [Skip]") >= 2
    assert "The law protects this specially" in said
    assert await profile(database_url) == {"age": "old", "area": "south"}


async def test_what_is_kept_back_or_skipped_is_told_apart_and_can_be_changed(database_url: str) -> None:
    said = await told(
        database_url, "/me on", "[Prefer not to say]", "[Skip]", "[Yes, you may]", "[Yes]", "[Long-term]", "[No]"
    )
    assert "Age – you prefer not to say" in said
    assert "Area – not asked yet" in said
    assert await profile(database_url) == {"age": None, "health": "no"}


async def test_withdrawing_consent_to_sensitive_answers_deletes_them(database_url: str) -> None:
    said = await told(
        database_url, "/me health", "[Yes, you may]", "[Yes]", "/me age", "1999", "/privacy", "[Withdraw: Sensitive]",
        "[Yes, withdraw]",
    )  # fmt: skip
    assert "Then your sensitive answers about yourself are deleted." in said
    assert await profile(database_url) == {"age": "young"}


async def test_everything_can_be_cleared(database_url: str) -> None:
    await told(database_url, "/me age", "1999", "[Clear all]", "[Yes, clear all]")
    assert await profile(database_url) == {}


async def test_a_long_list_comes_eight_at_a_time_and_begins_again_after_the_last(database_url: str) -> None:
    villages = tuple(Option(f"v{number}", {"en": f"Village {number:02}"}) for number in range(20))
    async with opened(database_url, VAULT) as database:
        await database.write(lambda store: store.attributes.define(Attribute("home", "area", {"en": "Home"}, villages)))
    said = await told(database_url, "/me home", "[More]", "[Village 08]", "/me home", *["[More]"] * 3, "[Village 00]")
    assert "[Village 07]" in said
    assert "[Village 19]" in said
    assert await profile(database_url) == {"home": "v0"}


async def test_answering_records_consent_once(database_url: str) -> None:
    await told(database_url, "/me age", "1999", "/me age", "1944", "/me area", "NB1 2AB")
    async with opened(database_url, VAULT) as database, database.reading() as store:
        purposes = [
            consent.purpose
            async for person, _given in store.profiles.all()
            for consent in await store.people.consents(person)
        ]
    assert purposes == ["taking part", "profile"]


async def test_forged_answers_change_nothing(database_url: str) -> None:
    said = await told(database_url, "/me age", "forged c:99:o7", "/me nothing", "/me clear yes", "/me on on")
    assert "!!" not in said
    assert await profile(database_url) == {}


# ---------------------------------------------------------------- from words to bands


@given(st.text(max_size=40))
def test_any_words_give_a_year_somebody_can_be_born_in_or_none(words: str) -> None:
    year = birth_year(words, TODAY)
    assert year is None or TODAY.year - 120 <= year <= TODAY.year


@pytest.mark.parametrize(
    ("words", "year"),
    [("1956", 1956), ("in 1956, in May", 1956), ("١٩٥٦", 1956), ("56", None), ("2056", None), ("19567", None)],
)
def test_years_as_people_write_them(words: str, year: int | None) -> None:
    assert birth_year(words, TODAY) == year


def test_a_band_is_that_of_the_age_reached_this_year() -> None:
    assert [band_of(AGE, year, TODAY).key for year in (1987, 1988)] == ["old", "young"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("postcode", "area"),
    [
        ("NB1 2AB", "north"),
        ("nb12ab", "north"),
        ("NB12 3AB", "south"),
        ("NB1", "north"),
        ("NB13 1AA", None),
        ("CF10 3AT", "south"),
        ("SW1A 1AA", None),
        ("", None),
    ],
)
def test_the_longest_beginning_of_a_postcode_decides(postcode: str, area: str | None) -> None:
    found = area_of(AREA, postcode)
    assert (found and found.key) == area


def test_a_place_belongs_to_the_nearest_middle_if_any_is_near() -> None:
    assert nearest(AREA, 51.58, -3.01).key == "north"  # type: ignore[union-attr]
    assert nearest(AREA, 51.41, -2.99).key == "south"  # type: ignore[union-attr]
    assert nearest(AREA, 48.85, 2.35) is None


# ---------------------------------------------------------------- hours


@given(
    MOMENTS,
    st.integers(0, 1439),
    st.integers(0, 1439),
)
def test_nothing_is_sent_in_somebodys_quiet_hours(at: datetime, start: int, end: int) -> None:
    person = Recipient("p", "en", "citizen", quiet_from=start, quiet_until=end)
    sent = welcome_at(at, person, LONDON)
    local = sent.astimezone(LONDON)
    minute = local.hour * 60 + local.minute
    assert sent >= at
    assert start == end or not (start <= minute < end if start < end else minute >= start or minute < end)


@given(MOMENTS, st.integers(0, 1439))
def test_a_message_waits_for_the_best_time_but_not_beyond_the_end(now: datetime, minutes: int) -> None:
    person = Recipient("p", "en", "citizen", best_time=minutes)
    until = now + timedelta(hours=20)
    at = best_at(now, person, LONDON, until)
    assert at == now or (now < at < until)
    assert best_at(now, person, LONDON, now) == now
    assert now <= best_at(now, person, LONDON) <= now + timedelta(hours=25), "a day, and an hour where clocks change"


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("18:30", 1110),
        ("6 pm", 1080),
        ("at 6.30pm", 1110),
        ("١٨:٣٠", 1110),
        ("9", 540),
        ("24:00", None),
        ("9 to 5", None),
    ],
)
def test_a_time_as_people_write_it(words: str, minutes: int | None) -> None:
    assert read_time(words) == minutes


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("20:00 to 9:30", (1200, 570)), ("22-7", (1320, 420)), ("late", None), ("20:00", None), ("25:00 to 7", None)],
)
def test_two_times_as_people_write_them(words: str, minutes: tuple[int, int] | None) -> None:
    assert read_hours(words) == minutes


def test_a_city_names_its_time_zone() -> None:
    assert zone_of_city("warsaw") == "Europe/Warsaw"
    assert zone_of_city("New York") == zone_of_city("Efrog Newydd") == zone_of_city("نیو یارک") == "America/New_York"
    assert zone_of_city("Warszawa") == zone_of_city("وارسو") == "Europe/Warsaw"
    assert zone_of_city("Atlantis") is None
