"""Backups: every row as a line of JSON, of either database and for either, with the keys in a file of their own.

There is one key file, written anew with every backup: who has been erased since an older backup was made is not in it,
and what that backup holds on them can be read by nobody and is left out when it is restored. A panel's key is in it as
long as there is the panel.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.migrating import migrations
from storage.queries import Queries, Query
from storage.vault import Vault

if TYPE_CHECKING:
    from storage.database import Database, Session

SQL = Queries("retention")

KEY_TABLES = ("data_keys", "panel_keys")
KEYS_FILE = "folkmoot.keys"
PAGE = 2_000
FORMAT = 1
FINGERPRINT = "vault.fingerprint"
LEFT_OUT = {"inbox", "instances", "media"}
"""Which processes ran and what Telegram calls files is of no use later; what came in last is not answered twice."""

WRITER_GONE = {"topics": "proposer_id"}
"""What was sealed with somebody's key cannot be read without them: it goes where they are gone."""


Row = dict[str, Any]


class BadBackup(Exception):
    """The file is no backup, or cannot be restored here; says why."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to a row of another table; `needed` says that its row goes with that row."""

    column: str
    table: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]

    @property
    def page(self) -> Query:
        """Rows after a key, in its order; without bounds the first page."""
        return self._select(f"WHERE ({', '.join(self.key)}) > ({', '.join(f':{name}' for name in self.key)})")

    @property
    def first_page(self) -> Query:
        return self._select("")

    def _select(self, where: str) -> Query:
        sql = f"SELECT {', '.join(self.columns)} FROM {self.name} {where} ORDER BY {', '.join(self.key)} LIMIT {PAGE}"  # noqa: S608
        return _query(f"{self.name}.page", sql, self.key if where else ())

    @property
    def insert(self) -> Query:
        values = ", ".join(f":{name}" for name in self.columns)
        sql = f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({values})"  # noqa: S608
        return _query(f"{self.name}.insert", sql, self.columns)


def _query(name: str, sql: str, parameters: tuple[str, ...]) -> Query:
    numbered = sql
    for place, parameter in sorted(enumerate(parameters, 1), key=lambda found: -len(found[1])):
        numbered = numbered.replace(f":{parameter}", f"${place}")
    return Query(name, sql, numbered, parameters)


Line = tuple[Table, Row]


def tables() -> tuple[Table, ...]:
    """The tables of a backup, each after those it refers to."""
    return tuple(table for table in every_table() if table.name not in LEFT_OUT)


@cache
def every_table() -> tuple[Table, ...]:
    """The tables of this version's schema, each after those it refers to."""
    with closing(sqlite3.connect(":memory:")) as memory:
        for migration in migrations():
            memory.executescript(migration.script)
        names = [row[0] for row in memory.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {name: _table(memory, name) for name in names}
    ordered: list[Table] = []
    while len(ordered) < len(found):
        placed = {table.name for table in ordered}
        ordered += [
            table
            for name, table in found.items()
            if name not in placed and all(r.table in placed or r.table == name for r in table.references)
        ]
    return tuple(ordered)


def _table(memory: sqlite3.Connection, name: str) -> Table:
    columns = list(memory.execute(f"PRAGMA table_info({name})"))
    key = tuple(row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5])
    references = tuple(
        Reference(row[3], row[2], row[6] == "CASCADE") for row in memory.execute(f"PRAGMA foreign_key_list({name})")
    )
    return Table(name, tuple(row[1] for row in columns), key, references)


# ---------------------------------------------------------------- rows in and out


class Copies:
    """Whole tables, row by row, as they are: what is sealed stays sealed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def rows(self, table: Table) -> AsyncIterator[Row]:
        found = await self._session.rows(table.first_page)
        while found:
            for row in found:
                yield {name: row[name] for name in table.columns}
            after = {name: found[-1][name] for name in table.key}
            found = await self._session.rows(table.page, **after) if len(found) == PAGE else []

    async def fill(self, backup: Iterable[Line], keys: Iterable[Line]) -> None:
        """Raises BadBackup where it was sealed with another key."""
        every_key = list(keys)
        filling = _Filling(every_key, self._session.keyring.vault)
        for table, rows in chain(_together(backup), _together(every_key)):
            await self._session.run_many(table.insert, filling.fitted(table, rows))
        await self._session.run_many(SQL.delete_sheet, [{"id": sheet} for sheet in filling.sheets_gone()])
        await self._session.run(SQL.delete_loose_tags)


class _Filling:
    """What has been put in, so that nothing refers to what is not there."""

    def __init__(self, keys: Iterable[Line], vault: Vault) -> None:
        self._vault = vault
        self._people = {row["person_id"] for table, row in keys if table.name == "data_keys"}
        self._panel_keys = {row["panel_id"]: row["sealed"] for table, row in keys if table.name == "panel_keys"}
        self._panels: dict[str, str] = {}
        self._responses_gone: list[Row] = []
        self._referred = {reference.table for table in tables() for reference in table.references}
        self._known: dict[str, set[Any]] = {name: set() for name in self._referred}

    def sheets_gone(self) -> list[str]:
        """What was answered by those who are not here any more: nothing on a sheet says so but its name."""
        panel_keys = {panel: self._vault.panel_key(self._panel_keys.get(panel)) for panel in self._panels.values()}
        found = []
        for response in self._responses_gone:
            key = panel_keys.get(self._panels.get(response["consultation_id"], ""))
            found += [key.name(response["id"])] if key else []
        return found

    def fitted(self, table: Table, rows: Iterable[Row]) -> list[Row]:
        """Those that make sense without what is missing, with empty references where these are allowed."""
        found = []
        for row in rows:
            if (fitted := self._fitted(table, row)) is not None:
                found.append(fitted)
            elif table.name == "responses":
                self._responses_gone.append(row)
        if table.name == "consultations":
            self._panels.update((row["id"], row["panel_id"]) for row in found)
        if table.name in self._referred:
            self._known[table.name].update(row[table.key[0]] for row in found)
        return found

    def _fitted(self, table: Table, row: Row) -> Row | None:
        if table.name == "people" and row["id"] not in self._people:
            return None
        if table.name == "settings" and row["key"] == FINGERPRINT:
            if row["value"] != self._vault.fingerprint:
                raise BadBackup("The backup was sealed with another key than FOLKMOOT_KEY.")
            return None
        for reference in table.references:
            value = row[reference.column]
            if value is not None and value not in self._known[reference.table]:
                if reference.needed or WRITER_GONE.get(table.name) == reference.column:
                    return None
                row = {**row, reference.column: None}
        return row


def _together(lines: Iterable[Line]) -> Iterator[tuple[Table, list[Row]]]:
    """Rows of one table that follow one another, up to a page."""
    for table, group in groupby(lines, lambda line: line[0]):
        rows = (row for _table, row in group)
        while page := list(islice(rows, PAGE)):
            yield table, page


# ---------------------------------------------------------------- files


async def back_up(database: Database, folder: Path, now: datetime) -> Path:
    """Write a backup of one moment, and the key file beside it. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"folkmoot-{now:%Y%m%dT%H%M%SZ}.backup"
    everything = tables()
    async with database.snapshot() as store:
        with _writing(path) as file:
            await _write(store.copies, [table for table in everything if table.name not in KEY_TABLES], file)
        with _writing(folder / KEYS_FILE) as file:
            await _write(store.copies, [table for table in everything if table.name in KEY_TABLES], file)
    return path


async def restore(database: Database, backup: Path, keys: Path) -> int:
    """Fill an empty database; gives the number of people. Raises BadBackup, OSError."""
    if await _people(database):
        raise BadBackup("There are people in this database already; a backup is restored into an empty one.")
    await database.write(lambda store: store.copies.fill(_read(backup), _read(keys)))
    return await _people(database)


async def _people(database: Database) -> int:
    async with database.reading() as store:
        return (await store.people.counts()).people


@contextmanager
def _writing(path: Path) -> Iterator[gzip.GzipFile]:
    """A compressed file for its owner only, that is either whole or as it was before."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb") as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


async def _write(copies: Copies, wanted: Iterable[Table], file: gzip.GzipFile) -> None:
    file.write(_line({"folkmoot": FORMAT, "schema": migrations()[-1].number}))
    for table in wanted:
        async for row in copies.rows(table):
            file.write(_line([table.name, *row.values()]))


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _read(path: Path) -> Iterator[Line]:
    """Raises BadBackup."""
    known = {table.name: table for table in tables()}
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            head = json.loads(next(file, "{}"))
            if head.get("folkmoot") != FORMAT:
                raise BadBackup(f"{path.name} is no backup.")
            if head["schema"] != migrations()[-1].number:
                raise BadBackup(f"{path.name} was made by another version of Folkmoot: restore it with that version.")
            for line in file:
                name, *values = json.loads(line)
                yield known[name], dict(zip(known[name].columns, values, strict=True))
    except (gzip.BadGzipFile, EOFError, ValueError, KeyError, AttributeError) as problem:
        raise BadBackup(f"{path.name} is no backup, or not a whole one.") from problem
