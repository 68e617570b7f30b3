"""When somebody may be written to: not in their quiet hours, in their own time zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from flows.dates import instant_of
from storage.people import Recipient

DAY_MINUTES = 24 * 60


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
    """The next time it is somebody's best hour, if that comes before `until` (where it matters); otherwise now."""
    if recipient.best_hour is None:
        return now
    zone = zone_of(recipient, organisation)
    local = now.astimezone(zone)
    if local.hour == recipient.best_hour:
        return now
    day = local.date() + timedelta(days=1 if local.hour > recipient.best_hour else 0)
    best = instant_of(day, time(recipient.best_hour), zone)
    return best if now < best and (until is None or best < until) else now
