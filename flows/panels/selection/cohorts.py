"""Founding cohorts: who of a new panel leaves together, so that whoever leaves can be replaced within the quotas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from flows.panels.selection.arrays import Integers
from flows.panels.selection.committees import smallest_widening
from flows.panels.selection.frozen import BadInput, Frozen, Person, Quota
from flows.panels.selection.kinds import kinds_of
from flows.panels.selection.programme import Column, Programme

FAR = 100.0
"""A seat that nobody in the pool could take weighs as much as so many people who are spread unevenly."""

GAP, NODES = 0.1, 300
"""Mixing the cohorts evenly need not be perfect: the search ends when it is nearly so."""

Profile = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The ids of each cohort, and for each the quotas that could not be met again after it has left, widened."""

    members: list[list[str]]
    unreachable: list[list[Quota]]


def founding_cohorts(frozen: Frozen, panel: list[str], number: int) -> Cohorts:
    """Parts a drawn panel into cohorts of equal size, give or take one person, each as mixed as the panel.

    `panel` are ids of those who wait. When one cohort leaves, the rest of the pool can take its seats so that every
    quota holds; where that is impossible, `unreachable` has the smallest widening that makes it possible.
    Raises BadInput where there are fewer people than cohorts.
    """
    if not 1 <= number <= len(panel):
        raise BadInput(f"A panel of {len(panel)} cannot be parted into {number} cohorts.")
    drawn = set(panel)
    serving = [person for person in frozen.waiting if person.id in drawn]
    homes = {person.household for person in [*serving, *frozen.staying] if person.household}
    others = [person for person in frozen.waiting if person.id not in drawn and person.household not in homes]
    leaving = Counter(person.features for person in serving)
    shares = _shares(frozen, leaving, Counter(person.features for person in others), number)
    members = _named(serving, sorted(leaving), shares)
    return Cohorts(members, [_out_of_reach(frozen, serving, others, set(cohort)) for cohort in members])


def _out_of_reach(frozen: Frozen, serving: list[Person], others: list[Person], cohort: set[str]) -> list[Quota]:
    """No widening where the rest of the pool simply has too few people: more must come in any case."""
    if len(others) < len(cohort):
        return []
    staying = [replace(person, household="", past=0.0) for person in serving if person.id not in cohort]
    after = replace(frozen, waiting=tuple(others), staying=(*frozen.staying, *staying))
    return smallest_widening(after, kinds_of(after))


def _named(serving: list[Person], profiles: list[Profile], shares: Integers) -> list[list[str]]:
    left = {profile: list(shares[:, place]) for place, profile in enumerate(profiles)}
    members: list[list[str]] = [[] for _ in shares]
    for person in serving:
        places = left[person.features]
        cohort = max(range(len(places)), key=lambda number: int(places[number]))
        places[cohort] -= 1
        members[cohort].append(person.id)
    return members


def _shares(frozen: Frozen, leaving: Counter[Profile], pool: Counter[Profile], number: int) -> Integers:
    """How many of each profile leave with each cohort: a row a cohort.

    Who follows may be divided here, which makes it quick; whole people are looked for afterwards. Where the rest of the
    pool has too few people for a cohort's seats, the seats that are `missing` stay empty.
    """
    profiles, others, quotas = sorted(leaving), sorted(pool), frozen.quotas
    have = frozen.taken()
    going: Counter[tuple[str, str]] = Counter()
    for profile, people in leaving.items():
        for pair in zip(frozen.categories, profile, strict=True):
            going[pair] += people
    have.update(going)
    pairs = [(quota.category, quota.feature) for quota in quotas]
    seats = leaving.total()
    least = [quota.least - have[pair] for quota, pair in zip(quotas, pairs, strict=True)]
    most = [quota.most - have[pair] for quota, pair in zip(quotas, pairs, strict=True)]
    lower = [leaving[profile] for profile in profiles]
    upper = list(lower)
    missing = max(0, -(-seats // number) - pool.total())
    for _ in range(number):
        lower += [seats // number, -missing, *least, *(going[pair] // number for pair in pairs)]
        upper += [-(-seats // number), 0, *most, *(-(-going[pair] // number) for pair in pairs)]
    columns = [column for cohort in range(number) for column in _columns(frozen, profiles, others, cohort)]
    often = [leaving[profile] for profile in profiles] + [pool[profile] for profile in others]
    limits = np.tile([*often, *[frozen.size] * (4 * len(quotas))], number).astype(np.float64)
    costs = np.tile([*[0.0] * len(often), *[-FAR] * (2 * len(quotas)), *[-1.0] * (2 * len(quotas))], number)
    divisible = [place >= len(profiles) for place in range(len(often) + 4 * len(quotas))] * number
    programme = Programme(np.array(lower, float), np.array(upper, float), integer=True, gap=GAP, nodes=NODES)
    found = programme.begin(costs, limits, columns, divisible).solve()
    assert found is not None, "where quotas may give way, any cohorts will do"
    return np.rint(found.x).astype(np.int64).reshape(number, -1)[:, : len(profiles)]


def _columns(frozen: Frozen, profiles: list[Profile], others: list[Profile], cohort: int) -> Iterator[Column]:
    """The variables of one cohort: who leaves, who follows, what gives way, what is uneven.

    Its rows: how many leave, as many follow as leave, the quotas afterwards, how evenly each feature is spread.
    """
    count = len(frozen.quotas)
    size = len(profiles) + cohort * (2 + 2 * count)
    quota_rows = {(quota.category, quota.feature): size + 2 + at for at, quota in enumerate(frozen.quotas)}
    for number, profile in enumerate(profiles):
        rows = [quota_rows[pair] for pair in zip(frozen.categories, profile, strict=True)]
        even = [row + count for row in rows]
        yield [number, size, size + 1, *rows, *even], [1.0, 1.0, -1.0, *[-1.0] * len(rows), *[1.0] * len(rows)]
    for profile in others:
        rows = [quota_rows[pair] for pair in zip(frozen.categories, profile, strict=True)]
        yield [size + 1, *rows], [1.0] * (1 + len(rows))
    for row in range(size + 2, size + 2 + 2 * count):
        yield [row], [1.0]
        yield [row], [-1.0]
