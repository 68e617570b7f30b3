"""What a draw would come to, before it: whether the quotas can be met, and who could be on no panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.panels.selection.committees import Committees, smallest_widening
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import Frozen, Quota
from flows.panels.selection.kinds import kinds_of
from flows.panels.selection.order import Unmeetable
from flows.panels.selection.relaxed import out_of_reach

MOST_EXPLAINED = 5
"""For so many groups, the largest first, the smallest widening that gives them a chance is looked for."""


@dataclass(frozen=True, slots=True)
class WithoutChance:
    """So many `people` with these `features` are on no possible panel; empty `widening` where none was looked for."""

    people: int
    features: tuple[str, ...]
    widening: list[Quota]


def without_chance(frozen: Frozen, effort: Effort) -> list[WithoutChance]:
    """Who could be on no panel, the largest group first; only what is proved when the effort ends early.

    Panels are looked for that have as many kinds of people as possible of those not seen on any yet; when the best one
    has none, nobody of them is on any. Raises Unmeetable.
    """
    kinds = kinds_of(frozen)
    committees = Committees(frozen, kinds)
    first = committees.best(np.zeros(len(kinds.all)))
    if first is None:
        raise Unmeetable(smallest_widening(frozen, kinds))
    hopeless = out_of_reach(committees)
    committees.forbid(hopeless)
    open_still = first.panel == 0
    open_still[hopeless] = False
    while open_still.any() and effort.go_on():
        wanted = open_still.astype(np.float64)
        found = committees.good(wanted, 0.5) or committees.best(wanted)
        if found is None or not (found.panel[open_still] > 0).any():
            hopeless = [*hopeless, *np.flatnonzero(open_still).tolist()]
            break
        open_still &= found.panel == 0
    order = sorted(hopeless, key=lambda number: (-len(kinds.all[number].members), number))
    return [
        WithoutChance(
            len(kinds.all[number].members),
            kinds.all[number].features,
            smallest_widening(frozen, kinds, number) if place < MOST_EXPLAINED else [],
        )
        for place, number in enumerate(order)
    ]
