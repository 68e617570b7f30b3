"""Made-up pools as towns have them: correlated attributes, rare profiles, and a response that leans one way."""

from __future__ import annotations

import math
import random

from flows.panels.quotas import quotas_from_shares
from flows.panels.selection.frozen import Frozen, Person, Quota, freeze

SHARES = {
    "age": {"16-29": 20, "30-44": 25, "45-59": 25, "60-74": 20, "75+": 10},
    "area": {"north": 26, "south": 22, "east": 18, "west": 18, "centre": 16},
    "education": {"none": 15, "school": 30, "college": 25, "degree": 30},
    "ethnicity": {"white": 82, "asian": 9, "black": 5, "mixed": 4},
    "gender": {"female": 51, "male": 49},
    "housing": {"owner": 62, "renter": 24, "social": 14},
    "view": {"agree": 38, "unsure": 30, "disagree": 32},
}
"""Percentages of the community, by category and feature."""

CORRELATION = 0.8
SKEW = 1.2


def pool(people: int, seed: int) -> list[Person]:
    """So many who responded. A hidden leaning shapes each person's features, and how likely they respond."""
    source = random.Random(seed)
    found: list[Person] = []
    while len(found) < people:
        leaning = source.gauss(0, 1)
        features = tuple(_feature(source, shares, leaning) for shares in SHARES.values())
        if source.random() < 1 / (1 + math.exp(-SKEW * leaning)):
            found.append(Person(f"p{len(found):05}", features))
    return found


def _feature(source: random.Random, shares: dict[str, int], leaning: float) -> str:
    middle = (len(shares) - 1) / 2
    tilt = [math.exp(CORRELATION * leaning * (place - middle) / len(shares)) for place in range(len(shares))]
    weights = [share * by for share, by in zip(shares.values(), tilt, strict=True)]
    return source.choices(list(shares), weights)[0]


def quotas(seats: int, tolerance: int = 0) -> list[Quota]:
    """Seats in proportion to the community, give or take `tolerance` seats."""
    return [
        Quota(category, quota.feature, max(0, quota.least - tolerance), quota.most + tolerance)
        for category, shares in SHARES.items()
        for quota in quotas_from_shares(category, shares, seats)
    ]


def instance(people: int, seats: int, seed: int, tolerance: int = 0) -> Frozen:
    """A pool with quotas, frozen."""
    return freeze(seats, quotas(seats, tolerance), pool(people, seed), [], list(SHARES))
