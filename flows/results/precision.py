"""How sure a share or a mean is: intervals at the 95 % level.

A margin of error is claimed only where chance chose whom to ask. For people who joined by themselves the same
arithmetic is no more than a model of them (AAPOR, Task Force on Non-probability Sampling, 2013), and is called that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""The normal distribution's 97.5 % point."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    @property
    def half(self) -> float:
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Precision:
    """What stands behind figures: how many answered, how unequal their weights are, and whether chance chose them."""

    answered: int
    design_effect: float = 1.0
    was_drawn: bool = False

    @property
    def effective(self) -> float:
        """The number of equally weighted people who would say as much (Kish)."""
        return self.answered / self.design_effect

    def of_share(self, share: float) -> Interval:
        return wilson(share, self.effective)

    def of_mean(self, mean: float, deviation: float) -> Interval:
        """`deviation` is the standard deviation among those who answered."""
        half = Z * deviation / sqrt(self.effective) if self.effective else float("inf")
        return Interval(mean - half, mean + half)

    @property
    def widest(self) -> float:
        """Half the interval of a share of one half, from 0 to 0.5: no share is less sure."""
        return self.of_share(0.5).half


def wilson(share: float, n: float) -> Interval:
    """The score interval (Wilson, JASA 22, 1927), which stays within 0 and 1; for no people it is all there is."""
    if n <= 0:
        return Interval(0.0, 1.0)
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Mean:
    value: float
    deviation: float


def mean_of(tally: Mapping[int, float]) -> Mean | None:
    """Of numbers that were given so often, or with so much weight; None where there are none."""
    total = sum(tally.values())
    if total <= 0:
        return None
    mean = sum(value * times for value, times in tally.items()) / total
    variance = sum(times * (value - mean) ** 2 for value, times in tally.items()) / total
    return Mean(mean, sqrt(variance))
