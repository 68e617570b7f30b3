"""Quiet hours at the moment of sending: what was written earlier may have become due, or possible, in the night."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flows.hours import welcome_at
from storage.outbox import Claimed
from storage.store import Store


def put_off_until(parcel: Claimed, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When somebody's quiet hours end that a message would disturb now; None for what may go, as every reply may."""
    if parcel.lane == "reply":
        return None
    at = welcome_at(now, parcel, zone)
    return at if at > now else None


async def claim(store: Store, instance: str, now: datetime, most: int, zone: ZoneInfo) -> list[Claimed]:
    """Up to `most` parcels that are due and welcome now; what would disturb somebody is put off on the way."""
    while claimed := await store.outbox.claim(instance, now, most):
        later = {parcel.id: at for parcel in claimed if (at := put_off_until(parcel, now, zone)) is not None}
        if later:
            await store.outbox.put_off(later.items(), now)
        if welcome := [parcel for parcel in claimed if parcel.id not in later]:
            return welcome
    return []
