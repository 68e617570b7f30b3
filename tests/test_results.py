"""Answers counted and published: shares, means and bars, and nothing that gives anybody's answer away."""

from __future__ import annotations

from collections import Counter
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.outcomes.telling import suggestion
from flows.results.counting import MOST_RANGES, counted, published
from flows.results.disclosure import Rule
from flows.results.findings import Findings, Material, findings
from flows.results.outcome_rates import Dispositions
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
