"""Reading a form out of a file or a message, whichever way it is written."""

from __future__ import annotations

import re

from flows.surveys.form.model import Problem, Reading
from flows.surveys.form.workbook import OLD_WORKBOOK, WORKBOOK
from flows.surveys.form.written import read_written
from flows.surveys.form.xlsform import read_xlsform
from flows.words import Words, _

LARGEST = 10 * 1024 * 1024
"""Of a file, in bytes."""

LOCKED = "EncryptedPackage".encode("utf-16-le")
DELIMITED = re.compile(r"\s*\"?survey\"?\s*[,;\t]", re.IGNORECASE)
TABLES = re.compile(r"\s*\|\s*survey\s*\|", re.IGNORECASE)


def read_form(data: bytes, *, leave_out: bool = False) -> Reading:
    """An XLSForm (.xlsx, .xls, .csv or Markdown) or a plain text; `leave_out` drops what a chat cannot do."""
    if len(data) > LARGEST:
        return _unreadable(_("This file is too large for me."))
    if data.startswith(OLD_WORKBOOK):
        if LOCKED in data:
            return _unreadable(_("This file is locked with a password. Please save it without one and send that."))
        return read_xlsform(data, ".xls", leave_out=leave_out)
    if data.startswith(WORKBOOK):
        return read_xlsform(data, ".xlsx", leave_out=leave_out)
    text = _text(data)
    if text is None:
        return _unreadable(_("I can read workbooks (.xlsx) and plain text only."))
    if not text.strip():
        return _unreadable(_("There is nothing in this file."))
    if DELIMITED.match(text) or TABLES.match(text):
        kind = ".csv" if DELIMITED.match(text) else ".md"
        return read_xlsform(text.encode(), kind, leave_out=leave_out)
    return read_written(text)


def _unreadable(what: Words) -> Reading:
    return Reading(None, (Problem("", 0, "", what),))


def _text(data: bytes) -> str | None:
    """UTF-8, UTF-16 where it says so, otherwise what older programs on Windows write; None where it is no text."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\x00" in data or sum(byte < 9 or 13 < byte < 32 for byte in data[:4096]) > 8:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
