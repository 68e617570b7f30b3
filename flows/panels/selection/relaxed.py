"""The fairest chances there would be if people could be divided: no lottery's are fairer.

The lowest level is raised as far as it goes; who cannot follow any further is held there, and the rest goes on. Seats
are counted from the level upwards, so a programme has a row for each quota, not one for each kind: this is what makes
draws among a hundred thousand people quick.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.panels.selection.arrays import Floats, Integers
from flows.panels.selection.committees import Committees, summed
from flows.panels.selection.programme import Column, Programme, Solution

Bools = NDArray[np.bool_]

EXACT = 1e-7
"""Prices that are smaller count as nothing."""

SLACK = 1e-10
"""How far a level that is held may sink, so that rounding does not make the rest impossible."""

EASINGS = (0.0, 1e-9, 1e-8, 1e-7, 1e-6)
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Fairest:
    """Seats of each kind on average, and the smallest cumulative chance among those with any hope."""

    seats: Floats
    bound: float


def fairest(committees: Committees, hopeless: set[int], most: Floats, *, levels: bool) -> Fairest:
    """LEXIMIN with all `levels`, else the first alone; nobody's kind has more than `most` seats on average.

    People who are alike but for their homes have the same chance where no home's people together have more than one
    seat. So they are taken together first, and told apart only where a home would have more.
    """
    apart = np.zeros(len(committees.kinds), dtype=bool)
    while True:
        groups = _groups(committees, hopeless, apart)
        merged = committees.merged(groups, apart)
        without_hope = set(groups[sorted(hopeless)].tolist())
        found = _levelled(merged, without_hope, summed(most, groups), levels=levels)
        share = committees.people / merged.people[groups]
        seats = found.seats[groups] * share
        broken = committees.filled(seats) > committees.upper + ROUNDING
        more = committees.in_homes(broken) & ~apart
        if not more.any():
            return Fairest(seats, found.bound)
        apart |= more


def _groups(committees: Committees, hopeless: set[int], apart: Bools) -> Integers:
    numbers: dict[object, int] = {}
    return np.array(
        [
            numbers.setdefault(kind if apart[kind] else (at.features, at.past, kind in hopeless), len(numbers))
            for kind, at in enumerate(committees.kinds)
        ],
        dtype=np.int64,
    )


def _levelled(committees: Committees, hopeless: set[int], most: Floats, *, levels: bool) -> Fairest:
    levelling = _Levelling(committees, hopeless, most)
    if not levelling.rising.any():
        return Fairest(levelling.seats, 0.0)
    bound = levelling.raise_level()
    while levels and levelling.rising.any():
        levelling.raise_level()
    return Fairest(np.maximum(levelling.seats, 0.0), bound)


def lowest_cap(committees: Committees) -> float:
    """The smallest chance that nobody's has to exceed, if people could be divided."""
    rows, count = len(committees.lower), len(committees.people)
    columns: list[Column] = [
        ([*stands, rows + kind], [*values, 1.0]) for kind, (stands, values) in enumerate(committees.columns)
    ]
    columns.append((list(range(rows, rows + count)), list(-committees.people)))
    lower = np.append(committees.lower, np.full(count, -np.inf))
    upper = np.append(committees.upper, np.zeros(count))
    costs = np.append(np.zeros(count), -1.0)
    found = Programme(lower, upper).begin(costs, np.append(committees.limits, 1.0), columns).solve()
    assert found is not None, "with a cap of 1 any panel is a solution"
    return float(found.x[-1]) + SLACK


def out_of_reach(committees: Committees) -> list[int]:
    """Kinds with no seat on any panel even if people could be divided.

    One programme for all: panels are scaled by a factor of at least 1, so that every kind that can have any seat
    can have a whole one.
    """
    count, rows = len(committees.kinds), len(committees.lower)
    infinite = np.inf
    # Rows: quotas from below, quotas from above, limits, and what counts as a whole seat; all homogeneous.
    lower = np.concatenate([np.zeros(rows), np.full(rows + count, -infinite), np.zeros(count)])
    upper = np.concatenate([np.full(rows, infinite), np.zeros(rows + count), np.full(count, infinite)])
    columns: list[Column] = []
    for kind, (stands, values) in enumerate(committees.columns):
        above = [rows + row for row in stands]
        own = [2 * rows + kind, 2 * rows + count + kind]
        columns.append(([*stands, *above, *own], [*values, *values, 1.0, 1.0]))
    columns.extend(([2 * rows + count + kind], [-1.0]) for kind in range(count))
    scale = np.concatenate([-committees.lower, -committees.upper, -committees.limits])
    columns.append((list(range(2 * rows + count)), list(scale)))
    costs = np.concatenate([np.zeros(count), np.ones(count), [0.0]])
    limits = np.concatenate([np.full(count, infinite), np.ones(count), [infinite]])
    found = Programme(lower, upper).begin(costs, limits, columns).solve()
    assert found is not None, "nobody at all is always a solution"
    return [kind for kind in range(count) if found.x[count + kind] < 0.5]


class _Levelling:
    """Who still rises, the level they have reached, and the seats the others are held at."""

    def __init__(self, committees: Committees, hopeless: set[int], most: Floats) -> None:
        self.committees = committees
        self.rising = np.array([kind not in hopeless for kind in range(len(committees.kinds))])
        self.level = float(np.min(committees.past[self.rising], initial=np.inf))
        self.seats: Floats = np.zeros(len(committees.kinds))
        self._most = np.minimum(committees.limits, most)
        self._held = np.zeros(len(committees.kinds))
        self._crowded = np.zeros(len(committees.kinds), dtype=bool)

    def raise_level(self) -> float:
        """Raises it as far as it goes, and holds who cannot follow; the level."""
        past, people = self.committees.past, self.committees.people
        reached = self._highest()
        self.level, self.seats = reached.level, reached.seats
        stuck = reached.active & ((reached.prices > EXACT) | (self._most <= people * (self.level - past) + ROUNDING))
        if not stuck.any():
            stuck[np.argmax(np.where(reached.active, reached.prices, -1.0))] = True
        self._held[stuck] = np.maximum(people * (self.level - past - SLACK), 0.0)[stuck]
        self.rising &= ~stuck
        return self.level

    def _highest(self) -> _Reached:
        """The highest level. Who has had more chances than the level needs nothing yet, so it rises step by step."""
        past = self.committees.past
        steps = [self.level, *np.unique(past[self.rising & (past > self.level)]).tolist(), np.inf]
        reached = self._from_easily(steps[0], steps[1])
        low, high = 0, len(steps) - 2
        while low < high and reached.level >= steps[low + 1] - ROUNDING:
            middle = (low + high + 1) // 2
            if (further := self._from(steps[middle], steps[middle + 1])) is None:
                high = middle - 1
            else:
                low, reached = middle, further
        return reached

    def _from_easily(self, level: float, top: float) -> _Reached:
        """From where the level is now; what is held sinks a little where rounding has made it impossible."""
        for easing in EASINGS:
            self._held = np.maximum(self._held - easing * self.committees.people, 0.0)
            if (reached := self._from(level, top)) is not None:
                return reached
        raise ArithmeticError("what was attained is not attainable any more")

    def _from(self, level: float, top: float) -> _Reached | None:
        """The highest level between these two; None where not even the lower one can be attained."""
        committees, people = self.committees, self.committees.people
        active = self.rising & (committees.past <= level)
        floors = np.where(active, people * (level - committees.past), np.where(self.rising, 0.0, self._held))
        room = self._most - floors
        if np.any(room < -ROUNDING):
            return None
        room = np.maximum(room, 0.0)
        highest = float(np.min(room[active] / people[active], initial=top - level))
        while True:
            solution = self._solved(floors, room, active, highest)
            if solution is None:
                return None
            rise, more = float(solution.x[-1]), solution.x[:-1]
            taken = more + np.where(active, people * rise, 0.0)
            crowded = active & ~self._crowded & (taken > room + ROUNDING)
            if not crowded.any():
                return _Reached(level + rise, floors + taken, active, -solution.reduced[:-1] * people)
            self._crowded |= crowded

    def _solved(self, floors: Floats, room: Floats, active: Bools, highest: float) -> Solution | None:
        """The highest rise, where every kind may have more than the level gives it."""
        committees = self.committees
        rows = len(committees.lower)
        # Few limits ever matter, so each enters the programme when it is first broken.
        crowded = np.flatnonzero(self._crowded & active)
        rising = np.where(active, committees.people, 0.0)
        filled, per_rise = committees.filled(floors), committees.filled(rising)
        columns = list(committees.columns)
        for row, kind in enumerate(crowded.tolist(), rows):
            stands, values = columns[kind]
            columns[kind] = [*stands, row], [*values, 1.0]
        columns.append((range(rows + len(crowded)), [*per_rise, *rising[crowded]]))
        lower = np.append(committees.lower - filled, np.full(len(crowded), -np.inf))
        upper = np.append(committees.upper - filled, room[crowded])
        costs = np.append(np.zeros(len(room)), 1.0)
        return Programme(lower, upper).begin(costs, np.append(room, highest), columns).solve()


@dataclass(frozen=True, slots=True)
class _Reached:
    """A level, the seats of each kind there, who has to rise with it, and what holds each of them back."""

    level: float
    seats: Floats
    active: Bools
    prices: Floats
