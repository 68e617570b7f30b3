"""PostgreSQL: several connections side by side, each job in a transaction of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
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

EVERY_ORDERING = 3600.0
IN_NO_ORDER = {"sheets": "sheets_pkey", "answers": "answers_apart_pkey"}
"""Tables whose rows must not lie in the order in which they came, and the key they are laid by."""
CHANGED = "SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relid = to_regclass($1)"

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
        self._in_order_until = 0.0
        self._changed: dict[str, int] = {}

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
        """PostgreSQL clears dead rows by itself (autovacuum), but keeps rows in the order in which they came, which
        would say whose they are: what was sent since the last time is put into the order of its random names."""
        if time.monotonic() < self._in_order_until:
            return
        with classified("used"):
            for table, key in IN_NO_ORDER.items():
                async with self._pool.acquire() as connection, connection.transaction():
                    changed = await connection.fetchval(CHANGED, table)
                    if changed != self._changed.get(table):
                        await connection.execute("SET LOCAL lock_timeout = '2s'")
                        try:
                            await connection.execute(f"CLUSTER {table} USING {key}")
                        except asyncpg.LockNotAvailableError:
                            return  # somebody reads it for long just now: the next time will do
                    self._changed[table] = changed
        self._in_order_until = time.monotonic() + EVERY_ORDERING

    async def close(self) -> None:
        await self._pool.close()
