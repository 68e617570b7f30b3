"""Answers counted and published: shares, means and bars, and nothing that gives anybody's answer away."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.outcomes.telling import suggestion
from flows.results.counting import MOST_MONTHS, MOST_RANGES, MOST_YEARS, counted, published
from flows.results.disclosure import Rule
from flows.results.findings import Findings, Material, findings
from flows.results.outcome_rates import Dispositions
from flows.surveys.instruments import INSTRUMENTS, Instrument, comparison
from flows.surveys.results import label, result_message
from flows.turn import Chart, Message
from flows.words import Voice
from storage.consultations import Kind, Question

VOICE = Voice("en", ZoneInfo("Europe/London"))
OPTIONS = ("Trees", "Benches", "Fewer cars")
RULE = Rule()


def question(kind: Kind, options: tuple[str, ...] = OPTIONS) -> Question:
    return Question("q", "c", 1, kind, "What matters most?", options)


def found_of(asked: Question, tally: dict[Any, int]) -> Findings:
    return findings(Material([asked], {"q": {(): tally}}, Dispositions(sum(tally.values())), {}), RULE)


def said(asked: Question, tally: dict[Any, int]) -> Message:
    return result_message(asked, found_of(asked, tally).questions["q"], RULE)


times = st.integers(1, 60)
answers_to_one = st.dictionaries(st.integers(0, 2), times)
answers_to_many = st.dictionaries(st.sampled_from([(), (0,), (1,), (0, 1), (1, 2), (0, 1, 2)]), times)
points = st.dictionaries(st.integers(1, 5), times)
numbers = st.dictionaries(st.integers(-(10**12), 10**12), times)
small_numbers = st.dictionaries(st.integers(0, 120), st.integers(1, 9), max_size=40)


def labels(kind: Kind, tally: dict[int, int]) -> list[str]:
    asked = question(kind)
    return [VOICE.plain(label(asked, category)) for category in published(asked, tally, RULE).categories]


@given(answers_to_one)
def test_one_answer_each_every_figure_stands_for_many(tally: dict[Any, int]) -> None:
    found = published(question("one"), tally, RULE)
    assert len(found.categories) == 3
    for place, cell in enumerate(found.cells.cells):
        assert cell is None or (cell % 10 == 0 and abs(cell - tally.get(place, 0)) <= 5)
    assert found.answered == RULE.rounded(sum(tally.values()))


@given(answers_to_many)
def test_several_answers_each_share_is_of_those_who_answered(tally: dict[Any, int]) -> None:
    found = published(question("many"), tally, RULE)
    for place, cell in enumerate(found.cells.cells):
        chose = sum(number for places, number in tally.items() if place in places)
        assert cell is None or abs(cell - chose) <= 5
        assert 0 <= (found.cells.share(place) or 0) <= 1


@given(points)
def test_a_scale_shows_every_point_and_the_mean_of_enough_people(tally: dict[Any, int]) -> None:
    found = published(question("scale", ("bad", "good")), tally, RULE)
    assert [category.first for category in found.categories] == [1, 2, 3, 4, 5]
    if sum(tally.values()) < 10:
        assert found.mean is None
    elif found.mean is not None:
        assert found.mean == pytest.approx(mean(Counter(tally).elements()))


@given(st.one_of(numbers, small_numbers))
def test_numbers_are_put_together_until_enough_people_gave_them(tally: dict[Any, int]) -> None:
    found = published(question("number"), tally, RULE)
    times = counted(found.categories, tally)
    assert sum(times) == (sum(tally.values()) if found.categories else 0)
    assert len(found.categories) <= MOST_RANGES
    if sum(tally.values()) >= 10:
        assert all(number >= 10 for number in times)


def test_ranges_have_round_ends_and_do_not_say_the_least_or_the_most() -> None:
    assert labels("number", dict.fromkeys(range(3, 94), 2)) == [
        "19 or less",
        "20 to 39",
        "40 to 59",
        "60 to 79",
        "80 or more",
    ]


def test_few_numbers_stand_by_themselves_unless_too_few_gave_them() -> None:
    assert labels("number", {0: 20, 1: 15, 2: 12}) == ["0", "1", "2"]
    assert labels("number", {0: 20, 1: 15, 2: 3, 7: 8}) == ["0", "1", "2 or more"]
    assert labels("number", {0: 3, 1: 15, 2: 3}) == []


def test_a_mean_does_not_give_away_the_one_who_said_a_million() -> None:
    assert published(question("number"), {2: 10, 3: 10, 10**6: 1}, RULE).mean is None
    assert published(question("number"), {2: 10, 3: 10}, RULE).mean == 2.5


def test_the_message_and_the_picture_say_the_same() -> None:
    message = said(question("one"), {0: 13, 1: 2, 2: 41})
    assert VOICE.plain(message.text) == (
        "What matters most?\n\nTrees: 10 (17%)\nBenches: not shown\nFewer cars: 40 (67%)\n\nAbout 60 people answered."
    )
    assert isinstance(message.picture, Chart)
    assert [(VOICE.plain(bar.label), round(bar.share, 2), VOICE.plain(bar.text)) for bar in message.picture.bars] == [
        ("Trees", 0.17, "10 (17%)"),
        ("Benches", 0.0, "not shown"),
        ("Fewer cars", 0.67, "40 (67%)"),
    ]


def test_of_few_answers_nothing_is_shown() -> None:
    tallies: dict[Kind, dict[Any, int]] = {"one": {0: 9}, "many": {(0, 1): 9}, "scale": {3: 9}, "number": {7: 9}}
    for kind in ("one", "many", "scale", "number", "text"):
        for tally in (tallies.get(kind, {None: 9}), {}):
            message = said(question(kind), tally)
            assert message.picture is None
            assert VOICE.plain(message.text) == (
                "What matters most?\n\nFewer than 10 people answered this question, so we show no figures."
            )


def test_own_words_are_only_counted() -> None:
    message = said(question("text"), {None: 22})
    assert VOICE.plain(message.text) == "What matters most?\n\nAbout 20 people answered in their own words."


# ---------------------------------------------------------------- days

DAY = Question("q", "c", 1, "text", "When did you move here?", format="date")
days = st.dictionaries(st.dates(), times, max_size=40)
near_days = st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 3, 31)), times, max_size=40)
outermost = st.dictionaries(st.sampled_from([date.min, date.max]), st.integers(1, 30))


def ordinals(tally: dict[date, int]) -> dict[Any, int]:
    return {day.toordinal(): number for day, number in tally.items()}


def periods(tally: dict[date, int]) -> list[str]:
    return [VOICE.plain(label(DAY, category)) for category in published(DAY, ordinals(tally), RULE).categories]


@given(st.one_of(days, near_days, outermost))
def test_every_day_is_in_one_period_and_each_period_stands_for_many(tally: dict[date, int]) -> None:
    found = published(DAY, ordinals(tally), RULE)
    numbers_in = counted(found.categories, ordinals(tally))
    assert sum(numbers_in) == (sum(tally.values()) if found.categories else 0)
    assert all(number >= 10 for number in numbers_in)
    assert len(found.categories) <= max(MOST_MONTHS, MOST_YEARS)
    assert len(set(periods(tally))) == len(found.categories)


def test_days_are_counted_by_month_and_small_months_join_their_neighbours() -> None:
    message = said(
        DAY, ordinals({date(2026, 3, 2): 12, date(2026, 3, 31): 9, date(2026, 4, 1): 4, date(2026, 5, 9): 28})
    )
    assert VOICE.plain(message.text) == (
        "When did you move here?\n\nMarch 2026: 20 (40%)\nApril 2026 or later: 30 (60%)\n\nAbout 50 people answered."
    )
    assert isinstance(message.picture, Chart)
    assert [VOICE.plain(bar.label) for bar in message.picture.bars] == ["March 2026", "April 2026 or later"]


def test_eighteen_months_are_shown_as_months_and_more_as_years() -> None:
    first = [date(2025, 1, 15) + timedelta(days=30.4 * month) for month in range(19)]
    assert len(periods(dict.fromkeys(first[:18], 10))) == 18
    assert periods(dict.fromkeys(first, 10)) == ["2025", "2026"]


def test_many_years_are_put_together_and_their_ends_left_open() -> None:
    assert periods({date(year, 6, 1): 10 for year in range(1948, 2009)}) == [
        "1959 or earlier",
        "1960 to 1979",
        "1980 to 1999",
        "2000 or later",
    ]


def test_one_day_long_ago_neither_blurs_the_others_nor_is_seen() -> None:
    recent = {date(2026, 3, 2): 20, date(2026, 4, 2): 20, date(2026, 5, 2): 20}
    assert periods({**recent, date(1926, 1, 1): 1}) == ["March 2026 or earlier", "April 2026", "May 2026"]
    assert periods({date(2026, 3, 2): 20}) == ["March 2026"]
    assert periods({date(2026, 3, 2): 9}) == []


# ---------------------------------------------------------------- what others answered


@pytest.mark.parametrize("instrument", [one for one in INSTRUMENTS if one.reference], ids=lambda one: one.key)
def test_a_figure_to_compare_with_says_who_found_it_where_and_when(instrument: Instrument) -> None:
    asked = [question.wording for question in instrument.questions]
    assert set(instrument.reference) <= set(asked)
    place, publisher, *_rest = instrument.found_by.split(", ")
    assert place in ("England", "Great Britain", "United Kingdom")
    assert publisher.split()[0] in instrument.source or publisher.startswith("DCMS Community Life Survey")
    assert re.search(r"(March|June|August) 20\d\d$", instrument.found_by)
    for question in instrument.for_council("Newbridge"):
        compared = comparison(question)
        wording = question.wording.replace("Newbridge", "{council}")
        assert (compared is not None) == (wording in instrument.reference)
        assert compared is None or instrument.found_by in VOICE.plain(compared)


@given(answers_to_one)
def test_what_is_suggested_was_said_most_often(tally: dict[Any, int]) -> None:
    found = suggestion([question("one")], found_of(question("one"), tally))
    if found is None:
        assert max(tally.values(), default=0) < 10 or not published(question("one"), tally, RULE).most_often()
        return
    words = VOICE.plain(found)
    most = max(tally.values())
    assert any(option in words for place, option in enumerate(OPTIONS) if tally.get(place, 0) == most)
    assert all(tally.get(place, 0) > most - 10 for place, option in enumerate(OPTIONS) if option in words)
