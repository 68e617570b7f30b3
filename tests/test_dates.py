"""Dates as people type them, and what the clocks make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import dates
from flows.dates import instant_of, months_after, read_date, read_moment
from flows.words import LANGUAGES, Day, Moment, Voice, Words, _, translated

LONDON = ZoneInfo("Europe/London")
TODAY = date(2027, 3, 1)  # a Monday

days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
zones = st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3 May", date(2027, 5, 3)),
        ("3rd of May", date(2027, 5, 3)),
        ("the 3rd May 2028", date(2028, 5, 3)),
        ("May 3", date(2027, 5, 3)),
        ("may 3rd, 2028", date(2028, 5, 3)),
        ("3/5", date(2027, 5, 3)),
        ("3/5/2028", date(2028, 5, 3)),
        ("3.5.28", date(2028, 5, 3)),
        ("2027-05-03", date(2027, 5, 3)),
        ("Monday 3 May 2027", date(2027, 5, 3)),
        ("Mon, 3 May.", date(2027, 5, 3)),
        ("3 sept", date(2027, 9, 3)),
        ("28 February", date(2028, 2, 28)),
        ("29 February", date(2028, 2, 29)),
        ("1 March", TODAY),
        ("today", TODAY),
        ("  Tomorrow ", date(2027, 3, 2)),
        ("monday", date(2027, 3, 8)),
        ("next friday", date(2027, 3, 5)),
        ("in 2 weeks", date(2027, 3, 15)),
        ("mewn 2 wythnos", date(2027, 3, 15)),
        ("mewn 3 mis", date(2027, 6, 1)),
        ("in a month", date(2027, 4, 1)),
        ("in three days", date(2027, 3, 4)),
        ("3 Mai", date(2027, 5, 3)),
        ("Dydd Llun 3 Mai 2027", date(2027, 5, 3)),
        ("yfory", date(2027, 3, 2)),
        ("ymhen pythefnos", date(2027, 3, 15)),
        ("3 maja 2028", date(2028, 5, 3)),
        ("3 wrzesnia", date(2027, 9, 3)),
        ("środa", date(2027, 3, 3)),
        ("3 مئی", date(2027, 5, 3)),
        ("۳ مئی ۲۰۲۸", date(2028, 5, 3)),
        ("٣/٥/٢٠٢٨", date(2028, 5, 3)),
        ("3 مايو", date(2027, 5, 3)),
        ("3 أيار", date(2027, 5, 3)),
        ("3 كانون الثاني 2028", date(2028, 1, 3)),
        ("৩ মে ২০২৮", date(2028, 5, 3)),
        ("3 জানুয়ারি", date(2028, 1, 3)),
    ],
)
def test_the_usual_forms_are_understood(typed: str, meant: date) -> None:
    assert read_date(typed, TODAY) == meant


@pytest.mark.parametrize("language", LANGUAGES)
def test_simple_words_are_understood_in_every_language(language: str) -> None:
    def words_for(wording: Words) -> list[str]:
        return translated(language, wording.english).split(",")

    assert {read_date(word, TODAY) for word in words_for(dates.TODAY)} == {TODAY}
    assert {read_date(word, TODAY) for word in words_for(dates.TOMORROW)} == {TODAY + timedelta(days=1)}
    for within, week in product(words_for(dates.IN), words_for(dates.UNITS["week"])):
        assert read_date(f"{within} 2 {week}", TODAY) == date(2027, 3, 15)
        assert read_date(f"3 {week} {within}", TODAY) == date(2027, 3, 22)
    for within, both in product(words_for(dates.IN), words_for(dates.PAIRS["month"])):
        assert read_date(f"{within} {both}", TODAY) == date(2027, 5, 1)
    for number, named in dates.NUMBERS.items():
        for word, day in product(words_for(named), words_for(dates.UNITS["day"])):
            assert read_date(f"{words_for(dates.IN)[0]} {word} {day}", TODAY) == TODAY + timedelta(days=number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "soon",
        "31 April",
        "30/2",
        "3 Ma",
        "13/13/2027",
        "in 9999 weeks",
        "in many days",
        "5",
        "18:00",
        "99999-1-1",
    ],
)
def test_what_is_no_date_is_refused(typed: str) -> None:
    assert read_date(typed, TODAY) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3 March", datetime(2027, 3, 3, 18, tzinfo=UTC)),
        ("3 March 12:30", datetime(2027, 3, 3, 12, 30, tzinfo=UTC)),
        ("3 March 2027, 09:00", datetime(2027, 3, 3, 9, tzinfo=UTC)),
        ("tomorrow at 6pm", datetime(2027, 3, 2, 18, tzinfo=UTC)),
        ("tomorrow 12 am", datetime(2027, 3, 2, 0, tzinfo=UTC)),
        ("3 May 18:00", datetime(2027, 5, 3, 17, tzinfo=UTC)),
        ("3 maja o godz. 18:00", datetime(2027, 5, 3, 17, tzinfo=UTC)),
        ("৩ মে ১৮:০০", datetime(2027, 5, 3, 17, tzinfo=UTC)),
        ("3 مايو، 18:00", datetime(2027, 5, 3, 17, tzinfo=UTC)),
    ],
)
def test_a_time_may_follow(typed: str, meant: datetime) -> None:
    assert read_moment(typed, TODAY, LONDON) == meant


@pytest.mark.parametrize("typed", ["3 March 25:00", "3 March 12:60", "tomorrow 13pm", "18:00", "at noon"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    assert read_moment(typed, TODAY, LONDON) is None


@given(st.text(max_size=40))
def test_nothing_that_is_typed_raises(words: str) -> None:
    read_moment(words, TODAY, LONDON)


@given(days, st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.sampled_from(sorted(LANGUAGES)))
def test_what_is_shown_is_understood(day: date, at: time, language: str) -> None:
    voice = Voice(language, LONDON)
    instant = instant_of(day, at, LONDON)
    assert read_date(voice.plain(_("{day}", day=Day(day))), TODAY) == day
    read = read_moment(voice.plain(_("{at}", at=Moment(instant))), TODAY, LONDON)
    assert read is not None
    assert read.astimezone(LONDON).replace(tzinfo=None) == instant.astimezone(LONDON).replace(tzinfo=None)


@given(days)
def test_a_day_without_a_year_is_the_next_one(day: date) -> None:
    found = read_date(f"{day.day}/{day.month}", TODAY)
    assert found is not None
    assert found >= TODAY
    assert (found.day, found.month) == (day.day, day.month)
    assert found - TODAY < timedelta(days=366 * 2)


@given(days, st.times().map(lambda at: at.replace(microsecond=0, tzinfo=None)), zones)
def test_an_instant_is_never_before_its_local_time_and_never_twice(day: date, at: time, name: str) -> None:
    zone = ZoneInfo(name)
    instant = instant_of(day, at, zone)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(day, at)
    assert shown >= wanted
    if shown > wanted:
        just_before = (instant - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < wanted
    assert instant.astimezone(zone).fold == 0


def test_a_time_that_the_clocks_skip_is_the_first_one_after() -> None:
    assert instant_of(date(2027, 3, 28), time(1, 30), LONDON) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_of_them() -> None:
    assert instant_of(date(2027, 10, 31), time(1, 30), LONDON) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_whole_day_that_was_skipped() -> None:
    assert instant_of(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 30, 10, tzinfo=UTC)


@given(days, st.integers(0, 600))
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)
