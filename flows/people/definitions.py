"""Attributes as a table: one row an option, what is said of the attribute in the first of its rows. Pure rules.

Every problem is found and named with its row and column, so that a file is put right in one go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flows.people.rules import (
    KEY,
    LONGEST_KEY,
    LONGEST_LABEL,
    LONGEST_OPTION_KEY,
    LONGEST_OPTION_LABEL,
    LONGEST_REASON,
    MOST_ATTRIBUTES,
    OLDEST,
    Written,
    shares,
    written,
    wrong,
)
from flows.sheets import Sheet
from flows.turn import Cell, Column
from flows.words import DEFAULT_LANGUAGE, LANGUAGES, SIMPLE, Words, _
from storage.attributes import Attribute, Kind, Option

OF_ATTRIBUTE = ("attribute", "kind", "sensitive")
OF_OPTION = ("option",)
FIGURES = ("target", "from_age", "to_age", "postcodes", "latitude", "longitude")
LABEL, REASON, OPTION = "label", "why", "option"
LABEL_NEEDED = f"{LABEL}:{DEFAULT_LANGUAGE}"

COLUMNS = (
    *OF_ATTRIBUTE,
    *(f"{LABEL}:{language}" for language in LANGUAGES),
    *(f"{REASON}:{language}" for language in LANGUAGES),
    *OF_OPTION,
    *(f"{OPTION}:{language}" for language in LANGUAGES),
    *FIGURES,
)
IN_PLAIN_WORDS = tuple(f"{what}:{language}{SIMPLE}" for what in (LABEL, REASON, OPTION) for language in LANGUAGES)
"""Columns that are understood, and written where there is something for them."""

NEEDED = ("attribute", "option", LABEL_NEEDED)

SPOKEN_KINDS: dict[str, Kind] = {
    "": "choice",
    "choice": "choice",
    "birth_year": "birth_year",
    "birth year": "birth_year",
    "year of birth": "birth_year",
    "age": "birth_year",
    "area": "area",
}
TRUTHS = {"": False, "no": False, "0": False, "false": False, "yes": True, "1": True, "true": True}


@dataclass(frozen=True, slots=True)
class Problem:
    """Where it is in the table (rows count from 1, as spreadsheets show them), and what is wrong."""

    row: int
    column: str
    what: Words

    @property
    def said(self) -> Words:
        if not self.column:
            return _("Row {row}: {what}", row=str(self.row), what=self.what)
        return _("Row {row}, {column}: {what}", row=str(self.row), column=self.column, what=self.what)


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not empty, by column."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(slots=True)
class Reading:
    """A table as it is read: what came out of it, and what is wrong with it."""

    attributes: list[Attribute] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, row: int, column: str, what: Words) -> None:
        self.problems.append(Problem(row, column, what))


def table_of(sheets: Iterable[Sheet]) -> Sheet | None:
    """The sheet with our columns: a workbook may have others, about how to fill it in."""
    return next((sheet for sheet in sheets if "attribute" in _heading(sheet)), None)


def read(sheet: Sheet) -> Reading:
    """The attributes are worth something only where there is no problem."""
    reading = Reading()
    heading = _heading(sheet)
    _check_heading(reading, heading)
    if reading.problems:
        return reading
    groups = _groups(reading, _lines(sheet, heading))
    if not groups and not reading.problems:
        reading.complain(2, "", _("There is nothing below the heading."))
    if len(groups) > MOST_ATTRIBUTES:
        reading.complain(
            groups[MOST_ATTRIBUTES][0].number,
            "attribute",
            _("Please ask people about fewer things; {most} at most.", most=MOST_ATTRIBUTES),
        )
    reading.attributes = [_attribute(reading, group) for group in groups]
    reading.problems.sort(key=lambda problem: problem.row)
    return reading


# ---------------------------------------------------------------- rows


def _heading(sheet: Sheet) -> list[str]:
    return ["".join(cell.casefold().split()) for cell in sheet.rows[0]] if sheet.rows else []


def _check_heading(reading: Reading, heading: Sequence[str]) -> None:
    for place, column in enumerate(heading):
        if column and column not in (*COLUMNS, *IN_PLAIN_WORDS):
            reading.complain(1, column, _("I do not know this column."))
        elif column and column in heading[:place]:
            reading.complain(1, column, _("This column is there twice."))
    for column in NEEDED:
        if column not in heading:
            reading.complain(1, column, _("This column is missing."))


def _lines(sheet: Sheet, heading: Sequence[str]) -> list[Line]:
    return [
        Line(number, {column: cell for column, cell in zip(heading, row, strict=False) if column})
        for number, row in enumerate(sheet.rows[1:], 2)
        if any(row)
    ]


def _groups(reading: Reading, lines: Sequence[Line]) -> list[list[Line]]:
    """The rows of each attribute: those that name it, and those below that name none."""
    groups: list[list[Line]] = []
    begun: dict[str, int] = {}
    current = ""
    for line in lines:
        named = _named(line["attribute"]) or current
        if not named:
            reading.complain(line.number, "attribute", _("Please say which attribute this belongs to."))
            continue
        if named == current:
            groups[-1].append(line)
            continue
        current = named
        first = begun.setdefault(named, line.number)
        if first != line.number:
            reading.complain(
                line.number,
                "attribute",
                _("“{name}” is in row {row} already. Please keep its rows together.", name=named, row=str(first)),
            )
        groups.append([line])
    return groups


# ---------------------------------------------------------------- one attribute


def _attribute(reading: Reading, lines: Sequence[Line]) -> Attribute:
    first = lines[0]
    kind, sensitive = SPOKEN_KINDS.get(first["kind"].casefold()), TRUTHS.get(first["sensitive"].casefold())
    if kind is None:
        reading.complain(first.number, "kind", _("Please write choice, birth_year or area."))
    if sensitive is None:
        reading.complain(first.number, "sensitive", _("Please write yes or no."))
    _key(reading, first, "attribute", LONGEST_KEY)
    _no_second_word(reading, lines)
    if not first[LABEL_NEEDED]:
        reading.complain(first.number, LABEL_NEEDED, _("Please say what people are asked."))
    attribute = Attribute(
        _named(first["attribute"]),
        kind or "choice",
        _by_language(reading, first, LABEL, LONGEST_LABEL),
        tuple(_options(reading, lines, kind)),
        bool(sensitive),
        _by_language(reading, first, REASON, LONGEST_REASON),
    )
    if kind is not None:
        for one in wrong(attribute):
            reading.complain(lines[min(one.place, len(lines) - 1)].number, "option", one.what)
    return attribute


def _named(key: str) -> str:
    """Keys differ by more than capitals and spaces."""
    return " ".join(key.casefold().split())


def _no_second_word(reading: Reading, lines: Sequence[Line]) -> None:
    """What is said of the attribute stands in its first row; below it may be repeated, not changed."""
    first = lines[0]
    columns = [
        column
        for column in (*COLUMNS, *IN_PLAIN_WORDS)
        if column.partition(":")[0] in ("kind", "sensitive", LABEL, REASON)
    ]
    for line in lines[1:]:
        for column in columns:
            if line[column] and line[column] != first[column]:
                what = _("This is something else than in row {row}.", row=str(first.number))
                reading.complain(line.number, column, what)


def _key(reading: Reading, line: Line, column: str, longest: int) -> None:
    if not line[column]:
        reading.complain(line.number, column, _("Please give it a short name."))
    elif not KEY.fullmatch(line[column]) or len(line[column]) > longest:
        what = _("Please use a short name of letters a to z and figures; {most} at most.", most=longest)
        reading.complain(line.number, column, what)


def _by_language(reading: Reading, line: Line, column: str, longest: int) -> dict[str, str]:
    languages = (*LANGUAGES, *(language + SIMPLE for language in LANGUAGES))
    found = {language: line[f"{column}:{language}"] for language in languages if line[f"{column}:{language}"]}
    for language, words in found.items():
        if len(words) > longest:
            what = _("That is too long; {most} letters at most.", most=longest)
            reading.complain(line.number, f"{column}:{language}", what)
    return found


def _options(reading: Reading, lines: Sequence[Line], kind: Kind | None) -> list[Option]:
    given = [_target(reading, line) for line in lines]
    settled = shares(given)
    if not isinstance(settled, list):
        reading.complain(lines[settled.place].number, "target", settled.what)
        settled = [None] * len(lines)
    return [_option(reading, line, target, kind) for line, target in zip(lines, settled, strict=True)]


def _target(reading: Reading, line: Line) -> Written | None:
    share = written(line["target"])
    if share is None and line["target"]:
        reading.complain(line.number, "target", _("Please write a share such as 23%."))
    return share


def _option(reading: Reading, line: Line, target: float | None, kind: Kind | None) -> Option:
    _key(reading, line, "option", LONGEST_OPTION_KEY)
    labels = _by_language(reading, line, OPTION, LONGEST_OPTION_LABEL)
    labels.setdefault(DEFAULT_LANGUAGE, line["option"])
    if kind is not None:
        _only_for(reading, line, kind)
    latitude, longitude = _degrees(reading, line, "latitude", 90), _degrees(reading, line, "longitude", 180)
    if bool(line["latitude"]) != bool(line["longitude"]):
        reading.complain(line.number, "latitude", _("Please give latitude and longitude, or neither."))
    return Option(
        _named(line["option"]),
        labels,
        target,
        _age(reading, line, "from_age"),
        _age(reading, line, "to_age"),
        tuple(line["postcodes"].upper().replace(",", " ").replace(";", " ").split()),
        None if latitude is None or longitude is None else (latitude, longitude),
    )


def _only_for(reading: Reading, line: Line, kind: Kind) -> None:
    for column, only in {
        "from_age": "birth_year",
        "to_age": "birth_year",
        "postcodes": "area",
        "latitude": "area",
        "longitude": "area",
    }.items():
        if line[column] and kind != only:
            reading.complain(line.number, column, _("This is only for attributes of the kind {kind}.", kind=only))


def _age(reading: Reading, line: Line, column: str) -> int | None:
    words = line[column]
    if words.isdecimal() and int(words[:6]) <= OLDEST:
        return int(words)
    if words:
        reading.complain(line.number, column, _("Please write an age in whole years."))
    return None


def _degrees(reading: Reading, line: Line, column: str, most: int) -> float | None:
    words = line[column].replace(",", ".")
    if not words:
        return None
    try:
        degrees = float(words)
    except ValueError:
        degrees = float("nan")
    if -most <= degrees <= most:
        return degrees
    reading.complain(line.number, column, _("Please write degrees as a number, such as 51.5."))
    return None


# ---------------------------------------------------------------- and back


def columns(attributes: Iterable[Attribute] = ()) -> list[Column]:
    """Those every table has, and those in plain words that these attributes have."""
    known = list(attributes)
    plain = [
        name
        for name in IN_PLAIN_WORDS
        if any(_cell(one, option, name, first=True) for one in known for option in one.options)
    ]
    return [Column(name, name) for name in (*COLUMNS, *plain)]


def rows(attributes: Iterable[Attribute]) -> list[list[Cell]]:
    """The table of these attributes, as `read` would take it."""
    known = list(attributes)
    names = [column.name for column in columns(known)]
    return [
        [_cell(attribute, option, column, first=place == 0) for column in names]
        for attribute in known
        for place, option in enumerate(attribute.options)
    ]


def _cell(attribute: Attribute, option: Option, column: str, *, first: bool) -> Cell:
    name, _colon, language = column.partition(":")
    latitude, longitude = option.middle or (None, None)
    of_option: dict[str, Cell] = {
        "attribute": attribute.key,
        "option": option.labels.get(language, "") if language else option.key,
        "target": None if option.target is None else f"{option.target * 100:.2f}%",
        "from_age": option.least,
        "to_age": option.most,
        "postcodes": " ".join(option.prefixes),
        "latitude": latitude,
        "longitude": longitude,
    }
    if name in of_option:
        return of_option[name]
    of_attribute: dict[str, Cell] = {
        "kind": attribute.kind,
        "sensitive": "yes" if attribute.sensitive else "no",
        LABEL: attribute.labels.get(language, ""),
        REASON: (attribute.reasons or {}).get(language, ""),
    }
    return of_attribute[name] if first else None


def packed(attributes: Iterable[Attribute]) -> str:
    """As JSON, to be kept in a conversation until they are confirmed."""
    return json.dumps([asdict(attribute) for attribute in attributes], ensure_ascii=False)


def unpacked(kept: str) -> list[Attribute]:
    return [
        Attribute(**{**values, "options": tuple(_unpacked(option) for option in values["options"])})
        for values in json.loads(kept)
    ]


def _unpacked(values: dict[str, Any]) -> Option:
    middle = values["middle"] and tuple(values["middle"])
    return Option(**{**values, "prefixes": tuple(values["prefixes"]), "middle": middle})
