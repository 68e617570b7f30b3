"""How sure figures are: published intervals, and what holds for any."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.results.precision import Interval, Precision, mean_of, wilson


@pytest.mark.parametrize(
    ("chose", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_intervals_newcombe_printed(chose: int, of: int, low: float, high: float) -> None:
    """Newcombe, Statistics in Medicine 17, 1998, table I, method 3."""
    found = wilson(chose / of, of)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.00006)


def test_a_thousand_people_drawn_by_lot_are_within_three_points() -> None:
    assert Precision(1000).widest == pytest.approx(0.031, abs=0.0005)


def test_unequal_weights_make_fewer_people_of_many() -> None:
    weighted = Precision(1000, design_effect=1.6)
    assert weighted.effective == pytest.approx(625)
    assert weighted.of_share(0.4) == wilson(0.4, 625)


def test_a_mean_and_its_interval() -> None:
    found = mean_of({1: 2, 5: 2})
    assert found is not None
    assert (found.value, found.deviation) == (3.0, 2.0)
    interval = Precision(4).of_mean(3.0, 2.0)
    assert (interval.low, interval.high) == pytest.approx((1.04, 4.96), abs=0.001)


def test_of_nobody_nothing_is_known() -> None:
    assert wilson(0.0, 0) == Interval(0.0, 1.0)
    assert mean_of({}) is None
    assert Precision(0).of_mean(0.0, 1.0).high == inf


@given(st.floats(0, 1), st.floats(0.1, 10**7))
def test_an_interval_holds_its_share_and_stays_within_bounds(share: float, n: float) -> None:
    found = wilson(share, n)
    assert 0 <= found.low <= share + 1e-9
    assert share - 1e-9 <= found.high <= 1


@given(st.floats(0, 1), st.integers(1, 10**6), st.floats(1, 20))
def test_more_people_say_more_and_unequal_weights_less(share: float, n: int, effect: float) -> None:
    assert Precision(2 * n).of_share(share).half < Precision(n).of_share(share).half
    assert Precision(n, effect).of_share(share).half >= Precision(n).of_share(share).half - 1e-12
