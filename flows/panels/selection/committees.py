"""The panels the quotas allow, counted by kind: the best one for given weights, and what bounds it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from flows.panels.selection.arrays import Floats, Integers
from flows.panels.selection.frozen import Frozen, Quota
from flows.panels.selection.kinds import Kinds
from flows.panels.selection.programme import Column, Programme, Solution

WINDOWS = (30, 60, 120, 240, 480)
"""How many kinds are left open around the relaxed optimum, few first; the rest keep the numbers they have there."""

NEAR_ENOUGH = 0.1
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Best:
    """A panel, as the number of people of each kind, and an upper bound on what any panel is worth."""

    panel: Integers
    value: float
    bound: float


class Committees:
    """All panels that fill the seats and, with those who stay, meet every quota; never two of one household."""

    def __init__(self, frozen: Frozen, kinds: Kinds) -> None:
        self.kinds = kinds.all
        self.limits = np.array([min(kind.limit, frozen.seats) for kind in kinds.all], dtype=np.float64)
        self.people = np.array([len(kind.members) for kind in kinds.all], dtype=np.float64)
        self.past = np.array([kind.past for kind in kinds.all], dtype=np.float64)
        taken = frozen.taken()
        least = [quota.least - taken[quota.category, quota.feature] for quota in frozen.quotas]
        most = [quota.most - taken[quota.category, quota.feature] for quota in frozen.quotas]
        self.lower = np.array([*least, frozen.seats, *(0 for _ in kinds.homes)], dtype=np.float64)
        self.upper = np.array([*most, frozen.seats, *kinds.homes], dtype=np.float64)
        self.columns = _columns(frozen, kinds)
        self._index()
        self.of_quota = [
            np.isin(np.arange(len(self.columns)), self._of_kind[self._in_row == row])
            for row in range(len(frozen.quotas))
        ]
        self.first_home = len(frozen.quotas) + 1
        self._relaxed = self.programme()

    def _index(self) -> None:
        self._of_kind = np.repeat(np.arange(len(self.columns)), [len(stands) for stands, _ in self.columns])
        self._in_row = np.array([row for stands, _ in self.columns for row in stands], dtype=np.int64)

    def programme(self, *, integer: bool = False) -> Programme:
        """The number of each kind, between the quotas; without costs."""
        blank = np.zeros(len(self.columns))
        return Programme(self.lower, self.upper, integer=integer).begin(blank, self.limits, self.columns)

    def forbid(self, hopeless: Sequence[int]) -> None:
        """Leaves out kinds of which nobody can sit on any panel."""
        for kind in hopeless:
            self.limits[kind] = 0.0
        self._relaxed = self.programme()

    def filled(self, seats: Floats | Integers) -> Floats:
        """How much of each row (a quota, the size, a sort of household) so many seats of each kind take."""
        return summed(seats[self._of_kind], self._in_row, len(self.lower))

    def on_face(self, lower: Floats, upper: Floats, limits: Floats, kinds: Integers) -> Committees:
        """The panels among these that keep within narrower bounds and have only some kinds, which are counted anew."""
        face = copy(self)
        face.columns = [self.columns[kind] for kind in kinds]
        times = np.bincount([row for stands, _ in face.columns for row in stands], minlength=len(lower))
        counts = (times > 1) | (lower > 0) | (np.arange(len(lower)) < self.first_home)
        face.columns = face.only_rows(counts)
        face.lower, face.upper, face.limits = lower[counts], upper[counts], limits[kinds]
        face._relaxed = face.programme()
        return face

    def in_homes(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The kinds that stand in any of these rows, those of households alone."""
        of_kind = self._of_kind[rows[self._in_row] & (self._in_row >= self.first_home)]
        return np.asarray(np.bincount(of_kind, minlength=len(self.columns)) > 0)

    def merged(self, groups: Integers, apart: NDArray[np.bool_]) -> Committees:
        """With kinds taken together by the number of their group; only who is `apart` counts in their households."""
        merged = copy(self)
        _, first = np.unique(groups, return_index=True)
        rows = np.arange(len(self.lower))
        base = self.only_rows(rows < self.first_home)
        merged.columns = [self.columns[kind] if apart[kind] else base[kind] for kind in first]
        merged.kinds = tuple(self.kinds[kind] for kind in first)
        merged.limits = summed(self.limits, groups)
        merged.people = summed(self.people, groups)
        merged.past = self.past[first]
        merged._index()
        counts = (np.bincount(merged._in_row, minlength=len(rows)) > 0) | (rows < self.first_home)
        merged.columns = merged.only_rows(counts)
        merged.lower, merged.upper = self.lower[counts], self.upper[counts]
        merged._index()
        return merged

    def only_rows(self, counts: NDArray[np.bool_]) -> list[Column]:
        """The columns without the rows that do not count."""
        if counts.all():
            return list(self.columns)
        places = (np.cumsum(counts) - 1).tolist()
        kept = [[places[row] for row in stands if counts[row]] for stands, _ in self.columns]
        return [(stands, [1.0] * len(stands)) for stands in kept]

    def relaxed(self, weights: Floats) -> Solution | None:
        """The best panel if people could be divided: its value bounds that of every panel."""
        self._relaxed.price(weights)
        return self._relaxed.solve()

    def good(self, weights: Floats, above: float) -> Best | None:
        """A panel worth more than `above`, found quickly near the relaxed optimum; None where none is found there."""
        relaxed = self.relaxed(weights)
        if relaxed is None or relaxed.value <= above:
            return None
        for window in WINDOWS:
            found = self._near(relaxed, weights, window)
            if found is not None and found.value > above:
                return found
            if window >= len(weights):
                break
        return None

    def best(self, weights: Floats) -> Best | None:
        """The best panel of all; None where no panel meets the quotas."""
        programme = self.programme(integer=True)
        programme.price(weights)
        found = programme.solve()
        return None if found is None else _whole(found.x, weights, found.bound)

    def _near(self, relaxed: Solution, weights: Floats, window: int) -> Best | None:
        divided = np.abs(relaxed.x - np.rint(relaxed.x)) > WHOLE
        order = np.argsort(np.where(divided, -1.0, np.abs(relaxed.reduced)), kind="stable")
        free = np.sort(order[:window])
        panel = np.rint(relaxed.x)
        panel[free] = 0.0
        filled = np.zeros(len(self.lower))
        for kind in np.flatnonzero(panel):
            rows, _ = self.columns[kind]
            filled[list(rows)] += panel[kind]
        programme = Programme(self.lower - filled, self.upper - filled, integer=True, gap=NEAR_ENOUGH)
        programme.begin(weights[free], self.limits[free], [self.columns[kind] for kind in free])
        found = programme.solve()
        if found is None:
            return None
        panel[free] = found.x
        return _whole(panel, weights, relaxed.value)


def summed(numbers: Floats | Integers, places: Integers, count: int = 0) -> Floats:
    """The sum of the numbers of each place."""
    return np.asarray(np.bincount(places, weights=numbers, minlength=count), dtype=np.float64)


def _columns(frozen: Frozen, kinds: Kinds) -> list[Column]:
    rows = {(quota.category, quota.feature): row for row, quota in enumerate(frozen.quotas)}
    seats = len(rows)
    columns: list[Column] = []
    for kind in kinds.all:
        stands = [rows[pair] for pair in zip(frozen.categories, kind.features, strict=True)]
        stands += [seats] if kind.homes is None else [seats, seats + 1 + kind.homes]
        columns.append((stands, [1.0] * len(stands)))
    return columns


def _whole(x: Floats, weights: Floats, bound: float) -> Best:
    panel = np.rint(x).astype(np.int64)
    return Best(panel, float(sum(weights[kind] * panel[kind] for kind in np.flatnonzero(panel))), bound)


# ---------------------------------------------------------------- quotas that cannot be met


def smallest_widening(frozen: Frozen, kinds: Kinds, needed: int | None = None) -> list[Quota]:
    """The quotas to widen, as they would have to be, so that a panel exists: fewest seats in all.

    `needed` is a kind of which somebody must be able to sit on it. Empty where nothing needs to be widened.
    """
    committees = Committees(frozen, kinds)
    count = len(frozen.quotas)
    lower = committees.lower.copy()
    columns = list(committees.columns)
    if needed is not None:
        lower = np.append(lower, 1.0)
        rows, values = columns[needed]
        columns[needed] = ([*rows, len(lower) - 1], [*values, 1.0])
    below: list[Column] = [([row], [1.0]) for row in range(count)]
    above: list[Column] = [([row], [-1.0]) for row in range(count)]
    upper = np.append(committees.upper, [highspy.kHighsInf] * (len(lower) - len(committees.upper)))
    costs = np.concatenate([np.zeros(len(columns)), np.full(2 * count, -1.0)])
    limits = np.concatenate([committees.limits, np.full(2 * count, float(frozen.size))])
    programme = Programme(lower, upper, integer=True).begin(costs, limits, [*columns, *below, *above])
    found = programme.solve()
    if found is None:
        return []
    widened = np.rint(found.x[len(columns) :]).astype(int)
    return [
        Quota(quota.category, quota.feature, quota.least - int(down), quota.most + int(up))
        for quota, down, up in zip(frozen.quotas, widened[:count], widened[count:], strict=True)
        if down or up
    ]
