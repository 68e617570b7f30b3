"""PostgreSQL: several connections side by side, each job in a transaction of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from storage.data_keys import Keyring
from storage.database import Conflict, Database, Job, Session, Unavailable
from storage.migrating import VERSIONS, for_postgresql, migrate
from storage.queries import Query
from storage.records import bound
from storage.resealing import settle
from storage.store import Store

T = TypeVar("T")

CONNECTIONS = 12
CONFLICT_TRIES = 6
MIGRATION_LOCK = 0x666F6C6B  # "folk": one process migrates, the others wait

EVERY_LAYING = 3600.0


@dataclass(frozen=True, slots=True)
class LaidAnew:
    """A table whose rows must not show when they came: whether they do, and the statements that end it."""

    came_apart: str
    in_order: str
    at_once: str


LAID_ANEW = (
    LaidAnew(
        "SELECT EXISTS (SELECT 1 FROM sheets WHERE xmin::text <> (SELECT xmin::text FROM sheets LIMIT 1))",
        "CLUSTER sheets USING sheets_pkey",
        "UPDATE sheets SET quotable = quotable",
    ),
    LaidAnew(
        "SELECT EXISTS (SELECT 1 FROM answers WHERE xmin::text <> (SELECT xmin::text FROM answers LIMIT 1))",
        "CLUSTER answers USING answers_apart_pkey",
        "UPDATE answers SET value = value",
    ),
)

GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DiskFullError,
    OSError,
    asyncio.TimeoutError,
)
CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


async def _lay_anew(connection: asyncpg.Connection, table: LaidAnew) -> bool:
    """False where somebody was in the way: the next time will do."""
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '2s'")
            await connection.execute(table.in_order)
        async with connection.transaction():
            await connection.execute(table.at_once)
    except (asyncpg.LockNotAvailableError, *CONFLICTS):
        return False
    return True


async def as_it_is(_connection: asyncpg.Connection) -> None:
    """Connections are used for transactions only and have nothing to be reset, which saves a round trip."""


@contextmanager
def classified(done: str) -> Iterator[None]:
    """The driver's many errors, as the two that callers handle; programming errors pass as they are."""
    try:
        yield
    except CONFLICTS as problem:
        raise Conflict(type(problem).__name__) from problem
    except GONE as problem:
        raise Unavailable(f"The database cannot be {done}: {type(problem).__name__}.") from problem


class PostgresqlSession(Session):
    def __init__(self, connection: asyncpg.Connection, keyring: Keyring) -> None:
        self._connection = connection
        self.keyring = keyring

    async def rows(self, query: Query, /, **values: Any) -> list[Any]:
        plain = bound(values)
        with classified("used"):
            found: list[Any] = await self._connection.fetch(
                query.postgresql, *(plain[name] for name in query.parameters)
            )
        return found

    async def run_many(self, query: Query, many: Iterable[dict[str, Any]]) -> None:
        plain = [bound(values) for values in many]
        with classified("used"):
            await self._connection.executemany(
                query.postgresql, [[values[name] for name in query.parameters] for values in plain]
            )


class PostgresqlDatabase(Database):
    in_order = False

    def __init__(self, pool: asyncpg.Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring
        self._laid_until = 0.0

    @classmethod
    async def open(cls, url: str, keyring: Keyring) -> PostgresqlDatabase:
        try:
            pool = await asyncpg.create_pool(url, min_size=1, max_size=CONNECTIONS, timeout=10, reset=as_it_is)
        except (*GONE, asyncpg.PostgresError, ValueError) as problem:
            raise Unavailable(f"PostgreSQL cannot be reached: {type(problem).__name__}.") from problem
        try:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
                await connection.execute(for_postgresql(VERSIONS))
                applied = {row[0] for row in await connection.fetch("SELECT number FROM schema_version")}
                await migrate(lambda statement: connection.execute(for_postgresql(statement)), applied)
                await settle(PostgresqlSession(connection, keyring))
        except BaseException:
            await pool.close()
            raise
        return cls(pool, keyring)

    async def write(self, job: Job[T], *, outlives_power: bool = True) -> T:
        for left in reversed(range(CONFLICT_TRIES)):
            try:
                with classified("written"):
                    async with self._pool.acquire() as connection, connection.transaction():
                        return await job(Store(PostgresqlSession(connection, self._keyring)))
            except Conflict as problem:
                if not left:
                    raise Unavailable("Too many wrote to the database at once.") from problem
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Store]:
        with classified("read"):
            async with self._pool.acquire() as connection, connection.transaction(readonly=True):
                yield Store(PostgresqlSession(connection, self._keyring))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Store]:
        with classified("read"):
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                yield Store(PostgresqlSession(connection, self._keyring))

    async def scrub(self) -> None:
        """PostgreSQL clears dead rows by itself (autovacuum). But it keeps rows in the order in which they came, with
        the number of the transaction, and both would say whose a sheet is: now and then all are laid in the order of
        their random names and written in one transaction."""
        if time.monotonic() < self._laid_until:
            return
        with classified("used"):
            for table in LAID_ANEW:
                async with self._pool.acquire() as connection:
                    if await connection.fetchval(table.came_apart) and not await _lay_anew(connection, table):
                        return
        self._laid_until = time.monotonic() + EVERY_LAYING

    async def close(self) -> None:
        await self._pool.close()
