"""A uniform lottery over 1,000 published panels, from which a public seed picks one.

After Flanigan, Kehne, Procaccia, "Fair sortition made transparent" (NeurIPS 2021): every panel's likelihood becomes a
whole number of thousandths, and people's chances change very little. The lottery does not depend on the seed, so it
can be published before the seed is known. All arithmetic here is on whole numbers.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np

from flows.panels.selection.arrays import Floats, Integers
from flows.panels.selection.frozen import Frozen
from flows.panels.selection.kinds import Kind

PANELS = 1000

GRAIN = 1_000_000
UNIT = GRAIN // 1000
NEVER = np.iinfo(np.int64).max

MOST_SWAPS = 5000
MOST_WORK = 500_000_000
TRIED = 8
"""Of so many panels that had best leave the lottery, each is compared with all that could take its place."""


def picked(seed: str) -> int:
    """Which panel of the lottery a seed picks, from 0: its SHA-256, as a number, modulo 1,000."""
    return int(hashlib.sha256(seed.encode()).hexdigest(), 16) % PANELS


def thousandths(panels: Sequence[Integers], weights: Floats, people: Floats) -> list[int]:
    """How often each panel stands in the lottery, so that everybody's chance changes as little as can be.

    What counts is the sum of the squared changes of people's chances: first the best panels fill up what rounding
    down leaves open, then panels are exchanged one by one as long as that helps.
    """
    likely = np.rint(weights * PANELS * GRAIN).astype(np.int64)
    rounding = _Rounding(panels, likely, people)
    while (left := PANELS - int(rounding.times.sum())) != 0:
        rounding.turn(rounding.best_for(1 if left > 0 else -1), 1 if left > 0 else -1)
    for _ in range(min(MOST_SWAPS, MOST_WORK // rounding.kinds.size)):
        if not rounding.exchange():
            break
    return [int(number) for number in rounding.times]


class _Rounding:
    """How often each panel stands in the lottery so far, and how far every kind's seats are off.

    Panels have few of all kinds, so each is kept as a row of the `kinds` it has (filled up with one that nobody is
    of) and of how many `seats` these have.
    """

    def __init__(self, panels: Sequence[Integers], likely: Integers, people: Floats) -> None:
        widest = max(np.count_nonzero(panel) for panel in panels)
        self.kinds = np.full((len(panels), widest), len(people), dtype=np.int64)
        self.seats = np.zeros((len(panels), widest), dtype=np.int64)
        for row, panel in enumerate(panels):
            has = np.flatnonzero(panel)
            self.kinds[row, : len(has)], self.seats[row, : len(has)] = has, panel[has]
        matters = 1 + (10_000 / people**2).astype(np.int64)
        self.weighed = self.seats * np.append(matters, 0)[self.kinds]
        self.own = np.asarray((self.weighed * self.seats).sum(axis=1))
        self.times = likely // GRAIN
        self._off = np.zeros(len(people) + 1, dtype=np.int64)
        np.add.at(self._off, self.kinds, self.seats * (self.times * GRAIN - likely)[:, None])

    def turn(self, panel: int, by: int) -> None:
        """The panel stands in the lottery once more, or once less."""
        self.times[panel] += by
        self._off[self.kinds[panel]] += by * GRAIN * self.seats[panel]

    def best_for(self, by: int) -> int:
        """The panel that should be in the lottery once more (1) or once less (-1)."""
        change = UNIT * self.own + 2 * by * self._pull()
        return int(np.argmin(change if by > 0 else np.where(self.times > 0, change, NEVER)))

    def exchange(self) -> bool:
        """Puts a panel in place of another one where that helps; False where nothing does."""
        pull = self._pull()
        out, into = UNIT * self.own - 2 * pull, UNIT * self.own + 2 * pull
        best = (0, 0, 0)
        for gone in np.argsort(np.where(self.times > 0, out, NEVER), kind="stable")[:TRIED].tolist():
            if self.times[gone]:
                change = int(out[gone]) + into - 2 * UNIT * self._alike(gone)
                come = int(np.argmin(change))
                best = min(best, (int(change[come]), gone, come))
        if best[0] >= 0:
            return False
        self.turn(best[1], -1)
        self.turn(best[2], 1)
        return True

    def _pull(self) -> Integers:
        return np.asarray((self.weighed * (self._off // 1000)[self.kinds]).sum(axis=1))

    def _alike(self, panel: int) -> Integers:
        has = np.zeros(len(self._off), dtype=np.int64)
        has[self.kinds[panel]] = self.weighed[panel]
        return np.asarray((has[self.kinds] * self.seats).sum(axis=1))


def named_panels(
    frozen: Frozen, kinds: Sequence[Kind], panels: Sequence[Integers], times: Sequence[int], digest: str
) -> list[list[str]]:
    """The 1,000 panels with the people on them; within a kind everybody's turn comes equally often.

    Ties are broken by SHA-256 of the frozen input's `digest`, so that nobody can arrange who sits with whom.
    """
    copies = [number for number, often in enumerate(times) for _ in range(often)]
    order = sorted(range(len(copies)), key=lambda place: _chance(digest, place))
    turns: Counter[int] = Counter()
    return [_people_on(frozen, kinds, panels[copies[at]], turns, f"{digest}:{place}") for place, at in enumerate(order)]


def _people_on(frozen: Frozen, kinds: Sequence[Kind], panel: Integers, turns: Counter[int], digest: str) -> list[str]:
    chosen: list[int] = []
    homes: set[str] = set()
    for number in np.flatnonzero(panel).tolist():
        turn = sorted(kinds[number].members, key=lambda position: (turns[position], _chance(digest, position)))
        full = len(chosen) + int(panel[number])
        for position in turn:
            home = frozen.waiting[position].household
            if len(chosen) < full and (not home or home not in homes):
                chosen.append(position)
                homes.add(home)
    turns.update(chosen)
    return [frozen.waiting[position].id for position in sorted(chosen)]


def _chance(digest: str, number: int) -> str:
    return hashlib.sha256(f"{digest}:{number}".encode()).hexdigest()
