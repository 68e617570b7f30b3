"""Whom to look for next, and where people like them came from."""

from __future__ import annotations

from flows.panels.sortition.strata import Stratum, most_came_from
from storage.attributes import Attribute, Option
from storage.sortition import Candidate, SeatQuota

OLD = Option("old", {"en": "65 and over"}, 0.3)
AGE = Attribute("age", "choice", {"en": "Your age"}, (OLD,))
WANTED = Stratum(AGE, "old", SeatQuota("age", "old", 4, 6), 0.3, 5, 0)


def people(venue: str | None, number: int, age: str = "old") -> list[Candidate]:
    return [Candidate(f"{venue} {age} {place}", {"age": age}, 0.0, None, venue=venue) for place in range(number)]


def test_the_venue_that_brought_most_of_a_group_is_named() -> None:
    pool = [*people("Library", 3), *people("Market", 2), *people("Market", 9, "young"), *people(None, 20)]
    assert most_came_from(pool, WANTED) == "Library"


def test_so_few_that_they_could_be_known_are_not_told_by_venue() -> None:
    assert most_came_from([*people("Library", 2), *people(None, 20)], WANTED) is None
    assert most_came_from([], WANTED) is None
