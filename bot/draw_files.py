"""A draw's CSV files, read and checked against each other: bad input is refused in one sentence with row and column.

The files have the columns of the Sortition Foundation: `category,feature,min,max` for quotas; for people one row each,
a column per category, and optionally `id`, `address` and `dropout` (how likely they drop out). Without `id`, people are
called by their row, the heading being row 1 as in a spreadsheet. Headings may be written in capitals, and commas,
semicolons and tabs separate columns. Files are written in UTF-8, in UTF-16 with a byte order mark, or else read as
Windows-1252, as spreadsheets save them, and then it is said.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from flows.panels.quotas import quota_columns
from flows.panels.selection.frozen import MOST_PAST, BadInput, Frozen, Person, Quota, freeze

CHANCE, TERMS, DROPS_OUT = "chance", "terms", "dropout"
KNOWN_COLUMNS = ("id", "address", CHANCE, TERMS, DROPS_OUT)
KINDS = frozenset({"quotas", "pool", "serving", "leaving", "past"})
QUOTA_COLUMNS = ("category", "feature", "min", "max")
SEPARATORS = ",;\t"
WHOLE = re.compile(r"(\d{1,7})(?:\.0+)?", re.ASCII)
"""Spreadsheets write 3 as 3.0 where a cell of the column is empty."""


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

    def read(self) -> Inputs:
        """What is in them; every file is read once, as a pipe can be. Raises BadInput."""
        return Inputs({name: Content(path.name, bytes_of(path)) for name, path in self.all().items()})


@dataclass(frozen=True, slots=True)
class Content:
    """One file as it was read, and what it was called."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of a draw as they were read, by what they are."""

    by_kind: Mapping[str, Content]

    @property
    def quotas(self) -> Content:
        return self.by_kind["quotas"]

    @property
    def pool(self) -> Content:
        return self.by_kind["pool"]

    @property
    def serving(self) -> Content | None:
        return self.by_kind.get("serving")

    @property
    def leaving(self) -> Content | None:
        return self.by_kind.get("leaving")

    @property
    def past(self) -> Content | None:
        return self.by_kind.get("past")


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
class Row:
    """One row of a file, which can say where something is wrong; `written` is what the file calls a column."""

    file: str
    number: int
    cells: dict[str, str]
    written: dict[str, str]

    def wrong(self, column: str, what: str) -> BadInput:
        return BadInput(f"{self.file}, row {self.number}, column {self.written.get(column, column)}: {what}.")

    def __getitem__(self, column: str) -> str:
        if not (cell := self.cells[column]):
            raise self.wrong(column, "nothing is written here")
        return cell

    def whole_number(self, column: str) -> int:
        written = self[column]
        if not (found := WHOLE.fullmatch(written)):
            raise self.wrong(column, f"“{written}” is not a whole number from 0")
        return int(found[1])

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


def read_all(files: Inputs, size: int, *, households: bool = True, longest: int | None = None) -> Ready:
    """All files of a draw, checked against each other. Raises BadInput with row and column.

    Whoever has served `longest` terms by what stands in the column `terms` leaves.
    """
    if longest is not None and files.serving is None:
        raise BadInput("How long people have served stands in the file of those who serve, which is not given.")
    quotas = _quotas(files.quotas, size)
    categories = sorted({quota.category for quota in quotas})
    reader = _People(files.quotas.name, quotas, categories)
    pool = reader.read(files.pool, must_have_id=files.serving is not None or files.leaving is not None)
    members = reader.serving(files.serving, {person.id: person for person in pool}) if files.serving else []
    ended = reader.ended(files.serving, longest) if files.serving and longest is not None else []
    leaving = {*(_leaving(files.leaving) if files.leaving else ()), *ended}
    past = history_of(files.past) if files.past else {}
    staying = [replace(person, past=0.0) for person in members if person.id not in leaving]
    excluded = _excluded(pool, members, staying, leaving, households)
    waiting = [
        replace(person, household=person.household if households else "", past=past.get(person.id, 0.0))
        for person in pool
        if person.id not in excluded
    ]
    known = {person.id for person in [*members, *pool]}
    warnings = [note for file in files.by_kind.values() if (note := _decoded(file)[1])]
    warnings += [f"{name} is to leave, but is neither serving nor in the pool." for name in sorted(leaving - known)]
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


def _quotas(file: Content, size: int) -> list[Quota]:
    quotas: dict[tuple[str, str], Quota] = {}
    of_category: defaultdict[str, list[tuple[Row, Quota]]] = defaultdict(list)
    for row in _rows(file, QUOTA_COLUMNS, quota_columns):
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

    def read(self, file: Content, *, must_have_id: bool = False) -> list[Person]:
        needed = (*self._categories, *(["id"] if must_have_id else []))
        return _once([(row, self._person(row)) for row in _rows(file, needed)])

    def serving(self, file: Content, pool: dict[str, Person]) -> list[Person]:
        """Who serves, with their features in the same file or, where it has only ids, as they stand in the pool."""
        rows = list(_rows(file, ("id",)))
        if all(category in rows[0].cells for category in self._categories):
            return _once([(row, self._person(row)) for row in rows])
        for row in rows:
            if row["id"] not in pool:
                raise row.wrong("id", f"{row['id']} is not in the pool, and this file does not have every category")
        return _once([(row, pool[row["id"]]) for row in rows])

    def ended(self, file: Content, longest: int) -> list[str]:
        """Who of those who serve have done so for as many terms as anybody may."""
        return sorted(row["id"] for row in _rows(file, ("id", TERMS)) if row.whole_number(TERMS) >= longest)

    def _person(self, row: Row) -> Person:
        for category in self._categories:
            if (category, row[category]) not in self._features:
                raise row.wrong(category, f"“{row[category]}” is not a feature in {self._quotas_file}")
        name = row["id"] if "id" in row.cells else str(row.number)
        if row.cells.get(DROPS_OUT):
            self.dropouts[name] = row.chance(DROPS_OUT)
        home = " ".join(row.cells.get("address", "").casefold().split())
        return Person(name, tuple(row[category] for category in self._categories), home)


def _once(found: list[tuple[Row, Person]]) -> list[Person]:
    rows: dict[str, int] = {}
    for row, person in found:
        if person.id in rows:
            raise row.wrong("id", f"{person.id} stands in row {rows[person.id]} already")
        rows[person.id] = row.number
    return [person for _, person in found]


def _leaving(file: Content) -> Iterator[str]:
    return (row["id"] for row in _rows(file, ("id",), may_be_empty=True))


def history_of(file: Content) -> dict[str, float]:
    """The chances each person had in earlier draws; several rows of one person are added up."""
    chances: defaultdict[str, float] = defaultdict(float)
    for row in _rows(file, ("id", CHANCE), may_be_empty=True):
        chances[row["id"]] += row.amount(CHANCE)
        if chances[row["id"]] > MOST_PAST:
            raise row.wrong(CHANCE, f"the chances of {row['id']} add up to more than {MOST_PAST:,.0f}")
    return {name: round(chance, 10) for name, chance in chances.items()}


def _rows(
    file: Content,
    needed: tuple[str, ...],
    called: Callable[[Sequence[str]], Sequence[str]] = tuple,
    *,
    may_be_empty: bool = False,
) -> Iterator[Row]:
    """Rows that have something in them; `called` says what columns are called here by what the file calls them."""
    lines = _lines(file)
    spelled = {column.casefold(): column for column in (*KNOWN_COLUMNS, *needed)}
    written = [cell.strip() for cell in lines[0]] if lines else []
    heading = [spelled.get(cell.casefold(), cell) for cell in called(written)]
    for number, column in enumerate(heading, 1):
        if column and column in heading[: number - 1]:
            raise BadInput(f"{file.name}, row 1, column {column}: it stands here a second time.")
    for column in needed:
        if column not in heading:
            raise BadInput(f"{file.name}, row 1, column {column}: it is missing.")
    filled = [(number, cells) for number, cells in enumerate(lines[1:], 2) if any(cell.strip() for cell in cells)]
    if not filled and not may_be_empty:
        raise BadInput(f"{file.name}, row 2, column {heading[0]}: nobody and nothing is listed.")
    renamed = {name: cell for name, cell in zip(heading, written, strict=True) if name.casefold() != cell.casefold()}
    for number, cells in filled:
        if len(cells) > len(heading):
            raise BadInput(f"{file.name}, row {number}, column {len(heading) + 1}: it has no heading.")
        padded = [*cells, *[""] * (len(heading) - len(cells))]
        cells_by_name = {name: cell.strip() for name, cell in zip(heading, padded, strict=True)}
        yield Row(file.name, number, cells_by_name, renamed)


def _decoded(file: Content) -> tuple[str, str]:
    """What a file says, and what whoever runs the draw should know of how it was read, if anything."""
    written = file.data
    if written.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with suppress(UnicodeDecodeError):
            return written.decode("utf-16"), ""
        raise BadInput(f"{file.name}: this begins like UTF-16 and is not written in it.")
    try:
        return written.decode("utf-8-sig"), ""
    except UnicodeDecodeError as problem:
        row = written.count(b"\n", 0, problem.start) + 1
    with suppress(UnicodeDecodeError):
        return written.decode("cp1252"), f"{file.name} is not written in UTF-8; it was read as Windows-1252."
    raise BadInput(f"{file.name}, row {row}: this is not written in UTF-8.")


def _lines(file: Content) -> list[list[str]]:
    text, _note = _decoded(file)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise BadInput(f"{file.name}, row {row}: this is not written in UTF-8.")
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as problem:
        raise BadInput(f"{file.name}, row {len(lines) + 1}: this is not CSV ({problem}).") from None
    return lines


def bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror}.") from None
