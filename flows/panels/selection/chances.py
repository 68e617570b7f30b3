"""Equal chances: how likely each panel must be so that people's chances are as equal as the quotas permit.

LEXIMIN makes the smallest chance as large as possible, then the next smallest, and so on; maximin stops after the
first (Flanigan, Gölz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens' assemblies", Nature 596,
2021). Whoever is alike has the same chance, so everything is counted by kind. The chances come first, as if people
could be divided; that bounds what any lottery attains. Then panels are looked for, by column generation, that together
give exactly these chances. Only where there are none are the levels worked out on panels one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.panels.selection.arrays import Floats, Integers
from flows.panels.selection.committees import Best, Committees
from flows.panels.selection.effort import Effort
from flows.panels.selection.peeling import DONE, PART, peeled
from flows.panels.selection.programme import Column, Programme, Solution
from flows.panels.selection.relaxed import EASINGS, SLACK, fairest, lowest_cap, out_of_reach

EXACT = 1e-7
"""Chances and seats that differ by less count as equal."""

GRAIN = 2.0**30
"""Weights are rounded to this grain, so that the last bits of a solver decide nothing."""

FEW, MANY = 1000, 3_000_000
"""When time is up, LEXIMIN's levels are raised for so few kinds; with so many kinds times panels nothing is."""

AT_ONCE = 10
"""Panels looked for with one set of prices; each one halves the price of the kinds it has."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Panels by kind and how likely each is; `bound` is what the smallest cumulative chance cannot exceed."""

    panels: tuple[Integers, ...]
    weights: Floats
    bound: float
    hopeless: tuple[int, ...]

    def seats(self) -> Floats:
        """The expected number of people of each kind."""
        return sum(
            (weight * panel for weight, panel in zip(self.weights, self.panels, strict=True)),
            start=np.zeros(len(self.panels[0])),
        )


def equal_chances(
    committees: Committees, first: Integers, effort: Effort, *, levels: bool, cap: float | None = None
) -> Chances:
    """The fairest lottery, LEXIMIN with `levels`, else maximin; `first` is any panel.

    Nobody's chance is above the `cap`, or, where the quotas need more, above the lowest that is possible.
    """
    search = _Search(committees, effort)
    search.add(first)
    search.hopeless |= set(out_of_reach(committees))
    while True:
        committees.forbid(sorted(search.hopeless))
        most = committees.people * (np.inf if cap is None else max(cap, lowest_cap(committees)))
        relaxed = fairest(committees, search.hopeless, most, levels=levels)
        bound = relaxed.bound
        target = relaxed.seats if levels or cap is not None else _needed(committees, search.hopeless, bound)
        if search.take_apart(relaxed.seats) or search.is_large:
            break
        if more := search.without_any_panel(target):
            search.hopeless |= more
            continue
        if not effort.cut and not search.reach(target) and not effort.cut and cap is None:
            bound = min(bound, search.climb(levels=levels))
        break
    if effort.cut and cap is None:
        search.settle()
    return Chances(tuple(search.panels), search.weights, bound, tuple(sorted(search.hopeless)))


def highest_minimum(committees: Committees) -> tuple[float, tuple[int, ...]]:
    """What no lottery's smallest cumulative chance exceeds, and the kinds that are left out because they have none."""
    hopeless = out_of_reach(committees)
    committees.forbid(hopeless)
    relaxed = fairest(committees, set(hopeless), np.full(len(committees.people), np.inf), levels=False)
    return relaxed.bound, tuple(hopeless)


def _needed(committees: Committees, hopeless: set[int], level: float) -> Floats:
    """The seats of each kind that bring everybody with any hope up to a level."""
    needed = np.maximum(level - committees.past, 0.0) * committees.people
    needed[sorted(hopeless)] = 0.0
    return needed


# ---------------------------------------------------------------- with whole people


class _Search:
    """Panels found so far, and the likelihood of each."""

    def __init__(self, committees: Committees, effort: Effort) -> None:
        self.committees = committees
        self.effort = effort
        self.panels: list[Integers] = []
        self.weights: Floats = np.zeros(0)
        self.hopeless: set[int] = set()
        self._known: dict[bytes, int] = {}

    def add(self, panel: Integers) -> bool:
        """Keeps a panel; False for one it has."""
        before = len(self.panels)
        return self._place(panel) == before

    def _place(self, panel: Integers) -> int:
        place = self._known.setdefault(panel.tobytes(), len(self.panels))
        if place == len(self.panels):
            self.panels.append(panel)
        return place

    @property
    def is_large(self) -> bool:
        """Whether a programme with a row for every kind and a column for every panel would take minutes."""
        return len(self.panels) * len(self.committees.people) > MANY

    def take_apart(self, seats: Floats) -> bool:
        """Whether panels could be found that give `seats` on average; their weights are kept."""
        found = peeled(self.committees, seats, self.effort)
        places = [self._place(panel) for panel in found.panels]
        weights = np.zeros(len(self.panels))
        np.add.at(weights, places, found.weights)
        self.weights = _normal(weights) if places else np.full(len(weights), 1.0 / len(weights))
        return bool(np.all(found.rest <= DONE * self.committees.people))

    def without_any_panel(self, target: Floats) -> set[int]:
        """Kinds that should have seats, and of which nobody sits on any panel, found or not."""
        missing: set[int] = set()
        seen = np.sum(self.panels, axis=0)
        for kind in np.flatnonzero(target > EXACT).tolist():
            if seen[kind] or kind in self.hopeless or not self.effort.go_on():
                continue
            wanted = np.zeros(len(target))
            wanted[kind] = 1.0
            found = self.committees.good(wanted, 0.5) or self.committees.best(wanted)
            if found is None or not found.panel[kind]:
                missing.add(kind)
            elif self.add(found.panel):
                seen += found.panel
        return missing

    # The chances are given: panels are looked for that make up for what falls short of them.

    def reach(self, target: Floats) -> bool:
        """Whether panels give every kind the `target` number of seats on average; their weights are kept."""
        count = len(target)
        lower = np.append(target, 1.0)
        upper = np.append(np.full(count, np.inf), 1.0)
        short: list[Column] = [([kind], [1.0]) for kind in range(count)]
        costs = np.concatenate([np.full(count, -1.0), np.zeros(len(self.panels))])
        columns = [*short, *(_seats(panel) for panel in self.panels)]
        programme = Programme(lower, upper).begin(costs, np.full(len(columns), np.inf), columns)
        most = 0.0
        while True:
            solution = programme.solve()
            assert solution is not None, "any panel with any shortfall is a solution"
            self.weights = _normal(solution.x[count:])
            missing = -solution.value
            most = max(most, missing)
            words = f"{len(self.panels)} panels; {missing:.4f} seats away from equal chances"
            self.effort.say(words, 2, PART + (1 - PART) / 2 * (1 - missing / most) if most else PART)
            if missing < EXACT:
                return True
            if not self.effort.go_on():
                return False
            prices = _grained(-solution.duals[:count])
            new = self._better(prices, float(solution.duals[count]), missing)
            if not new:
                return missing < EXACT * count
            for panel in new:
                programme.add(0.0, _seats(panel))

    def _better(self, prices: Floats, base: float, missing: float) -> list[Integers]:
        """New panels worth more at these prices than all those known; none where that is proved."""
        new: list[Integers] = []
        weights = prices.copy()
        for _ in range(AT_ONCE):
            found = self.committees.good(weights, base + EXACT if not new else -np.inf)
            if found is None:
                break
            if _worth(prices, found.panel) > base + EXACT and self.add(found.panel):
                new.append(found.panel)
            weights = np.where(found.panel > 0, np.floor(weights * GRAIN / 2) / GRAIN, weights)
        if new:
            return new
        best = self.committees.best(prices)
        if best is None or best.value <= base + EXACT or missing - (best.bound - base) > EXACT * len(prices):
            return []
        return [best.panel] if self.add(best.panel) else []

    # No lottery has these chances: level by level, on panels.

    def climb(self, *, levels: bool) -> float:
        """Raises the levels on panels, looking for better ones; the bound on the lowest."""
        return self._climb(levels=levels, searching=True)

    def settle(self) -> None:
        """Raises the levels on the panels there are; where they are too many for that, leaves them as likely as found.

        How many are too many depends on nothing else, so that whoever repeats the draw does the same.
        """
        if not self.is_large:
            self._climb(levels=len(self.committees.people) <= FEW, searching=False)

    def _climb(self, *, levels: bool, searching: bool) -> float:
        people, past = self.committees.people, self.committees.past
        free = [kind for kind in range(len(people)) if kind not in self.hopeless]
        lower = np.full(len(people), -np.inf)
        lower[free] = -past[free]
        upper = np.append(np.full(len(people), np.inf), 1.0)
        columns: list[Column] = [(free, [-1.0] * len(free)), *(_chances(panel, people) for panel in self.panels)]
        costs = np.append(1.0, np.zeros(len(self.panels)))
        programme = Programme(np.append(lower, 1.0), upper)
        programme.begin(costs, np.full(len(columns), np.inf), columns)
        bound = np.inf
        rising = set(free)
        floors: dict[int, float] = {}
        while rising:
            solution = _held_to(programme, floors, 0)
            self.weights = _normal(solution.x[1:])
            prices = np.maximum(-solution.duals[: len(people)], 0.0)
            if searching and self.effort.go_on():
                words = f"{len(self.panels)} panels; {len(rising)} kinds of people still rising"
                self.effort.say(words, 2, 1 - (1 - PART) / 2 * len(rising) / len(free))
                base = float(solution.duals[len(people)])
                new, ceiling = self._rising(_grained(prices / people), base)
                if len(rising) == len(free):
                    bound = min(bound, solution.value + max(0.0, ceiling))
                if new:
                    for panel in new:
                        programme.add(0.0, _chances(panel, people))
                    continue
            elif searching:
                break
            if not levels:
                break
            held = [kind for kind in sorted(rising) if prices[kind] > EXACT]
            for kind in held or [max(sorted(rising), key=lambda kind: float(prices[kind]))]:
                floors[kind] = solution.value - past[kind] - SLACK
                programme.bind(kind, floors[kind], 0, 0.0)
                rising.discard(kind)
        return float(bound)

    def _rising(self, prices: Floats, base: float) -> tuple[list[Integers], float]:
        """New panels worth more at these prices, and by how much any panel could be."""
        found = self.committees.good(prices, base + EXACT)
        if found is not None and self.add(found.panel):
            return [found.panel], found.bound - base
        best: Best | None = self.committees.best(prices)
        if best is None:
            return [], 0.0
        if best.value > base + EXACT and self.add(best.panel):
            return [best.panel], best.bound - base
        return [], best.bound - base


def _held_to(programme: Programme, floors: dict[int, float], level: int) -> Solution:
    """The solution with the levels that are held; they sink a little where rounding has made them impossible."""
    for easing in EASINGS:
        if easing:
            for row, floor in floors.items():
                programme.bind(row, floor - easing, level, 0.0)
        if (solution := programme.solve()) is not None:
            return solution
    raise ArithmeticError("what was attained is not attainable any more")


def _worth(prices: Floats, panel: Integers) -> float:
    return float(sum(prices[kind] * panel[kind] for kind in np.flatnonzero(panel)))


def _seats(panel: Integers) -> Column:
    kinds = np.flatnonzero(panel)
    return [*kinds, len(panel)], [*panel[kinds], 1.0]


def _chances(panel: Integers, people: Floats) -> Column:
    kinds = np.flatnonzero(panel)
    return [*kinds, len(panel)], [*(panel[kinds] / people[kinds]), 1.0]


def _grained(prices: Floats) -> Floats:
    return np.rint(np.maximum(prices, 0.0) * GRAIN) / GRAIN


def _normal(weights: Floats) -> Floats:
    kept = np.where(weights > 1e-12, weights, 0.0)
    return np.asarray(kept / kept.sum())
