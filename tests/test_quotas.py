"""Quotas from the community's shares: near to them, whole, and possible together."""

from __future__ import annotations

from math import ceil, inf, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.panels.quotas import quotas_from_shares
from flows.panels.selection.frozen import BadInput, Quota

shares = st.dictionaries(st.text("abcdef", min_size=1), st.floats(0, 1e6), min_size=1, max_size=9)
sizes = st.integers(1, 500)
tolerances = st.floats(0, 1)


@given(shares, sizes, tolerances)
def test_some_panel_meets_them_all(of: dict[str, float], size: int, tolerance: float) -> None:
    assume(any(of.values()))
    quotas = quotas_from_shares("age", of, size, tolerance)
    assert [quota.feature for quota in quotas] == list(of)
    assert all(0 <= quota.least <= quota.most <= size for quota in quotas)
    assert sum(quota.least for quota in quotas) <= size <= sum(quota.most for quota in quotas)


@given(shares, sizes)
def test_without_tolerance_every_group_has_its_seats_give_or_take_less_than_one(
    of: dict[str, float], size: int
) -> None:
    assume(any(of.values()))
    quotas = quotas_from_shares("age", of, size)
    assert sum(quota.least for quota in quotas) == size
    for quota in quotas:
        assert quota.least == quota.most
        assert abs(quota.least - size * of[quota.feature] / sum(of.values())) < 1 + 1e-9


@given(shares, sizes, tolerances, st.floats(0, 1))
def test_more_tolerance_never_takes_room_away(of: dict[str, float], size: int, some: float, other: float) -> None:
    assume(any(of.values()))
    narrow, wide = sorted((some, other))
    for inner, outer in zip(
        quotas_from_shares("age", of, size, narrow), quotas_from_shares("age", of, size, wide), strict=True
    ):
        assert outer.least <= inner.least <= inner.most <= outer.most


@given(shares, sizes, st.floats(0.01, 1))
def test_with_tolerance_nobody_the_community_has_is_shut_out(of: dict[str, float], size: int, tolerance: float) -> None:
    assume(any(of.values()))
    assert all(quota.most > 0 for quota in quotas_from_shares("age", of, size, tolerance) if of[quota.feature])


@given(st.integers(1, 9), st.integers(1, 50))
def test_a_tenth_is_a_tenth(tens: int, size: int) -> None:
    """Binary fractions would make three of thirty seats four."""
    quota = quotas_from_shares("age", {"young": tens * 10, "old": 100 - tens * 10}, 10 * size, 0.1)[0]
    assert (quota.least, quota.most) == (tens * size - ceil(tens * size / 10), tens * size + ceil(tens * size / 10))


def test_remainders_by_hand() -> None:
    """Ten seats for 47, 16, 15.8, 12, 6.1 and 3.1 percent: 4.7, 1.6, 1.58, 1.2, 0.61, 0.31."""
    of = {"a": 47, "b": 16, "c": 15.8, "d": 12, "e": 6.1, "f": 3.1}
    assert [quota.least for quota in quotas_from_shares("party", of, 10)] == [5, 2, 1, 1, 1, 0]
    assert quotas_from_shares("party", of, 10, 0.1)[0] == Quota("party", "a", 4, 6)


@pytest.mark.parametrize(
    ("of", "size", "tolerance", "sentence"),
    [
        ({"old": 1}, 0, 0, "A panel cannot have 0 seats."),
        ({"old": -1}, 3, 0, "age old: -1 is not a share."),
        ({"old": nan}, 3, 0, "age old: nan is not a share."),
        ({"old": inf}, 3, 0, "age old: inf is not a share."),
        ({"old": 0}, 3, 0, "age has no shares."),
        ({}, 3, 0, "age has no shares."),
        ({"old": 1}, 3, 2, "A tolerance of 2 is not between 0 and 1."),
    ],
)
def test_what_makes_no_sense_is_said(of: dict[str, float], size: int, tolerance: float, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        quotas_from_shares("age", of, size, tolerance)
    assert str(refused.value) == sentence
