"""Tables out of files that people send: a workbook or delimited text, as sheets of words."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from flows.words import Words, _

MOST_ROWS = 5_000
MOST_COLUMNS = 200
BLANK_ROWS = 200
"""So many empty rows are the end of a sheet, though a program may have kept thousands more."""
MOST_CELLS = 50_000
"""Reading them keeps everybody else waiting for about a second."""
MOST_UNPACKED = 20 * 1024 * 1024
WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t"

Reason = Literal["kind", "old", "broken", "long"]

REASONS: dict[Reason, Words] = {
    "kind": _("I can read tables only: files that end in .xlsx or .csv."),
    "old": _("This is an old kind of workbook (.xls). Please save it as .xlsx and send that."),
    "broken": _("I cannot open this file. Please save it again as .xlsx or .csv and send that."),
    "long": _("This table is too large. I can read {rows} rows and {cells} cells.", rows=MOST_ROWS, cells=MOST_CELLS),
}


class Unreadable(Exception):
    """The file is no table that can be read; REASONS has the words."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells as words, without space around them; row n of the spreadsheet is `rows[n - 1]`, empty ones too."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def sheets(data: bytes) -> list[Sheet]:
    """Every sheet of a workbook, or the one of delimited text. Raises Unreadable."""
    if data.startswith(WORKBOOK):
        return _workbook(data)
    if data.startswith(OLD_WORKBOOK):
        raise Unreadable("old")
    return [_delimited(_text(data))]


# ---------------------------------------------------------------- workbooks


def _workbook(data: bytes) -> list[Sheet]:
    from openpyxl import load_workbook

    if _unpacked(data) > MOST_UNPACKED:
        raise Unreadable("long")
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        found, left = [], MOST_CELLS
        for sheet in book.worksheets:
            rows = _rows(sheet, left)
            left -= sum(len(row) for row in rows)
            found.append(Sheet(sheet.title, rows))
        return found
    except Unreadable:
        raise
    except Exception as problem:  # the library's errors for hostile files are of many kinds
        raise Unreadable("broken") from problem


def _unpacked(data: bytes) -> int:
    """How large the archive says it becomes: a small file may hold gigabytes of nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise Unreadable("broken") from problem


def _rows(sheet: Any, most: int) -> tuple[tuple[str, ...], ...]:
    sheet.reset_dimensions()  # what the file says of its size need not be true
    return _within((tuple(_words(cell) for cell in row[:MOST_COLUMNS]) for row in sheet.iter_rows()), most)


def _words(cell: Any) -> str:
    """What a spreadsheet shows, near enough: 23% is 23% and not 0.23."""
    match cell.value:
        case None:
            return ""
        case bool(truth):
            return "yes" if truth else "no"
        case int() | float() as number if "%" in (cell.number_format or ""):
            return f"{round(number * 100, 6):g}%"
        case float(number):
            return f"{number:.10g}"
        case datetime() | date() as day:
            return day.isoformat()
    return str(cell.value).strip()


# ---------------------------------------------------------------- delimited text


def _text(data: bytes) -> str:
    """UTF-8, UTF-16 where it says so, otherwise what older programs on Windows write."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as problem:
            raise Unreadable("broken") from problem
    if b"\x00" in data:
        raise Unreadable("kind")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimited(text: str) -> Sheet:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = (tuple(cell.strip() for cell in row[:MOST_COLUMNS]) for row in lines)
        return Sheet("", _within(rows, MOST_CELLS))
    except csv.Error as problem:
        raise Unreadable("broken") from problem


def _within(rows: Iterable[tuple[str, ...]], most: int) -> tuple[tuple[str, ...], ...]:
    """The rows up to the last that is not empty. Raises Unreadable where they have more than `most` cells."""
    found: list[tuple[str, ...]] = []
    last = cells = 0
    for row in rows:
        found.append(row)
        cells += len(row)
        last = len(found) if any(row) else last
        if last > MOST_ROWS or cells > most:
            raise Unreadable("long")
        if len(found) - last >= BLANK_ROWS:
            break
    return tuple(found[:last])
