"""The outbox: everything that must be sent, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.inbox import PADDED, Pile
from storage.queries import Queries
from storage.records import MICROSECOND, make
from storage.vault import padded

SQL = Queries("outbox")

Lane = Literal["reply", "bulk"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to send. `kind` and `body` are the sender's business; `once` is a name sent at most once.

    `claimed_by` names the process that will send it at once; without it the parcel waits until it is due. `asks`
    counts among what somebody is asked in a week. With a fixed end it is pointless from `expires_at` on even if it had
    to be put off.
    """

    id: str
    person_id: str
    lane: Lane
    kind: str
    body: dict[str, Any]
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    once: str | None = None
    claimed_by: str = ""
    asks: bool = False
    has_fixed_end: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A parcel in the hands of a sender, with the hours in which whom it is for is not to be disturbed."""

    id: str
    person_id: str
    telegram_id: int
    lane: Lane
    kind: str
    expires_at: datetime
    body: dict[str, Any]
    zone: str = ""
    quiet_from: int | None = None
    quiet_until: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a parcel: sent (with Telegram's message_id where there is one), failed, expired or dropped."""

    id: str
    state: Literal["sent", "failed", "expired", "dropped"]
    reason: str = ""
    message_id: int | None = None


class Outbox:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, parcels: Sequence[Parcel]) -> None:
        """What is to be sent to somebody who is not there any more is left out."""
        boxes = await DataKeys(self._session).boxes(parcel.person_id for parcel in parcels)
        await self._session.run_many(
            SQL.add,
            [
                {
                    "id": p.id,
                    "person_id": p.person_id,
                    "lane": p.lane,
                    "kind": p.kind,
                    "once": p.once,
                    "state": "sending" if p.claimed_by else "waiting",
                    "claimed_by": p.claimed_by,
                    "created_at": p.created_at,
                    "due_at": p.due_at,
                    "expires_at": p.expires_at,
                    "asks": p.asks,
                    "has_fixed_end": p.has_fixed_end,
                    "body": boxes[p.person_id].seal(_as_json(p.body)),
                }
                for p in parcels
                if p.person_id in boxes
            ],
        )

    async def asked_enough(self, people: Iterable[str], since: datetime) -> set[str]:
        """Who of these has been asked as often since then as they wish to be."""
        ids = json.dumps(dict.fromkeys(people))
        return {row["id"] for row in await self._session.rows(SQL.asked_enough, ids=ids, since=since)}

    async def claim(self, instance: str, now: datetime, most: int) -> list[Claimed]:
        """Up to `most` parcels that are due, replies first; they stay this instance's until finished or released."""
        rows = await self._session.rows(SQL.claim, instance=instance, now=now, most=most)
        claimed = [self._claimed(row) for row in rows]
        return sorted(claimed, key=lambda parcel: (parcel.lane == "bulk", parcel.id))

    def _claimed(self, row: Mapping[str, Any]) -> Claimed:
        values = dict(row)
        box = self._session.keyring.box(values["person_id"], values.pop("sealed_key"))
        body, telegram_id = json.loads(box.open(values["body"])), int(box.open(values["telegram_id"]))
        return make(Claimed, values, body=body, telegram_id=telegram_id)

    async def finish(self, finished: Iterable[Finished], now: datetime) -> None:
        await self._session.run_many(
            SQL.finish,
            [
                {"id": f.id, "state": f.state, "reason": f.reason, "message_id": f.message_id, "now": now}
                for f in finished
            ],
        )

    async def put_off(self, later: Iterable[tuple[str, datetime]], now: datetime) -> None:
        """Back in the queue until then; a parcel without a fixed end is of use for as much longer."""
        await self._session.run_many(
            SQL.put_off, [{"id": id, "at": at, "shift": (at - now) // MICROSECOND} for id, at in later]
        )

    async def drop(self, id: str, now: datetime, reason: str) -> None:
        """What waits has become pointless."""
        await self._session.run(SQL.drop, id=id, now=now, reason=reason)

    async def release(self, ids: Iterable[str]) -> None:
        await self._session.run_many(SQL.release, [{"id": id} for id in ids])

    async def release_all(self, instance: str) -> None:
        await self._session.run(SQL.release_all, instance=instance)

    async def take_over(self, instance: str, now: datetime) -> None:
        await self._session.run(SQL.take_over, instance=instance, now=now)

    async def expire(self, now: datetime) -> None:
        await self._session.run(SQL.expire, now=now)

    async def drop_bulk(self, person_id: str, now: datetime, reason: str) -> None:
        await self._session.run(SQL.drop_bulk, person_id=person_id, now=now, reason=reason)

    async def drop_once(self, *prefixes: str, now: datetime, reason: str) -> None:
        """Drop the waiting messages whose `once` names begin with one of these (made of ids and colons only)."""
        await self._session.run_many(
            SQL.drop_once, [{"prefix": f"{prefix}%", "now": now, "reason": reason} for prefix in prefixes]
        )

    async def is_waiting(self, prefix: str) -> bool:
        """Whether a message whose `once` name begins with `prefix` has still to be sent."""
        return await self._session.value(SQL.is_waiting, prefix=f"{prefix}%") is not None

    async def sent_as(self, once: str) -> str | None:
        """The id of the message of this name, once it has been sent or is on its way."""
        found: str | None = await self._session.value(SQL.sent_as, once=once)
        return found

    async def message_id(self, id: str) -> tuple[int | None, str]:
        """Telegram's number for a parcel once sent, and the parcel's state (`gone` when it is not kept any more)."""
        row = await self._session.row(SQL.message_id, id=id)
        return (row["message_id"], row["state"]) if row else (None, "gone")

    async def purge(self, before: datetime) -> None:
        await self._session.run(SQL.purge, before=before)

    async def counts(self) -> list[Pile]:
        return [make(Pile, row) for row in await self._session.rows(SQL.counts)]


def _as_json(body: Any) -> str:
    """All alike in length, or nearly: a summary of somebody's answers is as long as they are."""
    return padded(json.dumps(body, ensure_ascii=False, separators=(",", ":")), PADDED)
