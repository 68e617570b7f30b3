"""When somebody may be written to: not in their quiet hours, in their own time zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from flows.dates import instant_of
from storage.people import Recipient

AN_HOUR = 60
"""For so many minutes it still is somebody's best time."""


class Hours(Protocol):
    """Somebody's time zone (empty for the organisation's) and quiet hours, in minutes after midnight there."""

    @property
    def zone(self) -> str: ...

    @property
    def quiet_from(self) -> int | None: ...

    @property
    def quiet_until(self) -> int | None: ...


def zone_of(recipient: Hours, organisation: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(recipient.zone) if recipient.zone else organisation


def welcome_at(at: datetime, recipient: Hours, organisation: ZoneInfo) -> datetime:
    """`at`, or the end of the quiet hours it falls into. Quiet hours may go past midnight (22:00 to 07:00)."""
    start, end = recipient.quiet_from, recipient.quiet_until
    if start is None or end is None or start == end:
        return at
    zone = zone_of(recipient, organisation)
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    quiet = start <= minute < end if start < end else minute >= start or minute < end
    if not quiet:
        return at
    day = local.date() if minute < end else local.date() + timedelta(days=1)
    return instant_of(day, time(end // 60, end % 60), zone)


def best_at(now: datetime, recipient: Recipient, organisation: ZoneInfo, until: datetime | None = None) -> datetime:
    """The next time of day that suits somebody best, if that comes before `until` (where it matters); or now."""
    if recipient.best_time is None:
        return now
    zone = zone_of(recipient, organisation)
    local = now.astimezone(zone)
    since = local.hour * 60 + local.minute - recipient.best_time
    if 0 <= since < AN_HOUR:
        return now
    day = local.date() + timedelta(days=1 if since > 0 else 0)
    best = instant_of(day, time(recipient.best_time // 60, recipient.best_time % 60), zone)
    return best if now < best and (until is None or best < until) else now
