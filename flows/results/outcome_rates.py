"""How many of those who were asked answered, in the terms of the field, and where others stopped.

The American Association for Public Opinion Research, Standard Definitions: Final Dispositions of Case Codes and
Outcome Rates for Surveys, 9th edition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.results.disclosure import Published, Rule


@dataclass(frozen=True, slots=True)
class Dispositions:
    """What became of everybody asked: AAPOR's I, P, R, NC, O, and UH and UO together, with `eligible` as their e.

    Members of a panel are known to be eligible, so nobody of them is `unknown`: whoever sent nothing was not reached.
    """

    complete: int
    partial: int = 0
    refused: int = 0
    not_reached: int = 0
    other: int = 0
    unknown: int = 0
    eligible: float = 1.0

    @property
    def asked(self) -> int:
        return self._known + self.unknown

    @property
    def _known(self) -> int:
        return self.complete + self.partial + self.refused + self.not_reached + self.other

    @property
    def rr1(self) -> float:
        """The minimum response rate: complete answers of everybody who may have been eligible."""
        return _share(self.complete, self.asked)

    @property
    def rr2(self) -> float:
        """As `rr1`, with partial answers."""
        return _share(self.complete + self.partial, self.asked)

    @property
    def rr3(self) -> float:
        """As `rr1`, of those unknown only as many as are thought to have been eligible."""
        return _share(self.complete, self._known + self.eligible * self.unknown)

    @property
    def rr4(self) -> float:
        """As `rr3`, with partial answers."""
        return _share(self.complete + self.partial, self._known + self.eligible * self.unknown)

    @property
    def rr5(self) -> float:
        """The maximum response rate: of those known to be eligible."""
        return _share(self.complete, self._known)

    @property
    def rr6(self) -> float:
        """As `rr5`, with partial answers."""
        return _share(self.complete + self.partial, self._known)

    @property
    def completion(self) -> float:
        """Of those who began, how many came to the end."""
        return _share(self.complete, self.complete + self.partial)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def published(found: Dispositions, rule: Rule) -> Dispositions | None:
    """The same in figures that may be published: what is too small joins those who were not reached, and None where
    too few answered."""
    complete, asked = rule.rounded(found.complete), rule.rounded(found.asked)
    if complete is None or asked is None:
        return None
    begun = rule.rounded(found.complete + found.partial) or complete
    refused = rule.rounded(found.refused) or 0
    left = max(0, asked - begun - refused)
    return Dispositions(complete, begun - complete, min(refused, asked - begun), left)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many who began came as far as a question, and how many stopped there."""

    came: Published
    stopped: Published


def drop_off(
    questions: Sequence[str], stopped_before: Mapping[str | None, int], complete: int, rule: Rule
) -> Sequence[Reached]:
    """By question in order. `stopped_before`: how many unfinished people were asked which question next and left it;
    None where that was the first, empty where only sending was left."""
    unfinished = [stopped_before.get(id, 0) for id in questions]
    if unfinished:
        unfinished[0] += stopped_before.get(None, 0)
    complete += stopped_before.get("", 0)
    return [
        Reached(rule.rounded(complete + sum(unfinished[place:])), rule.rounded(unfinished[place]))
        for place in range(len(questions))
    ]
