"""Answers counted: shares, means and bars."""

from __future__ import annotations

from collections import Counter
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.outcomes.telling import suggestion
from flows.surveys.results import MOST_BARS_OF_NUMBERS, result, result_message
from flows.words import Voice
from storage.consultations import Kind, Question

VOICE = Voice("en", ZoneInfo("Europe/London"))
OPTIONS = ("Trees", "Benches", "Fewer cars")


def question(kind: Kind, options: tuple[str, ...] = OPTIONS) -> Question:
    return Question("q", "c", 1, kind, "What matters most?", options)


answers_to_one = st.lists(st.integers(0, 2))
answers_to_many = st.lists(st.lists(st.integers(0, 2), unique=True).map(lambda places: tuple(sorted(places))))
points = st.lists(st.integers(1, 5))
numbers = st.lists(st.integers(-(10**12), 10**12))


@given(answers_to_one)
def test_one_answer_each_the_shares_make_a_whole(given_: list[int]) -> None:
    found = result(question("one"), Counter(given_))
    assert found.answered == len(given_)
    assert [bar.number for bar in found.counted] == [given_.count(place) for place in range(3)]
    assert sum(found.share(bar) for bar in found.counted) == pytest.approx(1.0 if given_ else 0.0)


@given(answers_to_many)
def test_several_answers_each_share_is_of_those_who_answered(given_: list[tuple[int, ...]]) -> None:
    found = result(question("many"), Counter(given_))
    assert found.answered == len(given_)
    assert [bar.number for bar in found.counted] == [sum(place in one for one in given_) for place in range(3)]
    assert all(0 <= found.share(bar) <= 1 for bar in found.counted)


@given(points)
def test_a_scale_shows_every_point_and_the_mean(given_: list[int]) -> None:
    found = result(question("scale", ("bad", "good")), Counter(given_))
    assert [bar.number for bar in found.counted] == [given_.count(point) for point in range(1, 6)]
    assert found.mean == (pytest.approx(mean(given_)) if given_ else None)


@given(numbers)
def test_numbers_are_put_together_in_few_bars_and_none_is_lost(given_: list[int]) -> None:
    found = result(question("number"), Counter(given_))
    assert sum(bar.number for bar in found.counted) == len(given_)
    assert len(found.counted) <= MOST_BARS_OF_NUMBERS
    assert found.mean == (pytest.approx(mean(given_)) if given_ else None)


def test_many_numbers_become_ranges_that_do_not_overlap() -> None:
    found = result(question("number"), Counter(range(31)))
    labels = [VOICE.plain(bar.label) for bar in found.counted]
    assert labels == ["0 to 5", "6 to 11", "12 to 17", "18 to 23", "24 to 29", "30"]
    assert [bar.number for bar in found.counted] == [6, 6, 6, 6, 6, 1]


def test_the_message_and_the_picture_say_the_same() -> None:
    message = result_message(result(question("one"), {0: 1, 2: 3}))
    assert VOICE.plain(message.text) == (
        "What matters most?\n\nTrees: 1 (25%)\nBenches: 0 (0%)\nFewer cars: 3 (75%)\n\n4 people answered."
    )
    assert message.picture is not None
    assert [(VOICE.plain(bar.label), bar.share, VOICE.plain(bar.text)) for bar in message.picture.bars] == [
        ("Trees", 0.25, "1 (25%)"),
        ("Benches", 0.0, "0 (0%)"),
        ("Fewer cars", 0.75, "3 (75%)"),
    ]


def test_without_answers_there_is_no_picture() -> None:
    for kind in ("one", "many", "scale", "number", "text"):
        message = result_message(result(question(kind), {}))
        assert message.picture is None
        assert VOICE.plain(message.text).endswith("Nobody answered this question.")


def test_own_words_are_only_counted() -> None:
    message = result_message(result(question("text"), {None: 2}))
    assert VOICE.plain(message.text) == "What matters most?\n\n2 people answered in their own words."


@given(st.dictionaries(st.integers(0, 2), st.integers(1, 9)))
def test_what_is_suggested_was_said_most_often(tally: dict[Any, int]) -> None:
    found = suggestion([question("one")], {"q": tally})
    if not tally:
        assert found is None
        return
    assert found is not None
    said = VOICE.plain(found)
    for place, option in enumerate(OPTIONS):
        assert (option in said) == (tally.get(place, 0) == max(tally.values()))
