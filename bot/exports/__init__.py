"""Results as files to keep: workbook, delimited text, SPSS and pages to print. Bytes are made when a file is sent.

A plan is plain JSON: {"title", "about", "notes", "tables": [{"title", "columns", "rows"}], "charts", "rtl"}; a column
is {"name", "label", "codes", "is_share"}, and its codes are pairs of a number and what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

Plan = Mapping[str, Any]


def made(name: str, plan: Plan) -> bytes:
    """The file of the kind its name ends in; the libraries are loaded when they are needed."""
    match PurePath(name).suffix:
        case ".xlsx":
            from bot.exports.workbook import workbook

            return workbook(plan)
        case ".csv":
            from bot.exports.delimited import delimited

            return delimited(plan)
        case ".sav":
            from bot.exports.spss import spss

            return spss(plan)
        case ".pdf":
            from bot.exports.pages import pages

            return pages(plan)
    raise ValueError(f"no way to make {name}")
