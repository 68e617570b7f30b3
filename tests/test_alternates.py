"""Alternates: those who stand by make good what is lost when people drop out, about as well as anybody could."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from bench.pools import instance
from flows.panels.selection.alternates import Alternates, alternates, best_first
from flows.panels.selection.draw import draw
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import Frozen, Person, Quota, freeze
from flows.panels.selection.lottery import picked

QUOTAS = [
    Quota("age", "old", 2, 2),
    Quota("age", "young", 2, 2),
    Quota("area", "east", 2, 3),
    Quota("area", "west", 1, 2),
]


def town(*groups: tuple[int, str, str], household: str = "") -> Frozen:
    numbers = itertools.count()
    people = [
        Person(f"p{next(numbers):02}", (age, area), household if age == "old" else "")
        for often, age, area in groups
        for _ in range(often)
    ]
    return freeze(4, QUOTAS, people, [], ["age", "area"])


MIXED = town((4, "old", "east"), (4, "old", "west"), (4, "young", "east"), (4, "young", "west"))
PANEL = ["p00", "p04", "p08", "p12"]


def features_of(frozen: Frozen, names: list[str]) -> Counter[tuple[str, ...]]:
    features = {person.id: person.features for person in frozen.waiting}
    return Counter(features[name] for name in names)


def loss(frozen: Frozen, panel: list[str]) -> int:
    people = {person.id: person for person in frozen.waiting}
    have = Counter(pair for name in panel for pair in zip(frozen.categories, people[name].features, strict=True))
    missed = sum(
        max(0, quota.least - have[quota.category, quota.feature], have[quota.category, quota.feature] - quota.most)
        for quota in frozen.quotas
    )
    return missed + frozen.size - len(panel)


def average_loss(frozen: Frozen, panel: list[str], standing_by: list[str], chance: float, times: int) -> float:
    """Independently of the engine: people drop out, and the best of all subsets of the alternates steps in."""
    source = random.Random(7)
    total = 0
    for _ in range(times):
        sits = [name for name in panel if source.random() >= chance]
        total += min(
            loss(frozen, [*sits, *some])
            for often in range(min(len(panel) - len(sits), len(standing_by)) + 1)
            for some in itertools.combinations(standing_by, often)
        )
    return total / times


def test_who_surely_leaves_is_stood_in_for_by_their_like() -> None:
    found = alternates(MIXED, PANEL, 1, {"p00": 1.0, "p04": 0.0, "p08": 0.0, "p12": 0.0}, "seed")
    assert features_of(MIXED, found.ids) == Counter([("old", "east")])
    assert (found.loss_without, found.loss) == (3.0, 0.0)


def test_an_alternate_more_never_does_harm() -> None:
    lists = [alternates(MIXED, PANEL, number, {}, "seed") for number in range(7)]
    assert all(more.ids[:-1] == fewer.ids for fewer, more in itertools.pairwise(lists))
    assert [found.loss for found in lists] == sorted((found.loss for found in lists), reverse=True)


@pytest.mark.parametrize("chance", [0.1, 0.3, 0.6])
def test_two_alternates_are_nearly_as_good_as_the_best_pair_there_is(chance: float) -> None:
    """All pairs are tried; dropping out is drawn by lot anew, so that nothing is fitted to the engine's own samples."""
    waiting = [person.id for person in MIXED.waiting if person.id not in PANEL]
    one_of_each = [
        next(n for n in waiting if n in group) for group in (waiting[:3], waiting[3:6], waiting[6:9], waiting[9:])
    ]
    pairs = itertools.combinations(sorted(one_of_each * 2), 2)
    best = min(average_loss(MIXED, PANEL, list(pair), chance, 300) for pair in set(pairs) if pair[0] != pair[1])
    found = alternates(MIXED, PANEL, 2, dict.fromkeys(PANEL, chance), "seed")
    assert average_loss(MIXED, PANEL, found.ids, chance, 300) <= best * 1.05 + 0.05


def test_on_a_realistic_pool_they_lose_far_less_than_people_picked_by_lot() -> None:
    frozen = instance(200, 20, 1, 0)
    drawn = draw(frozen, "maximin", Effort())
    panel = drawn.lottery[picked("seed")]
    chosen = alternates(frozen, panel, 5, {}, "seed")
    source = random.Random(1)
    others = [person.id for person in frozen.waiting if person.id not in panel]
    by_lot = [average_loss(frozen, panel, source.sample(others, 5), 0.1, 60) for _ in range(6)]
    assert average_loss(frozen, panel, chosen.ids, 0.1, 60) < 0.8 * sum(by_lot) / len(by_lot)


def test_homes_are_kept_apart() -> None:
    frozen = town((3, "old", "east"), (4, "young", "east"), (3, "young", "west"), household="mill")
    found = alternates(frozen, ["p00", "p03", "p07"], 9, {}, "seed")
    assert not {"p01", "p02"} & set(found.ids)
    assert len(found.ids) == 5


def test_the_same_seed_chooses_the_same() -> None:
    def chosen(seed: str) -> Alternates:
        return alternates(MIXED, PANEL, 4, {}, seed)

    assert chosen("a") == chosen("a")
    assert len({tuple(chosen(str(number)).ids) for number in range(9)}) > 1


def test_whoever_leaves_is_followed_by_whom_the_quotas_want() -> None:
    order = best_first(MIXED, ["p04", "p08", "p12"], ["p13", "p09", "p05", "p01"])
    assert order[0] == "p01"
    assert features_of(MIXED, order[:1]) == Counter([("old", "east")])
    assert best_first(MIXED, ["p00", "p04", "p08"], ["p13", "p14"]) == ["p13", "p14"]


def test_who_lives_with_a_member_does_not_step_in() -> None:
    frozen = town((3, "old", "east"), (4, "young", "east"), household="mill")
    assert best_first(frozen, ["p00", "p03"], ["p01", "p04"]) == ["p04"]
