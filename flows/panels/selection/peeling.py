"""Chances taken apart: panels, and how likely each, that together give every kind its seats on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.panels.selection.arrays import Floats, Integers
from flows.panels.selection.committees import Committees
from flows.panels.selection.effort import Effort

ROUNDING = 1e-11

DONE = 2e-9
"""Chances that nobody misses by more are given."""

GRAIN = 2.0**30
"""Weights are rounded to this grain, so that the last bits of a solver decide nothing."""

MUST = 2.0**10
"""A weight that outweighs all others: the kinds whose people sit on every panel of a face."""

PART = 0.8
"""So much of finding panels it is about; making up for what it leaves is the rest."""

OPEN = 1000
"""With more kinds than this a panel is looked for among those that wait for most, with some for every quota."""


@dataclass(frozen=True, slots=True)
class Peeled:
    """Panels and their likelihoods; `rest` is what could not be taken apart, in seats of each kind."""

    panels: list[Integers]
    weights: list[float]
    rest: Floats


def peeled(committees: Committees, seats: Floats, effort: Effort) -> Peeled:
    """Takes `seats` apart into panels, one after the other, each as likely as what is left allows.

    Every panel lies on the smallest face of the (divided) panels on which the rest lies, so every step leaves a
    smaller face; where one has no panel of whole people, it ends early.
    """
    found = Peeled([], [], seats.copy())
    rest, left = found.rest, 1.0
    scale = np.sqrt(np.maximum(seats, ROUNDING))
    kinds = max(1, int(np.count_nonzero(rest / committees.people > DONE)))  # a step mostly uses one of them up
    while np.max(rest / committees.people) > DONE and effort.go_on():
        used_up = 1 - int(np.count_nonzero(rest / committees.people > DONE)) / kinds
        done = PART * (used_up + 1 - left) / 2  # the one is slow at first and the other in the end
        effort.say(f"{len(found.panels)} panels; {1 - left:.1%} of the lottery", 2, done)
        panel = _next_panel(committees, rest, left, scale)
        if panel is None:
            break
        step = _likelihood(committees, rest, left, panel)
        found.panels.append(panel)
        found.weights.append(step)
        rest[:] = np.maximum(rest - step * panel, 0.0)
        left -= step
    return found


def _next_panel(committees: Committees, rest: Floats, left: float, scale: Floats) -> Integers | None:
    """A panel on the face of what is left, of kinds that wait for most."""
    filled = committees.filled(rest)
    at_least = filled <= left * committees.lower + ROUNDING
    at_most = filled >= left * committees.upper - ROUNDING
    lower = np.where(at_most, committees.upper, committees.lower)
    upper = np.where(at_least, committees.lower, committees.upper)
    limits = np.where(rest > ROUNDING, committees.limits, 0.0)
    full = (rest >= left * committees.limits - ROUNDING) & (limits > 0)
    # Between seats and chances: kinds with few people and those with many are used up at about the same pace.
    waits = np.rint(rest / (left * scale) * GRAIN) / GRAIN + np.where(full, MUST, 0.0)
    open_kinds = OPEN
    while True:
        kinds = _waiting_for_most(committees, np.where(limits > 0, waits, 0.0), open_kinds)
        found = committees.on_face(lower, upper, limits, kinds).good(waits[kinds], -np.inf)
        if found is not None:
            panel = np.zeros(len(rest), dtype=np.int64)
            panel[kinds] = found.panel
            return None if np.any(panel[full] < limits[full]) else panel
        if open_kinds >= len(rest):
            return None
        open_kinds *= 4


def _waiting_for_most(committees: Committees, waits: Floats, number: int) -> Integers:
    """About so many kinds, as many for every quota; all that have anything left where there are no more."""
    if np.count_nonzero(waits) <= number:
        return np.flatnonzero(waits)
    each = number // len(committees.of_quota)
    order = np.argsort(-waits, kind="stable")[: np.count_nonzero(waits)]
    chosen = np.zeros(len(waits), dtype=bool)
    for in_quota in committees.of_quota:
        chosen[order[np.flatnonzero(in_quota[order])[:each]]] = True
    return np.flatnonzero(chosen)


def _likelihood(committees: Committees, rest: Floats, left: float, panel: Integers) -> float:
    """How likely a panel can be, so that what is left afterwards can still be made of panels."""
    filled, taken = committees.filled(rest), committees.filled(panel)
    return min(
        left,
        _most(rest, panel.astype(np.float64)),
        _most(left * committees.limits - rest, committees.limits - panel),
        _most(filled - left * committees.lower, taken - committees.lower),
        _most(left * committees.upper - filled, committees.upper - taken),
    )


def _most(room: Floats, used: Floats) -> float:
    """How many times `used` fits into `room`."""
    uses = used > ROUNDING
    return float(np.min(np.maximum(room[uses], 0.0) / used[uses], initial=np.inf))
