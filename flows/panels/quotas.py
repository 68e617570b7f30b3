"""Quotas from the community's shares: how many seats of a panel each group has, at least and at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil

from flows.panels.selection.frozen import BadInput, Quota


def quota_columns(headings: Sequence[str]) -> list[str]:
    """What the columns of a file of quotas are called here, where other programs of the field call them otherwise.

    `category,name` and `category,value` are `category,feature`, and so is `feature,value`. Nothing is renamed where
    `category` and `feature` are there, or where it is not clear what is meant.
    """
    names = [heading.strip().casefold() for heading in headings]
    synonyms: dict[str, str] = {}
    if "category" not in names and "feature" in names and "value" in names:
        synonyms = {"feature": "category", "value": "feature"}
    elif "category" in names and "feature" not in names and ("name" in names) != ("value" in names):
        synonyms = {"name": "feature", "value": "feature"}
    return [synonyms.get(name, heading.strip()) for name, heading in zip(names, headings, strict=True)]


def quotas_from_shares(category: str, shares: Mapping[str, float], size: int, tolerance: float = 0.0) -> list[Quota]:
    """One category's quotas on a panel of `size` seats, in the order of its features.

    `shares` are people, percentages or fractions; only their proportions count. Whole seats are found by largest
    remainders (Hamilton's method; of equal remainders the larger group's first), so they add up to `size`. With a
    `tolerance` (0.1 for ±10 %) each group may have so much more or less than its seats, rounded up to whole people.
    Raises BadInput.
    """
    exact = _exact_seats(category, shares, size)
    if not 0 <= tolerance <= 1:
        raise BadInput(f"A tolerance of {tolerance:g} is not between 0 and 1.")
    whole = _largest_remainders(exact, size)
    give = {feature: ceil(seats * _fraction(tolerance)) for feature, seats in exact.items()}
    return [
        Quota(category, feature, max(0, seats - give[feature]), min(size, seats + give[feature]))
        for feature, seats in whole.items()
    ]


def _exact_seats(category: str, shares: Mapping[str, float], size: int) -> dict[str, Fraction]:
    if size < 1:
        raise BadInput(f"A panel cannot have {size} seats.")
    for feature, share in shares.items():
        if not 0 <= share < float("inf"):
            raise BadInput(f"{category} {feature}: {share:g} is not a share.")
    total = sum((_fraction(share) for share in shares.values()), Fraction(0))
    if not total:
        raise BadInput(f"{category} has no shares.")
    return {feature: size * _fraction(share) / total for feature, share in shares.items()}


def _largest_remainders(exact: Mapping[str, Fraction], size: int) -> dict[str, int]:
    whole = {feature: int(seats) for feature, seats in exact.items()}
    order = sorted(exact, key=lambda feature: (whole[feature] - exact[feature], -exact[feature], feature))
    for feature in order[: size - sum(whole.values())]:
        whole[feature] += 1
    return whole


def _fraction(number: float) -> Fraction:
    """The number as it is written: 0.1 is a tenth."""
    return Fraction(str(number))
