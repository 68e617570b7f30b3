"""For which area a panel is: who lives there, and what is left to be counted of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.panels.areas import Area, area_of, but_not_all, lives, next_page, where_asked, with_tick, within
from flows.panels.sortition.strata import quotas_of, shares_of, usable
from storage.attributes import Attribute, Option
from storage.panels import Panel

NAMES = ("north", "south", "east", "west", "middle")


def asked(shares: dict[str, float | None]) -> Attribute:
    return Attribute(
        "area", "area", {"en": "Where?"}, tuple(Option(key, {"en": key}, share) for key, share in shares.items())
    )


AGE = Attribute("age", "choice", {"en": "Age"}, (Option("young", {"en": "Y"}, 0.4), Option("old", {"en": "O"}, 0.6)))
WHERE = asked({"north": 0.5, "south": 0.3, "east": 0.2})
PANEL = Panel("p", "River", "Floods", 6, None, "open", 0, 0, None, None)


def limited(*areas: str) -> Panel:
    return replace(PANEL, area="area", areas=json.dumps(areas))


def area_named(*areas: str) -> Area:
    area = area_of(limited(*areas), [WHERE])
    assert area is not None
    return area


@pytest.mark.parametrize(
    ("profile", "where"),
    [
        ({"area": "north"}, "here"),
        ({"area": "east"}, "elsewhere"),
        ({"area": "long gone"}, "elsewhere"),
        ({"area": None}, "not said"),
        ({"age": "old"}, "not asked"),
    ],
)
def test_who_lives_there(profile: dict[str, str | None], where: str) -> None:
    assert lives(profile, area_named("north", "south")) == where
    assert lives(profile, None) == "here", "everywhere is everybody's"


def test_a_panel_whose_areas_are_not_asked_for_any_more_is_for_everywhere() -> None:
    assert area_of(PANEL, [WHERE]) is None
    assert area_of(limited("north"), [AGE]) is None
    assert area_of(limited("gone"), [WHERE]) is None
    assert [one.key for one in area_named("gone", "south").options] == ["south"]


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1), min_size=2), st.data())
def test_shares_within_an_area_are_of_its_people(shares: dict[str, float | None], data: st.DataObject) -> None:
    where = asked(shares)
    chosen = data.draw(st.lists(st.sampled_from(sorted(shares)), unique=True, min_size=1))
    area = area_of(limited(*chosen), [where])
    assert area is not None
    assume(sum(shares[key] or 0.0 for key in chosen) > 1e-6)
    counted = within([AGE, where], area)
    assert counted[0] == AGE, "what is not about places stays as it is"
    if len(chosen) == 1:
        assert counted == [AGE]
        return
    left = shares_of(counted[1])
    assert left.keys() == set(chosen)
    assert sum(left.values()) == pytest.approx(1)
    for one in chosen:
        for other in chosen:
            assert left[one] * (shares[other] or 0) == pytest.approx(left[other] * (shares[one] or 0), abs=1e-6)
    quotas = [quota for quota in quotas_of(usable(counted), 20, 0) if quota.attribute == "area"]
    assert {quota.option for quota in quotas} == set(chosen)
    assert sum(quota.least for quota in quotas) == 20


def test_shares_that_are_not_known_stay_unknown_within_an_area() -> None:
    where = asked({"north": None, "south": 0.3, "east": 0.2})
    area = area_of(limited("north", "south"), [where])
    assert usable(within([where], area)) == []
    empty = asked({"north": 0.0, "south": 0.0, "east": 1.0})
    assert usable(within([empty], area_of(limited("north", "south"), [empty]))) == []


@given(st.lists(st.tuples(st.sampled_from("+-"), st.integers(0, 2)), max_size=20))
def test_a_tap_sets_what_its_button_says(taps: list[tuple[str, int]]) -> None:
    chosen: tuple[str, ...] = ()
    wanted: set[str] = set()
    for sign, place in taps:
        key = WHERE.options[place].key
        wanted = wanted | {key} if sign == "+" else wanted - {key}
        for _twice in range(2):
            found = with_tick(WHERE, chosen, f"{sign}{place}")
            assert found is not None
            chosen = found
    assert chosen == tuple(option.key for option in WHERE.options if option.key in wanted)
    assert but_not_all(WHERE, chosen) == (chosen if len(wanted) < 3 else ())


@pytest.mark.parametrize("forged", ["", "+", "+3", "-99", "north", "+x", "+²", "done"])
def test_a_forged_tap_ticks_nothing(forged: str) -> None:
    assert with_tick(WHERE, (), forged) is None


def test_after_the_last_page_comes_the_first() -> None:
    many = asked({f"a{number}": None for number in range(17)})
    assert [next_page(many, page) for page in (0, 1, 2)] == [1, 2, 0]
    assert where_asked([AGE, many]) == many
    assert where_asked([AGE]) is None
