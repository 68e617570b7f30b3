"""Draws from the command line: reads CSV files, prints the record of the draw, and verifies records.

The files have the columns of the Sortition Foundation: `category,feature,min,max` for quotas; for people one row each,
a column per category, and optionally `id` and `address`. Without `id`, people are called by their row, the heading
being row 1 as in a spreadsheet.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import secrets
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from flows.panels.selection.draw import ALGORITHMS, Algorithm, Unmeetable, digest_of, draw
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput, Frozen, Person, Quota, freeze
from flows.panels.selection.record import BadRecord, Record, problems_of, record_of, widening_data

RECORD = "draw.json"
HISTORY = "history.csv"
CHANCE = "chance"
QUOTA_COLUMNS = ("category", "feature", "min", "max")
MOST_SEATS = 1_000_000

FAILED, BAD_INPUT, UNMEETABLE = 1, 2, 3
"""Exit statuses: a record that is wrong, input that is wrong, quotas that cannot be met together."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Files:
    """Where the input of a draw lies; every file has a name of its own beside the record."""

    quotas: Path
    pool: Path
    serving: Path | None = None
    leaving: Path | None = None
    past: Path | None = None

    def all(self) -> dict[str, Path]:
        named = {
            "quotas": self.quotas,
            "pool": self.pool,
            "serving": self.serving,
            "leaving": self.leaving,
            "past": self.past,
        }
        return {name: path for name, path in named.items() if path is not None}


@dataclass(frozen=True, slots=True)
class Ready:
    """The frozen input, why some of the pool are not drawn from, and what the officer should know besides."""

    frozen: Frozen
    excluded: dict[str, str]
    warnings: list[str]


# ---------------------------------------------------------------- the commands


def run_draw(
    files: Files,
    size: int,
    seed: str | None,
    out: Path | None,
    algorithm: str,
    *,
    households: bool,
    seconds: float,
    say: Say,
    complain: Say,
) -> int:
    """Draws, prints the record and keeps it in `out`; the exit status."""
    try:
        if algorithm not in ALGORITHMS:
            raise BadInput(f"“{algorithm}” is no algorithm; there are {', '.join(ALGORITHMS)}.")
        ready = read_all(files, size, households=households)
        hashes = {name: _sha256(path) for name, path in files.all().items()}
        if out is not None:
            _make_room(out)
    except BadInput as bad:
        complain(str(bad))
        return BAD_INPUT
    for warning in ready.warnings:
        complain(warning)
    progress = _Progress(sys.stderr.isatty())
    effort = Effort(seconds, progress=progress.show)
    seed = secrets.token_hex(16) if seed is None else seed
    try:
        drawn = draw(ready.frozen, cast("Algorithm", algorithm), seed, effort)
    except Unmeetable as problem:
        progress.clear()
        complain(_words_for(ready.frozen, problem.widening))
        say(json.dumps({"error": "unmeetable", "widening": widening_data(problem.widening)}, ensure_ascii=False))
        return UNMEETABLE
    progress.clear()
    record = record_of(ready.frozen, drawn, algorithm, seed) | {
        "households": households,
        "excluded": ready.excluded,
        "inputs": hashes,
        "seconds": round(effort.seconds, 3),
    }
    for group in drawn.hopeless:
        complain(_words_for_hopeless(ready.frozen, group.ids, group.features, group.widening))
    if out is not None:
        _keep(out, files, record, ready.frozen)
    say(printed(record))
    return 0


def run_verify(path: Path, say: Say, complain: Say) -> int:
    """Checks a record, or a folder with a record and its input; the exit status."""
    try:
        file = path / RECORD if path.is_dir() else path
        record = json.loads(_bytes(file))
        if not isinstance(record, dict):
            raise BadRecord("It is not a record.")
        problems = _other_inputs(record, path) if path.is_dir() else []
        problems = problems or problems_of(record)
    except (BadInput, BadRecord) as bad:
        complain(f"{path}: {bad}")
        return FAILED
    except (ValueError, Unmeetable) as problem:
        complain(f"{path}: It is not a record of a draw ({problem}).")
        return FAILED
    for wrong in problems:
        complain(f"{path}: {wrong}")
    if problems:
        return FAILED
    say(f"{path}: verified. The same input and seed give the same lottery and the same panel, bit by bit.")
    return 0


def _other_inputs(record: Record, folder: Path) -> list[str]:
    inputs = record.get("inputs")
    if not isinstance(inputs, dict) or not {"quotas", "pool"} <= inputs.keys():
        raise BadRecord("It does not say which input it was made from.")
    for name, expected in inputs.items():
        if _sha256(folder / f"{name}.csv") != expected:
            return [f"{name}.csv does not have the SHA-256 that was published."]
    paths = {name: folder / f"{name}.csv" for name in inputs}
    ready = read_all(Files(**paths), record["size"], households=bool(record.get("households")))
    if digest_of(ready.frozen) != record.get("frozen_sha256"):
        return ["The input files lead to another frozen input than the one that was published."]
    return []


# ---------------------------------------------------------------- what is kept and printed


def printed(record: Record) -> str:
    """The record as JSON, a line for each entry and for each panel of the lottery."""
    entries = []
    for name, value in record.items():
        if name == "lottery":
            panels = ",\n  ".join(json.dumps(panel, ensure_ascii=False) for panel in value)
            entries.append(f' "lottery": [\n  {panels}\n ]')
        else:
            entries.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(entries) + "\n}"


def _make_room(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise BadInput(f"{out} cannot be written to: {problem.strerror}.") from None


def _keep(out: Path, files: Files, record: Record, frozen: Frozen) -> None:
    for name, path in files.all().items():
        kept = out / f"{name}.csv"
        if not kept.exists() or not kept.samefile(path):
            shutil.copyfile(path, kept)
    (out / RECORD).write_text(printed(record) + "\n", encoding="utf-8")
    chances = Counter(_history(files.past)) if files.past else Counter[str]()
    chances.update(record["probabilities"])
    rows = [[name, round(chance, 10)] for name, chance in sorted(chances.items())]
    with (out / HISTORY).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["id", CHANCE], *rows])


class _Progress:
    """One line on a terminal that changes in place; nothing where nobody watches."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown

    def show(self, line: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()

    def clear(self) -> None:
        self.show("")


def _words_for(frozen: Frozen, widening: list[Quota]) -> str:
    return (
        "The quotas cannot be met together with this pool. "
        f"The smallest widening that makes them possible: {_changes(frozen, widening)}."
    )


def _words_for_hopeless(frozen: Frozen, ids: list[str], features: tuple[str, ...], widening: list[Quota]) -> str:
    who = f"{', '.join(ids)} ({', '.join(features)})"
    if not widening:
        return f"No chance at all: {who}."
    return f"No chance at all: {who}. The smallest widening that gives them one: {_changes(frozen, widening)}."


def _changes(frozen: Frozen, widening: list[Quota]) -> str:
    before = {(quota.category, quota.feature): quota for quota in frozen.quotas}
    return "; ".join(
        f"{now.category} {now.feature} from {then.least}–{then.most} to {now.least}–{now.most}"
        for now in widening
        for then in [before[now.category, now.feature]]
    )


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, which can say where something is wrong."""

    file: str
    number: int
    cells: dict[str, str]

    def wrong(self, column: str, what: str) -> BadInput:
        return BadInput(f"{self.file}, row {self.number}, column {column}: {what}.")

    def __getitem__(self, column: str) -> str:
        if not (cell := self.cells[column]):
            raise self.wrong(column, "nothing is written here")
        return cell

    def whole_number(self, column: str) -> int:
        written = self[column]
        if not (written.isascii() and written.isdigit()) or len(written) > 7:
            raise self.wrong(column, f"“{written}” is not a whole number from 0")
        return int(written)


def read_all(files: Files, size: int, *, households: bool = True) -> Ready:
    """All files of a draw, checked against each other. Raises BadInput with row and column."""
    if not 1 <= size <= MOST_SEATS:
        raise BadInput(f"A panel cannot have {size} seats.")
    quotas = _quotas(files.quotas, size)
    categories = sorted({quota.category for quota in quotas})
    reader = _People(files.quotas.name, quotas, categories)
    pool = reader.read(files.pool, must_have_id=files.serving is not None or files.leaving is not None)
    members = reader.serving(files.serving, {person.id: person for person in pool}) if files.serving else []
    leaving = set(_leaving(files.leaving)) if files.leaving else set()
    past = _history(files.past) if files.past else {}
    staying = [replace(person, past=0.0) for person in members if person.id not in leaving]
    excluded = _excluded(pool, members, staying, leaving, households)
    waiting = [
        replace(person, household=person.household if households else "", past=past.get(person.id, 0.0))
        for person in pool
        if person.id not in excluded
    ]
    known = {person.id for person in [*members, *pool]}
    warnings = [f"{name} is to leave, but is neither serving nor in the pool." for name in sorted(leaving - known)]
    still = [replace(person, household="") for person in staying]
    return Ready(freeze(size, quotas, waiting, still, categories), excluded, warnings)


def _excluded(
    pool: list[Person], members: list[Person], staying: list[Person], leaving: set[str], households: bool
) -> dict[str, str]:
    """Why some of the pool cannot be drawn: they serve, have just served, or live with somebody who stays."""
    serving = {person.id for person in members}
    homes = {person.household for person in staying if person.household} if households else set[str]()
    reasons = {}
    for person in pool:
        if person.id in leaving:
            reasons[person.id] = "leaves or rests"
        elif person.id in serving:
            reasons[person.id] = "serves"
        elif person.household in homes:
            reasons[person.id] = "shares an address with somebody who stays"
    return reasons


def _quotas(path: Path, size: int) -> list[Quota]:
    quotas: dict[tuple[str, str], Quota] = {}
    of_category: defaultdict[str, list[tuple[Row, Quota]]] = defaultdict(list)
    for row in _rows(path, QUOTA_COLUMNS):
        quota = Quota(row["category"], row["feature"], row.whole_number("min"), row.whole_number("max"))
        if (quota.category, quota.feature) in quotas:
            raise row.wrong("feature", f"{quota.category} {quota.feature} stands here a second time")
        if quota.least > quota.most:
            raise row.wrong("max", f"{quota.most} is less than the minimum, {quota.least}")
        quotas[quota.category, quota.feature] = quota
        of_category[quota.category].append((row, quota))
    for category, found in of_category.items():
        row = found[-1][0]
        if (least := sum(quota.least for _, quota in found)) > size:
            raise row.wrong("min", f"the minimums of {category} add up to {least}, but there are {size} seats")
        if (most := sum(quota.most for _, quota in found)) < size:
            raise row.wrong("max", f"the maximums of {category} add up to {most}, but there are {size} seats")
    return list(quotas.values())


class _People:
    """Reads people, whose features must be among those of the quotas."""

    def __init__(self, quotas_file: str, quotas: list[Quota], categories: list[str]) -> None:
        self._quotas_file = quotas_file
        self._features = {(quota.category, quota.feature) for quota in quotas}
        self._categories = categories

    def read(self, path: Path, *, must_have_id: bool = False) -> list[Person]:
        needed = (*self._categories, *(["id"] if must_have_id else []))
        return _once(path, [(row, self._person(row)) for row in _rows(path, needed)])

    def serving(self, path: Path, pool: dict[str, Person]) -> list[Person]:
        """Who serves, with their features in the same file or, where it has only ids, as they stand in the pool."""
        rows = list(_rows(path, ("id",)))
        if all(category in rows[0].cells for category in self._categories):
            return _once(path, [(row, self._person(row)) for row in rows])
        for row in rows:
            if row["id"] not in pool:
                raise row.wrong("id", f"{row['id']} is not in the pool, and this file does not have every category")
        return _once(path, [(row, pool[row["id"]]) for row in rows])

    def _person(self, row: Row) -> Person:
        for category in self._categories:
            if (category, row[category]) not in self._features:
                raise row.wrong(category, f"“{row[category]}” is not a feature in {self._quotas_file}")
        name = row["id"] if "id" in row.cells else str(row.number)
        home = " ".join(row.cells.get("address", "").casefold().split())
        return Person(name, tuple(row[category] for category in self._categories), home)


def _once(path: Path, found: list[tuple[Row, Person]]) -> list[Person]:
    rows: dict[str, int] = {}
    for row, person in found:
        if person.id in rows:
            raise row.wrong("id", f"{person.id} stands in row {rows[person.id]} already")
        rows[person.id] = row.number
    return [person for _, person in found]


def _leaving(path: Path) -> Iterator[str]:
    return (row["id"] for row in _rows(path, ("id",), may_be_empty=True))


def _history(path: Path) -> dict[str, float]:
    """The chances each person had in earlier draws; several rows of one person are added up."""
    chances: defaultdict[str, float] = defaultdict(float)
    for row in _rows(path, ("id", CHANCE), may_be_empty=True):
        try:
            chance = float(row[CHANCE])
        except ValueError:
            chance = math.nan
        if not 0 <= chance < math.inf:
            raise row.wrong(CHANCE, f"“{row[CHANCE]}” is not a number from 0")
        chances[row["id"]] += chance
    return {name: round(chance, 10) for name, chance in chances.items()}


def _rows(path: Path, needed: tuple[str, ...], *, may_be_empty: bool = False) -> Iterator[Row]:
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{path.name} is not written in UTF-8.") from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        raise BadInput(f"{path.name} is not a CSV file: {problem}.") from None
    heading = [cell.strip() for cell in lines[0]] if lines else []
    for number, column in enumerate(heading, 1):
        if column and column in heading[: number - 1]:
            raise BadInput(f"{path.name}, row 1, column {column}: it stands here a second time.")
    for column in needed:
        if column not in heading:
            raise BadInput(f"{path.name}, row 1, column {column}: it is missing.")
    filled = [(number, cells) for number, cells in enumerate(lines[1:], 2) if any(cell.strip() for cell in cells)]
    if not filled and not may_be_empty:
        raise BadInput(f"{path.name}, row 2, column {heading[0]}: nobody and nothing is listed.")
    for number, cells in filled:
        if len(cells) > len(heading):
            raise BadInput(f"{path.name}, row {number}, column {len(heading) + 1}: it has no heading.")
        padded = [*cells, *[""] * (len(heading) - len(cells))]
        yield Row(path.name, number, {name: cell.strip() for name, cell in zip(heading, padded, strict=True)})


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror}.") from None


def _sha256(path: Path) -> str:
    return hashlib.sha256(_bytes(path)).hexdigest()
