"""Before a draw: who could be on no panel is found, all of them and nobody else, and what would give them a chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import Frozen, Person, Quota, freeze
from flows.panels.selection.order import Unmeetable
from flows.panels.selection.outlook import MOST_EXPLAINED, without_chance
from tests.test_draw import draws, every_panel, few


@few
@given(draws(most=9, staying=2, past=True))
def test_those_without_a_chance_are_those_on_no_panel(frozen: Frozen) -> None:
    found = {person for panel in every_panel(frozen) for person in panel}
    if not found:
        with pytest.raises(Unmeetable):
            without_chance(frozen, Effort())
        return
    missing = Counter(person.features for person in frozen.waiting if person not in found)
    seen: Counter[tuple[str, ...]] = Counter()
    for group in without_chance(frozen, Effort()):
        seen[group.features] += group.people
    assert seen == missing


@few
@given(draws(most=9))
def test_the_proposed_widening_gives_the_group_a_chance(frozen: Frozen) -> None:
    if not every_panel(frozen):
        return
    for group in without_chance(frozen, Effort()):
        if not group.widening:
            continue
        wider = {(quota.category, quota.feature): quota for quota in group.widening}
        quotas = tuple(wider.get((quota.category, quota.feature), quota) for quota in frozen.quotas)
        on_some = {person.features for panel in every_panel(replace(frozen, quotas=quotas)) for person in panel}
        assert group.features in on_some


def test_only_what_is_proved_is_said_when_time_is_up() -> None:
    quotas = [Quota("age", "old", 0, 3), Quota("age", "young", 0, 0)]
    people = [Person(f"p{number}", ("old" if number < 5 else "young",)) for number in range(9)]
    frozen = freeze(3, quotas, people, [], ["age"])
    assert [group.people for group in without_chance(frozen, Effort(rounds=0))] == [4], "the relaxation proves it"


def test_of_many_groups_the_largest_are_explained() -> None:
    ages = [f"age {number}" for number in range(9)]
    quotas = [Quota("age", "old", 3, 3), *(Quota("age", age, 0, 0) for age in ages)]
    people = [Person(f"old {number}", ("old",)) for number in range(5)]
    people += [Person(f"{age} {twin}", (age,)) for place, age in enumerate(ages) for twin in range(place + 1)]
    found = without_chance(freeze(3, quotas, people, [], ["age"]), Effort())
    assert [group.people for group in found] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert [bool(group.widening) for group in found] == [place < MOST_EXPLAINED for place in range(9)]
