"""Response rates in the field's terms, and where people stopped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.results.disclosure import Rule
from flows.results.outcome_rates import Dispositions, Reached, drop_off, published

RULE = Rule()
numbers = st.integers(0, 2000)


def test_the_six_response_rates() -> None:
    found = Dispositions(500, partial=50, refused=100, not_reached=150, other=50, unknown=150, eligible=0.5)
    assert found.asked == 1000
    assert (found.rr1, found.rr2) == (500 / 1000, 550 / 1000)
    assert (found.rr3, found.rr4) == (500 / 925, 550 / 925)
    assert (found.rr5, found.rr6) == (500 / 850, 550 / 850)
    assert found.completion == 500 / 550


def test_where_everybody_is_known_to_be_eligible_minimum_and_maximum_are_one() -> None:
    found = Dispositions(42, partial=3, refused=5, not_reached=50)
    assert found.rr1 == found.rr3 == found.rr5 == 0.42
    assert found.rr2 == found.rr4 == found.rr6 == 0.45


@given(numbers, numbers, numbers, numbers, numbers, numbers, st.floats(0, 1))
def test_rates_come_in_their_order(i: int, p: int, r: int, nc: int, o: int, u: int, e: float) -> None:
    found = Dispositions(i, p, r, nc, o, u, e)
    assert 0 <= found.rr1 <= found.rr3 <= found.rr5 <= 1
    assert 0 <= found.rr2 <= found.rr4 <= found.rr6 <= 1
    assert found.rr1 <= found.rr2
    assert 0 <= found.completion <= 1


@given(numbers, numbers, numbers, numbers)
def test_published_figures_stand_for_many_and_still_make_sense(i: int, p: int, r: int, nc: int) -> None:
    found = published(Dispositions(i, p, r, nc), RULE)
    if i < 10:
        assert found is None
        return
    assert found is not None
    assert found.asked == RULE.rounded(i + p + r + nc)
    parts = (found.complete, found.partial, found.refused, found.not_reached)
    assert all(part >= 0 and part % 10 == 0 for part in parts)


def test_nobody_asked() -> None:
    assert Dispositions(0).rr1 == 0
    assert published(Dispositions(0), RULE) is None


def test_where_people_stop() -> None:
    assert drop_off(["a", "b", "c"], {None: 3, "a": 1, "b": 22, "c": 11, "gone": 5}, complete=60, rule=RULE) == [
        Reached(came=100, stopped=None),
        Reached(came=90, stopped=20),
        Reached(came=70, stopped=10),
    ]
