"""Movements: how many came, agreed, left or were erased, by day; numbers that stay when the people are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from storage.database import Session
from storage.queries import Queries

SQL = Queries("movements")

MovementKind = Literal["came", "agreed", "left", "paused", "erased"]


@dataclass(frozen=True, slots=True)
class Movement:
    """So many of one kind on one local day."""

    day: date
    kind: MovementKind
    number: int


class Movements:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def count(self, kind: MovementKind, day: date) -> None:
        """One more of this kind on this day."""
        await self._session.run(SQL.count, kind=kind, day=day)

    async def since(self, day: date) -> list[Movement]:
        """From `day` on, the earliest first."""
        rows = await self._session.rows(SQL.since, day=day)
        return [Movement(date.fromisoformat(row["day"]), row["kind"], row["number"]) for row in rows]
