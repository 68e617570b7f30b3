"""A question by an attribute: each band's answers, raw and weighted, in figures that may be published.

Bands of too few people are put together, so that no band can be told by taking the others from the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.results.counting import Category, Tally, categories_of, counted
from flows.results.disclosure import Line, Published, Rule, table
from flows.results.weighting import Profile, Weights
from storage.consultations import Question

ByProfile = Mapping[Profile, Tally]
"""One question's answers, counted for each profile."""


@dataclass(frozen=True, slots=True)
class Column:
    """One band, or several of few people each; what was answered there, category by category."""

    bands: tuple[str, ...]
    cells: Line


def whole(answers: ByProfile) -> Tally:
    """Everybody's answers, whatever their profile."""
    total: Counter[object] = Counter()
    for tally in answers.values():
        total.update(tally)
    return total


def cross(
    question: Question, answers: ByProfile, place: int, rule: Rule, order: Sequence[str] = ()
) -> tuple[Column, ...]:
    """By the attribute at `place` of the profiles; nothing where fewer than two columns can be published.

    Bands stand in this order; any that are not in it come after them.
    """
    everybody = whole(answers)
    categories = categories_of(question, everybody, rule)
    by_band: dict[str, Counter[object]] = {}
    for profile, tally in answers.items():
        by_band.setdefault(profile[place], Counter()).update(tally)
    by_band = {
        band: by_band[band] for band in [*order, *(band for band in by_band if band not in order)] if band in by_band
    }
    groups = put_together({band: tally.total() for band, tally in by_band.items() if tally}, rule)
    if not groups or not categories:
        return ()
    tallies = [sum((by_band[band] for band in bands), Counter[object]()) for bands in groups]
    counts = [counted(categories, tally) for tally in tallies]
    answered = [tally.total() for tally in tallies]
    lines = _chosen_or_not(counts, answered, rule) if question.kind == "many" else list(table(counts, rule).rows)
    return tuple(Column(bands, cells) for bands, cells in zip(groups, lines, strict=True))


def put_together(people: Mapping[str, int], rule: Rule) -> list[tuple[str, ...]]:
    """The bands in groups; those of too few people share one, with the next smallest if they are still too few.

    Nothing where that leaves no two groups.
    """
    by_size = sorted(people, key=lambda band: (people[band], band))
    together: list[str] = []
    while by_size and (
        people[by_size[0]] < rule.smallest or (together and sum(people[band] for band in together) < rule.smallest)
    ):
        together.append(by_size.pop(0))
    columns: list[tuple[str, ...]] = [(band,) for band in people if band in by_size]
    columns += [tuple(band for band in people if band in together)] if together else []
    return columns if len(columns) > 1 else []


def _chosen_or_not(counts: Sequence[Sequence[int]], answered: Sequence[int], rule: Rule) -> list[Line]:
    """Several answers each: an option at a time, of those who chose it and those who did not."""
    options = [
        table([[chosen, of - chosen] for chosen, of in zip(column, answered, strict=True)], rule).rows
        for column in zip(*counts, strict=True)
    ]
    return [
        Line(tuple(rows[place].cells[0] for rows in options), rule.rounded(of)) for place, of in enumerate(answered)
    ]


def weighted(
    answers: ByProfile, categories: Sequence[Category], raw: Line, weights: Weights, rule: Rule
) -> tuple[Published, ...]:
    """What as many people of the whole community would have said, as far as weights can tell.

    What is not published raw is not published weighted.
    """
    people = {profile: sum(tally.values()) for profile, tally in answers.items()}
    total = sum(number * weights.of(profile) for profile, number in people.items() if number)
    answered = sum(people.values())
    cells: list[Published] = []
    for category, cell in zip(categories, raw.cells, strict=True):
        chose = sum(weights.of(profile) * counted([category], tally)[0] for profile, tally in answers.items() if tally)
        cells.append(rule.rounded(chose / total * answered) if cell is not None and total else None)
    return tuple(cells)
