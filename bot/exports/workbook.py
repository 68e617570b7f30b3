"""A workbook (.xlsx): what it is about on the first sheet, then a sheet for each table."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bot.exports.cells import Cell, meaning

WIDEST, NARROWEST = 60, 9
PLAIN = {"codes": (), "is_share": False}


def workbook(plan: Mapping[str, Any]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    about = _sheet(book, plan["about"], plan["rtl"])
    for words in (plan["title"], "", *plan["notes"]):
        about.append([None])
        _write(about.cell(about.max_row, 1), PLAIN, words)
    about.cell(1, 1).font = Font(bold=True, size=14)
    about.column_dimensions["A"].width = 2 * WIDEST
    for table in plan["tables"]:
        _table(_sheet(book, table["title"], plan["rtl"]), table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet(book: Any, title: str, rtl: bool) -> Any:
    sheet = book.create_sheet("".join(letter for letter in title if letter not in r"[]:*?/\'")[:31])
    sheet.sheet_view.rightToLeft = rtl
    return sheet


def _table(sheet: Any, table: Mapping[str, Any]) -> None:
    columns = table["columns"]
    for place, column in enumerate(columns, 1):
        _write(sheet.cell(1, place), PLAIN, column["label"])
        sheet.cell(1, place).font = Font(bold=True)
        for number, row in enumerate(table["rows"], 2):
            _write(sheet.cell(number, place), column, row[place - 1])
        longest = max(len(str(cell.value or "")) for cell in sheet[get_column_letter(place)])
        sheet.column_dimensions[get_column_letter(place)].width = min(WIDEST, max(NARROWEST, longest + 2))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _write(cell: Any, column: Mapping[str, Any], value: Cell) -> None:
    """Words are words, even where they begin like a formula."""
    cell.value = meaning(column, value)
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif column["is_share"]:
        cell.number_format = "0%"
