"""Draws measured: our engine on realistic pools, beside the Sortition Foundation's library where it is installed.

`python -m bench.draw [--library PYTHON]`: the interpreter of an environment that has `sortition-algorithms`.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.pools import instance
from flows.panels.selection.draw import draw
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import Frozen
from flows.panels.selection.kinds import kinds_of
from flows.panels.selection.order import Algorithm

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Case:
    people: int
    seats: int
    seed: int
    tolerance: int
    algorithm: Algorithm
    with_library: bool


CASES = [
    *(
        Case(360, 30, seed, 0, algorithm, algorithm == "maximin")
        for seed in (1, 2)
        for algorithm in ("maximin", "leximin")
    ),
    *(Case(400, 40, seed, tolerance, "leximin", False) for seed in (1, 2) for tolerance in (0, 1)),
    Case(2000, 60, 1, 0, "leximin", False),
    Case(2000, 150, 2, 0, "leximin", False),
    Case(10_000, 100, 1, 0, "leximin", False),
    Case(100_000, 110, 1, 0, "leximin", False),
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.draw", description=__doc__)
    parser.add_argument("--library", help="interpreter that has sortition-algorithms")
    library: str | None = parser.parse_args().library
    heads = ["people", "profiles", "seats", "quotas", "algorithm", "smallest chance", "bound", "seconds"]
    heads += ["library: smallest chance", "library: seconds"]
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for case in CASES:
        frozen = instance(case.people, case.seats, case.seed, case.tolerance)
        began = time.perf_counter()
        drawn = draw(frozen, case.algorithm, Effort(LONGEST))
        seconds = time.perf_counter() - began
        theirs = reference(library, frozen) if library and case.with_library else " | "
        width = f"±{case.tolerance}" if case.tolerance else "exact"
        print(
            f"| {case.people} | {len(kinds_of(frozen).all)} | {case.seats} | {width} | {case.algorithm} "
            f"| {drawn.smallest_cumulative:.6f} | {drawn.bound:.6f} | {seconds:.1f} | {theirs} |",
            flush=True,
        )


def reference(library: str, frozen: Frozen) -> str:
    """The library's smallest chance and seconds on the same instance."""
    with tempfile.TemporaryDirectory() as folder:
        quotas, pool = Path(folder, "quotas.csv"), Path(folder, "pool.csv")
        with quotas.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["feature", "value", "min", "max"])
            writer.writerows([quota.category, quota.feature, quota.least, quota.most] for quota in frozen.quotas)
        with pool.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", *frozen.categories])
            writer.writerows([person.id, *person.features] for person in frozen.waiting)
        script = Path(__file__).with_name("reference_draw.py")
        try:
            done = subprocess.run(
                [library, script, quotas, pool, str(frozen.seats)],
                check=False,
                capture_output=True,
                text=True,
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired:
            return f"none | over {LONGEST}"
    if done.returncode:
        return f"{done.stderr.strip().splitlines()[-1][:60]} | "
    chance, seconds = done.stdout.split()[-2:]
    return f"{float(chance):.6f} | {float(seconds):.1f}"


if __name__ == "__main__":
    main()
