"""SQLite: one writer whose waiting jobs share a commit, and a few readers.

A commit with `synchronous=FULL` waits for the disk, so jobs waiting at the same moment run in one transaction,
each in a savepoint of its own, and are all answered after the one commit (group commit).
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.database import Database, Job, Session, Unavailable
from storage.migrating import VERSIONS, migrate
from storage.queries import Query
from storage.records import bound
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
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, query: Query, /, **values: Any) -> list[Any]:
        with classified():
            return list(await self._connection.execute_fetchall(query.sqlite, bound(values)))

    async def run_many(self, query: Query, many: Iterable[dict[str, Any]]) -> None:
        several = list(many)
        if len(several) == 1:
            await self.rows(query, **several[0])
            return
        with classified():
            async with self._connection.executemany(query.sqlite, [bound(values) for values in several]):
                pass


class SqliteDatabase(Database):
    def __init__(self, path: str, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection]) -> None:
        self._path = path
        self._writer = writer
        self._store = Store(SqliteSession(writer))
        self._readers = asyncio.Queue[aiosqlite.Connection]()
        self._all_readers = readers
        for reader in readers:
            self._readers.put_nowait(reader)
        self._jobs: deque[tuple[Job[Any], asyncio.Future[Any]]] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._writing = asyncio.create_task(self._write_groups(), name="sqlite writer")

    @classmethod
    async def open(cls, path: str) -> SqliteDatabase:
        connections: list[aiosqlite.Connection] = []
        try:
            Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
            writer = await connect(path)
            connections.append(writer)
            await _migrate(writer)
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
        return cls(path, writer, connections[1:])

    async def write(self, job: Job[T]) -> T:
        if self._closing:
            raise Unavailable("The database is being closed.")
        answered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append((job, answered))
        self._wake.set()
        return await answered

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Store]:
        reader = await self._readers.get()
        try:
            yield Store(SqliteSession(reader))
        finally:
            self._readers.put_nowait(reader)

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        await self._writing
        for reader in self._all_readers:
            await reader.close()
        await self._writer.close()

    async def _write_groups(self) -> None:
        while self._jobs or not self._closing:
            if not self._jobs:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._write_group()

    async def _write_group(self) -> None:
        """Run the waiting jobs in one transaction; answer them only when it is on disk."""
        done: list[tuple[asyncio.Future[Any], Any]] = []
        alone = len(self._jobs) == 1
        try:
            await self._begin()
            while self._jobs and len(done) < (1 if alone else LARGEST_GROUP):
                job, answered = self._jobs.popleft()
                if answered.done():
                    continue
                try:
                    done.append((answered, await self._run_alone(job) if alone else await self._run_apart(job)))
                except Exception as problem:
                    if not self._writer.in_transaction:  # SQLite itself gave up the whole transaction
                        _refuse(answered, problem)
                        raise
                    _refuse(answered, problem)
                    if alone:
                        await self._statement("ROLLBACK")
                        return
            await self._statement("COMMIT")
        except Exception as problem:
            await self._abandon()
            waiting = done or [(answered, None) for _, answered in self._jobs]
            if not done:
                self._jobs.clear()
            for answered, _ in waiting:
                _refuse(answered, problem)
            return
        for answered, result in done:
            if not answered.done():
                answered.set_result(result)

    async def _begin(self) -> None:
        """Another process may hold the lock; `timeout` waits for it, and a try or two more cost nothing."""
        for patience in (1, 0):
            try:
                await self._statement("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                if not patience:
                    raise

    async def _run_alone(self, job: Job[T]) -> T:
        return await job(self._store)

    async def _run_apart(self, job: Job[T]) -> T:
        await self._statement("SAVEPOINT turn")
        try:
            result = await job(self._store)
        except BaseException:
            if self._writer.in_transaction:
                await self._statement("ROLLBACK TO turn")
                await self._statement("RELEASE turn")
            raise
        await self._statement("RELEASE turn")
        return result

    async def _abandon(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._writer.in_transaction:
                await self._statement("ROLLBACK")

    async def _statement(self, sql: str) -> None:
        await self._writer.execute_fetchall(sql)


async def connect(path: str) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=LOCK_PATIENCE_SECONDS)
    try:
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            await connection.execute_fetchall(pragma)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _migrate(connection: aiosqlite.Connection) -> None:
    await connection.execute_fetchall("BEGIN EXCLUSIVE")
    try:
        await connection.execute_fetchall(VERSIONS)
        applied = {row[0] for row in await connection.execute_fetchall("SELECT number FROM schema_version")}
        await migrate(connection.execute_fetchall, applied)
    except BaseException:
        await connection.execute_fetchall("ROLLBACK")
        raise
    await connection.execute_fetchall("COMMIT")


def _refuse(answered: asyncio.Future[Any], problem: Exception) -> None:
    if answered.done():
        return
    if isinstance(problem, sqlite3.OperationalError):
        refusal = Unavailable(f"The database cannot be written: {problem}.")
        refusal.__cause__ = problem
        answered.set_exception(refusal)
    else:
        answered.set_exception(problem)
