"""Standing panels over twenty years: 40 rotations from 20 seeds, with people who drop out, rest and come back.

`python -m bench.rotations [--seeds N] [--processes N]`
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

from bench.pools import SHARES, pool, quotas
from flows.panels.selection.cohorts import founding_cohorts
from flows.panels.selection.draw import draw
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import Frozen, Person, Quota, freeze
from flows.panels.selection.lottery import picked
from flows.panels.selection.order import Unmeetable

PEOPLE, SEATS, TOLERANCE = 300, 30, 1
ROTATIONS, A_YEAR = 40, 2
LONGEST = 6
"""A term and a rest, in rotations: three years each; a sixth of the seats twice a year is a third a year."""

ATTRITION = (0.05, 0.15)
MOVED = 0.03
"""So much of the pool is replaced by newcomers between two rotations."""

SECONDS = 60


@dataclass(slots=True)
class Town:
    """Who waits, serves (since which rotation) and rests (until which), and everybody's chances so far."""

    people: dict[str, Person]
    newcomers: Iterator[Person]
    since: dict[str, int] = field(default_factory=dict)
    rests: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    chances: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    memoryless: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


@dataclass(slots=True)
class Report:
    """What happened to one panel; shares are of the bound, or of the seats."""

    draws: int = 0
    impossible: int = 0
    violations: int = 0
    too_long: int = 0
    too_soon: int = 0
    below_memoryless: int = 0
    ratios: list[float] = field(default_factory=list)
    refreshed: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rotations", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.processes) as processes:
        reports = []
        for report in processes.map(twenty_years, range(1, options.seeds + 1)):
            reports.append(report)
            print(
                f"{len(reports)} of {options.seeds} panels have lived their twenty years", file=sys.stderr, flush=True
            )
    ratios = [ratio for report in reports for ratio in report.ratios]
    refreshed = [share for report in reports for share in report.refreshed]
    close = sum(ratio >= 0.99 for ratio in ratios) / len(ratios)
    print(f"| draws | {sum(report.draws for report in reports)} |\n|---|---|")
    for words, number in (
        ("rotations in which nobody in the pool could keep the quotas", sum(r.impossible for r in reports)),
        ("quotas violated in the others", sum(r.violations for r in reports)),
        ("people who served longer than their term", sum(r.too_long for r in reports)),
        ("people drawn while they rested", sum(r.too_soon for r in reports)),
        (
            "draws whose smallest cumulative chance is below the memoryless draw's",
            sum(r.below_memoryless for r in reports),
        ),
    ):
        print(f"| {words} | {number} |")
    print(f"| smallest chance ÷ bound at least 0.99 | {close:.1%} of draws, the lowest {min(ratios):.4f} |")
    print(f"| seats renewed a year | {sum(refreshed) / len(refreshed):.1%}, the least {min(refreshed):.1%} |")


def twenty_years(seed: int) -> Report:
    """One panel from its founding on."""
    source = random.Random(seed)
    everybody = pool(PEOPLE * 4, seed)
    town = Town({person.id: person for person in everybody[:PEOPLE]}, iter(everybody[PEOPLE:]))
    report = Report()
    found(town, report)
    gone = 0
    for now in range(1, ROTATIONS + 1):
        move(town, source)
        leaving = leavers(town, source, now)
        for name in leaving:
            town.rests[name] = now + LONGEST
            del town.since[name], town.ends[name]
        gone += len(leaving)
        renew(town, report, now)
        report.too_long += sum(now >= since + LONGEST for since in town.since.values())
        if now % A_YEAR == 0:
            report.refreshed.append(gone / SEATS)
            gone = 0
    return report


def found(town: Town, report: Report) -> None:
    """The first panel, parted into cohorts that leave one after the other."""
    frozen = freeze(SEATS, quotas(SEATS, TOLERANCE), list(town.people.values()), [], list(SHARES))
    drawn = draw(frozen, "maximin", Effort(SECONDS))
    panel = drawn.lottery[picked("0")]
    for cohort, names in enumerate(founding_cohorts(frozen, panel, LONGEST).members, 1):
        for name in names:
            town.since[name], town.ends[name] = 0, cohort
    for person, chance in zip(frozen.waiting, drawn.chances, strict=True):
        town.chances[person.id] = town.memoryless[person.id] = chance
    report.draws += 1
    report.ratios.append(drawn.smallest_cumulative / drawn.bound)


def move(town: Town, source: random.Random) -> None:
    """Some who wait move away, others come."""
    waiting = [name for name in town.people if name not in town.since]
    for name in source.sample(waiting, round(MOVED * len(waiting))):
        del town.people[name]
        newcomer = next(town.newcomers)
        town.people[newcomer.id] = newcomer


def leavers(town: Town, source: random.Random, now: int) -> set[str]:
    """Who drops out, whose term is over, and, until a share of the panel is renewed, who has served longest."""
    dropped = set(source.sample(sorted(town.since), round(source.uniform(*ATTRITION) * len(town.since))))
    over = {name for name, end in town.ends.items() if now >= end}
    leaving = dropped | over
    longest = sorted(town.since, key=lambda name: (town.ends[name], name))
    for name in longest:
        if len(leaving) >= SEATS / LONGEST:
            break
        leaving.add(name)
    return leaving


def renew(town: Town, report: Report, now: int) -> None:
    """Draws replacements; where the quotas cannot be kept, with their smallest widening."""
    rests = {name for name, until in town.rests.items() if until > now}
    waiting = [
        replace(person, past=round(town.chances[name], 8))
        for name, person in sorted(town.people.items())
        if name not in town.since and name not in rests
    ]
    staying = [town.people[name] for name in sorted(town.since)]
    frozen = freeze(SEATS, quotas(SEATS, TOLERANCE), waiting, staying, list(SHARES))
    try:
        drawn = draw(frozen, "maximin", Effort(SECONDS))
    except Unmeetable as unmeetable:
        report.impossible += 1
        frozen = replace(frozen, quotas=tuple(widened(frozen.quotas, unmeetable.widening)))
        drawn = draw(frozen, "maximin", Effort(SECONDS))
    remember(town, frozen, drawn.chances, report)
    report.draws += 1
    report.ratios.append(drawn.smallest_cumulative / drawn.bound if drawn.bound else 1.0)
    for name in drawn.lottery[picked(str(now))]:
        report.too_soon += name in rests
        town.since[name], town.ends[name] = now, now + LONGEST
    report.violations += broken(frozen, [town.people[name] for name in town.since])


def remember(town: Town, frozen: Frozen, chances: list[float], report: Report) -> None:
    """Adds up chances, and beside them those of draws that know no past."""
    blank = [replace(person, past=0.0) for person in frozen.waiting]
    without = freeze(frozen.size, list(frozen.quotas), blank, list(frozen.staying), list(frozen.categories))
    plain = draw(without, "maximin", Effort(SECONDS))
    for person, chance, memoryless in zip(frozen.waiting, chances, plain.chances, strict=True):
        town.chances[person.id] += chance
        town.memoryless[person.id] += memoryless
    names = [person.id for person in frozen.waiting]
    smallest, other = (min(of[name] for name in names) for of in (town.chances, town.memoryless))
    report.below_memoryless += smallest < other - 1e-6


def widened(before: tuple[Quota, ...], widening: list[Quota]) -> list[Quota]:
    now = {(quota.category, quota.feature): quota for quota in widening}
    return [now.get((quota.category, quota.feature), quota) for quota in before]


def broken(frozen: Frozen, panel: list[Person]) -> int:
    have = Counter(pair for person in panel for pair in zip(frozen.categories, person.features, strict=True))
    return sum(not q.least <= have[q.category, q.feature] <= q.most for q in frozen.quotas) + (
        len(panel) != frozen.size
    )


if __name__ == "__main__":
    main()
