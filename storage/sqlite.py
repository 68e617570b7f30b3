"""SQLite: one writer whose waiting jobs share a commit, and a few readers.

A commit with `synchronous=FULL` waits for the disk, so jobs waiting at the same moment run in one transaction and are
all answered after the one commit (group commit). Should one of them fail, the transaction is rolled back and each is
run again in a transaction of its own, so that nobody pays for another's mistake.

aiosqlite runs every call in the connection's thread; going there and back costs more than most statements do. Writes
that return nothing are therefore kept until the next read or the commit and go there together.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.data_keys import Keyring
from storage.database import Database, Job, Session, Unavailable
from storage.migrating import VERSIONS, migrate
from storage.queries import Query
from storage.records import bound
from storage.resealing import settle
from storage.store import Store

T = TypeVar("T")

LARGEST_GROUP = 64
READERS = 2
LOCK_PATIENCE_SECONDS = 5.0

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA journal_size_limit=67108864",
)

Statement = tuple[str, Mapping[str, Any]]


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that runs several statements in one visit to its thread."""

    async def run_together(self, statements: list[Statement]) -> list[sqlite3.Row]:
        """Run them in order; the rows of the last are returned. Raises Unavailable or sqlite3.Error."""
        with classified():
            rows: list[sqlite3.Row] = await self._execute(self._run_together, statements)  # type: ignore[no-untyped-call]
            return rows

    def _run_together(self, statements: list[Statement]) -> list[sqlite3.Row]:
        rows: list[sqlite3.Row] = []
        for sql, values in statements:
            rows = self._conn.execute(sql, values).fetchall()
        return rows


@contextmanager
def classified() -> Iterator[None]:
    """Locked, full, unreadable and the like are Unavailable; a mistake in a statement passes as it is."""
    try:
        yield
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise
        raise Unavailable(f"The database cannot be used: {problem}.") from problem


class SqliteSession(Session):
    """Statements of one connection. Writes that return nothing wait for the next read, or for `flush`."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self.keyring = keyring
        self._waiting: list[Statement] = []
        self._synchronous = "FULL"

    async def rows(self, query: Query, /, **values: Any) -> list[Any]:
        return await self._go((query.sqlite, bound(values)))

    async def run(self, query: Query, /, **values: Any) -> None:
        self._waiting.append((query.sqlite, bound(values)))

    async def run_many(self, query: Query, many: Iterable[dict[str, Any]]) -> None:
        self._waiting.extend((query.sqlite, bound(values)) for values in many)

    async def begin(self, kind: str = "IMMEDIATE", *, synchronous: bool = True) -> None:
        """`synchronous`: what is committed is on disk then, and not only with the operating system."""
        wanted = "FULL" if synchronous else "NORMAL"
        self._waiting = [] if wanted == self._synchronous else [(f"PRAGMA synchronous={wanted}", {})]
        self._waiting.append((f"BEGIN {kind}", {}))
        self._synchronous = wanted

    async def commit(self) -> None:
        await self._go(("COMMIT", {}))

    async def roll_back(self) -> None:
        self._waiting, self._synchronous = [], ""
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error, Unavailable):
                await self._go(("ROLLBACK", {}))

    async def _go(self, statement: Statement) -> list[Any]:
        statements, self._waiting = [*self._waiting, statement], []
        return await self._connection.run_together(statements)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that waits to be written, and who waits for its result."""

    job: Job[Any]
    answered: asyncio.Future[Any]
    outlives_power: bool


class SqliteDatabase(Database):
    in_order = True

    def __init__(self, writer: Connection, readers: list[Connection], keyring: Keyring) -> None:
        self._writer = writer
        self._keyring = keyring
        self._session = SqliteSession(writer, keyring)
        self._store = Store(self._session)
        self._all_readers = readers
        self._readers = asyncio.Queue[Connection]()
        for reader in readers:
            self._readers.put_nowait(reader)
        self._jobs: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._writing = asyncio.create_task(self._write_groups(), name="sqlite writer")

    @classmethod
    async def open(cls, path: str, keyring: Keyring) -> SqliteDatabase:
        connections: list[Connection] = []
        try:
            Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
            writer = await connect(path)
            connections.append(writer)
            await _migrate(writer)
            await _settle(writer, keyring)
            for _ in range(READERS):
                reader = await connect(path)
                connections.append(reader)
                await reader.execute_fetchall("PRAGMA query_only=ON")
        except BaseException as problem:
            for connection in connections:
                await connection.close()
            if isinstance(problem, (sqlite3.Error, OSError)):
                raise Unavailable(f"The SQLite database cannot be opened: {problem}.") from problem
            raise
        return cls(writer, connections[1:], keyring)

    async def write(self, job: Job[T], *, outlives_power: bool = True) -> T:
        if self._closing:
            raise Unavailable("The database is being closed.")
        answered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(Waiting(job, answered, outlives_power))
        self._wake.set()
        return await answered

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Store]:
        async with self._reader() as session:
            yield Store(session)

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[SqliteSession]:
        reader = await self._readers.get()
        try:
            yield SqliteSession(reader, self._keyring)
        finally:
            self._readers.put_nowait(reader)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Store]:
        async with self._reader() as session:
            await session.begin("DEFERRED")
            try:
                yield Store(session)
            finally:
                await session.roll_back()

    async def scrub(self) -> None:
        if self._keyring.erased:
            with contextlib.suppress(Unavailable):  # something is being written just now: the next time will do
                await scrub(self._writer)
                self._keyring.erased = False

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        await self._writing
        for reader in self._all_readers:
            await reader.close()
        await self._writer.close()

    # ------------------------------------------------------------ the writer

    async def _write_groups(self) -> None:
        while self._jobs or not self._closing:
            if self._jobs:
                await self._write_group()
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _write_group(self) -> None:
        """Run the waiting jobs in one transaction; answer them only when it is on disk."""
        group: list[Waiting] = []
        results: list[Any] = []
        to_disk = any(waiting.outlives_power for waiting in self._jobs)
        try:
            await self._session.begin(synchronous=to_disk)
            while self._jobs and len(group) < LARGEST_GROUP and (to_disk or not self._jobs[0].outlives_power):
                group.append(self._jobs.popleft())
                results.append(await group[-1].job(self._store))
            await self._session.commit()
        except Unavailable as problem:
            await self._session.roll_back()
            waiting, self._jobs = self._jobs, deque()
            for one in [*group, *waiting]:  # who waited behind them need not wait for the same again
                _refuse(one.answered, problem)
        except Exception as problem:
            await self._session.roll_back()
            await self._write_apart(group, problem)
        else:
            for one, result in zip(group, results, strict=True):
                if not one.answered.done():
                    one.answered.set_result(result)

    async def _write_apart(self, group: list[Waiting], problem: Exception) -> None:
        """One of them failed: find out which, and let the others have their way."""
        if len(group) == 1:
            _refuse(group[0].answered, problem)
            return
        for one in group:
            try:
                await self._session.begin()
                result = await one.job(self._store)
                await self._session.commit()
            except Exception as own:
                await self._session.roll_back()
                _refuse(one.answered, own)
            else:
                if not one.answered.done():
                    one.answered.set_result(result)


def _refuse(answered: asyncio.Future[Any], problem: Exception) -> None:
    if not answered.done():
        answered.set_exception(problem)


async def connect(path: str) -> Connection:
    connection = Connection(
        lambda: sqlite3.connect(path, isolation_level=None, timeout=LOCK_PATIENCE_SECONDS), iter_chunk_size=64
    )
    await connection
    try:
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            await connection.execute_fetchall(pragma)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _settle(connection: Connection, keyring: Keyring) -> None:
    session = SqliteSession(connection, keyring)
    await session.begin()
    try:
        sealed = await settle(session)
        await session.commit()
    except BaseException:
        await session.roll_back()
        raise
    if sealed:
        await scrub(connection)


async def scrub(connection: Connection) -> None:
    """Leave no copy of earlier pages in the write-ahead log."""
    with classified():
        await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")


async def _migrate(connection: Connection) -> None:
    await connection.execute_fetchall("BEGIN EXCLUSIVE")
    try:
        await connection.execute_fetchall(VERSIONS)
        applied = {row[0] for row in await connection.execute_fetchall("SELECT number FROM schema_version")}
        await migrate(connection.execute_fetchall, applied)
    except BaseException:
        await connection.execute_fetchall("ROLLBACK")
        raise
    await connection.execute_fetchall("COMMIT")
