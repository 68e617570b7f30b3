"""The small things beside the queues: running processes, settings, uploaded files, the audit trail, invitations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Session
from storage.queries import Queries
from storage.records import make, new_id

SQL = Queries("machinery")


@dataclass(frozen=True, slots=True)
class Instance:
    """A running process; what it had claimed is taken over when it has not been heard of since `alive_until`."""

    id: str
    host: str
    pid: int
    alive_until: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit trail."""

    actor_id: str | None
    action: str
    subject: str
    details: dict[str, Any]
    recorded_at: datetime


class Instances:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def beat(self, instance: Instance) -> None:
        await self._session.run(
            SQL.beat, id=instance.id, host=instance.host, pid=instance.pid, alive_until=instance.alive_until
        )

    async def all(self) -> list[Instance]:
        return [make(Instance, row) for row in await self._session.rows(SQL.instances)]

    async def forget(self, id: str) -> None:
        await self._session.run(SQL.forget, id=id)

    async def forget_old(self, before: datetime) -> None:
        await self._session.run(SQL.forget_old, before=before)


class Settings:
    """What the organisation has decided, by name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def load(self, key: str, default: str = "") -> str:
        found = await self._session.value(SQL.setting, key=key)
        return default if found is None else str(found)

    async def all(self) -> dict[str, str]:
        return {row["key"]: row["value"] for row in await self._session.rows(SQL.settings)}

    async def set(self, key: str, value: str) -> None:
        await self._session.run(SQL.set_setting, key=key, value=value)


class Media:
    """Telegram's own ids of pictures and files that were uploaded once, by a digest of their contents."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def file_id(self, digest: str) -> str | None:
        found: str | None = await self._session.value(SQL.file_id, digest=digest)
        return found

    async def keep(self, digest: str, file_id: str, now: datetime) -> None:
        await self._session.run(SQL.keep_file_id, digest=digest, file_id=file_id, now=now)

    async def forget(self, digest: str) -> None:
        await self._session.run(SQL.forget_file_id, digest=digest)


class Audit:
    """Who did what, when, to what."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def record(
        self, actor_id: str | None, action: str, subject: str, details: Mapping[str, Any], now: datetime
    ) -> None:
        await self._session.run(
            SQL.record,
            id=new_id(),
            actor_id=actor_id,
            action=action,
            subject=subject,
            details=json.dumps(details, ensure_ascii=False),
            now=now,
        )

    async def history(self, subject: str) -> list[Entry]:
        rows = await self._session.rows(SQL.history, subject=subject)
        return [make(Entry, row, details=json.loads(row["details"])) for row in rows]


class Invitations:
    """One-time links by which a colleague becomes staff."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, token: str, created_by: str, now: datetime, expires_at: datetime) -> None:
        await self._session.run(SQL.invite, token=token, created_by=created_by, now=now, expires_at=expires_at)

    async def use(self, token: str, now: datetime) -> bool:
        """Whether the link was still good; from now on it is not."""
        return bool(await self._session.rows(SQL.use_invitation, token=token, now=now))
