"""The Sortition Foundation's library on one instance: run by an interpreter of an environment of its own.

`python bench/reference_draw.py quotas.csv pool.csv SEATS` prints the smallest chance of its maximin and the seconds it
took; its LEXIMIN needs a commercial solver.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

from sortition_algorithms import CSVFileDataSource, SelectionData, Settings  # type: ignore[import-not-found]
from sortition_algorithms.committee_generation import find_distribution_maximin  # type: ignore[import-not-found]


def main(quotas: str, pool: str, seats: int) -> None:
    nowhere = Path("unused.csv")
    source = CSVFileDataSource(
        features_file=Path(quotas),
        people_file=Path(pool),
        already_selected_file=None,
        selected_file=nowhere,
        remaining_file=nowhere,
    )
    data = SelectionData(source)
    features, _ = data.load_features(seats)
    people, _ = data.load_people(Settings(id_column="id", columns_to_keep=[]), features)
    began = time.perf_counter()
    panels, weights, _ = find_distribution_maximin(features, people, seats, [])
    seconds = time.perf_counter() - began
    chances: defaultdict[str, float] = defaultdict(float)
    for panel, weight in zip(panels, weights, strict=True):
        for person in panel:
            chances[person] += weight
    print(min(chances.values()), seconds)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
