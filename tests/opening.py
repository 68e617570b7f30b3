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

from storage.backup import KEY_TABLES, every_table, tables
from storage.database import Database
from storage.vault import Box, PanelKey, SealedBox, Unreadable, Vault

SEALED = re.compile(r"[A-Za-z0-9+/]{38,}={0,2}")


Dump = dict[str, list[dict[str, object]]]


async def dump(database: Database) -> Dump:
    """Every row of every table, in the order the database gives them."""
    async with database.snapshot() as store:
        return {table.name: [row async for row in store.copies.rows(table)] for table in every_table()}


async def every_word(database: Database) -> str:
    """What stands in any column of any table, the data keys among it."""
    async with database.snapshot() as store:
        return "\n".join(
            [str(value) for table in tables() async for row in store.copies.rows(table) for value in row.values()]
        )


async def keys_of(database: Database, vault: Vault) -> list[Box]:
    """The organisation's key, and those of everybody who is here and of every panel."""
    found = [vault.house]
    async with database.snapshot() as store:
        for table in (table for table in tables() if table.name in KEY_TABLES):
            async for row in store.copies.rows(table):
                panel_key = vault.panel_key(row["sealed"])
                found += [vault.box(row["sealed"]), *([panel_key.box] if panel_key else [])]
    return found


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
    found = [words]
    left, keys = set[str](), list[Box]()
    new_left, new_keys = set(SEALED.findall(words)), list(boxes)
    while new_left or new_keys:  # what comes to light may be a key that opens more, or sealed once more itself
        pairs = [*product(sorted(left), new_keys), *product(sorted(new_left), [*keys, *new_keys])]
        left, keys = left | new_left, [*keys, *new_keys]
        new_left, new_keys = set(), []
        for sealed, box in pairs:
            try:
                inner = box.open(sealed)
            except Unreadable:
                continue
            left.discard(sealed)
            found.append(inner)
            new_left.update(SEALED.findall(inner))
            if inner.endswith("=") and len(inner) == 24:  # a key, from an older copy
                key = base64.b64decode(inner)
                new_keys += [SealedBox(key), PanelKey(key).box]
        new_left -= left
    return "\n".join(found)
