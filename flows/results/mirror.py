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

from flows.results.disclosure import Line, Published, Rule, line, table
from flows.results.weighting import Floats, Profile

ROUNDS = 50
SETTLED = 1e-10
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
    """One band of an attribute: its share in the community, if known, and how many are on the panel and answered."""

    key: str
    target: float | None
    panel: Published
    answered: Published


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

    def panel_share(self, band: Band) -> float | None:
        return _share(band.panel, self.on_panel, [one.panel for one in self.bands])

    def answered_share(self, band: Band) -> float | None:
        return _share(band.answered, self.answered, [one.answered for one in self.bands])

    @property
    def r_indicator(self) -> float | None:
        """With regard to this attribute alone, of the published counts: an exact one would give away what was rounded.

        Only where all who answered had been asked. None where fewer than two groups are left to compare.
        """
        asked, answered = Counter[Profile](), Counter[Profile]()
        for band in self.bands:
            if band.panel is not None and band.answered is not None:
                asked[band.key,], answered[band.key,] = band.panel, min(band.panel, band.answered)
        others = (self.on_panel or 0) - asked.total()
        if others > 0:
            asked[("",)], answered[("",)] = others, min(others, max(0, (self.answered or 0) - answered.total()))
        return r_indicator(asked, answered) if len(asked) > 1 and self.answered is not None else None


def _share(cell: Published, total: Published, cells: Sequence[Published]) -> float | None:
    """Of the published counts; what was kept without its total has shares only where nothing was left out."""
    if total is None and None not in cells:
        total = sum(cell for cell in cells if cell is not None)
    return min(1.0, cell / total) if cell is not None and total else None


def mirror(target: Mapping[str, float], panel: Mapping[str, int], answered: Mapping[str, int], rule: Rule) -> Mirror:
    """Counts by band; those whose band is not known are left out, and the bands are the target's and all others'."""
    keys = [*target, *sorted({*panel, *answered} - {*target, ""})]
    on_panel = line([panel.get(key, 0) for key in keys], rule)
    among_them = line([answered.get(key, 0) for key in keys], rule)
    return Mirror(
        tuple(
            Band(key, target.get(key), on_panel.cells[place], among_them.cells[place]) for place, key in enumerate(keys)
        ),
        _unlike(target, keys, on_panel),
        _unlike(target, keys, among_them),
        on_panel.total,
        among_them.total,
    )


def who_answered(keys: Sequence[str], everybody: Mapping[str, int], answered: Mapping[str, int], rule: Rule) -> Line:
    """Of those whose answers are counted, who answered one question, band by band.

    Protected beside the survey's own line, so that taking one from the other does not show the few who did not.
    """
    counts = [answered.get(key, 0) for key in keys]
    others = [max(0, everybody.get(key, 0) - count) for key, count in zip(keys, counts, strict=True)]
    return table([counts, others], rule).rows[0] if keys else Line((), None)


def reflected(survey: Mirror, who: Line) -> Mirror:
    """The same for those who answered one question."""
    target = {band.key: band.target for band in survey.bands if band.target is not None}
    return replace(
        survey,
        bands=tuple(replace(band, answered=cell) for band, cell in zip(survey.bands, who.cells, strict=True)),
        answered_unlike=_unlike(target, [band.key for band in survey.bands], who),
        answered=who.total,
    )


def _unlike(target: Mapping[str, float], keys: Sequence[str], people: Line) -> float | None:
    """Of the published counts, for exact ones could be worked out of it; what is not published is shared by target."""
    if not target or people.total is None:
        return None
    shown = {key: cell for key, cell in zip(keys, people.cells, strict=True) if cell is not None}
    hidden = {key: target.get(key, 0.0) for key in keys if key not in shown}
    rest = max(0, people.total - sum(shown.values()))
    return dissimilarity(target, {**shown, **{key: rest * share for key, share in shares(hidden).items()}})
