"""Reading a form out of a file or a message, whichever way it is written."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

from flows.surveys.form.model import Problem, Reading
from flows.surveys.form.workbook import BROKEN, HEADS, OLD_WORKBOOK, WORKBOOK, heads_table
from flows.surveys.form.written import read_written
from flows.surveys.form.xlsform import read_xlsform
from flows.words import Words, _

LARGEST = 10 * 1024 * 1024
"""Of a file, in bytes."""

TEXT_FOLDER = re.compile(rb"word/document\.xml|application/vnd\.oasis\.opendocument\.text")
LOCKED = "EncryptedPackage".encode("utf-16-le")
DELIMITED = re.compile(r"\s*\"?survey\"?\s*([,;\t])", re.IGNORECASE)
TABLES = re.compile(r"\s*\|\s*survey\s*\|", re.IGNORECASE)
DELIMITERS = (",", ";", "\t")
GUESSED = _("It is read as Western European. If letters look wrong, please save the file as UTF-8 and send it again.")


DOCUMENTS = (b"%pdf", b"{\\rtf", b"<!doctype html", b"<html")
"""How files begin that officers have at hand and that cannot be read; a text document is told by its folders."""


def _is_document(data: bytes) -> bool:
    begins = data[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return begins.startswith(DOCUMENTS) or (data.startswith(WORKBOOK) and TEXT_FOLDER.search(data) is not None)


def read_form(data: bytes, *, leave_out: bool = False) -> Reading:
    """What `data` holds, if it fits into a chat; `leave_out` drops what a chat cannot do.

    An XLSForm (.xlsx, .xls, .csv or Markdown), its sheet of questions by itself, or a plain text.
    """
    if len(data) > LARGEST:
        return _unreadable(_("This file is too large for me."))
    if data.startswith(OLD_WORKBOOK):
        if LOCKED in data:
            return _unreadable(_("This file is locked with a password. Please save it without one and send that."))
        return read_xlsform(data, ".xls", leave_out=leave_out)
    if _is_document(data):
        return _unreadable(_("I cannot read documents of this kind. Please copy the text into a message to me."))
    if data.startswith(WORKBOOK):
        return read_xlsform(data, ".xlsx", leave_out=leave_out)
    text, guessed = _text(data)
    if text is None:
        return _unreadable(_("I can read workbooks (.xlsx) and plain text only."))
    if not text.strip():
        return _unreadable(_("There is nothing in this file."))
    try:
        reading = _read_text("\n".join(re.split("\r\n|\r", text)), leave_out=leave_out)
    except csv.Error:
        return _unreadable(BROKEN)
    return replace(reading, notes=(Problem("", 0, "", GUESSED), *reading.notes)) if guessed else reading


def _read_text(text: str, *, leave_out: bool) -> Reading:
    if TABLES.match(text):
        return read_xlsform(text.encode(), ".md", leave_out=leave_out)
    if (found := DELIMITED.match(text)) is not None:
        data = text.encode() if found[1] == "," else _with_commas(text, found[1])
        return read_xlsform(data, ".csv", leave_out=leave_out)
    for delimiter in DELIMITERS:
        match heads_table(_first_row(text, delimiter)):
            case "survey":
                return read_xlsform(text.encode(), delimiter, leave_out=leave_out)
            case "part":
                return _unreadable(_("This looks like a table. {heads} Or send me the workbook (.xlsx).", heads=HEADS))
    return read_written(text)


def _first_row(text: str, delimiter: str) -> list[str]:
    first = text.lstrip().splitlines()[:1]
    try:
        return next(csv.reader(first, delimiter=delimiter), [])
    except csv.Error:  # longer than a cell may be: it heads no table
        return []


def _with_commas(text: str, delimiter: str) -> bytes:
    """As the library reads it."""
    written = io.StringIO()
    csv.writer(written).writerows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return written.getvalue().encode()


def _unreadable(what: Words) -> Reading:
    return Reading(None, (Problem("", 0, "", what),))


def _text(data: bytes) -> tuple[str | None, bool]:
    """UTF-8, UTF-16 where it says so, otherwise what older programs on Windows write, which is a guess; or no text."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), False
    if b"\x00" in data or sum(byte < 9 or 13 < byte < 32 for byte in data[:4096]) > 8:
        return None, False
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), True
