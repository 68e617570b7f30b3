"""Alternates: who stands by, and who of them steps in when somebody leaves.

After Assos, Baharav, Flanigan, Procaccia, "Alternates, Assemble! Selecting optimal alternates for citizens'
assemblies" (arXiv 2506.15716): many ways in which people may drop out are drawn by lot from their estimated chances of
doing so, and alternates are chosen who together leave the smallest loss on average. A quota missed by one person is a
loss of one, and so is an empty seat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.panels.selection.arrays import Floats, Integers
from flows.panels.selection.frozen import Frozen, Person

SAMPLES = 500
"""So many ways of dropping out are weighed."""

DROPOUT = 0.1
"""How likely somebody drops out of whom nothing better is known."""


@dataclass(frozen=True, slots=True)
class Alternates:
    """Ids, best first, and the average loss if nobody stood by, and with them."""

    ids: list[str]
    loss_without: float
    loss: float


def alternates(
    frozen: Frozen, panel: Sequence[str], number: int, dropouts: Mapping[str, float], seed: str
) -> Alternates:
    """Chooses up to `number` people of those who wait and are not on the `panel`, which includes those who stay.

    `dropouts` are the chances of leaving, by id; without one it is DROPOUT. Each next alternate is the one who lowers
    the average loss most, given those before; between equals the SHA-256 of `seed` and id decides. Nobody stands by
    who shares a home with somebody on the panel or an alternate before them.
    """
    losses = _Losses(frozen)
    sitting = [person for person in [*frozen.staying, *frozen.waiting] if person.id in set(panel)]
    samples = _Samples(losses, sitting, dropouts, seed)
    available = sorted(
        (person for person in frozen.waiting if person.id not in set(panel)),
        key=lambda person: hashlib.sha256(f"{seed}:{person.id}".encode()).hexdigest(),
    )
    homes = {person.household for person in sitting if person.household}
    without = samples.average_loss()
    chosen: list[str] = []
    while len(chosen) < number:
        available = [person for person in available if person.household not in homes and person.id not in chosen]
        if not available:
            break
        profiles = list(dict.fromkeys(person.features for person in available))
        best = profiles[samples.step_in(np.array([losses.row(profile) for profile in profiles]))]
        person = next(person for person in available if person.features == best)
        chosen.append(person.id)
        homes |= {person.household} - {""}
    return Alternates(chosen, without, samples.average_loss())


def best_first(frozen: Frozen, sitting: Sequence[str], standing_by: Sequence[str]) -> list[str]:
    """Those standing by in the order in which they should be asked, given who still sits (those who stay included).

    First is who leaves the smallest loss; of equals, who stood first. Who shares a home with somebody who sits is
    left out.
    """
    losses = _Losses(frozen)
    people = {person.id: person for person in [*frozen.waiting, *frozen.staying]}
    have = losses.count([people[name] for name in sitting])
    homes = {people[name].household for name in sitting} - {""}
    loss = {name: losses.of(have + losses.row(people[name].features)) for name in standing_by}
    return sorted(
        (name for name in standing_by if people[name].household not in homes), key=lambda name: float(loss[name])
    )


class _Losses:
    """What quotas lose; the last entry of a count is all seats."""

    def __init__(self, frozen: Frozen) -> None:
        self._categories = frozen.categories
        self._place = {(quota.category, quota.feature): at for at, quota in enumerate(frozen.quotas)}
        self.least = np.array([*(quota.least for quota in frozen.quotas), frozen.size], dtype=np.float64)
        self.most = np.array([*(quota.most for quota in frozen.quotas), frozen.size], dtype=np.float64)

    def row(self, features: Sequence[str]) -> Floats:
        """What one person adds to a count."""
        row = np.zeros(len(self.least))
        row[[self._place[pair] for pair in zip(self._categories, features, strict=True)]] = 1.0
        row[-1] = 1.0
        return row

    def count(self, people: Sequence[Person]) -> Floats:
        return sum((self.row(person.features) for person in people), start=np.zeros(len(self.least)))

    def each(self, have: Floats) -> Floats:
        return np.maximum(self.least - have, 0.0) + np.maximum(have - self.most, 0.0)

    def of(self, have: Floats) -> Floats:
        """The loss of each count."""
        return np.asarray(self.each(have).sum(axis=-1))


class _Samples:
    """Panels after people have dropped out by lot, and which alternates sit on each by now."""

    def __init__(self, losses: _Losses, sitting: Sequence[Person], dropouts: Mapping[str, float], seed: str) -> None:
        source = np.random.Generator(np.random.PCG64(int(hashlib.sha256(seed.encode()).hexdigest(), 16)))
        likely = np.array([dropouts.get(person.id, DROPOUT) for person in sitting])
        stays = source.random((SAMPLES, len(sitting))) >= likely
        self._losses = losses
        self._have = stays @ np.array([losses.row(person.features) for person in sitting])
        self._alternates: list[Floats] = []
        self._sits: list[NDArray[np.bool_]] = []

    def average_loss(self) -> float:
        return round(float(self._losses.of(self._have).mean()), 6)

    def step_in(self, profiles: Floats) -> int:
        """Puts the best of the `profiles` wherever it helps, on an empty seat or in place of another alternate."""
        ways = [self._gains(self._have, profiles)]
        for row, sits in zip(self._alternates, self._sits, strict=True):
            without = self._have - row
            given_up = self._losses.of(self._have) - self._losses.of(without)
            ways.append(np.where(sits[:, None], self._gains(without, profiles) + given_up[:, None], -1.0))
        gains = np.stack(ways).max(axis=0)
        best = int(np.argmax(np.maximum(gains, 0.0).sum(axis=0)))
        self._seat(profiles[best], [way[:, best] for way in ways])
        return best

    def _gains(self, have: Floats, profiles: Floats) -> Floats:
        """How much smaller the loss is with one more person: a row a sample, a column a profile."""
        difference = self._losses.each(have) - self._losses.each(have + 1.0)
        return np.asarray(difference @ profiles.T)

    def _seat(self, profile: Floats, ways: Sequence[Floats]) -> None:
        gains = np.stack(ways)
        way: Integers = np.where(gains.max(axis=0) > 0.0, gains.argmax(axis=0), -1)
        for number, (row, sits) in enumerate(zip(self._alternates, self._sits, strict=True), 1):
            gives_way = way == number
            self._have[gives_way] -= row
            sits[gives_way] = False
        self._have[way >= 0] += profile
        self._alternates.append(profile)
        self._sits.append(way >= 0)
