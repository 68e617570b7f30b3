"""Quotas from the community's shares: near to them, whole, and possible together."""

from __future__ import annotations

from math import ceil, inf, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.panels.quotas import quotas_from_shares
from flows.panels.selection.frozen import BadInput, Quota
from flows.panels.sortition.quota_file import Problem, read_quotas
from storage.attributes import Attribute, Option
from storage.sortition import SeatQuota

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


# ---------------------------------------------------------------- the file that is sent to the bot

AGE = Attribute("age", "choice", {"en": "Age"}, (Option("young", {"en": "Young"}), Option("old", {"en": "Old"})))


def sent(*rows: str, seats: int = 10) -> list[SeatQuota] | list[tuple[int, str]]:
    found = read_quotas("\n".join(["category,feature,min,max", *rows]).encode(), [AGE], seats)
    problems = [(one.row, one.what.english.format(**one.what.places)) for one in found if isinstance(one, Problem)]
    return problems or [one for one in found if isinstance(one, SeatQuota)]


def test_a_file_of_quotas_is_read() -> None:
    quotas = [SeatQuota("age", "young", 2, 5), SeatQuota("age", "old", 3, 10)]
    assert sent("age,young,2,5.0", "Age,Old,3.00,9999999") == quotas


@pytest.mark.parametrize("number", ["9" * 5000, "10000000", "-1", "1.5", "²", "", "1e3"])
@pytest.mark.parametrize("row", ["age,young,{},9", "age,young,1,{}"])
def test_what_is_no_number_of_seats_is_said_with_its_row(row: str, number: str) -> None:
    assert sent("age,old,1,9", row.format(number)) == [(3, "min and max must be whole numbers.")]


def test_quotas_no_panel_meets_are_refused_with_their_row() -> None:
    assert sent("age,young,6,9", "", "age,old,5,9") == [
        (4, "All min of “age” together are 11: more than the 10 seats.")
    ]
    assert sent("age,young,1,4", "age,old,1,5") == [(3, "All max of “age” together are 9: less than the 10 seats.")]
    assert sent("age,young,5,5", "age,old,5,5") == [SeatQuota("age", "young", 5, 5), SeatQuota("age", "old", 5, 5)]


def test_answers_that_are_left_out_may_take_the_seats_the_maximums_leave() -> None:
    assert sent("age,young,1,4") == [SeatQuota("age", "young", 1, 4)]
