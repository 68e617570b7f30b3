"""How much a panel looks like its community: worked by hand, and what holds for any."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.panels.mirroring import Mirrored, charts_over_time
from flows.results.disclosure import Rule
from flows.results.mirror import Band, dissimilarity, mirror, r_indicator
from flows.results.weighting import Profile
from flows.words import Voice
from storage.attributes import Attribute
from storage.panels import Panel

RULE = Rule()
VOICE = Voice("en", ZoneInfo("Europe/London"))
bands = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 500))


def test_half_of_all_differences() -> None:
    assert dissimilarity({"young": 0.5, "old": 0.5}, {"young": 30, "old": 70}) == pytest.approx(0.2)
    assert dissimilarity({"young": 1}, {"old": 1}) == 1


def test_two_groups_of_which_one_answers_more_often() -> None:
    # ρ = 0.6 and 0.4, each for 100 people: S² = 200 · 0.1² / 199
    asked: dict[Profile, int] = {("young",): 100, ("old",): 100}
    found = r_indicator(asked, {("young",): 60, ("old",): 40})
    assert found == pytest.approx(1 - 2 * (200 * 0.01 / 199) ** 0.5, abs=1e-9)


def test_equal_rates_are_fully_representative() -> None:
    asked: dict[Profile, int] = {("young", "north"): 50, ("young", "south"): 70, ("old", "north"): 30}
    assert r_indicator(asked, {profile: number // 2 for profile, number in asked.items()}) == pytest.approx(1)


def test_only_one_half_answers_at_all() -> None:
    asked: dict[Profile, int] = {("young",): 5000, ("old",): 5000}
    assert r_indicator(asked, {("young",): 5000}) == pytest.approx(0, abs=0.001)


def test_main_effects_are_told_from_all_attributes_together() -> None:
    """Where the odds multiply, the regression finds each cell's rate: 1:4, 1:2, 1:2 and 1:1."""
    asked: dict[Profile, int] = {(a, b): 300 for a in "xy" for b in "pq"}
    rates = {("x", "p"): 1 / 5, ("x", "q"): 1 / 3, ("y", "p"): 1 / 3, ("y", "q"): 1 / 2}
    answered: dict[Profile, int] = {profile: round(300 * rate) for profile, rate in rates.items()}
    mean = sum(rates.values()) / 4
    deviation = (300 * sum((rate - mean) ** 2 for rate in rates.values()) / 1199) ** 0.5
    assert r_indicator(asked, answered) == pytest.approx(1 - 2 * deviation, abs=1e-6)


def test_a_mirror_shows_what_may_be_shown() -> None:
    found = mirror({"young": 0.5, "old": 0.5}, {"young": 23, "old": 61, "": 9}, {"young": 4, "old": 40}, RULE)
    assert found.bands == (Band("young", 0.5, 20, None), Band("old", 0.5, 60, 40))
    assert found.panel_unlike == pytest.approx(0.5 - 20 / 80)
    assert found.answered_unlike == pytest.approx(0.5)


def test_without_a_census_or_enough_people_there_is_no_index() -> None:
    assert mirror({}, {"young": 50}, {"young": 50}, RULE).panel_unlike is None
    assert mirror({"young": 1.0}, {"young": 50}, {"young": 9}, RULE).answered_unlike is None


@given(bands, bands)
def test_unlikeness_is_the_same_both_ways_and_nothing_of_oneself(one: dict[str, int], other: dict[str, int]) -> None:
    assume(any(one.values()) and any(other.values()))
    assert dissimilarity(one, other) == pytest.approx(dissimilarity(other, one))
    assert 0 <= dissimilarity(one, other) <= 1 + 1e-9
    assert dissimilarity(one, {band: 3 * number for band, number in one.items()}) == pytest.approx(0)


profiles = st.dictionaries(
    st.tuples(st.sampled_from(["young", "old", ""]), st.sampled_from(["north", "south", "west"])),
    st.tuples(st.integers(1, 80), st.floats(0, 1)),
    min_size=1,
)


@given(profiles)
def test_the_indicator_is_between_nothing_and_one(people: dict[Profile, tuple[int, float]]) -> None:
    asked = {profile: number for profile, (number, _rate) in people.items()}
    answered = {profile: int(number * rate) for profile, (number, rate) in people.items()}
    assert -1e-9 <= r_indicator(asked, answered) <= 1


def test_the_mirror_over_time_is_a_picture_from_the_second_survey_on() -> None:
    panel = Panel("p", "Voices", "Living here", 12, None, "open", 30, 0, None, None)
    attributes = [Attribute(key, "choice", {"en": key.title()}, ()) for key in ("age", "area")]

    def drawn(*surveys: Mirrored) -> list[list[tuple[str, str, str]]]:
        charts = charts_over_time(panel, surveys, attributes, "en")
        return [
            [(VOICE.plain(bar.heading), VOICE.plain(bar.label), VOICE.plain(bar.text)) for bar in chart.bars]
            for chart in charts
        ]

    first = Mirrored("1", date(2027, 3, 1), "Trees?", 40, {"age": 0.3, "area": 0.1}, 0.5)
    second = Mirrored("2", date(2027, 6, 1), "Buses?", 60, {"age": 0.1}, None)
    assert drawn(first) == []
    by_age = [("Age", "1 March 2027", "30% (40)"), ("", "1 June 2027", "10% (60)")]
    assert drawn(second, first) == [by_age], "the oldest survey is first, and one alone shows no change"
    third = Mirrored("3", date(2027, 9, 1), "Benches?", None, {}, 0.9)
    evenly = [("", "1 March 2027", "0.5 (40)"), ("", "1 September 2027", "0.9")]
    assert drawn(third, second, first) == [by_age, evenly]
