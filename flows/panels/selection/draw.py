"""One draw: from the frozen input to everybody's chance and the lottery; no number is needed for either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flows.panels.selection.arrays import Floats, Integers
from flows.panels.selection.chances import Chances, equal_chances, highest_minimum
from flows.panels.selection.committees import Committees, smallest_widening
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import Frozen, Quota
from flows.panels.selection.kinds import Kinds, kinds_of
from flows.panels.selection.lottery import PANELS, named_panels, thousandths
from flows.panels.selection.order import Algorithm, Unmeetable, digest_of
from flows.panels.selection.outlook import MOST_EXPLAINED

CERTAIN = 1e-6
"""A smallest chance that is nearer to its bound than this meets it."""

DIGITS = 8


@dataclass(frozen=True, slots=True)
class Hopeless:
    """People with one profile who are on no possible panel, and the smallest widening that gives them a chance.

    Empty where none was looked for: only the largest groups are explained, and only while there is time.
    """

    ids: list[str]
    features: tuple[str, ...]
    widening: list[Quota]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of a draw. `chances` are in the order of those waiting, and so are the `lottery`'s own.

    `bound` is what the smallest cumulative chance (this draw's and the past ones') of those with any hope cannot
    exceed. `rounds` says after how many rounds the search was cut short; None if it came to its end.
    """

    lottery: list[list[str]]
    chances: list[float]
    lottery_chances: list[float]
    smallest_cumulative: float
    bound: float
    hopeless: list[Hopeless]
    rounds: int | None

    @property
    def is_optimal(self) -> bool:
        return self.smallest_cumulative >= self.bound - CERTAIN


def draw(frozen: Frozen, algorithm: Algorithm, effort: Effort, cap: float | None = None) -> Drawn:
    """The lottery that a panel is picked from. Raises Unmeetable.

    No chance in it is above the `cap`, where that is possible (not at random).
    A cap keeps people whom the quotas want from being nearly certain to be drawn, so that nobody gains by claiming
    to be like them (Baharav, Flanigan, "Fair, manipulation-robust, and transparent sortition", arXiv 2406.15009).
    """
    effort.say("how equal chances can be", 1)
    kinds = kinds_of(frozen)
    committees = Committees(frozen, kinds)
    blank = np.zeros(len(kinds.all))
    first = committees.good(blank, -np.inf) or committees.best(blank)
    if first is None:
        raise Unmeetable(smallest_widening(frozen, kinds))
    digest = digest_of(frozen)
    if algorithm == "random":
        found = _random_panels(committees, digest, effort)
        times = [1] * PANELS
    else:
        found = equal_chances(committees, first.panel, effort, levels=algorithm == "leximin", cap=cap)
        likely = np.flatnonzero(found.weights)
        found = Chances(
            tuple(found.panels[number] for number in likely), found.weights[likely], found.bound, found.hopeless
        )
        effort.say(f"{len(found.panels)} panels; {PANELS} of them for the lottery", 3)
        times = thousandths(found.panels, found.weights, committees.people)
    lottery = named_panels(frozen, kinds.all, found.panels, times, digest)
    return _drawn(frozen, kinds, committees.people, found, lottery, effort)


def _drawn(
    frozen: Frozen,
    kinds: Kinds,
    people: Floats,
    found: Chances,
    lottery: list[list[str]],
    effort: Effort,
) -> Drawn:
    by_kind = found.seats() / people
    chances = [0.0] * len(frozen.waiting)
    smallest = np.inf
    for number, kind in enumerate(kinds.all):
        chance = round(min(1.0, float(by_kind[number])), DIGITS)
        for position in kind.members:
            chances[position] = chance
        if number not in found.hopeless:
            smallest = min(smallest, chance + kind.past)
    often = Counter(person for panel in lottery for person in panel)
    return Drawn(
        lottery,
        chances,
        [often[person.id] / PANELS for person in frozen.waiting],
        round(float(smallest), DIGITS),
        round(found.bound, DIGITS),
        _why_hopeless(frozen, kinds, found.hopeless, effort),
        effort.rounds if effort.cut else None,
    )


def _why_hopeless(frozen: Frozen, kinds: Kinds, hopeless: Sequence[int], effort: Effort) -> list[Hopeless]:
    largest = set(sorted(hopeless, key=lambda number: (-len(kinds.all[number].members), number))[:MOST_EXPLAINED])
    return [
        Hopeless(
            [frozen.waiting[position].id for position in kinds.all[number].members],
            kinds.all[number].features,
            smallest_widening(frozen, kinds, number) if number in largest and effort.go_on() else [],
        )
        for number in hopeless
    ]


def _random_panels(committees: Committees, digest: str, effort: Effort) -> Chances:
    """1,000 panels, each the best for weights drawn by lot; the bound is the one of the fairest lottery.

    When time is up, those there are stand in the lottery again and again.
    """
    source = np.random.Generator(np.random.PCG64(int(digest, 16)))
    panels: list[Integers] = []
    while len(panels) < PANELS and (not panels or effort.go_on()):
        weights = np.rint(source.random(len(committees.kinds)) * 2.0**20)
        best = committees.good(weights, -np.inf) or committees.best(weights)
        assert best is not None, "there is a panel"
        panels.append(best.panel)
        effort.say(f"{len(panels)} of {PANELS} panels", 2, len(panels) / PANELS)
    again = [panels[place % len(panels)] for place in range(PANELS)]
    bound, hopeless = highest_minimum(committees)
    return Chances(tuple(again), np.full(PANELS, 1.0 / PANELS), bound, hopeless)
