"""When terms begin and end: whole local months, ending in the morning."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.dates import instant_of, months_after

ENDS_AT = time(10)
"""The local time of day at which terms end and notices are given."""

NOTICE = timedelta(weeks=2)

SHORTEST_MONTHS, LONGEST_MONTHS = 1, 60


def term_end(begins: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The UTC instant `months` local calendar months later; a day the last month lacks becomes its last."""
    return instant_of(months_after(begins.astimezone(zone).date(), months), ENDS_AT, zone)


def notice_before(ends_at: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant at which a member is told that the term will end."""
    return instant_of(ends_at.astimezone(zone).date() - NOTICE, ENDS_AT, zone)
