"""SQL is written once, in sql/*.sql; here it is loaded for both databases.

A comment `/*+ … */` holds what only PostgreSQL understands (`FOR UPDATE SKIP LOCKED`): SQLite reads it as a
comment, and it is opened for PostgreSQL. aiosql parses the files and numbers the parameters for asyncpg;
running them is one call of the driver each, which the hottest queries need.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter


@dataclass(frozen=True, slots=True)
class Query:
    """One named statement, as each driver wants it."""

    name: str
    sqlite: str
    postgresql: str
    parameters: tuple[str, ...]


class Queries:
    """The named statements of one .sql file: `queries.claim` is the statement `-- name: claim`."""

    def __init__(self, subject: str) -> None:
        text = resources.files("storage").joinpath("sql", f"{subject}.sql").read_text("utf-8")
        plain = aiosql.from_str(text, "aiosqlite", mandatory_parameters=False)
        numbering = AsyncPGAdapter()  # type: ignore[no-untyped-call]
        opened = aiosql.from_str(
            text.replace("/*+", "").replace("*/", ""), lambda: numbering, mandatory_parameters=False
        )
        self._queries = {
            name: Query(
                f"{subject}.{name}",
                getattr(plain, name).sql,
                getattr(opened, name).sql,
                tuple(numbering.var_sorted[name]),
            )
            for name in plain.available_queries
            if not name.endswith("_cursor")
        }

    def __getattr__(self, name: str) -> Query:
        try:
            return self._queries[name]
        except KeyError:
            raise AttributeError(name) from None
