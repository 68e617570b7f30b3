"""Opens whatever can still be opened: every sealed value in a database or file, with every key there is."""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from storage.backup import KEY_TABLES, tables
from storage.database import Database
from storage.vault import Box, SealedBox, Unreadable, Vault

SEALED = re.compile(r"[A-Za-z0-9+/]{38,}={0,2}")


async def every_word(database: Database) -> str:
    """What stands in any column of any table, the data keys among it."""
    async with database.snapshot() as store:
        return "\n".join(
            [str(value) for table in tables() async for row in store.copies.rows(table) for value in row.values()]
        )


async def keys_of(database: Database, vault: Vault) -> list[Box]:
    """The organisation's key, and those of everybody who is here and of every panel."""
    keys = [table for table in tables() if table.name in KEY_TABLES]
    async with database.snapshot() as store:
        sealed = [row["sealed"] for table in keys async for row in store.copies.rows(table)]
    return [vault.house, *(vault.box(one) for one in sealed)]


def file_words(contents: bytes) -> Iterator[str]:
    """A file as it is, and what is packed in it."""
    if contents.startswith(b"\x1f\x8b"):
        contents = gzip.decompress(contents)
    if contents.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            for name in archive.namelist():
                yield from file_words(archive.read(name))
    yield contents.decode("utf-8", "replace")


def folder_words(folder: Path) -> str:
    return "\n".join(words for file in folder.rglob("*") if file.is_file() for words in file_words(file.read_bytes()))


def opened_words(words: str, boxes: Iterable[Box]) -> str:
    """The words, and what comes to light when every key is tried on everything that may be sealed."""
    found, left = [words], set(SEALED.findall(words))
    trying = list(boxes)
    while trying:  # a key that comes to light opens what was tried before it
        keys, trying = trying, []
        for sealed, box in product(sorted(left), keys):
            try:
                inner = box.open(sealed)
            except Unreadable:
                continue
            left.discard(sealed)
            found.append(inner)
            if inner.endswith("=") and len(inner) == 24:  # somebody's key, from an older copy
                trying.append(SealedBox(base64.b64decode(inner)))
    return "\n".join(found)
