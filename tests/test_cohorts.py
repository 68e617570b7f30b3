"""Founding cohorts: of equal size, each as mixed as the panel, and replaceable when its time is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from bench.pools import instance
from flows.panels.selection.cohorts import founding_cohorts
from flows.panels.selection.committees import Committees
from flows.panels.selection.draw import draw
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput, Frozen, Person, Quota, freeze
from flows.panels.selection.kinds import kinds_of
from flows.panels.selection.lottery import picked


def panel_of(frozen: Frozen) -> list[str]:
    drawn = draw(frozen, "maximin", Effort())
    return drawn.lottery[picked("seed")]


def can_follow(frozen: Frozen, panel: list[str], cohort: list[str]) -> bool:
    """Whether others than the panel can take a cohort's seats so that every quota holds."""
    staying = tuple(person for person in frozen.waiting if person.id in set(panel) - set(cohort))
    waiting = tuple(person for person in frozen.waiting if person.id not in panel)
    after = replace(frozen, waiting=waiting, staying=staying)
    kinds = kinds_of(after)
    return Committees(after, kinds).best(np.zeros(len(kinds.all))) is not None


@pytest.mark.parametrize("number", [2, 3])
def test_whichever_cohort_leaves_every_quota_can_be_met_again(number: int) -> None:
    frozen = instance(200, 24, 1, 0)
    panel = panel_of(frozen)
    found = founding_cohorts(frozen, panel, number)
    assert sorted(name for cohort in found.members for name in cohort) == sorted(panel)
    assert {len(cohort) for cohort in found.members} == {24 // number}
    assert found.unreachable == [[] for _ in range(number)]
    assert all(can_follow(frozen, panel, cohort) for cohort in found.members)


@pytest.mark.parametrize("others", [0, 1, 5])
def test_a_pool_that_is_used_up_by_the_panel_is_parted_all_the_same(others: int) -> None:
    people = [Person(f"p{number}", ("everybody",)) for number in range(5 + others)]
    frozen = freeze(5, [Quota("all", "everybody", 0, 5)], people, [], ["all"])
    found = founding_cohorts(frozen, [person.id for person in people[:5]], 2)
    assert sorted(len(cohort) for cohort in found.members) == [2, 3]


def test_every_cohort_is_as_mixed_as_the_panel() -> None:
    people = [Person(f"{age}{number}", (age,)) for age in ("old", "young") for number in range(20)]
    frozen = freeze(12, [Quota("age", "old", 6, 6), Quota("age", "young", 6, 6)], people, [], ["age"])
    for cohort in founding_cohorts(frozen, panel_of(frozen), 3).members:
        assert Counter(name.rstrip("0123456789") for name in cohort) == {"old": 2, "young": 2}


def test_what_nobody_can_replace_is_stated_with_the_smallest_widening() -> None:
    people = [Person("only", ("old",)), *(Person(f"y{number}", ("young",)) for number in range(5))]
    frozen = freeze(2, [Quota("age", "old", 1, 2), Quota("age", "young", 0, 2)], people, [], ["age"])
    found = founding_cohorts(frozen, panel_of(frozen), 2)
    assert [widening for widening in found.unreachable if widening] == [[Quota("age", "old", 0, 2)]]
    assert found.unreachable[found.members.index(["only"])] == [Quota("age", "old", 0, 2)]


def test_there_are_not_more_cohorts_than_people() -> None:
    frozen = freeze(1, [Quota("age", "old", 0, 1)], [Person("a", ("old",))], [], ["age"])
    with pytest.raises(BadInput):
        founding_cohorts(frozen, ["a"], 2)
