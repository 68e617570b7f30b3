"""Movements: how many people came and went, by day; numbers only, which stay when the people are gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from storage.database import Session
from storage.queries import Queries

SQL = Queries("movements")

Movement = Literal["joined", "agreed", "left", "returned", "stopped", "paused", "withdrew", "erased", "parted"]
"""Wrote for the first time; agreed to the notice for the first time; blocked the bot; unblocked it; asked for no more
messages; asked for a pause; took part no longer; was erased; was erased who had taken part in the chat until then."""


class Movements:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def count(self, kind: Movement, day: date, number: int = 1) -> None:
        """Best done last in a transaction: others who count the same wait for its end."""
        await self._session.run(SQL.count, kind=kind, day=day, number=number)

    async def by_month(self, since: date) -> Mapping[date, Mapping[Movement, int]]:
        """From the month of `since`, by the first day of each month in which somebody moved."""
        found: dict[date, dict[Movement, int]] = {}
        for row in await self._session.rows(SQL.by_month, since=since.replace(day=1)):
            found.setdefault(date.fromisoformat(f"{row['month']}-01"), {})[row["kind"]] = row["number"]
        return found
