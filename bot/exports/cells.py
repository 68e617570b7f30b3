"""What stands in a cell: the meaning of a code, and never anything that a spreadsheet would run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Cell = str | int | float | None
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML, and so no workbook, can hold."""


def meaning(column: Mapping[str, Any], cell: Cell) -> Cell:
    """What is to be read: the label of a code, anything else as it is."""
    found = dict(column["codes"]).get(cell, cell) if column["codes"] else cell
    return CONTROL.sub("", found) if isinstance(found, str) else found
