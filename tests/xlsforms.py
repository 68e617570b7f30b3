"""XLSForms for tests, written as they are read: a sheet as lines, a cell between bars.

| type       | name | label        |
| text       | name | Your name?   |
"""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook


def xlsform(survey: str, choices: str = "", settings: str = "", **more: str) -> bytes:
    """A workbook with these sheets; `more` are further ones by name."""
    book = Workbook()
    book.remove(book.active)
    sheets = {"survey": survey, "choices": choices, "settings": settings, **more}
    for name, lines in sheets.items():
        if lines.strip():
            sheet = book.create_sheet(name)
            for row in rows(lines):
                sheet.append(row)
    return saved(book)


def saved(book: Any) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def rows(lines: str) -> list[list[str | None]]:
    """An empty line is an empty row; a bar inside a cell is written \\|."""
    found = []
    for line in lines.strip("\n").splitlines():
        cells = line.strip().strip("|").replace("\\|", "\0").split("|")
        found.append([cell.strip().replace("\0", "|") or None for cell in cells])
    return found
