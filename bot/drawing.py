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
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from flows.panels.selection.alternates import DROPOUT
from flows.panels.selection.draw import ALGORITHMS, Algorithm, Unmeetable, digest_of
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput, Frozen, Person, Quota, freeze
from flows.panels.selection.record import (
    BadRecord,
    Record,
    Wishes,
    problems_of,
    recorded_draw,
    sealed,
    widening_data,
)

RECORD = "draw.json"
HISTORY = "history.csv"
CHANCE, TERMS, DROPS_OUT = "chance", "terms", "dropout"
KNOWN_COLUMNS = ("id", "address", CHANCE, TERMS, DROPS_OUT)
SEPARATORS = ",;\t"
QUOTA_COLUMNS = ("category", "feature", "min", "max")
MOST_SEATS = 1_000_000
BAR = 20

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
    """The frozen input, why some of the pool are not drawn from, and what the officer should know besides.

    `ended` have served as long as anybody may; `dropouts` are the chances of leaving of those of whom they are known.
    """

    frozen: Frozen
    excluded: dict[str, str]
    warnings: list[str]
    ended: list[str]
    dropouts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Order:
    """What is drawn: seats, how, from which seed, for how long at most, and what is wished for besides.

    `longest` is how many terms anybody serves at most; `dropout` how likely people drop out of whom the files say
    nothing.
    """

    size: int
    seed: str
    algorithm: str = "leximin"
    households: bool = True
    seconds: float = 300.0
    longest: int | None = None
    cap: float | None = None
    alternates: int = 0
    dropout: float = DROPOUT
    cohorts: int = 0

    def check(self) -> None:
        """Raises BadInput."""
        if self.algorithm not in ALGORITHMS:
            raise BadInput(f"“{self.algorithm}” is no algorithm; there are {', '.join(ALGORITHMS)}.")
        if not 1 <= self.size <= MOST_SEATS:
            raise BadInput(f"A panel cannot have {self.size} seats.")
        if self.cap is not None and (not 0 < self.cap <= 1 or self.algorithm == "random"):
            raise BadInput("A cap is a chance above 0 and up to 1, for leximin or maximin.")
        if not 0 <= self.dropout <= 1:
            raise BadInput(f"A chance of dropping out of {self.dropout:g} is not between 0 and 1.")
        if min(self.alternates, self.cohorts) < 0 or max(self.alternates, self.cohorts) > MOST_SEATS:
            raise BadInput("There cannot be so many alternates or cohorts.")
        if self.longest is not None and self.longest < 1:
            raise BadInput(f"Nobody can serve {self.longest} terms at most.")
        if not self.seconds >= 0:
            raise BadInput(f"A draw cannot take {self.seconds} seconds.")
        if not self.seed.isprintable():
            raise BadInput("The seed has characters that cannot be printed.")


# ---------------------------------------------------------------- the commands


def run_draw(files: Files, order: Order, out: Path | None, say: Say, complain: Say) -> int:
    """Draws, prints the record and keeps it in `out`; the exit status."""
    try:
        order.check()
        ready = read_all(files, order.size, households=order.households, longest=order.longest)
        if order.cohorts > ready.frozen.seats:
            raise BadInput(f"{ready.frozen.seats} seats cannot be parted into {order.cohorts} cohorts.")
        hashes = {name: _sha256(path) for name, path in files.all().items()}
        if out is not None:
            _make_room(out)
    except BadInput as bad:
        complain(str(bad))
        return BAD_INPUT
    for warning in ready.warnings:
        complain(warning)
    progress = _Progress(sys.stderr.isatty(), order.seconds)
    effort = Effort(order.seconds, progress=lambda line: progress.show(line, effort.seconds))
    dropouts = {person.id: order.dropout for person in [*ready.frozen.waiting, *ready.frozen.staying]} | ready.dropouts
    wishes = Wishes(order.cap, order.alternates, dropouts, order.cohorts)
    try:
        drawn = recorded_draw(ready.frozen, cast("Algorithm", order.algorithm), order.seed, effort, wishes)
    except Unmeetable as problem:
        progress.clear()
        complain(_words_for(ready.frozen, problem.widening))
        say(json.dumps({"error": "unmeetable", "widening": widening_data(problem.widening)}, ensure_ascii=False))
        return UNMEETABLE
    progress.clear()
    record = sealed(
        drawn
        | {
            "households": order.households,
            "longest": order.longest,
            "ended": ready.ended,
            "excluded": ready.excluded,
            "inputs": hashes,
            "seconds": round(effort.seconds, 3),
        }
    )
    _warn(ready.frozen, record, complain)
    try:
        if out is not None:
            _keep(out, files, record)
    except OSError as problem:
        complain(f"{out} cannot be written to: {problem.strerror}.")
        return FAILED
    say(printed(record))
    return 0


def _warn(frozen: Frozen, record: Record, complain: Say) -> None:
    for group in record["without_chance"]:
        complain(_words_for_hopeless(frozen, group["ids"], group["features"], _quotas_of(group["widening"])))
    for number, widening in enumerate(record["cohorts_out_of_reach"], 1):
        if widening:
            complain(
                f"When cohort {number} leaves, nobody in today's pool can keep all quotas. "
                f"The smallest widening that lets them: {_changes(frozen, _quotas_of(widening))}."
            )
    if record["cap"] is not None and record["max_probability"] > record["cap"] + 1e-6:
        complain(f"Somebody's chance is {record['max_probability']:.4f}: the quotas need more than the cap.")


def _quotas_of(widening: list[dict[str, object]]) -> list[Quota]:
    return [Quota(*wider.values()) for wider in widening]  # type: ignore[arg-type]


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
    except (ValueError, RecursionError, Unmeetable) as problem:
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
    households, longest = bool(record.get("households")), record.get("longest")
    ready = read_all(Files(**paths), record["size"], households=households, longest=longest)
    if (ready.excluded, ready.ended) != (record.get("excluded"), record.get("ended")):
        return ["The input files exclude other people than the record says."]
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


def _keep(out: Path, files: Files, record: Record) -> None:
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
    """One line on a terminal that changes in place, with a bar of the time that may pass; nothing for nobody."""

    def __init__(self, shown: bool, seconds: float) -> None:
        self._shown = shown
        self._seconds = seconds

    def show(self, line: str, seconds: float) -> None:
        if self._shown:
            filled = int(BAR * min(1.0, seconds / self._seconds)) if self._seconds else BAR
            self._write(f"[{'#' * filled:.<{BAR}}] {seconds:.0f} of at most {self._seconds:.0f} s: {line}")

    def clear(self) -> None:
        if self._shown:
            self._write("")

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _words_for(frozen: Frozen, widening: list[Quota]) -> str:
    return (
        "The quotas cannot be met together with this pool. "
        f"The smallest widening that makes them possible: {_changes(frozen, widening)}."
    )


def _words_for_hopeless(frozen: Frozen, ids: list[str], features: list[str], widening: list[Quota]) -> str:
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

    def chance(self, column: str) -> float:
        if (chance := self.amount(column)) > 1:
            raise self.wrong(column, f"“{self[column]}” is not a chance from 0 to 1")
        return chance

    def amount(self, column: str) -> float:
        try:
            number = float(self[column])
        except ValueError:
            number = math.nan
        if not 0 <= number < math.inf:
            raise self.wrong(column, f"“{self[column]}” is not a number from 0")
        return number


def read_all(files: Files, size: int, *, households: bool = True, longest: int | None = None) -> Ready:
    """All files of a draw, checked against each other. Raises BadInput with row and column.

    Whoever has served `longest` terms by what stands in the column `terms` leaves.
    """
    quotas = _quotas(files.quotas, size)
    categories = sorted({quota.category for quota in quotas})
    reader = _People(files.quotas.name, quotas, categories)
    pool = reader.read(files.pool, must_have_id=files.serving is not None or files.leaving is not None)
    members = reader.serving(files.serving, {person.id: person for person in pool}) if files.serving else []
    ended = reader.ended(files.serving, longest) if files.serving and longest is not None else []
    leaving = {*(_leaving(files.leaving) if files.leaving else ()), *ended}
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
    return Ready(freeze(size, quotas, waiting, still, categories), excluded, warnings, ended, reader.dropouts)


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
        self.dropouts: dict[str, float] = {}

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

    def ended(self, path: Path, longest: int) -> list[str]:
        """Who of those who serve have done so for as many terms as anybody may."""
        return sorted(row["id"] for row in _rows(path, ("id", TERMS)) if row.whole_number(TERMS) >= longest)

    def _person(self, row: Row) -> Person:
        for category in self._categories:
            if (category, row[category]) not in self._features:
                raise row.wrong(category, f"“{row[category]}” is not a feature in {self._quotas_file}")
        name = row["id"] if "id" in row.cells else str(row.number)
        if row.cells.get(DROPS_OUT):
            self.dropouts[name] = row.chance(DROPS_OUT)
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
        chances[row["id"]] += row.amount(CHANCE)
    return {name: round(chance, 10) for name, chance in chances.items()}


def _rows(path: Path, needed: tuple[str, ...], *, may_be_empty: bool = False) -> Iterator[Row]:
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{path.name} is not written in UTF-8.") from None
    try:
        separator = max(SEPARATORS, key=text.partition("\n")[0].count)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as problem:
        raise BadInput(f"{path.name} is not a CSV file: {problem}.") from None
    spelled = {column.casefold(): column for column in (*KNOWN_COLUMNS, *needed)}
    heading = [spelled.get(cell.strip().casefold(), cell.strip()) for cell in lines[0]] if lines else []
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
