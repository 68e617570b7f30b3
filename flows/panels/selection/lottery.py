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

from flows.panels.selection.frozen import Frozen
from flows.panels.selection.kinds import Kind
from flows.panels.selection.programme import Floats, Integers

PANELS = 1000

GRAIN = 1_000_000
MOST_SWAPS = 5000


def picked(seed: str) -> int:
    """Which panel of the lottery a seed picks, from 0: its SHA-256, as a number, modulo 1,000."""
    return int(hashlib.sha256(seed.encode()).hexdigest(), 16) % PANELS


def thousandths(panels: Sequence[Integers], weights: Floats, people: Floats) -> list[int]:
    """How often each panel stands in the lottery, so that everybody's chance changes as little as can be.

    What counts is the sum of the squared changes of people's chances: first the best panels fill up what rounding
    down leaves open, then panels are exchanged one by one as long as that helps.
    """
    seats = np.array(panels, dtype=np.int64)
    likely = np.rint(weights * PANELS * GRAIN).astype(np.int64)
    times = likely // GRAIN
    matters = 1 + (10_000 / people**2).astype(np.int64)
    weighed = seats * matters
    alike = weighed @ seats.T
    own = np.diagonal(alike)
    off = (times * GRAIN - likely) @ seats

    def pull() -> Integers:
        return np.asarray(weighed @ (off // 1000))

    def turn(panel: int, by: int) -> None:
        nonlocal off
        times[panel] += by
        off = off + by * GRAIN * seats[panel]

    unit = GRAIN // 1000
    while (left := PANELS - int(times.sum())) != 0:
        by = 1 if left > 0 else -1
        change = 2 * by * pull() + unit * own
        turn(int(np.argmin(change if by > 0 else np.where(times > 0, change, np.iinfo(np.int64).max))), by)
    for _ in range(MOST_SWAPS):
        towards = pull()
        out = np.where(times > 0, unit * own - 2 * towards, np.iinfo(np.int64).max // 4)
        change = out[:, None] + (unit * own + 2 * towards)[None, :] - 2 * unit * alike
        best = int(np.argmin(change))
        gone, come = divmod(best, len(times))
        if change[gone, come] >= 0:
            break
        turn(gone, -1)
        turn(come, 1)
    return [int(number) for number in times]


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
