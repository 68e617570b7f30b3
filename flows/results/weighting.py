"""Raking: weights with which the people who answered mirror the whole community, attribute by attribute.

Iterative proportional fitting (Deming and Stephan, Annals of Mathematical Statistics 11, 1940), with the weights kept
within bounds in every round; design effect and effective sample size after Kish (Survey Sampling, 1965, 11.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Profile = tuple[str, ...]
"""Somebody's band in each attribute, in one order; empty where it is not known."""
Targets = Sequence[Mapping[str, float]]
"""For each attribute in the same order: each band's share in the community. They need not add up to 1."""

HEAVIEST = 5.0
"""No weight is more than this many times the mean, or less than one of so many parts of it."""
ROUNDS = 500
TRIMMINGS = 50
SETTLED = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each profile, 1 on average over the people.

    `gap` is the largest difference left between a weighted share and its target; `missing` names bands that the
    community has and nobody who answered belongs to: no weight can speak for them.
    """

    by_profile: dict[Profile, float]
    gap: float
    design_effect: float
    missing: tuple[tuple[int, str], ...] = ()

    def of(self, profile: Profile) -> float:
        return self.by_profile.get(profile, 1.0)

    @property
    def is_met(self) -> bool:
        """Whether the weighted shares are the targets, to a tenth of a percentage point."""
        return self.gap < 0.001 and not self.missing


def rake(people: Mapping[Profile, int], targets: Targets, heaviest: float = HEAVIEST) -> Weights:
    """Weigh the profiles so that every attribute's shares meet its targets as nearly as the bounds permit.

    Whose band is not known, or has no target, keeps their weight in that attribute. Bands that nobody belongs to
    leave their share to the others of the attribute.
    """
    profiles = [profile for profile, number in people.items() if number > 0]
    number = np.array([people[profile] for profile in profiles], dtype=np.float64)
    margins = [_Margin.of(profiles, place, shares) for place, shares in enumerate(targets)]
    weights = np.ones(len(profiles))
    for _round in range(ROUNDS if profiles else 0):
        before = weights
        for margin in margins:
            weights = margin.met(weights, number)
        weights = _within_bounds(weights, number, heaviest)
        if np.max(np.abs(weights - before)) < SETTLED:
            break
    return Weights(
        dict(zip(profiles, weights.tolist(), strict=True)),
        max((margin.gap(weights, number) for margin in margins), default=0.0),
        design_effect(weights, number),
        tuple(
            (place, band)
            for place, shares in enumerate(targets)
            for band, share in shares.items()
            if share > 0 and all(profile[place] != band for profile in profiles)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Margin:
    """One attribute: the profiles of each band (a row of `members` each) and the shares wanted of them."""

    members: NDArray[np.bool_]
    wanted: Floats

    @staticmethod
    def of(profiles: Sequence[Profile], place: int, shares: Mapping[str, float]) -> _Margin:
        there = {profile[place] for profile in profiles}
        bands = [band for band, share in shares.items() if share > 0 and band in there]
        members = np.array([[profile[place] == band for profile in profiles] for band in bands], dtype=np.bool_)
        wanted = np.array([shares[band] for band in bands], dtype=np.float64)
        return _Margin(members.reshape(len(bands), len(profiles)), wanted / wanted.sum())

    def met(self, weights: Floats, number: Floats) -> Floats:
        """The weights with this attribute put right; together its people count as much as before."""
        found = self.members @ (weights * number)
        factors = self.wanted * found.sum() / found
        return weights * np.where(self.members.any(axis=0), factors @ self.members, 1.0)

    def gap(self, weights: Floats, number: Floats) -> float:
        found = self.members @ (weights * number)
        return float(np.max(np.abs(found / found.sum() - self.wanted), initial=0.0))


def _within_bounds(weights: Floats, number: Floats, heaviest: float) -> Floats:
    """Trimmed, with what was trimmed shared among the others, so that the mean is 1."""
    for _round in range(TRIMMINGS):
        weights = weights / np.average(weights, weights=number)
        trimmed = np.clip(weights, 1 / heaviest, heaviest)
        if np.max(np.abs(trimmed - weights)) < SETTLED:
            break
        weights = trimmed
    return weights


def design_effect(weights: Floats, number: Floats) -> float:
    """By how much unequal weights widen the variance: n Σw² / (Σw)²; 1 where all are equal."""
    total = float(number @ weights)
    return float(number.sum() * (number @ weights**2) / total**2) if total else 1.0
