"""Delimited text (.csv) of the first table, as spreadsheets open it: commas, CRLF, UTF-8 with its mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from bot.exports.cells import Cell, meaning

RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


def delimited(plan: Mapping[str, Any]) -> bytes:
    table = plan["tables"][0]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(column["name"] for column in table["columns"])
    for row in table["rows"]:
        writer.writerow(_harmless(meaning(column, cell)) for column, cell in zip(table["columns"], row, strict=True))
    return file.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell
