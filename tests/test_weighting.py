"""Raking and what it costs: worked by hand, against published tables, and whatever the shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.results.weighting import HEAVIEST, Profile, rake

BANDS = {"age": ("young", "old"), "area": ("north", "south", "west")}


def share(people: dict[Profile, int], weights: dict[Profile, float], place: int, band: str) -> float:
    weighted = {profile: number * weights[profile] for profile, number in people.items() if number}
    known = sum(weight for profile, weight in weighted.items() if profile[place])
    return sum(weight for profile, weight in weighted.items() if profile[place] == band) / known


def test_one_attribute_is_put_right_in_one_step() -> None:
    found = rake({("young",): 20, ("old",): 80}, [{"young": 0.4, "old": 0.6}])
    assert found.by_profile == pytest.approx({("young",): 2.0, ("old",): 0.75})
    assert found.is_met
    # n Σw² / (Σw)² = 100 · (20 · 4 + 80 · 0.5625) / 100² = 1.25
    assert found.design_effect == pytest.approx(1.25)


def test_two_attributes_are_fitted_as_deming_and_stephan_do() -> None:
    """Of all tables with the wanted margins, the fitted one alone keeps every odds ratio of the seed."""
    seed = [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]]
    people: dict[Profile, int] = {
        (str(row), str(column)): count for row, counts in enumerate(seed) for column, count in enumerate(counts)
    }
    rows, columns = (150, 300, 400, 150), (200, 300, 400, 100)
    found = rake(people, [dict(zip("0123", rows, strict=True)), dict(zip("0123", columns, strict=True))])
    fitted = np.array([[people[str(r), str(c)] * found.by_profile[str(r), str(c)] for c in range(4)] for r in range(4)])
    assert fitted.sum(axis=1) * 1000 / 800 == pytest.approx(rows)
    assert fitted.sum(axis=0) * 1000 / 800 == pytest.approx(columns)
    before = np.array(seed)
    ratios = (fitted[1:, 1:] * fitted[0, 0]) / (fitted[1:, :1] * fitted[:1, 1:])
    assert ratios == pytest.approx((before[1:, 1:] * before[0, 0]) / (before[1:, :1] * before[:1, 1:]))
    assert fitted[0] * 1000 / 800 == pytest.approx([64.56, 46.24, 35.38, 3.83], abs=0.01)


def test_who_did_not_say_keeps_their_weight() -> None:
    found = rake({("young",): 10, ("old",): 30, ("",): 10}, [{"young": 0.5, "old": 0.5}])
    assert found.by_profile == pytest.approx({("young",): 2.0, ("old",): 2 / 3, ("",): 1.0})
    assert found.is_met


def test_a_band_without_a_target_keeps_its_weight_too() -> None:
    found = rake({("young",): 10, ("old",): 30, ("other",): 10}, [{"young": 0.5, "old": 0.5, "other": 0.0}])
    assert found.by_profile["other",] == pytest.approx(1.0)


def test_a_band_that_nobody_belongs_to_is_named() -> None:
    found = rake({("young",): 10, ("old",): 10}, [{"young": 0.2, "old": 0.6, "oldest": 0.2}])
    assert found.missing == ((0, "oldest"),)
    assert not found.is_met
    assert found.by_profile == pytest.approx({("young",): 0.5, ("old",): 1.5})


def test_nobody_speaks_for_more_than_five() -> None:
    found = rake({("young",): 1, ("old",): 99}, [{"young": 0.5, "old": 0.5}])
    assert found.by_profile["young",] == pytest.approx(HEAVIEST, rel=1e-6)
    assert found.gap == pytest.approx(0.45, abs=0.01)
    assert not found.is_met


def test_margins_that_contradict_each_other_are_not_met_and_it_says_so() -> None:
    people: dict[Profile, int] = {("young", "north"): 50, ("old", "south"): 50}
    found = rake(people, [{"young": 0.3, "old": 0.7}, {"north": 0.7, "south": 0.3}])
    assert found.gap > 0.1
    assert not found.is_met


def test_nobody_at_all() -> None:
    found = rake({}, [{"young": 0.5, "old": 0.5}])
    assert found.by_profile == {}
    assert found.design_effect == 1.0
    assert found.missing == ((0, "young"), (0, "old"))


numbers = st.fixed_dictionaries(
    {(age, area): st.integers(0, 200) for age in ("", *BANDS["age"]) for area in ("", *BANDS["area"])}
)
shares = st.integers(1, 9)


@given(numbers, st.tuples(shares, shares), st.tuples(shares, shares, shares))
def test_weights_stay_within_bounds_and_average_one(
    people: dict[Profile, int], ages: tuple[int, int], areas: tuple[int, int, int]
) -> None:
    assume(any(people.values()))
    targets = [dict(zip(BANDS["age"], ages, strict=True)), dict(zip(BANDS["area"], areas, strict=True))]
    found = rake(people, targets)
    total = sum(people.values())
    assert sum(people[profile] * weight for profile, weight in found.by_profile.items()) == pytest.approx(total)
    assert max(found.by_profile.values()) <= HEAVIEST * 1.001
    assert min(found.by_profile.values()) > 0
    assert 1 - 1e-9 <= found.design_effect <= total + 1e-9
    if found.is_met:
        for place, wanted in enumerate(targets):
            for band, target in wanted.items():
                reached = share(people, found.by_profile, place, band)
                assert reached == pytest.approx(target / sum(wanted.values()), abs=0.001)


@given(numbers, st.integers(2, 5))
def test_more_people_of_the_same_kinds_weigh_the_same(people: dict[Profile, int], times: int) -> None:
    targets = [{"young": 0.5, "old": 0.5}, {"north": 0.2, "south": 0.3, "west": 0.5}]
    once = rake(people, targets)
    more = rake({profile: number * times for profile, number in people.items()}, targets)
    if once.is_met and more.is_met:
        assert more.by_profile == pytest.approx(once.by_profile, rel=1e-4)
