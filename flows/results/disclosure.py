"""Disclosure control: what is published of counts, so that nobody's answer can be worked out from it.

A count is published as a multiple of the smallest cell, and not at all below it. So no sum or difference of whatever
has been published, of one table, of several, or of the same at different times, ever comes to 1 … smallest - 1 people.
Where the figures around it still say too much about a count that was left out, the smallest of them goes too
(complementary suppression; Hundepool and others, Statistical Disclosure Control, Wiley 2012, chapter 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SMALLEST = 10
LEAST_SMALLEST = 5

Published = int | None
"""A rounded count; None where it is not published."""
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """`smallest`: how many people a published count stands for at the least; never fewer than five."""

    smallest: int = SMALLEST

    def __post_init__(self) -> None:
        if self.smallest < LEAST_SMALLEST:
            raise ValueError(f"a published cell stands for at least {LEAST_SMALLEST} people, not {self.smallest}")

    def rounded(self, count: float) -> Published:
        """To the nearest multiple, halves up; a count below the smallest cell, and none at all, is not published."""
        if count < self.smallest:
            return None
        return int(count + self.smallest // 2) // self.smallest * self.smallest

    def stepped(self, count: int) -> int:
        """A count that is still growing: it moves only when another `smallest` people have come."""
        return count // self.smallest * self.smallest

    def behind(self, published: Published) -> tuple[int, int]:
        """The least and the most people that may stand behind a published count."""
        if published is None:
            return 0, self.smallest - 1
        return max(self.smallest, published - self.smallest // 2), published + (self.smallest - 1) // 2

    @property
    def doubt(self) -> int:
        """How many counts must remain possible for one that was left out."""
        return (self.smallest + 1) // 2


@dataclass(frozen=True, slots=True)
class Line:
    """Counts that add up to a total, and what is published of them."""

    cells: tuple[Published, ...]
    total: Published

    def share(self, place: int) -> float | None:
        """From 0 to 1, of the published counts: a finer one would give away what was rounded."""
        cell = self.cells[place]
        return cell / self.total if cell is not None and self.total else None


@dataclass(frozen=True, slots=True)
class Table:
    """A protected two-way table: its rows with their totals, and a line of the columns' totals."""

    rows: tuple[Line, ...]
    columns: Line


def line(counts: Sequence[int], rule: Rule) -> Line:
    """Protect counts that add up to the number of people who answered."""
    frame = np.array([[*counts, sum(counts)]], dtype=np.int64)
    return _line(frame[0], _shown_line(frame, rule), rule)


def table(counts: Sequence[Sequence[int]], rule: Rule) -> Table:
    """Protect a table beside its margins, each of which is published as `line` gives it."""
    cells = np.array(counts, dtype=np.int64)
    frame = np.block([[cells, cells.sum(axis=1, keepdims=True)], [cells.sum(axis=0, keepdims=True), cells.sum()]])
    shown = frame >= rule.smallest
    shown[:, -1] = _shown_line(frame[:, -1:].T, rule)
    shown[-1] = _shown_line(frame[-1:], rule)
    _hide_what_follows(frame, shown, rule)
    lines = [_line(counts, kept, rule) for counts, kept in zip(frame, shown, strict=True)]
    return Table(tuple(lines[:-1]), lines[-1])


def _line(frame: Numbers, shown: Flags, rule: Rule) -> Line:
    *cells, total = (
        rule.rounded(count) if kept else None for count, kept in zip(frame.tolist(), shown.tolist(), strict=True)
    )
    return Line(tuple(cells), total)


def _shown_line(frame: Numbers, rule: Rule) -> Flags:
    shown: Flags = frame >= rule.smallest
    _hide_what_follows(frame, shown, rule)
    return shown.ravel()


# ---------------------------------------------------------------- what somebody else can work out
#
# A frame is a table whose last column, and last row where there are several, are the sums of the others.


def _hide_what_follows(frame: Numbers, shown: Flags, rule: Rule) -> None:
    """Besides the small cells, leave out the smallest neighbour of any that can be narrowed down too far.

    What the margins say by themselves cannot be helped here, so in a line, which may be a margin, this goes for
    figures that are shown as well.
    """
    body = shown[: max(1, len(frame) - 1), :-1]
    bare = shown.copy()
    bare[: len(body), :-1] = False
    enough = np.minimum(rule.doubt, _possible(frame, bare, rule))
    while True:
        exposed: Flags = (_possible(frame, shown, rule) < enough) & (~shown | (len(frame) == 1))
        beside = np.broadcast_to(exposed.any(axis=1, keepdims=True), shown.shape).copy()
        if len(frame) > 1:
            beside |= exposed.any(axis=0)
        places = np.argwhere(beside[: len(body), :-1] & body).tolist()
        if not places:
            return
        row, column = min(places, key=lambda place: (frame[*place], place))
        shown[row, column] = False


def _possible(frame: Numbers, shown: Flags, rule: Rule) -> Numbers:
    """How many counts somebody who sees all that is shown must still think possible, cell by cell.

    They know how figures are rounded and what was too small, and use every sum until nothing more follows.
    """
    bounds = [
        rule.behind(rule.rounded(count)) if kept or count < rule.smallest else (0, int(frame[-1, -1]))
        for count, kept in zip(frame.ravel().tolist(), shown.ravel().tolist(), strict=True)
    ]
    low, high = (np.array(ends, dtype=np.int64).reshape(frame.shape) for ends in zip(*bounds, strict=True))
    while True:
        before = high - low
        _tighten(low, high)
        if len(frame) > 1:
            _tighten(low.T, high.T)
        if np.array_equal(before, high - low):
            return before + 1


def _tighten(low: Numbers, high: Numbers) -> None:
    """In every row the last number is the sum of the others: narrow each down by what the rest may be."""
    least, most = low[:, :-1].sum(axis=1), high[:, :-1].sum(axis=1)
    low[:, -1] = np.maximum(low[:, -1], least)
    high[:, -1] = np.minimum(high[:, -1], most)
    rest_least, rest_most = least[:, None] - low[:, :-1], most[:, None] - high[:, :-1]
    low[:, :-1] = np.maximum(low[:, :-1], low[:, -1:] - rest_most)
    high[:, :-1] = np.minimum(high[:, :-1], high[:, -1:] - rest_least)
