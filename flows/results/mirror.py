"""The mirror: how much a panel, or those who answered, look like their community.

Index of dissimilarity: Duncan and Duncan, American Sociological Review 20, 1955. R-indicator: Schouten, Cobben and
Bethlehem, Indicators for the representativeness of survey response, Survey Methodology 35, 2009.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.results.crosstables import put_together
from flows.results.disclosure import Line, Published, Rule, line, table
from flows.results.weighting import Floats, Profile

ROUNDS = 50
SETTLED = 1e-10
STEADY = 100
"""So many people make an index of counts that are rounded to tens a fair one."""
STEEPEST = 30.0
"""Log-odds beyond which a propensity is 0 or 1 as far as numbers tell."""


def shares(counts: Mapping[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {band: count / total if total else 0.0 for band, count in counts.items()}


def dissimilarity(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The share of people who would have to be in another band for both to be alike: half the sum of differences."""
    of_one, of_other = shares(one), shares(other)
    return sum(abs(of_one.get(band, 0.0) - of_other.get(band, 0.0)) for band in {*one, *other}) / 2


def r_indicator(asked: Mapping[Profile, int], answered: Mapping[Profile, int]) -> float:
    """1 where everybody was equally likely to answer, 0 where it is as unequal as can be: 1 - 2 S(ρ).

    Propensities are those of a logistic regression on all attributes' bands, as its authors recommend.
    """
    profiles = [profile for profile, number in asked.items() if number > 0]
    number = np.array([asked[profile] for profile in profiles], dtype=np.float64)
    if number.sum() < 2:
        return 1.0
    came = np.array([answered.get(profile, 0) for profile in profiles], dtype=np.float64)
    propensities = _propensities(_design(profiles), number, came)
    mean = np.average(propensities, weights=number)
    variance = float(number @ (propensities - mean) ** 2) / (float(number.sum()) - 1)
    return max(0.0, 1 - 2 * sqrt(variance))


def _design(profiles: Sequence[Profile]) -> Floats:
    """A constant, and a column for every band but the first of each attribute."""
    columns = [np.ones(len(profiles))]
    for place in range(len(profiles[0])):
        bands = sorted({profile[place] for profile in profiles})
        columns += [np.array([float(profile[place] == band) for profile in profiles]) for band in bands[1:]]
    return np.column_stack(columns)


def _propensities(design: Floats, number: Floats, came: Floats) -> Floats:
    """Logistic regression by iteratively reweighted least squares."""
    odds: NDArray[np.floating[Any]] = np.zeros(design.shape[1])
    fitted: Floats = np.zeros(len(number))
    for _round in range(ROUNDS):
        before = fitted
        linear = np.clip(design @ odds, -STEEPEST, STEEPEST)
        fitted = 1 / (1 + np.exp(-linear))
        weight = number * fitted * (1 - fitted)
        root = np.sqrt(weight)
        working = linear + (came - number * fitted) / np.maximum(weight, 1e-12)
        odds = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        if np.max(np.abs(fitted - before)) < SETTLED:
            break
    return fitted


@dataclass(frozen=True, slots=True)
class Band:
    """One band of an attribute: its share in the community, if known, and how many are on the panel and answered.

    `others` are bands counted together with it, because of each alone there are too few.
    """

    key: str
    target: float | None
    panel: Published
    answered: Published
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, *self.others)


@dataclass(frozen=True, slots=True)
class Mirror:
    """One attribute: band by band, and how unlike the community the panel and those who answered are (0 to 1).

    An index is None where the community's shares are not known or too few people stand behind it. `on_panel` and
    `answered` are how many have a band at all.
    """

    bands: tuple[Band, ...]
    panel_unlike: float | None
    answered_unlike: float | None
    on_panel: Published = None
    answered: Published = None

    @property
    def shows_who_answered(self) -> bool:
        return any(band.answered is not None for band in self.bands)

    @property
    def shows_panel(self) -> bool:
        return any(band.panel is not None for band in self.bands)

    def panel_share(self, band: Band) -> float | None:
        return _share(band.panel, self.on_panel, [one.panel for one in self.bands])

    def answered_share(self, band: Band) -> float | None:
        return _share(band.answered, self.answered, [one.answered for one in self.bands])

    @property
    def r_indicator(self) -> float | None:
        """With regard to this attribute alone, of the published counts: an exact one would give away what was rounded.

        Only where all who answered had been asked. None where there are no two groups, or where one is so small that
        rounding would be seen in it more than anything else.
        """
        asked, answered = Counter[Profile](), Counter[Profile]()
        for band in self.bands:
            if band.panel is not None and band.answered is not None:
                asked[band.key,], answered[band.key,] = band.panel, min(band.panel, band.answered)
        others = (self.on_panel or 0) - asked.total()
        if others > 0:
            asked[("",)], answered[("",)] = others, min(others, max(0, (self.answered or 0) - answered.total()))
        is_steady = len(asked) > 1 and min(asked.values()) >= STEADY
        return r_indicator(asked, answered) if is_steady and self.answered is not None else None

    @property
    def is_rough(self) -> bool:
        """Whether rounding may move an index by several points."""
        return min(number for number in (self.on_panel, self.answered, STEADY) if number is not None) < STEADY


def _share(cell: Published, total: Published, cells: Sequence[Published]) -> float | None:
    """Of the published counts; what was kept without its total has shares only where nothing was left out."""
    if total is None and None not in cells:
        total = sum(cell for cell in cells if cell is not None)
    return min(1.0, cell / total) if cell is not None and total else None


def mirror(target: Mapping[str, float], panel: Mapping[str, int], answered: Mapping[str, int], rule: Rule) -> Mirror:
    """Counts by band; those whose band is not known are left out, and the bands are the target's and all others'."""
    keys = [*target, *sorted({*panel, *answered} - {*target, ""})]
    groups = _together({key: (answered or panel).get(key, 0) for key in keys}, rule)
    on_panel, among_them = line(_each(groups, panel), rule), line(_each(groups, answered), rule)
    bands = tuple(
        Band(of[0], _sum_of(target, of), on_panel.cells[place], among_them.cells[place], of[1:])
        for place, of in enumerate(groups)
    )
    return Mirror(bands, _unlike(bands, on_panel), _unlike(bands, among_them), on_panel.total, among_them.total)


def who_answered(of: Mirror, everybody: Mapping[str, int], answered: Mapping[str, int], rule: Rule) -> Line:
    """Of those whose answers are counted, who answered one question, band by band of the survey's mirror.

    Protected beside the survey's own line, so that taking one from the other does not show the few who did not.
    """
    groups = [band.keys for band in of.bands]
    counts = _each(groups, answered)
    others = [max(0, number - count) for number, count in zip(_each(groups, everybody), counts, strict=True)]
    return table([counts, others], rule).rows[0] if groups else Line((), None)


Groups = Sequence[tuple[str, ...]]


def _together(people: Mapping[str, int], rule: Rule) -> Groups:
    """Bands of few people with their neighbours, such as the next age, or where that leaves more groups, with one
    another; each by itself where there would be no two groups."""
    found: list[tuple[str, ...]] = []
    waiting: tuple[str, ...] = ()
    for band in people:
        waiting = (*waiting, band)
        if sum(people[one] for one in waiting) >= rule.smallest:
            found.append(waiting)
            waiting = ()
    if waiting and found:
        found[-1] = (*found[-1], *waiting)
    most = max(found, put_together(people, rule), key=len)
    return most if len(most) > 1 else [(band,) for band in people]


def _each(groups: Groups, people: Mapping[str, int]) -> list[int]:
    return [sum(people.get(band, 0) for band in group) for group in groups]


def _sum_of(target: Mapping[str, float], group: Sequence[str]) -> float | None:
    known = [target[band] for band in group if band in target]
    return sum(known) if known else None


def reflected(survey: Mirror, who: Line) -> Mirror:
    """The same for those who answered one question."""
    bands = tuple(replace(band, answered=cell) for band, cell in zip(survey.bands, who.cells, strict=True))
    return replace(survey, bands=bands, answered_unlike=_unlike(bands, who), answered=who.total)


def _unlike(bands: Sequence[Band], people: Line) -> float | None:
    """Of the published counts, for exact ones could be worked out of it; what is not published is shared by target."""
    target = {band.key: band.target for band in bands if band.target is not None}
    shown = {band.key: cell for band, cell in zip(bands, people.cells, strict=True) if cell is not None}
    if not target or not shown or people.total is None:
        return None
    hidden = {band.key: band.target or 0.0 for band in bands if band.key not in shown}
    rest = max(0, people.total - sum(shown.values()))
    return dissimilarity(target, {**shown, **{key: rest * share for key, share in shares(hidden).items()}})
