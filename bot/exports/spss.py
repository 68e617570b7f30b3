"""An SPSS file (.sav) of the first table, with what variables and values mean; every cell is a number or missing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from bot.exports.cells import CONTROL

TITLE_BYTES, VARIABLE_BYTES, VALUE_BYTES = 64, 255, 120
"""What the format has room for."""


def spss(plan: Mapping[str, Any]) -> bytes:
    table = plan["tables"][0]
    columns = table["columns"]
    frame = pd.DataFrame(table["rows"], columns=[column["name"] for column in columns], dtype="float64")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "results.sav")
        pyreadstat.write_sav(
            frame,
            path,
            file_label=_within(plan["title"], TITLE_BYTES),
            column_labels={column["name"]: _within(column["label"], VARIABLE_BYTES) for column in columns},
            variable_value_labels={
                column["name"]: {code: _within(words, VALUE_BYTES) for code, words in column["codes"]}
                for column in columns
                if column["codes"]
            },
            missing_ranges={column["name"]: list(column["missing"]) for column in columns if column.get("missing")},
            variable_measure={column["name"]: "nominal" if column["codes"] else "scale" for column in columns},
            variable_format={column["name"]: "F8.2" if column["is_share"] else "F8.0" for column in columns},
        )
        return path.read_bytes()


def _within(words: str, most: int) -> str:
    """Cut to so many bytes, between letters."""
    clean = CONTROL.sub("", words)
    if len(clean.encode()) <= most:
        return clean
    return clean.encode()[: most - len("…".encode())].decode(errors="ignore") + "…"
