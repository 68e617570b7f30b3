"""One way into either database: `open_database(url)` gives transactions over typed stores.

Errors that callers handle:

    DatabaseProblem
    ├── Unavailable   it cannot be reached, is locked or full just now: try again later, nothing was written
    ├── WrongKey      what is in it was sealed with another key
    ├── Conflict      two transactions met; `write` runs the job again, so a job lets this one pass
    └── TooNew        it was made by a later version of the program
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from storage.data_keys import Keyring
from storage.queries import Query
from storage.vault import Vault

if TYPE_CHECKING:
    from storage.store import Store

T = TypeVar("T")
Job = Callable[["Store"], Awaitable[T]]


class DatabaseProblem(Exception):
    """The database cannot be used; the message says why, without addresses or passwords."""


class Unavailable(DatabaseProblem):
    """The database cannot be reached, is locked or full just now; nothing was written."""


class Conflict(DatabaseProblem):
    """Two transactions met; the whole job must be run again."""


class WrongKey(DatabaseProblem):
    """What is in the database was sealed with a key that was not given."""


class TooNew(DatabaseProblem):
    """The database was made by a later version of the program."""


class Session(ABC):
    """The statements of one transaction. Each call is one round trip. `keyring` opens what is sealed."""

    keyring: Keyring

    @abstractmethod
    async def rows(self, query: Query, /, **values: Any) -> list[Any]:
        """All rows the statement returns; rows read by name."""

    async def row(self, query: Query, /, **values: Any) -> Any | None:
        found = await self.rows(query, **values)
        return found[0] if found else None

    async def value(self, query: Query, /, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = await self.rows(query, **values)
        return found[0][0] if found else None

    async def run(self, query: Query, /, **values: Any) -> None:
        """A write that returns nothing. It may be done later, but before the next read and the commit."""
        await self.rows(query, **values)

    @abstractmethod
    async def run_many(self, query: Query, many: Iterable[dict[str, Any]]) -> None:
        """The same statement for many sets of values; nothing is returned."""


class Database(ABC):
    """Where everything is remembered.

    `in_order` says that jobs run in the order they were given, each seeing what the earlier ones wrote.
    """

    in_order: ClassVar[bool]

    @abstractmethod
    async def write(self, job: Job[T], *, outlives_power: bool = True) -> T:
        """Run `job` in a transaction and return its result once that is committed and on disk.

        What need not outlive a power cut, only the end of this program, need not wait for the disk.

        A job does no network I/O and may be run again whole after a conflict. If it raises, what it wrote is
        rolled back and the error is raised here. Raises Unavailable when the database cannot take it now.
        """

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[Store]:
        """A store for reading only, seeing one moment's committed state for each statement."""

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[Store]:
        """A store for reading only, seeing one moment's committed state for all its statements."""

    @abstractmethod
    async def scrub(self) -> None:
        """Leave no copies of people erased lately in the database's own files, as far as that is in our hands."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is being written and let go of every connection."""


async def open_database(url: str, vault: Vault | None = None) -> Database:
    """Open `sqlite:///PATH` or `postgresql://…`, migrated to this program's schema, sealed with `vault`.

    Raises TooNew for a database of a later version, WrongKey for one that another key sealed, Unavailable when it
    cannot be opened.
    """
    keyring = Keyring(vault or Vault())
    if url.startswith("sqlite:///"):
        from storage.sqlite import SqliteDatabase

        return await SqliteDatabase.open(url.removeprefix("sqlite:///"), keyring)
    if url.startswith(("postgresql://", "postgres://")):
        from storage.postgresql import PostgresqlDatabase

        return await PostgresqlDatabase.open(url, keyring)
    raise ValueError("a database URL is sqlite:///PATH or postgresql://…")


@asynccontextmanager
async def opened(url: str, vault: Vault | None = None) -> AsyncIterator[Database]:
    """`open_database`, closed again at the end of the block."""
    database = await open_database(url, vault)
    try:
        yield database
    finally:
        await database.close()
