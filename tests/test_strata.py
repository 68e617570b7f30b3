"""Whom to look for next, and where people like them came from."""

from __future__ import annotations

from dataclasses import replace

from flows.panels.sortition.strata import Stratum, brought_by, most_came_from, quotas_of, usable
from storage.attributes import Attribute, Option
from storage.sortition import Candidate, SeatQuota

OLD = Option("old", {"en": "65 and over"}, 0.3)
AGE = Attribute("age", "choice", {"en": "Your age"}, (OLD,))
WANTED = Stratum(AGE, "old", SeatQuota("age", "old", 4, 6), 0.3, 5, 0)


def people(venue: str | None, number: int, age: str = "old") -> list[Candidate]:
    return [Candidate(f"{venue} {age} {place}", {"age": age}, 0.0, None, venue=venue) for place in range(number)]


def test_the_venue_that_brought_most_of_a_group_is_named() -> None:
    pool = [*people("Library", 10), *people("Market", 9), *people("Market", 20, "young"), *people(None, 20)]
    assert most_came_from(pool, WANTED, 10) == "Library"


def test_so_few_that_they_could_be_known_are_not_told_by_venue() -> None:
    assert most_came_from([*people("Library", 9), *people(None, 20)], WANTED, 10) is None
    assert most_came_from([], WANTED, 10) is None


def test_a_venue_is_said_to_have_brought_the_groups_of_which_there_are_enough() -> None:
    young = replace(WANTED, option="young", quota=SeatQuota("age", "young", 4, 6))
    pool = [*people("Market", 11), *people("Market", 12, "young"), *people("Library", 9), *people(None, 10)]
    assert brought_by(pool, "Market", [WANTED, young], 10) == [young, WANTED]
    assert brought_by(pool, "Library", [WANTED, young], 10) == []
    assert brought_by(pool, None, [WANTED, young], 10) == [WANTED]


def test_half_of_the_seats_are_for_users_of_a_service() -> None:
    options = (Option("yes", {"en": "Yes"}), Option("no", {"en": "No"}))
    use = Attribute("use:library", "choice", {"en": "Have you used it?"}, options, panel_id="p")
    assert usable([use, replace(use, panel_id=None)]) == [use], "no census says how many"
    assert [(one.least, one.most) for one in quotas_of([use], 24, 10)] == [(10, 14), (10, 14)]
    assert [(one.least, one.most) for one in quotas_of([use], 24, 0)] == [(12, 12), (12, 12)]
