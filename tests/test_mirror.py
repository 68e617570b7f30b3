"""How much a panel looks like its community: worked by hand, and what holds for any."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.panels.mirroring import Mirrored, charts_over_time
from flows.results.disclosure import Rule
from flows.results.mirror import Band, Mirror, dissimilarity, mirror, r_indicator, reflected, who_answered
from flows.results.weighting import Profile
from flows.surveys.labels import Labels
from flows.words import Voice
from storage.attributes import Attribute, Option
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


def test_bands_of_few_people_are_shown_with_their_neighbours() -> None:
    ages = dict.fromkeys(("16", "25", "35", "45", "55"), 0.2)
    answered = {"16": 2, "25": 3, "35": 6, "45": 32, "55": 4}
    found = mirror(ages, {age: 2 * number for age, number in answered.items()}, answered, RULE)
    assert [(band.keys, band.panel, band.answered) for band in found.bands] == [
        (("16", "25", "35"), 20, 10),
        (("45", "55"), 70, 40),
    ]
    assert [band.target for band in found.bands] == [pytest.approx(0.6), pytest.approx(0.4)]
    assert (found.on_panel, found.answered) == (90, 50)


def test_where_neighbours_are_many_the_few_go_together() -> None:
    found = mirror(dict.fromkeys("abc", 1 / 3), {}, {"a": 6, "b": 60, "c": 7}, RULE)
    assert [band.keys for band in found.bands] == [("b",), ("a", "c")]
    alone = mirror(dict.fromkeys("ab", 1 / 2), {}, {"a": 6, "b": 60}, RULE)
    assert [band.keys for band in alone.bands] == [("a",), ("b",)], "one group would say nothing"


def test_shares_are_of_everybody_also_where_a_band_is_not_shown() -> None:
    found = mirror({"young": 0.5, "old": 0.5}, {}, {"young": 14, "old": 8}, RULE)
    young, old = found.bands
    assert (found.answered_share(young), found.answered_share(old)) == (0.5, None)
    before_totals = Mirror((Band("young", 0.5, 20, 40), Band("old", 0.5, None, 60)), 0.2, 0.1)
    assert before_totals.answered_share(before_totals.bands[0]) == 0.4
    assert before_totals.panel_share(before_totals.bands[0]) is None


def test_the_indicator_of_one_attribute_is_worked_out_of_what_is_published() -> None:
    """Of 200 young people 120 answered and of 400 old ones 160: with one more or less it is the same."""
    target = {"young": 0.5, "old": 0.5}
    found = mirror(target, {"young": 200, "old": 400}, {"young": 120, "old": 160}, RULE)
    again = mirror(target, {"young": 204, "old": 396}, {"young": 119, "old": 163}, RULE)
    assert found.r_indicator == again.r_indicator
    assert found.r_indicator == pytest.approx(r_indicator({("y",): 200, ("o",): 400}, {("y",): 120, ("o",): 160}))
    assert mirror(target, {"young": 60, "old": 400}, {"young": 40, "old": 160}, RULE).r_indicator is None, "too rough"


def test_who_answered_a_question_stands_beside_the_same_panel() -> None:
    target = {"young": 0.5, "old": 0.5}
    everybody = {"young": 100, "old": 100}
    survey = mirror(target, {"young": 150, "old": 150}, everybody, RULE)
    found = reflected(survey, who_answered(survey, everybody, {"young": 90, "old": 30}, RULE))
    assert [(band.panel, band.answered) for band in found.bands] == [(150, 90), (150, 30)]
    assert found.answered == 120
    assert found.panel_unlike == survey.panel_unlike == pytest.approx(0)
    assert [survey.answered_unlike, found.answered_unlike] == pytest.approx([0, 0.25])


def test_ages_keep_their_order_where_people_read_from_right_to_left() -> None:
    ages = tuple(Option(key, {"en": key, "ur": f"{key} سال"}) for key in ("16-24", "25-34"))
    together = Labels.of([Attribute("age", "choice", {"en": "Age"}, ages)], "ur").together("age", ["16-24", "25-34"])
    said = Voice("ur", ZoneInfo("Europe/London")).plain(together)
    assert said == "\u206816-24 سال\u2069 + \u206825-34 سال\u2069"
