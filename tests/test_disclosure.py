"""What is published of counts gives nobody's answer away, whatever is added to or taken from what."""

from __future__ import annotations

import itertools

import highspy
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from flows.results.disclosure import Line, Published, Rule, line, table
from flows.results.mirror import mirror, who_answered

RULE = Rule()
rules = st.sampled_from([Rule(), Rule(5), Rule(7), Rule(20)])
counts = st.one_of(st.integers(0, 30), st.integers(0, 3000))
lines = st.lists(counts, min_size=1, max_size=8)
tables = st.tuples(st.integers(2, 6), st.integers(2, 5)).flatmap(
    lambda shape: st.lists(st.lists(counts, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])
)


def figures(*of: Line) -> list[int]:
    return [figure for one in of for figure in (*one.cells, one.total) if figure is not None]


def test_a_count_is_rounded_or_not_published_at_all() -> None:
    assert [RULE.rounded(count) for count in (0, 1, 9)] == [None, None, None]
    assert [RULE.rounded(count) for count in (10, 14, 15, 24, 25, 1204)] == [10, 10, 20, 20, 30, 1200]


def test_no_cell_may_stand_for_fewer_than_five() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        Rule(4)


def test_shares_are_of_the_published_figures() -> None:
    found = line([23, 14, 63], RULE)
    assert found == Line((20, 10, 60), 100)
    assert found.share(0) == 0.2


def test_a_small_answer_is_left_out_and_the_others_stay() -> None:
    assert line([300, 8], RULE) == Line((300, None), 310)


def test_a_small_survey_shows_nothing() -> None:
    assert line([3, 4, 2], RULE) == Line((None, None, None), None)


def test_where_rounding_hides_too_little_the_next_smallest_goes_too() -> None:
    # 14 + 14 + 14 + 14 + 9 is the only way to come to at least 65 with four tens and one that is less.
    assert line([14, 14, 14, 14, 9], RULE) == Line((None, 10, 10, 10, None), 70)


def test_a_table_keeps_to_what_its_margins_show_elsewhere() -> None:
    found = table([[40, 12], [30, 25]], RULE)
    assert found.columns == line([70, 37], RULE)
    assert [row.total for row in found.rows] == [50, 60]


@given(rules, st.integers(0, 10**6))
def test_the_true_count_is_among_those_that_may_stand_behind_it(rule: Rule, count: int) -> None:
    published = rule.rounded(count)
    least, most = rule.behind(published)
    assert least <= count <= most
    assert {rule.rounded(least), rule.rounded(most)} == {published}
    assert most - least + 1 >= rule.doubt


@given(rules, tables)
def test_every_pair_of_published_figures_differs_by_nobody_or_by_many(rule: Rule, cells: list[list[int]]) -> None:
    """Whole and part, row and row, figure and sum of others: none comes to between one and too few."""
    found = table(cells, rule)
    whole = line([sum(row) for row in cells], rule)
    shown = figures(*found.rows, found.columns, whole)
    assert all(figure >= rule.smallest for figure in shown)
    assert not any(0 < abs(one - other) < rule.smallest for one, other in itertools.combinations(shown, 2))
    for one in (*found.rows, found.columns):
        rest = (one.total or 0) - sum(cell for cell in one.cells if cell is not None)
        assert not 0 < abs(rest) < rule.smallest


@given(rules, st.lists(lines.filter(lambda one: len(one) > 2), min_size=2, max_size=5))
def test_one_release_subtracted_from_a_later_one_shows_nobody(rule: Rule, arrivals: list[list[int]]) -> None:
    shown: list[Line] = []
    so_far = [0, 0, 0]
    for arrived in arrivals:
        so_far = [count + more for count, more in zip(so_far, arrived, strict=False)]
        shown.append(line(so_far, rule))
    for one, other in itertools.combinations(shown, 2):
        for earlier, later in zip((*one.cells, one.total), (*other.cells, other.total), strict=True):
            assert earlier is None or later is None or not 0 < abs(later - earlier) < rule.smallest


@given(rules, st.integers(0, 500), st.integers(0, 500))
def test_live_counts_move_in_steps(rule: Rule, before: int, arrived: int) -> None:
    step = rule.stepped(before + arrived) - rule.stepped(before)
    assert step % rule.smallest == 0
    assert rule.stepped(before) <= before


def narrowed(cells: list[list[int]], rule: Rule) -> list[tuple[int, int, int]]:
    """For each cell left out for being small: its count, and what a linear programme over all published figures says
    it is at least and at most. The attacker knows how figures are rounded; a cell that is left out may be small or
    its neighbour, unless it is the only one."""
    found = table(cells, rule)
    height, width = len(cells), len(cells[0])
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)  # as in draws: HiGHS keeps one pool of threads for the whole process
    whole = sum(map(sum, cells))
    is_alone = [cell for one in found.rows for cell in one.cells].count(None) == 1

    def bounds(published: Published, is_small: bool) -> tuple[int, int]:
        return rule.behind(published) if published is not None or is_small else (0, whole)

    for row, column in itertools.product(range(height), range(width)):
        highs.addVar(*bounds(found.rows[row].cells[column], is_alone))
    places = np.arange(height * width).reshape(height, width)
    margins = [(places[row], found.rows[row].total, sum(cells[row])) for row in range(height)]
    margins += [
        (places[:, column], found.columns.cells[column], sum(row[column] for row in cells)) for column in range(width)
    ]
    margins.append((places.ravel(), found.columns.total, whole))
    for among, published, count in margins:
        highs.addRow(*bounds(published, count < rule.smallest), len(among), among.astype(np.int32), np.ones(len(among)))
    results = []
    for row, column in itertools.product(range(height), range(width)):
        if cells[row][column] >= rule.smallest or found.rows[row].cells[column] is not None:
            continue
        ends = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            highs.changeObjectiveSense(sense)
            highs.changeColCost(int(places[row, column]), 1.0)
            highs.run()
            ends.append(round(highs.getInfo().objective_function_value))
        highs.changeColCost(int(places[row, column]), 0.0)
        results.append((cells[row][column], ends[0], ends[1]))
    return results


@given(st.sampled_from([Rule(), Rule(5)]), tables)
@settings(max_examples=150, deadline=None)
def test_a_linear_programme_cannot_pin_down_a_small_cell(rule: Rule, cells: list[list[int]]) -> None:
    # where no row or no column is large enough to be published, the number who answered, which is told in any case,
    # says as much by itself
    assume(any(sum(row) >= rule.smallest for row in cells))
    assume(any(sum(column) >= rule.smallest for column in zip(*cells, strict=True)))
    for count, least, most in narrowed(cells, rule):
        assert least <= count <= most
        assert most - least + 1 >= rule.doubt


# ---------------------------------------------------------------- who answered a survey, and who one question of it

just_not_rounded_up = st.sampled_from([10, 14, 24, 34])
skippers = st.lists(
    st.tuples(st.one_of(just_not_rounded_up, counts), st.one_of(st.integers(0, 12), counts)), min_size=2, max_size=6
)
"""For each band, how many answered the survey's question, and how many left it out."""


def mirrored(bands: list[tuple[int, int]], rule: Rule) -> tuple[list[int], list[int], Line, Line]:
    """How many answered the question and how many of the survey left it out, by the mirror's bands; and what is
    published of those who answered the question, and the survey."""
    answered = {str(place): number for place, (number, _left_out) in enumerate(bands)}
    everybody = {str(place): number + left_out for place, (number, left_out) in enumerate(bands)}
    survey = mirror(dict.fromkeys(everybody, 1 / len(bands)), everybody, everybody, rule)
    who = who_answered(survey, everybody, answered, rule)
    groups = [[int(key) for key in band.keys] for band in survey.bands]
    assert sorted(itertools.chain(*groups)) == list(range(len(bands)))
    return (
        [sum(bands[place][0] for place in group) for group in groups],
        [sum(bands[place][1] for place in group) for group in groups],
        who,
        Line(tuple(band.answered for band in survey.bands), survey.answered),
    )


@given(rules, skippers)
def test_a_question_subtracted_from_its_survey_shows_nobody(rule: Rule, bands: list[tuple[int, int]]) -> None:
    _answered, _left_out, who, survey = mirrored(bands, rule)
    shown = figures(who, survey)
    assert all(figure >= rule.smallest for figure in shown)
    assert not any(0 < abs(one - other) < rule.smallest for one, other in itertools.combinations(shown, 2))
    for one, other in zip((*who.cells, who.total), (*survey.cells, survey.total), strict=True):
        assert one is None or other is None or one <= other


def left_out_between(
    answered: list[int], left_out: list[int], who: Line, survey: Line, rule: Rule
) -> list[tuple[int, int]]:
    """For each band the least and the most people that may have left the question out, as a linear programme works it
    out of what is published of the question and of the survey."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    width, whole = len(answered), 100_000

    def bounds(published: Published) -> tuple[int, int]:
        return rule.behind(published) if published is not None else (0, whole)

    for cell in who.cells:
        highs.addVar(*bounds(cell))
    for _band in left_out:
        highs.addVar(0, whole)
    places = np.arange(2 * width, dtype=np.int32).reshape(2, width)
    for band in range(width):
        highs.addRow(*bounds(survey.cells[band]), 2, places[:, band].copy(), np.ones(2))
    highs.addRow(*bounds(who.total), width, places[0], np.ones(width))
    highs.addRow(*bounds(survey.total), 2 * width, places.ravel(), np.ones(2 * width))
    found = []
    for band in range(width):
        ends = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            highs.changeObjectiveSense(sense)
            highs.changeColCost(width + band, 1.0)
            highs.run()
            ends.append(round(highs.getInfo().objective_function_value))
        highs.changeColCost(width + band, 0.0)
        found.append((ends[0], ends[1]))
    return found


@given(st.sampled_from([Rule(), Rule(5)]), skippers)
@example(Rule(), [(34, 2), (14, 0)])  # each by itself, these four figures would leave 0 to 3 for those who left it out
@settings(max_examples=150, deadline=None)
def test_a_linear_programme_cannot_tell_how_few_left_a_question_out(rule: Rule, bands: list[tuple[int, int]]) -> None:
    answered, left_out, who, survey = mirrored(bands, rule)
    for few, (least, most) in zip(left_out, left_out_between(answered, left_out, who, survey, rule), strict=True):
        assert least <= few <= most
        assert few >= rule.smallest or most - least + 1 >= rule.doubt
