"""Sortition: quotas hold, chances are as equal as they can be, the lottery keeps its word and anyone can repeat it."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flows.panels.selection.draw import Drawn, draw
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput, Frozen, Person, Quota, freeze
from flows.panels.selection.lottery import PANELS, picked
from flows.panels.selection.order import (
    NOTHING_MORE,
    Algorithm,
    BadRecord,
    Unmeetable,
    digest_of,
    fingerprint,
)
from flows.panels.selection.programme import Column, Programme
from flows.panels.selection.record import problems_of, record_of, recorded_draw

FEATURES = {"age": ("old", "young"), "area": ("east", "north", "west")}
NEAR = 1e-6
SEED_SHA = hashlib.sha256(b"seed").hexdigest()

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@st.composite
def draws(data: st.DrawFn, *, most: int = 8, staying: int = 0, past: bool = False) -> Frozen:
    """A tiny pool with quotas that are mostly possible; some share a home, some serve already."""
    categories = sorted(FEATURES)
    features = st.tuples(*(st.sampled_from(FEATURES[category]) for category in categories))
    homes = st.sampled_from(["", "", "", "mill", "barn"])
    chance = st.sampled_from([0.0, 0.1, 0.25, 0.5]) if past else st.just(0.0)
    waiting = [
        Person(f"p{number}", data(features), data(homes), data(chance)) for number in range(data(st.integers(3, most)))
    ]
    serving = [Person(f"s{number}", data(features)) for number in range(data(st.integers(0, staying)))]
    quotas = []
    size = len(serving) + data(st.integers(1, 3))
    for category in categories:
        for feature in FEATURES[category]:
            least = data(st.integers(0, 1))
            quotas.append(Quota(category, feature, least, data(st.integers(max(1, least), size))))
    try:
        return freeze(size, quotas, waiting, serving, categories)
    except BadInput:
        assume(False)
        raise


def fits(frozen: Frozen, panel: tuple[Person, ...]) -> bool:
    homes = [person.household for person in panel if person.household]
    have = frozen.taken()
    have.update(pair for person in panel for pair in zip(frozen.categories, person.features, strict=True))
    quotas_hold = all(quota.least <= have[quota.category, quota.feature] <= quota.most for quota in frozen.quotas)
    return quotas_hold and len(set(homes)) == len(homes)


def every_panel(frozen: Frozen) -> list[tuple[Person, ...]]:
    return [panel for panel in itertools.combinations(frozen.waiting, frozen.seats) if fits(frozen, panel)]


def drawn_from(frozen: Frozen, algorithm: Algorithm = "leximin") -> Drawn:
    try:
        return draw(frozen, algorithm, Effort())
    except Unmeetable:
        assume(False)
        raise


def best_over(panels: list[tuple[Person, ...]], floors: dict[str, float], rising: list[Person]) -> float:
    """The highest level all `rising` can share while everybody in `floors` keeps theirs, over all panels there are."""
    people = sorted({person for panel in panels for person in panel})
    rows = {person.id: row for row, person in enumerate(people)}
    lower = np.array([floors.get(person.id, -person.past if person in rising else 0.0) for person in people] + [1.0])
    upper = np.array([np.inf] * len(people) + [1.0])
    columns: list[Column] = [([rows[person.id] for person in rising], [-1.0] * len(rising))]
    columns += [([*(rows[p.id] for p in panel), len(people)], [1.0] * (len(panel) + 1)) for panel in panels]
    costs = np.array([1.0] + [0.0] * len(panels))
    found = Programme(lower, upper).begin(costs, np.full(len(columns), np.inf), columns).solve()
    assert found is not None
    return found.value


def leximin_by_brute_force(frozen: Frozen) -> dict[str, float]:
    """Cumulative chances, each person tested on their own; nothing is shared with the engine but the LP solver."""
    panels = every_panel(frozen)
    rising = sorted({person for panel in panels for person in panel})
    floors: dict[str, float] = {}
    reached: dict[str, float] = {}
    while rising:
        level = best_over(panels, floors, rising)
        kept = floors | {person.id: level - person.past - 1e-9 for person in rising}
        stuck = [
            person
            for person in rising
            if best_over(panels, {k: v for k, v in kept.items() if k != person.id}, [person]) < level + NEAR
        ]
        assert stuck
        for person in stuck:
            reached[person.id] = level
            floors[person.id] = level - person.past - 1e-9
            rising.remove(person)
    return reached


# ---------------------------------------------------------------- quotas


@few
@given(draws(staying=2))
def test_every_panel_of_the_lottery_meets_every_quota_or_no_panel_does(frozen: Frozen) -> None:
    try:
        drawn = draw(frozen, "leximin", Effort())
    except Unmeetable as refused:
        assert every_panel(frozen) == []
        wider = {(quota.category, quota.feature): quota for quota in refused.widening}
        quotas = tuple(wider.get((quota.category, quota.feature), quota) for quota in frozen.quotas)
        assert every_panel(replace(frozen, quotas=quotas)) != []
        return
    people = {person.id: person for person in frozen.waiting}
    assert len(drawn.lottery) == PANELS
    for panel in {tuple(panel) for panel in drawn.lottery}:
        assert len(set(panel)) == frozen.seats
        assert fits(frozen, tuple(people[name] for name in panel))


def widenings(frozen: Frozen, seats: int) -> list[tuple[Quota, ...]]:
    """All ways to widen quotas by so many seats in all."""
    ways = []
    for where in itertools.combinations_with_replacement(range(2 * len(frozen.quotas)), seats):
        by = Counter(where)
        ways.append(
            tuple(
                replace(quota, least=quota.least - by[2 * row], most=quota.most + by[2 * row + 1])
                for row, quota in enumerate(frozen.quotas)
            )
        )
    return ways


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(draws(most=6))
def test_no_smaller_widening_would_do(frozen: Frozen) -> None:
    assume(not every_panel(frozen))
    with pytest.raises(Unmeetable) as refused:
        draw(frozen, "maximin", Effort())
    before = {(quota.category, quota.feature): quota for quota in frozen.quotas}
    seats = 0
    for now in refused.value.widening:
        then = before[now.category, now.feature]
        seats += then.least - now.least + now.most - then.most
    assume(seats <= 3)
    for smaller in widenings(frozen, seats - 1):
        assert every_panel(replace(frozen, quotas=smaller)) == []


@few
@given(draws(most=7))
def test_who_has_no_chance_is_on_no_possible_panel_and_would_be_after_the_widening(frozen: Frozen) -> None:
    drawn = drawn_from(frozen)
    possible = {person.id for panel in every_panel(frozen) for person in panel}
    hopeless = {name for group in drawn.hopeless for name in group.ids}
    assert hopeless == {person.id for person in frozen.waiting} - possible
    for group in drawn.hopeless:
        wider = {(quota.category, quota.feature): quota for quota in group.widening}
        quotas = tuple(wider.get((quota.category, quota.feature), quota) for quota in frozen.quotas)
        after = {person.id for panel in every_panel(replace(frozen, quotas=quotas)) for person in panel}
        assert set(group.ids) <= after


# ---------------------------------------------------------------- chances


@few
@given(draws(past=True))
def test_leximin_is_what_brute_force_finds(frozen: Frozen) -> None:
    drawn = drawn_from(frozen)
    best = leximin_by_brute_force(frozen)
    cumulative = [
        chance + person.past for person, chance in zip(frozen.waiting, drawn.chances, strict=True) if person.id in best
    ]
    assert sorted(cumulative) == pytest.approx(sorted(best.values()), abs=NEAR)


@few
@given(draws(past=True), st.sampled_from(["leximin", "maximin"]))
def test_the_certificate_is_right(frozen: Frozen, algorithm: Algorithm) -> None:
    drawn = drawn_from(frozen, algorithm)
    optimum = min(leximin_by_brute_force(frozen).values())
    assert drawn.bound >= optimum - NEAR
    assert drawn.smallest_cumulative == pytest.approx(optimum, abs=NEAR)


@few
@given(draws(), st.sampled_from(["leximin", "maximin"]))
def test_chances_add_up_to_the_seats(frozen: Frozen, algorithm: Algorithm) -> None:
    drawn = drawn_from(frozen, algorithm)
    assert sum(drawn.chances) == pytest.approx(frozen.seats, abs=NEAR)
    assert sum(drawn.lottery_chances) == pytest.approx(frozen.seats)


def lowest_highest_chance(frozen: Frozen) -> float:
    """The smallest chance that nobody's has to exceed, over all panels there are."""
    panels = every_panel(frozen)
    people = sorted({person for panel in panels for person in panel})
    rows = {person.id: row for row, person in enumerate(people)}
    columns: list[Column] = [(list(range(len(people))), [-1.0] * len(people))]
    columns += [([*(rows[p.id] for p in panel), len(people)], [1.0] * (len(panel) + 1)) for panel in panels]
    lower, upper = np.append(np.full(len(people), -np.inf), 1.0), np.append(np.zeros(len(people)), 1.0)
    costs = np.array([-1.0] + [0.0] * len(panels))
    found = Programme(lower, upper).begin(costs, np.full(len(columns), np.inf), columns).solve()
    assert found is not None
    return -found.value


@few
@given(draws(past=True), st.sampled_from(["leximin", "maximin"]), st.floats(0.05, 1))
def test_nobody_is_above_the_cap_where_that_is_possible(frozen: Frozen, algorithm: Algorithm, cap: float) -> None:
    try:
        drawn = draw(frozen, algorithm, Effort(), cap)
    except Unmeetable:
        assume(False)
        raise
    assert drawn.smallest_cumulative <= drawn.bound + NEAR
    if drawn.is_optimal:
        assert max(drawn.chances) <= max(cap, lowest_highest_chance(frozen)) + NEAR


@settings(max_examples=1, deadline=None)
@given(draws())
def test_at_random_everything_holds_but_equality(frozen: Frozen) -> None:
    drawn = drawn_from(frozen, "random")
    assert sum(drawn.chances) == pytest.approx(frozen.seats, abs=NEAR)
    assert drawn.smallest_cumulative <= drawn.bound + NEAR
    people = {person.id: person for person in frozen.waiting}
    assert all(fits(frozen, tuple(people[name] for name in panel)) for panel in drawn.lottery)


def pool_of(*groups: tuple[int, str, str]) -> list[Person]:
    numbers = itertools.count()
    return [Person(f"p{next(numbers):03}", (age, area)) for often, age, area in groups for _ in range(often)]


def wide(**most: int) -> list[Quota]:
    return [Quota(c, f, 0, most.get(f, 9)) for c, features in FEATURES.items() for f in features]


def test_who_was_passed_over_before_goes_first() -> None:
    """Ten alike, five of whom had a chance of 0.5 before: five seats go to the others."""
    pool = [replace(person, past=0.5 * (number % 2)) for number, person in enumerate(pool_of((10, "old", "east")))]
    drawn = draw(freeze(5, wide(), pool, [], sorted(FEATURES)), "leximin", Effort())
    assert drawn.chances == pytest.approx([0.75, 0.25] * 5)
    assert drawn.smallest_cumulative == pytest.approx(0.75)
    assert drawn.is_optimal


def test_when_time_is_up_the_best_so_far_is_used_with_its_bound() -> None:
    pool = pool_of((3, "old", "east"), (5, "old", "west"), (4, "young", "north"), (6, "young", "east"))
    frozen = freeze(4, wide(old=2, east=2), pool, [], sorted(FEATURES))
    drawn = draw(frozen, "leximin", Effort(seconds=-1))
    assert drawn.rounds == 0 or drawn.is_optimal
    assert sum(drawn.chances) == pytest.approx(4, abs=NEAR)
    assert drawn.smallest_cumulative <= drawn.bound
    assert problems_of(as_read(frozen, drawn)) == []


@pytest.mark.parametrize("rounds", [0, 3, None])
def test_panels_at_random_end_in_time_too_and_are_repeated(rounds: int | None) -> None:
    pool = pool_of((3, "old", "east"), (5, "old", "west"), (4, "young", "north"), (6, "young", "east"))
    frozen = freeze(4, wide(old=2, east=2), pool, [], sorted(FEATURES))
    drawn = draw(frozen, "random", Effort(seconds=60, rounds=rounds))
    assert (len(drawn.lottery), drawn.rounds) == (PANELS, rounds)
    assert sum(drawn.chances) == pytest.approx(4, abs=NEAR)
    assert all(0 <= chance <= 1 for chance in drawn.chances)
    record = json.loads(json.dumps(record_of(frozen, drawn, "random", "seed")))
    assert problems_of(record) == []


def test_a_draw_at_random_without_time_has_one_panel_by_kind() -> None:
    pool = pool_of(*((1, age, area) for age in FEATURES["age"] for area in FEATURES["area"]))
    frozen = freeze(2, wide(), pool, [], sorted(FEATURES))
    assert len({tuple(panel) for panel in draw(frozen, "random", Effort(seconds=-1)).lottery}) == 1


def without_hope(groups: int) -> Frozen:
    """So many groups of 1, 2, 3 … people of whom nobody can be drawn, beside ten who can."""
    names = [f"shut out {number}" for number in range(groups)]
    people = [Person(f"{name} {n}", (name,)) for number, name in enumerate(names) for n in range(number + 1)]
    quotas = [Quota("area", "east", 0, 3), *(Quota("area", name, 0, 0) for name in names)]
    return freeze(3, quotas, [*people, *(Person(f"p{n}", ("east",)) for n in range(10))], [], ["area"])


@pytest.mark.parametrize("algorithm", ["leximin", "random"])
def test_only_the_largest_groups_without_a_chance_are_explained(algorithm: Algorithm) -> None:
    frozen = without_hope(8)
    drawn = draw(frozen, algorithm, Effort())
    explained = {len(group.ids) for group in drawn.hopeless if group.widening}
    assert (len(drawn.hopeless), explained) == (8, {4, 5, 6, 7, 8})
    cut = draw(frozen, algorithm, Effort(seconds=-1))
    assert (len(cut.hopeless), any(group.widening for group in cut.hopeless)) == (8, False)
    assert problems_of(json.loads(json.dumps(record_of(frozen, cut, algorithm, "seed")))) == []


# ---------------------------------------------------------------- the lottery


@few
@given(draws(past=True))
def test_the_lottery_gives_people_the_chances_they_were_told(frozen: Frozen) -> None:
    drawn = drawn_from(frozen)
    often = Counter(name for panel in drawn.lottery for name in panel)
    for person, told, real in zip(frozen.waiting, drawn.chances, drawn.lottery_chances, strict=True):
        assert often[person.id] == round(real * PANELS)
        assert abs(told - real) <= 0.005


@given(st.text(max_size=8))
def test_a_seed_picks_by_its_sha256(seed: str) -> None:
    number = 0
    for byte in hashlib.sha256(seed.encode()).digest():
        number = (number * 256 + byte) % 1000
    assert picked(seed) == number


def test_seeds_pick_every_panel_about_equally_often() -> None:
    often = Counter(picked(str(seed)) for seed in range(100_000))
    assert len(often) == PANELS
    chi_square = sum((found - 100) ** 2 / 100 for found in often.values())
    assert 800 < chi_square < 1200


# ---------------------------------------------------------------- the same again


def as_read(frozen: Frozen, drawn: Drawn) -> dict[str, object]:
    record = json.loads(json.dumps(record_of(frozen, drawn, "leximin", "seed")))
    assert isinstance(record, dict)
    return record


@few
@given(draws(staying=2, past=True))
def test_the_order_in_which_people_come_decides_nothing(frozen: Frozen) -> None:
    mixed = sorted(frozen.waiting, key=lambda person: hashlib.sha256(person.id.encode()).digest())
    again = freeze(frozen.size, list(reversed(frozen.quotas)), mixed, list(reversed(frozen.staying)), sorted(FEATURES))
    assert digest_of(again) == digest_of(frozen)
    assert drawn_from(again) == drawn_from(frozen)


@few
@given(draws(staying=2, past=True))
def test_a_record_repeats_its_draw(frozen: Frozen) -> None:
    assert problems_of(as_read(frozen, drawn_from(frozen))) == []


FORGERIES = [
    ("seed", "another", "The seed does not pick this panel"),
    ("pick", 1, "The seed does not pick this panel"),
    ("min_probability", 0.9, "another result for: min_probability"),
    ("frozen_sha256", "0" * 64, "The frozen input does not have the SHA-256"),
    ("lottery_sha256", "0" * 64, "The lottery does not have the SHA-256"),
    ("promise", {"source": "", "commitment": "0" * 64}, "The seed does not have the SHA-256"),
    ("promise", {"source": "", "commitment": hashlib.sha256(b"Seed").hexdigest()}, "The seed does not have"),
]


@pytest.mark.parametrize(("entry", "value", "problem"), FORGERIES)
def test_a_forged_record_is_found_out(entry: str, value: object, problem: str) -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    record = as_read(frozen, drawn_from(frozen)) | {entry: value}
    assert any(problem in found for found in problems_of(record))


def test_one_panel_with_two_others_in_the_lottery_has_another_fingerprint() -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    record = as_read(frozen, drawn_from(frozen))
    lottery: Any = record["lottery"]
    at = next(place for place in range(1, PANELS) if lottery[place] != lottery[0])
    lottery[0], lottery[at] = lottery[at], lottery[0]
    assert problems_of(record)[0] == "The lottery does not have the SHA-256 that was published."


def test_what_was_promised_of_the_seed_stands_in_the_record() -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    for promise in (None, {"source": "Saturday's lottery", "commitment": ""}, {"source": "", "commitment": SEED_SHA}):
        record = json.loads(json.dumps(recorded_draw(frozen, "leximin", "seed", Effort(), NOTHING_MORE, promise)))
        assert record["promise"] == promise
        assert problems_of(record) == []
    for wrong in ({"source": "", "commitment": ""}, {"source": "a", "commitment": "b"}, {"source": "a"}, "a", [1]):
        with pytest.raises(BadRecord):
            problems_of(record | {"promise": wrong})


def test_the_lottery_is_the_same_whatever_the_seed() -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    records = [recorded_draw(frozen, "leximin", seed, Effort(), NOTHING_MORE) for seed in ("4 8 15", "42")]
    assert records[0]["pick"] != records[1]["pick"]
    assert records[0]["lottery_sha256"] == records[1]["lottery_sha256"] == fingerprint(records[0]["lottery"])


def test_records_of_older_versions_are_still_repeated() -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    record = as_read(frozen, drawn_from(frozen))
    older = {name: value for name, value in record.items() if name not in ("lottery_sha256", "promise", "by_stratum")}
    assert problems_of(older) == []


def spoiled(record: dict[str, object], *path: str | int, value: object) -> dict[str, object]:
    """The record with one value of its frozen input changed, and the digest that fits it."""
    part: Any = record["frozen"]
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    written = json.dumps(record["frozen"], separators=(",", ":"))
    return record | {"frozen_sha256": hashlib.sha256(written.encode()).hexdigest()}


@pytest.mark.parametrize("entry", ["past", "size", "least", "most", "id", "twice", "feature", "home", "unknown"])
@pytest.mark.parametrize("value", [math.inf, -1, math.nan, 1e300, True, None, 10**8, [1]])
def test_no_solver_is_handed_what_is_no_input(entry: str, value: object) -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    record = as_read(frozen, drawn_from(frozen))
    places: dict[str, tuple[str | int, ...]] = {
        "past": ("waiting", 1, 3),
        "size": ("size",),
        "least": ("quotas", 0, 2),
        "most": ("quotas", 0, 3),
        "id": ("waiting", 1, 0),
        "twice": ("waiting", 1, 0),
        "feature": ("waiting", 1, 1, 0),
        "unknown": ("waiting", 1, 1, 0),
        "home": ("waiting", 1, 2),
    }
    whole = {"twice": "p000", "unknown": "ancient"}.get(entry, value)
    if entry == "home" and type(value) is int:
        return
    with pytest.raises(BadRecord):
        problems_of(spoiled(record, *places[entry], value=whole))


@pytest.mark.parametrize(
    ("entry", "value"), [("cap", math.inf), ("cap", -1), ("rounds", 0.5), ("rounds", -1), ("dropouts", {"p000": 2})]
)
def test_no_draw_is_repeated_with_what_nobody_could_order(entry: str, value: object) -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    with pytest.raises(BadRecord):
        problems_of(as_read(frozen, drawn_from(frozen)) | {entry: value})


def test_another_version_of_the_solver_matters_only_where_results_differ() -> None:
    frozen = freeze(3, wide(), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    record = as_read(frozen, drawn_from(frozen))
    here = record["solver"]
    assert problems_of(record | {"solver": "HiGHS 0.1"}) == []
    assert problems_of(record | {"solver": "HiGHS 0.1", "max_probability": 0.9}) == [
        f"Repeating the draw gives another result for: max_probability. It was drawn with HiGHS 0.1, here is {here}."
    ]


def test_chances_by_stratum_are_told_and_checked() -> None:
    pool = pool_of((4, "old", "east"), (5, "young", "west"))
    frozen = freeze(3, wide(old=1), pool, [], sorted(FEATURES))
    record = as_read(frozen, drawn_from(frozen))
    strata: Any = record["by_stratum"]
    assert [(one["category"], one["feature"], one["people"]) for one in strata] == [
        ("age", "old", 4),
        ("age", "young", 5),
        ("area", "east", 4),
        ("area", "north", 0),
        ("area", "west", 5),
    ]
    assert [strata[0][name] for name in ("min", "mean", "max")] == [0.25, 0.25, 0.25]
    assert [strata[1][name] for name in ("min", "mean", "max")] == [0.4, 0.4, 0.4]
    assert [strata[3][name] for name in ("seats", "min", "mean", "max")] == [0, None, None, None]
    assert strata[0]["seats"] + strata[1]["seats"] == 3
    strata[1]["mean"] = 0.5
    assert problems_of(record) == ["Repeating the draw gives another result for: by_stratum."]
    del record["by_stratum"]
    assert problems_of(record) == []


def test_a_panel_smuggled_into_the_lottery_is_found_out() -> None:
    frozen = freeze(2, wide(old=1, young=1), pool_of((4, "old", "east"), (5, "young", "west")), [], sorted(FEATURES))
    record = as_read(frozen, drawn_from(frozen))
    lottery = record["lottery"]
    assert isinstance(lottery, list)
    lottery[7] = ["p000", "p001"]
    assert problems_of(record)[0] == "Panel 7 of the lottery does not meet the quota of age old."
