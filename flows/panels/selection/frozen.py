"""What a draw is made from, frozen: quotas, who waits, who stays, how many seats."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MOST_SEATS = 10_000_000
"""No panel and no quota is larger."""

MOST_PAST = 1_000_000.0
"""Nobody's earlier chances add up to more: a solver's numbers stay numbers."""


class BadInput(Exception):
    """What was handed in contradicts itself; the message is one sentence for the officer."""


@dataclass(frozen=True, slots=True, order=True)
class Quota:
    """How many seats of the whole panel people with one feature have, at least and at most."""

    category: str
    feature: str
    least: int
    most: int


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """Somebody who waits or serves; `features` in the order of the categories.

    `past` is the sum of the chances they had in earlier draws. People with the same `household` (not empty) are
    never drawn together.
    """

    id: str
    features: tuple[str, ...]
    household: str = ""
    past: float = 0.0


@dataclass(frozen=True, slots=True)
class Frozen:
    """All that decides a draw, in an order of its own, so that the order of rows in a file decides nothing."""

    size: int
    categories: tuple[str, ...]
    quotas: tuple[Quota, ...]
    waiting: tuple[Person, ...]
    staying: tuple[Person, ...] = ()

    @property
    def seats(self) -> int:
        """How many are to be drawn."""
        return self.size - len(self.staying)

    def taken(self) -> Counter[tuple[str, str]]:
        """How many of those who stay have each (category, feature)."""
        return Counter(pair for person in self.staying for pair in zip(self.categories, person.features, strict=True))


def freeze(
    size: int, quotas: list[Quota], waiting: list[Person], staying: list[Person], categories: list[str]
) -> Frozen:
    """Everything in its canonical order. Raises BadInput where there is no seat to draw or nobody to draw from."""
    frozen = Frozen(size, tuple(categories), tuple(sorted(quotas)), tuple(sorted(waiting)), tuple(sorted(staying)))
    if frozen.seats < 1:
        raise BadInput(f"{len(staying)} people stay on a panel of {size}, so there is no seat to draw.")
    households = {person.household for person in waiting if person.household}
    drawable = len(households) + sum(not person.household for person in waiting)
    if drawable < frozen.seats:
        one, many = ("household", "people of different households") if households else ("person", "people")
        whom = f"1 {one}" if drawable == 1 else f"{drawable} {many}"
        raise BadInput(f"The pool has {whom} for {frozen.seats} seats.")
    return frozen
