"""The sheets of an XLSForm as rows by column, however their headings are spelt (xlsform.org)."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from babel import Locale, UnknownLocaleError

from flows.surveys.form.model import Labels, Problem
from flows.words import Words, _

MOST_UNPACKED = 50 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_CELL = 10_000

WORKBOOK, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
MEDIA = ("image", "big-image", "audio", "video")
SURVEY_COLUMNS = (
    *("type", "name", "relevant", "required", "constraint", "calculation", "default", "choice_filter", "appearance"),
    *("parameters", "repeat_count", "disabled", "trigger", "read_only", "bind", "body", "instance", "save_to"),
    *TRANSLATED,
    *MEDIA,
)
CHOICE_COLUMNS = ("list_name", "name", "label", *MEDIA)
SETTINGS = (
    *("form_title", "form_id", "version", "default_language", "allow_choice_duplicates", "style", "instance_name"),
    *("instance_id", "instance_xmlns", "public_key", "submission_url", "auto_send", "auto_delete", "name", "prefix"),
    *("namespaces", "attribute", "delimiter", "clean_text_values", "client_editable", "omit_instanceid"),
)

SPELLINGS = {
    "relevance": "relevant",
    "skip_logic": "relevant",
    "calculate": "calculation",
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "readonly": "read_only",
    "list name": "list_name",
    "listname": "list_name",
    "jr:count": "repeat_count",
    "count": "repeat_count",
    "set_form_title": "form_title",
    "title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
}
PREFIXES = ("bind", "control", "body", "media")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty; `number` as the spreadsheet shows it, what is `said` by column and language."""

    number: int
    cells: Mapping[str, str]
    said: Mapping[str, Labels]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def labels(self, column: str) -> Labels:
        return self.said.get(column, {})


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its rows, and how each column is spelt in this file."""

    name: str
    rows: tuple[Row, ...]
    spelt: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def column(self, column: str, language: str | None = None) -> str:
        """How its heading reads; that for a language, or what it would be."""
        if language is None:
            return self.spelt.get(column, column)
        if (column, language) in self.headings or not language:
            return self.headings.get((column, language), column)
        like = next((heading for (_other, of), heading in self.headings.items() if of == language), "")
        return f"{column}::{like.split(':')[-1].strip() or language}"


@dataclass(slots=True)
class Workbook:
    """`raw` is what the library reads, for its own check."""

    survey: Table
    choices: Table
    settings: Mapping[str, str]
    raw: dict[str, Any]
    problems: list[Problem]


class NoForm(Exception):
    """The file cannot be read as an XLSForm at all."""

    def __init__(self, what: Words, sheet: str = "", row: int = 0, column: str = "") -> None:
        super().__init__(what.english)
        self.problem = Problem(sheet, row, column, what)


HEADS = _("Its first row must hold the headings type, name and label.")
FIRST_ROWS = 10
LONGEST_SHOWN = 200
TWICE = _("This column stands there twice.")
FAR = 2_000
"""Rows after the last one that was read which are looked at."""

BROKEN = _("I cannot open this file. Please save it again as .xlsx and send that.")


def workbook(data: bytes, kind: str) -> Workbook:
    """`kind` is .xlsx, .xls, .csv, .md, or what stands between the cells of a sheet of questions. Raises NoForm."""
    if data.startswith(WORKBOOK):
        _check_size(data)
    if not kind.startswith("."):
        return _of(_survey_alone(data.decode(), kind))
    from pyxform.xls2json_backends import get_xlsform  # takes its time to load

    try:
        raw = _sheets(get_xlsform(data, kind))
        beyond = _beyond(data, raw) if kind == ".xlsx" else []
    except Exception as problem:  # what the libraries raise for hostile files is of many kinds
        raise (_twice(data, kind, str(problem)) or NoForm(BROKEN)) from problem
    book = _of(raw)
    book.problems.extend(beyond)
    return book


def _survey_alone(text: str, delimiter: str) -> dict[str, Any]:
    """A sheet of questions as plain text, as the library would have read it."""
    table = csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter)
    headings = [" ".join(heading.split()) for heading in next(table, [])]
    if (again := next((one for one in headings if one and headings.count(one) > 1), "")) != "":
        raise NoForm(TWICE, "survey", 1, again)
    rows = [
        {heading: cell.strip() for heading, cell in zip(headings, row, strict=False) if heading and cell.strip()}
        for row in table
    ]
    while rows and not rows[-1]:
        rows.pop()
    return {**_sheets(None), "survey": rows, "survey_header": [dict.fromkeys(filter(None, headings))]}


def heads_table(cells: Sequence[str]) -> Literal["survey", "part", ""]:
    """Whether the first row of a text heads a sheet of questions, or a part of one."""
    between = "::" if any("::" in cell for cell in cells) else ":"
    found = {_column(cell, between)[0] for cell in cells} & set(SURVEY_COLUMNS)
    if {"type", "name"} <= found:
        return "survey"
    return "part" if len(found) > 1 and len(found) >= len(cells) / 2 else ""


def _twice(data: bytes, kind: str, sentence: str) -> NoForm | None:
    """A heading that stands twice, where that is why the library gave up."""
    found = re.search(r"Duplicate column header: (.*)", sentence)
    if found is None:
        return None
    sheet = "survey"
    if kind == ".xlsx":
        for name, rows in _rows_of(data, 1, 1):
            headings = [" ".join(str(cell).split()) for cell in next(iter(rows), ()) if cell is not None]
            sheet = name if headings.count(" ".join(found[1].split())) > 1 else sheet
    return NoForm(TWICE, sheet, 1, found[1].strip())


def _beyond(data: bytes, raw: Mapping[str, Any]) -> list[Problem]:
    """Rows after so many empty ones that the library reads no further."""
    found = []
    for name, rows in _rows_of(data, 2, MOST_ROWS + FAR):
        read = len(raw.get(name.lower()) or [])
        if name.lower() not in ("survey", "choices"):
            continue
        for number, row in enumerate(rows, 2):
            if number > read + FAR:
                break
            if number > read + 1 and any(cell is not None and str(cell).strip() for cell in row):
                what = _("Many empty rows stand above this one, so it would be left out. Please delete them.")
                found.append(Problem(name.lower(), number, "", what))
                break
    return found


def _rows_of(data: bytes, first: int, last: int) -> Iterator[tuple[str, Iterable[tuple[Any, ...]]]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            yield sheet.title, sheet.iter_rows(first, last, values_only=True)
    finally:
        book.close()


def _check_size(data: bytes) -> None:
    """How large the archive says it becomes: a small file may hold gigabytes of nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise NoForm(BROKEN) from problem
    if size > MOST_UNPACKED:
        raise NoForm(_("This file is too large for me."))


def _sheets(read: Any) -> dict[str, Any]:
    names = ("survey", "choices", "settings", "entities", "external_choices")
    found = {name: getattr(read, name, None) or [] for name in names}
    found.update({f"{name}_header": getattr(read, f"{name}_header", None) or [] for name in names})
    return {**found, "sheet_names": list(getattr(read, "sheet_names", None) or [])}


def _of(raw: dict[str, Any]) -> Workbook:
    problems: list[Problem] = []
    if not raw["survey"]:
        raise _no_survey(raw["sheet_names"])
    if sum(len(raw[name]) for name in ("survey", "choices", "external_choices")) > MOST_ROWS:
        raise NoForm(_("This form has more than {most} rows.", most=MOST_ROWS))
    survey = _table("survey", raw, SURVEY_COLUMNS, problems)
    choices = _table("choices", raw, CHOICE_COLUMNS, problems)
    if "type" not in survey.spelt and not problems:
        raise NoForm(_no_headings(raw), "survey", 1)
    settings = _table("settings", raw, SETTINGS, problems)
    first = settings.rows[0].cells if settings.rows else {}
    return Workbook(survey, choices, first, raw, problems)


def _no_headings(raw: Mapping[str, Any]) -> Words:
    """What stands in the first row instead, or where the headings are."""
    for number, row in enumerate(raw["survey"][:FIRST_ROWS], 2):
        if any(
            _column(str(cell), "::")[0] == "type" for cell in row.values()
        ):  # columns without a heading are not read
            return _("The headings type, name and label stand in row {row}. Please delete the rows above.", row=number)
    found = [str(heading) for heading in next(iter(raw["survey_header"]), ()) if str(heading).strip()]
    if not found:
        return HEADS
    return _("{heads} It holds: {found}", heads=HEADS, found=", ".join(found[:FIRST_ROWS])[:LONGEST_SHOWN])


def _no_survey(names: Sequence[str]) -> NoForm:
    if any(name.lower() == "survey" for name in names):
        return NoForm(_("There are no questions on it."), "survey")
    near = get_close_matches("survey", [name.lower() for name in names], 1, 0.6)
    if near:
        return NoForm(_("There is no sheet “survey”. Is the sheet “{name}” meant?", name=near[0]))
    return NoForm(_("There is no sheet “survey”: the questions stand on a sheet of that name."))


# ---------------------------------------------------------------- headings


def _table(name: str, raw: Mapping[str, Any], known: Sequence[str], problems: list[Problem]) -> Table:
    rows: Sequence[Mapping[str, str]] = raw[name]
    headings = dict.fromkeys(heading for row in (*raw[f"{name}_header"], *rows) for heading in row)
    between = "::" if any("::" in heading for heading in headings) else ":"
    columns = {heading: _column(heading, between) for heading in headings}
    spelt: dict[str, str] = {}
    headings_of: dict[tuple[str, str], str] = {}
    for heading, (column, language) in columns.items():
        spelt.setdefault(column, heading)
        if headings_of.setdefault((column, language or ""), heading) != heading and column in known:
            problems.append(Problem(name, 1, heading, TWICE))
    for heading, (column, _language) in columns.items():
        near = get_close_matches(column, known, 1, 0.85) if column not in known else []
        if near and near[0] not in spelt:
            problems.append(Problem(name, 1, heading, _("Did you mean “{column}”?", column=near[0])))
    found = [_row(number, row, columns) for number, row in enumerate(rows, 2)]
    return Table(name, tuple(row for row in found if row is not None), spelt, headings_of)


def _column(heading: str, between: str) -> tuple[str, str | None]:
    """`Label::English (en)` is the column label in the language en."""
    parts = [part.strip() for part in heading.split(between)]
    if between == ":" and heading.lower().strip().startswith("jr:"):
        parts = [heading.strip()]
    first = re.sub(r"\s+", "_", parts[0].lower())
    if first in PREFIXES and len(parts) > 1:
        parts = parts[1:]
        first = re.sub(r"\s+", "_", parts[0].lower())
    column = SPELLINGS.get(first, SPELLINGS.get(first.replace("_", " "), first))
    return column, language_of(parts[1]) if len(parts) > 1 and parts[1] else None


def language_of(name: str) -> str:
    """The ISO 639 code of `English (en)`, `en` or `English`; the name itself where it tells no code."""
    code = re.search(r"\(\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-]+)?\s*\)\s*$", name)
    if code is not None:
        return code[1].lower()
    if re.fullmatch("[a-z]{2}", name.lower()):
        return name.lower()
    return _language_codes().get(name.lower(), name)


@cache
def _language_codes() -> dict[str, str]:
    """Codes by the languages' names, in English and in themselves."""
    found: dict[str, str] = {}
    for code, name in Locale("en").languages.items():
        if len(code) <= 3 and "_" not in code:
            found[name.lower()] = code
            try:
                own = Locale(code).get_language_name()
            except (UnknownLocaleError, ValueError):
                continue
            if own:
                found.setdefault(own.lower(), code)
    return found


def _row(number: int, row: Mapping[str, str], columns: Mapping[str, tuple[str, str | None]]) -> Row | None:
    cells: dict[str, str] = {}
    said: dict[str, dict[str, str]] = {}
    for heading, value in row.items():
        words = _words(value)
        if not words:
            continue
        column, language = columns[heading]
        if column in (*TRANSLATED, *MEDIA):
            said.setdefault(column, {})[language or ""] = words
        cells.setdefault(column, words)
    return Row(number, cells, said) if cells else None


def _words(value: object) -> str:
    return str(value).replace("\u00a0", " ").strip()[:LONGEST_CELL]
