"""A question by an attribute: what is shown adds nothing to what may be known of anybody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.results.counting import published
from flows.results.crosstables import ByProfile, cross, weighted, whole
from flows.results.disclosure import Line, Rule
from flows.results.weighting import Profile, rake
from storage.consultations import Kind, Question

RULE = Rule()
Answers = dict[Profile, dict[Any, int]]


def question(kind: Kind = "one", options: tuple[str, ...] = ("Yes", "No", "Don't know")) -> Question:
    return Question("q", "c", 1, kind, "Should it be closed to cars?", options)


def answers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Answers]:
    profiles = st.tuples(st.sampled_from(["young", "old", "oldest", ""]), st.sampled_from(["north", "south"]))
    return st.dictionaries(profiles, st.dictionaries(values, st.integers(1, 60), max_size=4), min_size=1)


one_each = answers(st.integers(0, 2))
several_each = answers(st.sampled_from([(), (0,), (1,), (0, 1), (1, 2)]))


def figures(line: Line) -> list[int]:
    return [figure for figure in (*line.cells, line.total) if figure is not None]


def everything(kind: Kind, given_: Answers) -> Iterator[Line]:
    """All that is published of a question: the whole, and by either attribute."""
    yield published(question(kind), whole(given_), RULE).cells
    for place in (0, 1):
        yield from (column.cells for column in cross(question(kind), given_, place, RULE))


def test_a_table_by_age() -> None:
    found = cross(
        question(),
        {("young",): {0: 44, 1: 12, 2: 3}, ("old",): {0: 31, 1: 58, 2: 21}},
        0,
        RULE,
    )
    assert [(column.bands, column.cells) for column in found] == [
        (("young",), Line((40, 10, None), 60)),
        (("old",), Line((30, 60, 20), 110)),
    ]


def test_bands_of_few_people_are_put_together() -> None:
    found = cross(question(), {("young",): {0: 44}, ("old",): {0: 31}, ("oldest",): {1: 6}, ("",): {1: 7}}, 0, RULE)
    assert [column.bands for column in found] == [("young",), ("old",), ("oldest", "")]


def test_one_small_band_takes_the_next_smallest_with_it() -> None:
    found = cross(question(), {("young",): {0: 44}, ("old",): {0: 31}, ("oldest",): {1: 6}}, 0, RULE)
    assert [column.bands for column in found] == [("young",), ("old", "oldest")]


def test_where_no_two_columns_are_left_there_is_no_table() -> None:
    assert cross(question(), {("young",): {0: 44}, ("old",): {0: 3}}, 0, RULE) == ()


@given(one_each)
def test_no_two_published_figures_differ_by_few_people(given_: Answers) -> None:
    shown = [figure for line in everything("one", given_) for figure in figures(line)]
    assert all(figure >= 10 for figure in shown)
    assert not any(0 < abs(one - other) < 10 for one, other in itertools.combinations(shown, 2))


@given(several_each)
def test_nor_where_they_could_choose_several(given_: Answers) -> None:
    shown = [figure for line in everything("many", given_) for figure in figures(line)]
    assert all(figure >= 10 for figure in shown)
    assert not any(0 < abs(one - other) < 10 for one, other in itertools.combinations(shown, 2))


@given(one_each)
def test_every_column_stands_for_many_and_none_can_be_told_by_the_others(given_: Answers) -> None:
    for place in (0, 1):
        of_band = {band: 0 for profile in given_ for band in [profile[place]]}
        for profile, tally in given_.items():
            of_band[profile[place]] += sum(tally.values())
        columns = cross(question(), given_, place, RULE)
        for column in columns:
            assert sum(of_band[band] for band in column.bands) >= 10
        if columns:
            assert {band for column in columns for band in column.bands} == {band for band, n in of_band.items() if n}


def test_weights_move_figures_towards_the_community() -> None:
    given_: Answers = {("young",): {0: 90, 1: 10}, ("old",): {0: 60, 1: 240}}
    weights = rake({("young",): 100, ("old",): 300}, [{"young": 0.5, "old": 0.5}])
    raw = published(question(options=("Yes", "No")), whole(given_), RULE)
    assert raw.cells == Line((150, 250), 400)
    found = weighted(given_, raw.categories, raw.cells, weights, RULE)
    # ½ · 0.9 + ½ · 0.2 = 0.55 of 400
    assert found == (220, 180)


@given(one_each)
def test_weighted_figures_are_published_only_beside_raw_ones(given_: Answers) -> None:
    people = {profile: sum(tally.values()) for profile, tally in given_.items()}
    weights = rake(people, [{"young": 0.3, "old": 0.7}, {"north": 0.5, "south": 0.5}])
    raw = published(question(), whole(given_), RULE)
    found = weighted(given_, raw.categories, raw.cells, weights, RULE)
    for cell, before in zip(found, raw.cells.cells, strict=True):
        assert cell is None or (before is not None and cell % 10 == 0)


def test_bands_stand_in_the_order_staff_gave_them_whoever_answered_first() -> None:
    given_: ByProfile = {("old",): {0: 44}, ("young",): {0: 31}, ("",): {0: 12}, ("middle",): {1: 20}}
    found = cross(question(), given_, 0, RULE, ["young", "middle", "old"])
    assert [column.bands for column in found] == [("young",), ("middle",), ("old",), ("",)]
